#!/usr/bin/env python3
"""Runs Python in accounts of the emulator: one request per line of standard input, one answer per line of output.

A request is JSON: `url`, `region`, `access_key`, `secret`, `account`, `code`. The answer is `{"value": …}`, the value of the
last expression, or `{"error": traceback}`. One process serves many requests: loading boto3 takes longer than most of them.
"""

import ast
import contextlib
import json
import sys
import traceback
import urllib.request

import boto3
from botocore.config import Config

# Loads each service description once.
SESSION = boto3.Session()


def run(request):
    """Runs the statements, then evaluates the last expression."""
    url, home = request["url"], request["region"]

    def client(service, region=home, at=None, **config):
        config = {"retries": {"max_attempts": 0}, "inject_host_prefix": False, **config}
        return SESSION.client(
            service,
            region_name=region,
            endpoint_url=at or url,
            aws_access_key_id=request["access_key"],
            aws_secret_access_key=request["secret"],
            config=Config(**config),
        )

    def fill(bucket, count, prefix="o"):
        given = {"account": request["account"], "bucket": bucket, "count": count, "prefix": prefix}
        urllib.request.urlopen(f"{url}/_objects", json.dumps(given).encode(), timeout=120).close()

    scope = {"client": client, "fill": fill, "account": request["account"], "region": home, "url": url, "json": json}
    tree = ast.parse(request["code"], "snippet")
    value = None
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    # What a snippet prints must not be taken for an answer.
    with contextlib.redirect_stdout(sys.stderr):
        exec(compile(tree, "snippet", "exec"), scope)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), "snippet", "eval"), scope)
    if isinstance(value, dict):
        value.pop("ResponseMetadata", None)
    return value


def main():
    """Serves until standard input ends."""
    for line in sys.stdin:
        try:
            answer = json.dumps({"value": run(json.loads(line))}, default=str)
        except Exception:  # noqa: BLE001 - whatever a snippet does, the test gets to see it
            answer = json.dumps({"error": traceback.format_exc()})
        print(answer, flush=True)


if __name__ == "__main__":
    main()
