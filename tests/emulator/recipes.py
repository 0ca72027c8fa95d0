#!/usr/bin/env python3
"""Makes one resource of every type on the emulator, by recipes, and proves which of them are left.

    recipes.py check FILES|DIR…                      what is wrong with recipe files
    recipes.py coverage DIR --types TYPES.json       every type has one row; TYPES.json is what
                                                     `aws-cleaner types --format json` prints
    recipes.py tested DIR                            the types that have a recipe
    AWS_ACCESS_KEY_ID=… recipes.py make --endpoint-url U --out STATE.json [--shard I/N | --type T …] DIR
    AWS_ACCESS_KEY_ID=… recipes.py make --all-delete --region R … --types TYPES.json …
    recipes.py config --state STATE.json --out CONFIG.yaml
    AWS_ACCESS_KEY_ID=… recipes.py verify --endpoint-url U --state STATE.json DIR
    AWS_ACCESS_KEY_ID=… recipes.py look --endpoint-url U --state STATE.json

`make` makes the parents, then of each type one to keep and one to delete; `config` writes rules that keep the former
and the parents; `verify` looks anew, and `look` prints which of all that was made is there, as JSON. With `--all-delete`
there is one of each type in each region (of what has no region, and of what can be there but once, one in all), nothing
is to be kept, and the parents go, too. Exit code 1: something is wrong, each on a line of its own; 2: wrong usage.

Two names for one type in `needs` are two resources. In `list`, `is` is what to look for where it is not the id, such as
`list = { call = …, with = { clusterName = "{cluster.id}" }, at = "nodegroups", is = "{name}" }`; `gone` has codes of
errors that mean "not there", such as `InvalidAccessException` of a service that is switched off. Codes and messages with
"NotFound" and the like mean that always. What needs a `single` type is made in another region than the one to delete.
"""

import argparse
import json
import sys
import time
from pathlib import Path

from recipe.reading import HOME, Book, Problem, files_of


def check(arguments):
    """Finds what is wrong with files; what they need may be in other files of their directories."""
    from recipe import models, supported

    asked = files_of(arguments.paths)
    book = Book.read({file for path in asked for file in path.parent.glob("*.toml")})
    names = set(map(str, asked))
    problems = [problem for problem in book.problems if problem.file in names]
    checker = models.Checker(book)
    for type_ in sorted(book.recipes):
        recipe = book.recipes[type_]
        if recipe.file not in names:
            continue
        wrong = list(checker.check(recipe))
        if not wrong and recipe.probe and all(map(supported.supported, recipe.probe)):
            wrong.append(f"{', '.join(recipe.probe)} are supported now: write a recipe")
        problems += [Problem(recipe.file, type_, message) for message in wrong]
    problems += [problem for problem in circles(book) if problem.file in names]
    for problem in sorted(problems, key=str):
        print(problem)
    rows = [recipe for recipe in book.recipes.values() if recipe.file in names]
    untested = sum(1 for recipe in rows if recipe.untested)
    counts = f"{len(rows) - untested} recipes, {untested} untested, in {len(asked)} files"
    print(f"{counts}: {len(problems)} problems", file=sys.stderr)
    return 1 if problems else 0


def circles(book):
    """Finds types that need each other."""
    done, found = set(), []

    def visit(type_, path):
        if type_ in path:
            circle = [*path[path.index(type_) :], type_]
            found.append(Problem(book.recipes[type_].file, type_, f"needs itself: {' -> '.join(circle)}"))
        elif type_ in book.recipes and type_ not in done:
            for parent in book.recipes[type_].needs.values():
                visit(parent, [*path, type_])
            done.add(type_)

    for type_ in sorted(book.recipes):
        visit(type_, [])
    return found


def coverage(arguments):
    """Compares the rows with the types that there are."""
    book = Book.read(files_of([arguments.dir]))
    # What nobody has described is proven as a whole, not type by type.
    types = {entry["name"] for entry in read_json(arguments.types)["types"] if entry["via"] is None}
    lines = [str(problem) for problem in book.problems]
    lines += [f"{type_}: no row" for type_ in sorted(types - set(book.recipes))]
    for type_ in sorted(set(book.recipes) - types):
        lines.append(f"{type_}: a row without a type, in {book.recipes[type_].file}")
    print("\n".join(lines), end="\n" if lines else "")
    rows = [book.recipes[type_] for type_ in sorted(types & set(book.recipes))]
    untested = sum(1 for row in rows if row.untested)
    single = sum(1 for row in rows if row.single)
    print(f"{len(types)} types: {len(rows) - untested - single} with a recipe, {single} single, {untested} untested", file=sys.stderr)
    return 1 if lines else 0


def tested(arguments):
    """Names the types that have a recipe."""
    book = Book.read(files_of([arguments.dir]))
    print("\n".join(sorted(type_ for type_, recipe in book.recipes.items() if not recipe.untested)))
    return 1 if book.problems else 0


def chosen(book, arguments):
    """The types to make, in their order."""
    known = sorted(type_ for type_, recipe in book.recipes.items() if not recipe.untested)
    if arguments.type:
        for type_ in arguments.type:
            if type_ not in known:
                raise SystemExit(f"there is no recipe of {type_}")
        return sorted(set(arguments.type))
    if not arguments.shard:
        return known
    number, _, of = arguments.shard.partition("/")
    if not (number.isdigit() and of.isdigit() and 1 <= int(number) <= int(of)):
        raise SystemExit(f"--shard is I/N, such as 1/4, not {arguments.shard}")
    # A service's types stay together: they share parents. The largest services first, each to the emptiest shard.
    services = {}
    for type_ in known:
        services.setdefault(book.recipes[type_].service, []).append(type_)
    shards = [[] for _ in range(int(of))]
    for service in sorted(services, key=lambda name: (-len(services[name]), name)):
        min(shards, key=len).extend(services[service])
    return sorted(shards[int(number) - 1])


def make(arguments):
    """Makes parents, then one of each type to keep and one to delete."""
    from recipe.making import Emulator, Failed, Maker

    book = Book.read(files_of([arguments.dir]))
    # Who asks for single types is not concerned by what is wrong with others.
    wrong = [bad for bad in book.problems if not arguments.type or bad.type in arguments.type] + circles(book)
    if wrong:
        print("\n".join(map(str, wrong)))
        return 1
    started = time.monotonic()
    types = chosen(book, arguments)
    maker = Maker(book, Emulator(arguments.endpoint_url))
    regions = regions_of(book, arguments)
    made, gone, failed = {}, [], {}
    for phase in ("parents", "resources"):
        for type_, region in ((type_, region) for type_ in types for region in regions(type_)):
            recipe, missing = book.recipes[type_], book.missing(type_)
            if missing:
                failed[type_] = f"there is no recipe of {missing}, which it needs"
                continue
            try:
                if phase == "parents":
                    seen = {}
                    for parent in recipe.needs.values():
                        seen[parent] = seen.get(parent, -1) + 1
                        maker.parent(parent, recipe.region or region, seen[parent])
                elif type_ not in failed:
                    keep = None if recipe.single or arguments.all_delete else maker.make(type_, "keep", region)
                    drop = maker.make(type_, "drop", region)
                    if arguments.all_delete:
                        gone.append(plain(drop))
                    else:
                        made[type_] = state_of(recipe, keep, drop)
            except Failed as problem:
                failed[type_] = str(problem)
    parents = {key: plain(parent) for key, parent in maker.parents.items()}
    if arguments.all_delete:
        gone, parents = [*parents.values(), *gone], {}
    state = {"account": maker.account, "types": made, "parents": parents, "gone": gone, "failed": failed}
    Path(arguments.out).write_text(json.dumps(state, indent=1, default=str) + "\n", encoding="utf-8")
    for type_, message in sorted(failed.items()):
        print(f"{type_}: {message}")
    took = f"{time.monotonic() - started:.1f} s"
    counts = f"{len(made)} types, {len(parents)} parents, {len(gone)} resources of which none is to stay"
    print(f"made {counts} in {took}; {len(failed)} failed", file=sys.stderr)
    return 1 if failed else 0


def regions_of(book, arguments):
    """Tells for a type in which regions to make it."""
    if not arguments.all_delete:
        return lambda type_: [book.region(type_)]
    scopes = {entry["name"]: entry["scope"] for entry in read_json(arguments.types)["types"]}

    def regions(type_):
        alone = any(book.recipes[name].single or book.recipes[name].region for name in book.order(type_))
        return [book.region(type_)] if alone or scopes[type_] == "global" else arguments.region

    return regions


def plain(resource):
    """A resource without what only templates need."""
    return {key: value for key, value in resource.items() if key != "scope"}


def state_of(recipe, keep, drop):
    """What is to be known of a type later."""
    return {
        "service": recipe.service,
        "region": drop["region"],
        "by": recipe.by,
        "keep": keep["id"] if keep else None,
        "delete": drop["id"],
        "parents": drop["needs"],
        "looks": {"keep": plain(keep) if keep else None, "delete": plain(drop)},
    }


def config(arguments):
    """Writes rules that keep exactly what is to be kept."""
    state = read_json(arguments.state)
    kept = [entry["looks"]["keep"] for entry in state["types"].values() if entry["keep"]]
    kept = [*state["parents"].values(), *kept]
    regions = sorted({HOME} | {resource["region"] for resource in every(state)})
    lines = ["version: 1", f"accounts: {{ allow: [{quoted(state['account'])}] }}"]
    lines.append(f"regions: [{', '.join([*regions, 'global'])}]")
    if kept:
        lines += ["filters:", "  deny:"]
    for resource in kept:
        lines.append(f"    - {{ type: {resource['type']}, {resource['by']}: {{ exact: {quoted(resource['id'])} }} }}")
    Path(arguments.out).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


def every(state):
    """All resources of a state."""
    yield from state["parents"].values()
    yield from state["gone"]
    for entry in state["types"].values():
        yield from filter(None, entry["looks"].values())


def quoted(text):
    """Text as YAML writes it: JSON is a part of that."""
    return json.dumps(text, ensure_ascii=False)


def verify(arguments):
    """Looks for everything again."""
    from recipe.making import Emulator, is_there, said

    state = read_json(arguments.state)
    emulator = Emulator(arguments.endpoint_url)
    known = Book.read(files_of([arguments.dir])).recipes
    wrong = []

    def look(resource, expected, what):
        try:
            if is_there(emulator, resource) != expected:
                return f"{what} {resource['id']} is {'gone' if expected else 'still there'}"
        except Exception as problem:  # noqa: BLE001 - a look that fails proves nothing
            return f"{what} {resource['id']}: {resource['list']['call']}: {said(problem)}"
        return None

    for key, parent in sorted(state["parents"].items()):
        wrong.append((parent["type"], look(parent, True, f"the parent in {key.split('/')[1]}")))
    for type_, entry in sorted(state["types"].items()):
        if type_ not in known:
            wrong.append((type_, f"no recipe in {arguments.dir} any more"))
        if entry["looks"]["keep"]:
            wrong.append((type_, look(entry["looks"]["keep"], True, "the kept one")))
        wrong.append((type_, look(entry["looks"]["delete"], False, "the one to delete")))
    for resource in state["gone"]:
        wrong.append((resource["type"], look(resource, False, f"the one in {resource['region']}")))
    wrong = [(type_, message) for type_, message in wrong if message]
    for type_, message in wrong:
        print(f"{type_}: {message}")
    bad = {type_ for type_, _ in wrong}
    types = {*state["types"], *(resource["type"] for resource in state["gone"])}
    print(f"{len(types)} types: {len(types - bad)} right, {len(wrong)} wrong", file=sys.stderr)
    return 1 if wrong else 0


def look(arguments):
    """Prints what of a state is there: `TYPE ID`, true or false."""
    from recipe.making import Emulator, is_there

    emulator = Emulator(arguments.endpoint_url)
    there = {
        f"{resource['type']} {resource['id']}": is_there(emulator, resource)
        for resource in every(read_json(arguments.state))
    }
    print(json.dumps(there))
    return 0


def read_json(path):
    """A JSON file."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise SystemExit(f"{path}: {problem}") from None


def main():
    """Runs a subcommand."""
    parser = argparse.ArgumentParser(description="resources of every type, by recipes")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("check", help="find what is wrong with recipe files")
    command.add_argument("paths", nargs="+", metavar="FILE|DIR")
    command.set_defaults(run=check)
    command = commands.add_parser("coverage", help="compare the rows with the types")
    command.add_argument("dir")
    command.add_argument("--types", required=True, metavar="TYPES.json")
    command.set_defaults(run=coverage)
    command = commands.add_parser("tested", help="name the types that have a recipe")
    command.add_argument("dir")
    command.set_defaults(run=tested)
    command = commands.add_parser("make", help="make parents, and two of each type")
    command.add_argument("dir")
    command.add_argument("--endpoint-url", required=True)
    command.add_argument("--out", required=True, metavar="STATE.json")
    some = command.add_mutually_exclusive_group()
    some.add_argument("--shard", metavar="I/N", help="only this part of the services")
    some.add_argument("--type", action="append", help="only this type (repeats)")
    command.add_argument("--all-delete", action="store_true", help="nothing is to be kept")
    command.add_argument("--region", action="append", help="where, with --all-delete (repeats)")
    command.add_argument("--types", metavar="TYPES.json", help="which types have no region, with --all-delete")
    command.set_defaults(run=make)
    command = commands.add_parser("verify", help="look for everything again")
    command.add_argument("dir")
    command.add_argument("--endpoint-url", required=True)
    command.add_argument("--state", required=True, metavar="STATE.json")
    command.set_defaults(run=verify)
    command = commands.add_parser("look", help="say what is there")
    command.add_argument("--endpoint-url", required=True)
    command.add_argument("--state", required=True, metavar="STATE.json")
    command.set_defaults(run=look)
    command = commands.add_parser("config", help="write rules that keep what is to be kept")
    command.add_argument("--state", required=True, metavar="STATE.json")
    command.add_argument("--out", required=True, metavar="CONFIG.yaml")
    command.set_defaults(run=config)
    arguments = parser.parse_args()
    if arguments.run is make and arguments.all_delete != bool(arguments.region and arguments.types):
        parser.error("--all-delete goes with --region and --types")
    sys.exit(arguments.run(arguments))


if __name__ == "__main__":
    main()
