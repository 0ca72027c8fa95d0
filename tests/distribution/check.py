#!/usr/bin/env python3
"""Checks what is deployed, without a cloud and without a container engine.

    check.py FOLDER [ACTIONLINT]

- CloudFormation templates, with cfn-lint.
- The composite action: against its schema, and its steps as a workflow's, so that actionlint sees them.
- Snippets of the documentation: each against the schema of its platform. Snippets of one file are read as one: what is
  written once, and what uses it.
- Shell scripts, with shellcheck.

FOLDER takes what was put together. Without ACTIONLINT, expressions in workflows are not checked.
"""

import re
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(sys.executable).parent
SHELLCHECK = PROGRAMS / "shellcheck"
# Not by their first lines: these name the folder that they were installed into before it was moved.
CFN_LINT = [sys.executable, PROGRAMS / "cfn-lint"]
CHECK_JSONSCHEMA = [sys.executable, PROGRAMS / "check-jsonschema"]
PAGES = ["README.md", "docs/ci.md", "docs/guide.md"]
# The first line of a snippet says which file it belongs to.
PLATFORMS = {
    r"\.github/workflows/.+\.yml": "vendor.github-workflows",
    r"\.gitlab-ci\.yml": "vendor.gitlab-ci",
    r"\.circleci/config\.yml": "vendor.circle-ci",
}
ACTION = "aws-cleaner/aws-cleaner@main"
# The variables that aws-cleaner reads; any other of this prefix is an error when it starts.
KNOWN = re.compile(r"\bAWS_CLEANER_(?!(POOL_TABLE|POOL_ACCOUNT|POOL_TOKEN|DEADLINE)\b)[A-Z]")

wrong = []


def run(what, *command):
    """Runs a check, and remembers what it says if it fails."""
    done = subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        wrong.append(f"{what}:\n{done.stdout}{done.stderr}")


def against(schema, path):
    """Checks a file against a published schema, of which check-jsonschema has a copy."""
    run(f"{path} is not as {schema} says", *CHECK_JSONSCHEMA, "--builtin-schema", schema, path)


class Loader(yaml.SafeLoader):
    """Reads YAML as version 1.2 does: `on` is a word."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))


def merge(one, other):
    """Reads two documents as one."""
    for key, value in other.items():
        both = isinstance(value, dict) and isinstance(one.get(key), dict)
        one[key] = merge(one[key], value) if both else value
    return one


def snippets():
    """The blocks of YAML in the documentation: page, line, name of the file or nothing, document."""
    for page in PAGES:
        text = (ROOT / page).read_text()
        for block in re.finditer(r"^```ya?ml\n(.*?)^```$", text, re.M | re.S):
            line = text.count("\n", 0, block.start()) + 1
            named = re.match(r"# (\S+\.yml)\n", block[1])
            try:
                yield page, line, named and named[1], yaml.load(block[1], Loader), block[1]
            except yaml.YAMLError as error:
                wrong.append(f"{page}:{line}: no YAML: {error}")


def files():
    """Complete files made of the snippets: name, schema, document, the text they came from."""
    whole = {}
    for page, line, name, document, text in snippets():
        if KNOWN.search(text):
            wrong.append(f"{page}:{line}: aws-cleaner does not know the variable {KNOWN.search(text)[0]}…")
        if isinstance(document, list) and "uses" in document[0]:
            # Steps alone.
            job = {"runs-on": "ubuntu-latest", "steps": document}
            yield f"{page}:{line}", "vendor.github-workflows", {"on": "push", "jobs": {"steps": job}}
        elif name is None:
            continue
        elif name.startswith(".github"):
            yield f"{page}:{line}", "vendor.github-workflows", document
        else:
            merge(whole.setdefault(name, {}), document)
    for name, document in whole.items():
        schema = next((schema for pattern, schema in PLATFORMS.items() if re.fullmatch(pattern, name)), None)
        if schema is None:
            wrong.append(f"{name}: nobody knows how to check it")
        else:
            yield name, schema, document


def as_workflow(action):
    """The action's steps as those of a workflow that is called with the action's inputs."""
    inputs = {name: {"type": "string"} for name in action["inputs"]}
    outputs = {name: output["value"] for name, output in action["outputs"].items()}
    job = {"runs-on": "ubuntu-latest", "outputs": outputs, "steps": action["runs"]["steps"]}
    return {"on": {"workflow_call": {"inputs": inputs}}, "jobs": {"action": job}}


def main(folder, actionlint=None):
    """Checks everything, and says all that is wrong."""
    templates = sorted((ROOT / "deploy").glob("*.yaml"))
    # Nothing that it has to say is too small.
    strict = ["--non-zero-exit-code", "informational", "--include-checks", "I"]
    run("templates", *CFN_LINT, *strict, "--", *templates)
    scripts = [*sorted((ROOT / "action").iterdir()), ROOT / "deploy/build-static", ROOT / ".ci/run"]
    run("scripts", SHELLCHECK, *scripts)

    against("vendor.github-actions", ROOT / "action.yml")
    action = yaml.load((ROOT / "action.yml").read_text(), Loader)
    # A project, so that actionlint finds the action that workflows in it use.
    workflows = folder / ".github/workflows"
    workflows.mkdir(parents=True)
    (folder / ".git").mkdir()
    (folder / "action.yml").write_text((ROOT / "action.yml").read_text())
    (workflows / "action.yml").write_text(yaml.safe_dump(as_workflow(action), sort_keys=False))

    found = set()
    for number, (name, schema, document) in enumerate(files()):
        found.add(schema)
        place = workflows if schema == "vendor.github-workflows" else folder
        path = place / f"{number}-{re.sub('[^a-z]+', '-', name.lower()).strip('-')}.yml"
        text = yaml.safe_dump(document, sort_keys=False)
        if place == workflows and ACTION in text:
            found.add(ACTION)
        path.write_text(text.replace(ACTION, "./"))
        against(schema, path)
    missing = {*PLATFORMS.values(), ACTION} - found
    if missing or len(templates) != 2:
        wrong.append(f"these were not found at all: {missing or templates}")
    if actionlint:
        # Shell is checked in the scripts; without this, it would depend on what is installed.
        command = [actionlint, "-shellcheck", SHELLCHECK, "-pyflakes=", "-no-color"]
        checked = subprocess.run(
            [str(part) for part in [*command, *sorted(workflows.iterdir())]], cwd=folder, capture_output=True, text=True
        )
        if checked.returncode:
            wrong.append(f"actionlint:\n{checked.stdout}{checked.stderr}")
    for one in wrong:
        print(one)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
