"""A strict AWS emulator: moto, with the refusals, the faults and the call log that tests of a cleaner need.

moto answers most calls as AWS does, but deletes things that AWS refuses to delete. A cleaner that was only
tested against such an emulator has never met a dependency error. This package adds what is missing:

    server       HTTP/1.1 with keep-alive, one thread per connection
    application  what happens to one request: admin, fault, emulation, call log
    wire         which service, region and operation a request is for; error bodies per protocol
    faults       denials, throttles, hangs and the like, on demand
    accounts     access keys that land in an account of their own
    rules        the refusals AWS has and moto lacks
    mends        plain bugs of moto that would make an honest client fail
    gaps         what moto lacks altogether and tests need
    cloudcontrol Cloud Control, over a store of its own
    speed        caches around moto's hot spots; no change of behaviour
"""
