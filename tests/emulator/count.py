#!/usr/bin/env python3
"""Counts independently, with boto3, what is left in an account of the emulator.

    AWS_ACCESS_KEY_ID=… count.py URL [--region R]... [--json]

Standard output is JSON: `left` and `kept` by type, with the reason for what is kept. A table goes to standard error.
Exit code 0: nothing is left but what must stay; 1: something is left; 2: the count itself failed.
"""

import argparse
import json
import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

from counting import everywhere, regional
from counting.inventory import Inventory
from seeding.account import refuse_real_aws

HOME = "us-east-1"


def enabled_regions(inventory):
    """All regions that are switched on."""
    wanted = [{"Name": "opt-in-status", "Values": ["opt-in-not-required", "opted-in"]}]
    regions = inventory.client("ec2", HOME).describe_regions(Filters=wanted)["Regions"]
    return sorted(region["RegionName"] for region in regions)


def in_order(found):
    """The same for the same account, in whatever order its regions answered."""
    return {kind: sorted(found[kind], key=lambda item: (item["region"], item["id"])) for kind in sorted(found)}


def table(inventory, stream):
    """Prints what was found, by type."""
    kinds = sorted({*inventory.left, *inventory.kept})
    width = max((len(kind) for kind in kinds), default=0)
    for kind in kinds:
        left, kept = inventory.left.get(kind, []), inventory.kept.get(kind, [])
        names = ", ".join(item["id"] for item in left[:3]) + (", …" if len(left) > 3 else "")
        print(f"{kind:<{width}}  left {len(left):>5}  kept {len(kept):>4}  {names}", file=stream)


def main():
    """Counts and judges."""
    parser = argparse.ArgumentParser(description="count what is left in an emulated account")
    parser.add_argument("url")
    parser.add_argument("--region", action="append", help="only this region (repeats); all enabled ones otherwise")
    parser.add_argument("--json", action="store_true", help="no table")
    arguments = parser.parse_args()
    refuse_real_aws(arguments.url)
    started = time.monotonic()
    try:
        inventory = Inventory(arguments.url)
        regions = arguments.region or enabled_regions(inventory)
        # What tags and kept stacks say must be known before the global services are looked at.
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda region: regional.count(inventory, region, region == HOME), regions))
            list(pool.map(lambda step: step(), everywhere.count(inventory)))
    except Exception:  # noqa: BLE001 - whatever happened, the count is worth nothing
        traceback.print_exc()
        sys.exit(2)
    left = sum(map(len, inventory.left.values()))
    result = {
        "account": inventory.account,
        "regions": regions,
        "left": in_order(inventory.left),
        "kept": in_order(inventory.kept),
        "totals": {"left": left, "kept": sum(map(len, inventory.kept.values()))},
        "unsupported": sorted(inventory.unsupported),
        "seconds": round(time.monotonic() - started, 2),
    }
    print(json.dumps(result))
    if not arguments.json:
        table(inventory, sys.stderr)
        print(f"{left} left in {len(regions)} regions, counted in {result['seconds']} s", file=sys.stderr)
    sys.exit(1 if left else 0)


if __name__ == "__main__":
    main()
