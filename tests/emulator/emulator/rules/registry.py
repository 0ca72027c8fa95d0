"""Which rules belong to which moto service, put in place when the service is first used.

Importing all of moto takes seconds; most tests touch a handful of services.
"""

INSTALLERS = {}
# Services whose handling reaches into EC2 or ECS models without a request to them.
REACH = {
    "autoscaling": ["ec2"],
    "awslambda": ["ec2"],
    "batch": ["ec2", "ecs"],
    "ds": ["ec2"],
    "ecs": ["ec2"],
    "efs": ["ec2"],
    "eks": ["ec2"],
    # Both load balancer APIs sign as one service.
    "elb": ["ec2", "elbv2"],
    "elbv2": ["ec2"],
    "emr": ["ec2"],
    "rds": ["ec2"],
    "redshift": ["ec2"],
    "opsworks": ["ec2"],
}
_done = set()


def rules_for(service):
    """Decorates a function `install(settings)` that patches the models of one moto service."""

    def register(install):
        INSTALLERS.setdefault(service, []).append(install)
        return install

    return register


def need(service, settings):
    """Puts the rules of a service in place, and of those it reaches into."""
    # CloudFormation drives the models of every service directly.
    services = list(INSTALLERS) if service == "cloudformation" else [service, *REACH.get(service, [])]
    for name in services:
        if name in _done:
            continue
        _done.add(name)
        for install in INSTALLERS.get(name, []):
            install(settings)
