#!/usr/bin/env python3
"""Runs Python from standard input in an account of the emulator and prints its last expression as JSON.

    AWS_ACCESS_KEY_ID=… snippet.py URL REGION < code
"""

import ast
import json
import os
import sys


def main():
    """Runs the statements, then evaluates the last expression."""
    url, region = sys.argv[1:3]
    import boto3
    from botocore.config import Config

    def client(service, region=region, **config):
        config = {"retries": {"max_attempts": 0}, "inject_host_prefix": False, **config}
        return boto3.client(service, region_name=region, endpoint_url=url, config=Config(**config))

    scope = {
        "client": client,
        "account": os.environ["EMULATOR_ACCOUNT"],
        "region": region,
        "url": url,
        "json": json,
    }
    tree = ast.parse(sys.stdin.read(), "snippet")
    value = None
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        last = ast.Expression(tree.body.pop().value)
        exec(compile(tree, "snippet", "exec"), scope)
        value = eval(compile(last, "snippet", "eval"), scope)
    else:
        exec(compile(tree, "snippet", "exec"), scope)
    if isinstance(value, dict):
        value.pop("ResponseMetadata", None)
    print(json.dumps(value, default=str))


if __name__ == "__main__":
    main()
