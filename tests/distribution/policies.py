#!/usr/bin/env python3
"""Has cfn-lint judge IAM policies, as it judges those of templates: their grammar, their length, and every action.

    policies.py ACTIONS.toml FILE...

A file holds policies by name, as `aws-cleaner policy --split` prints them. What is newer than the validator's data is named
in the table `newer` of ACTIONS.toml; everything else that it complains of is printed, and the exit code is 1.
"""

import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

# Not by its first line: it names the folder that it was installed into before it was moved.
CFN_LINT = [sys.executable, Path(sys.executable).parent / "cfn-lint"]
# How it calls an action that it does not know.
UNKNOWN = "W3037"


def template(policies):
    """A template of managed policies; and how many actions they have."""
    resources = {
        f"Policy{number}": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document}}
        for number, document in enumerate(policies)
    }
    return {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}


def main(actions, *files):
    """Prints what is wrong with the policies."""
    newer = {action.split(":")[1].lower() for action in tomllib.loads(Path(actions).read_text())["newer"]}
    policies = [document for file in files for document in json.loads(Path(file).read_text()).values()]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "policies.json")
        path.write_text(json.dumps(template(policies)))
        command = [*CFN_LINT, "--format", "json", "--include-checks", "I", "--", path]
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.stderr or not done.stdout.strip():
        print(f"cfn-lint said nothing of use: {done.stderr}")
        return 1
    wrong = set()
    for match in json.loads(done.stdout):
        rule, message = match["Rule"]["Id"], match["Message"]
        action = message.split("'")[1] if rule == UNKNOWN else ""
        if action not in newer:
            wrong.add(f"{rule} {message[:200]}")
    print("\n".join(sorted(wrong)))
    return 1 if wrong or not policies else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
