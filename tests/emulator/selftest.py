#!/usr/bin/env python3
"""Asserts every rule of the strict emulator once, through boto3.

    selftest.py URL [--times] [NAME...]   runs the checks whose name contains one of the words; exit code 1 on a failure
"""

import sys
import time
import traceback

from checks import admin, compute, databases, delivery, identity, network, operations, protocols, stacks, storage
from checks.harness import CHECKS, World


def main():
    """Runs the checks, each in an account of its own."""
    url, words = sys.argv[1], [word for word in sys.argv[2:] if word != "--times"]
    modules = (admin, compute, databases, delivery, identity, network, operations, protocols, stacks, storage)
    assert all(module.__doc__ for module in modules)
    failed = []
    started = time.monotonic()
    chosen = [check for check in CHECKS if not words or any(word in check.__name__ for word in words)]
    for check in chosen:
        began = time.monotonic()
        try:
            check(World(url))
        except Exception:  # noqa: BLE001 - one failure must not hide the others
            failed.append(check.__name__)
            print(f"FAILED {check.__name__}: {check.__doc__}\n{traceback.format_exc(limit=-3)}", flush=True)
        if "--times" in sys.argv:
            print(f"{time.monotonic() - began:6.2f} s  {check.__name__}")
    print(f"{len(chosen) - len(failed)} of {len(chosen)} checks passed in {time.monotonic() - started:.1f} s")
    sys.exit(1 if failed or not chosen else 0)


if __name__ == "__main__":
    main()
