#!/usr/bin/env python3
"""Fills an account of the emulator.

    AWS_ACCESS_KEY_ID=… seed.py URL [--scale S] [--kind reference|kitchen-sink|keepers] [--region R]

`reference` is the account that benchmarks clear, scaled; `kitchen-sink` has one of everything that is supported.
Both hold things that must stay. The last line on standard output is JSON: what was made, by type.
"""

import argparse
import json
import sys
import time

from seeding import keepers, kitchen_sink, reference
from seeding.account import Account


def main():
    """Fills the account and says how long it took."""
    parser = argparse.ArgumentParser(description="fill an emulated account")
    parser.add_argument("url")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--kind", choices=["reference", "kitchen-sink", "keepers"], default="reference")
    parser.add_argument("--region", default="us-east-1")
    arguments = parser.parse_args()
    if not 0 < arguments.scale <= 100:
        parser.error("--scale is between 0 and 100")
    started = time.monotonic()
    account = Account(arguments.url, arguments.region)
    keepers.keepers(account)
    if arguments.kind == "reference":
        reference.reference(account, arguments.scale)
    elif arguments.kind == "kitchen-sink":
        kitchen_sink.kitchen_sink(account)
    total = sum(account.made.values())
    print(f"made {total} resources in account {account.id} in {time.monotonic() - started:.1f} s", file=sys.stderr)
    print(json.dumps(dict(sorted(account.made.items()))))


if __name__ == "__main__":
    main()
