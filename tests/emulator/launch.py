#!/usr/bin/env python3
"""Starts the strict emulator on a loopback port and prints `READY <port>` once it answers.

    launch.py [--port N] [--exit-with-stdin]

Without --port the kernel chooses a free one. EMULATOR_CALL_LOG=FILE logs every call as one JSON line;
EMULATOR_FAULTS holds fault rules to start with. See emulator/application.py for the admin endpoints.
"""

import argparse
import json
import os
import sys
import threading

# Before the first import of moto: it reads these once.
DEFAULTS = {
    "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
    "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
    "MOTO_ALLOW_NONEXISTENT_REGION": "true",
    "MOTO_S3_ALLOW_CROSSACCOUNT_ACCESS": "false",
    "MOTO_DISABLE_GLOBAL_CORS": "true",
    "S3_IGNORE_SUBDOMAIN_BUCKETNAME": "1",
    "TEST_SERVER_MODE": "true",
    # moto talks to AWS in no case, but boto3 inside it must not look for credentials of the machine.
    "AWS_EC2_METADATA_DISABLED": "true",
}


def exit_with_stdin():
    """Ends the process when the other end of stdin is gone: an emulator never outlives its tests."""
    while os.read(0, 4096):
        pass
    os._exit(0)


def main():
    """Serves until it is ended."""
    parser = argparse.ArgumentParser(description="strict AWS emulator for tests")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: a free one)")
    parser.add_argument("--exit-with-stdin", action="store_true", help="end when stdin closes")
    arguments = parser.parse_args()
    for name in list(os.environ):
        if name.startswith("AWS_"):
            del os.environ[name]
    for name, value in DEFAULTS.items():
        os.environ.setdefault(name, value)
    os.environ.pop("MOTO_ACCOUNT_ID", None)

    from emulator.application import Application
    from emulator.server import Server

    threading.stack_size(1 << 20)
    server = Server(arguments.port, None)
    os.environ["MOTO_PORT"] = str(server.port)
    application = Application(server.port, os.environ.get("EMULATOR_CALL_LOG"))
    if os.environ.get("EMULATOR_FAULTS"):
        application.faults.set(json.loads(os.environ["EMULATOR_FAULTS"]))
    server.answer = application.answer
    print(f"READY {server.port}", flush=True)
    if arguments.exit_with_stdin:
        threading.Thread(target=exit_with_stdin, daemon=True).start()
    try:
        server.serve_forever(poll_interval=5)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
