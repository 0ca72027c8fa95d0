"""Trims AWS's resource schemas to what listing and deleting through Cloud Control needs.

The schemas are those that cfn-lint ships. The output is text, a line per type, packed with zlib; see `services/cloud_control`
of the core for its columns. Prints nothing on success but one summary line. With --check it writes nothing and exits 1 if the
committed file is stale.
"""

import argparse
import importlib.util
import json
import os
import re
import sys
import zlib

# Found without being run: only its data is wanted.
DATA = os.path.join(os.path.dirname(importlib.util.find_spec("cfnlint").origin), "data", "schemas")
# The region whose schema counts where several have a type: the one that has most.
FIRST = "us-east-1"
# What cfn-lint calls types otherwise than CloudFormation.
RENAMED = {"AWS::ACM::Certificate": "AWS::CertificateManager::Certificate"}
CREATED = (
    "CreatedAt", "CreationTime", "CreatedTime", "CreationDate", "CreateTime", "CreatedTimestamp", "CreationTimestamp",
    "CreationDateTime", "CreatedDate",
)
# Schemas name more than is needed; what makes something is never needed to delete.
MAKES = re.compile(r"(Create|Run|Allocate|Tag)[A-Z]")
# How deep properties are looked into for references.
DEPTH = 6
# How many levels of parents a list may have.
LEVELS = 3


def schemas():
    """The schema of every AWS type that can be listed and deleted, by name."""
    hashes = {}
    folder = os.path.join(DATA, "providers")
    names = sorted((name for name in os.listdir(folder) if name.endswith(".json")), key=lambda name: (name != f"{FIRST}.json", name))
    for name in names:
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            for type_, digest in json.load(file).items():
                hashes.setdefault(type_, digest)
    found = {}
    for type_, digest in sorted(hashes.items()):
        with open(os.path.join(DATA, "resources", f"{digest}.json"), encoding="utf-8") as file:
            schema = json.load(file)
        handlers = schema.get("handlers", {})
        if type_.startswith("AWS::") and "list" in handlers and "delete" in handlers and schema.get("primaryIdentifier"):
            found[type_] = schema
    return found


def word(type_):
    """The last word of a type's name."""
    return type_.rsplit("::", 1)[1]


def top(path):
    """The first property of a pointer."""
    return path.removeprefix("/properties/").split("/")[0]


def identifiers(schema):
    """The properties that the primary identifier is made of."""
    return [path.removeprefix("/properties/").replace("/", ".") for path in schema["primaryIdentifier"]]


def resolved(schema, node):
    """What a node refers to."""
    seen = set()
    while isinstance(node, dict) and isinstance(node.get("$ref"), str) and node["$ref"].startswith("#/"):
        if node["$ref"] in seen:
            return {}
        seen.add(node["$ref"])
        target = schema
        for part in node["$ref"][2:].split("/"):
            target = target.get(part, {}) if isinstance(target, dict) else {}
        node = target
    return node if isinstance(node, dict) else {}


def is_text(schema, name):
    kind = resolved(schema, schema["properties"].get(name, {})).get("type")
    return kind == "string" or isinstance(kind, list) and "string" in kind


def tag_property(schema):
    """The property with the tags: a name, `!name` if it cannot be read, or nothing."""
    tagging = schema.get("tagging") or {}
    name = top(tagging.get("tagProperty", "/properties/Tags"))
    if name not in schema["properties"]:
        # Tags that are there and in no property can be seen by nobody.
        taggable = tagging.get("taggable", schema.get("taggable", False))
        return "!" if taggable and "tagProperty" in tagging else "-"
    is_hidden = any(top(path) == name for path in schema.get("writeOnlyProperties", []))
    return f"!{name}" if is_hidden else name


def own_arn(type_, schema, parents):
    """The property with the ARN."""
    read_only = {top(path) for path in schema.get("readOnlyProperties", [])} | set(identifiers(schema))
    for name in ("Arn", "ARN", f"{word(type_)}Arn", f"{word(type_)}ARN"):
        if name in schema["properties"] and name in read_only and name not in parents:
            return name
    return "-"


def label(type_, schema):
    """The property with the name."""
    for name in ("Name", f"{word(type_)}Name", "DisplayName", "Title"):
        if is_text(schema, name):
            return name
    return "-"


def created(schema):
    """The property with the moment of its making."""
    return next((name for name in CREATED if name in schema["properties"]), "-")


def references(schema, all_types):
    """Which properties name resources of which types: (path, type)."""
    found = set()

    def walk(node, path, depth, open_refs):
        if not isinstance(node, dict) or depth > DEPTH:
            return
        ref = node.get("$ref")
        if isinstance(ref, str):
            if ref in open_refs:
                return
            open_refs = open_refs | {ref}
            node = {**resolved(schema, node), **{key: value for key, value in node.items() if key != "$ref"}}
        targets = []
        relation = node.get("relationshipRef")
        if isinstance(relation, dict):
            targets.append(relation.get("typeName", ""))
        form = node.get("format")
        if isinstance(form, str) and form.startswith("AWS::"):
            targets.append(form.rsplit(".", 1)[0])
        for target in targets:
            target = RENAMED.get(target, target)
            if target in all_types and path:
                # A list of names stands for its elements.
                found.add((".".join(path).removesuffix(".*"), target))
        for key in ("anyOf", "oneOf", "allOf"):
            for option in node.get(key, []):
                walk(option, path, depth, open_refs)
        for name, value in node.get("properties", {}).items():
            if "." not in name:
                walk(value, path + [name], depth + 1, open_refs)
        if "items" in node:
            walk(node["items"], path + ["*"], depth, open_refs)

    walk({"properties": schema["properties"]}, [], 0, frozenset())
    return found


class Parents:
    """Finds out where the properties come from that a list needs."""

    def __init__(self, all_types):
        self.types = all_types
        self.known = {}

    def needed(self, type_):
        return sorted(self.types[type_]["handlers"]["list"].get("handlerSchema", {}).get("required", []))

    def of(self, type_, above=()):
        """None: nobody can tell. Else (parent, {property: property of the parent}), or () if the list needs nothing."""
        if type_ not in self.known:
            self.known[type_] = self.find(type_, above)
        return self.known[type_]

    def find(self, type_, above):
        needed = self.needed(type_)
        if not needed:
            return ()
        if len(above) >= LEVELS or type_ in above:
            return None
        choices = []
        for parent in self.candidates(type_, needed):
            grand = self.of(parent, (*above, type_))
            if grand is None:
                continue
            links = {}
            for name in needed:
                source = self.source(type_, name, parent)
                if source is None and grand and name in self.needed(parent):
                    source = name
                if source is None:
                    break
                links[name] = source
            else:
                choices.append((parent, links))
        # Several that fit are several meanings of one word: nobody can tell.
        return choices[0] if len(choices) == 1 else None

    def candidates(self, type_, needed):
        service = type_.rsplit("::", 1)[0]
        related = {target for path, target in references(self.types[type_], self.types) if path in needed}
        same = [other for other in self.types if other.rsplit("::", 1)[0] == service and other != type_]
        near = [other for other in same if any(self.source(type_, name, other) for name in needed)]
        return sorted(related or near)

    def source(self, type_, name, parent):
        """The property of the parent that a property of the child is."""
        schema, ids = self.types[parent], identifiers(self.types[parent])
        if any(path == name and target == parent for path, target in references(self.types[type_], self.types)):
            return name if name in schema["properties"] else ids[0] if len(ids) == 1 else None
        # A common word such as `Name` or `Arn` says nothing of whose it is.
        if name in ids and name.startswith(word(parent)):
            return name
        if ids == [name] and name not in ("Id", "Arn", "ARN", "Name", "Namespace"):
            return name
        rest = name.removeprefix(word(parent))
        if rest == name:
            return None
        if rest in ("Id", "Arn", "ARN", "Name"):
            for own in (name, rest):
                if own in schema["properties"]:
                    return own
            return None
        return ids[0] if rest == "Identifier" and len(ids) == 1 else None


def permissions(schema, handler):
    """The IAM actions of a handler, by service."""
    actions = {}
    for action in schema["handlers"].get(handler, {}).get("permissions", []):
        service, colon, name = action.partition(":")
        if colon and service and name and " " not in action and ":" not in name and not MAKES.match(name):
            actions.setdefault(service, {})[name] = None
    return ";".join(f"{service}:{','.join(sorted(names))}" for service, names in sorted(actions.items()))


def lines():
    """The table."""
    found = schemas()
    parents = Parents(found)
    for type_, schema in found.items():
        above = parents.of(type_)
        links = above[1] if above else {}
        refs = references(schema, found)
        if above:
            refs |= {(name, above[0]) for name in links if links[name] in identifiers(found[above[0]]) or links[name] in ("Arn", "Id", "Name")}
        refs = sorted((path, target) for path, target in refs if target != type_)
        if above is None:
            listing = "?" + ",".join(parents.needed(type_))
        elif above:
            listing = above[0] + ">" + ",".join(f"{name}={source}" for name, source in sorted(links.items()))
        else:
            listing = "-"
        yield "\t".join(
            [
                type_,
                ",".join(identifiers(schema)),
                listing,
                tag_property(schema),
                own_arn(type_, schema, links),
                label(type_, schema),
                created(schema),
                ",".join(f"{path}={target}" for path, target in refs) or "-",
                permissions(schema, "list"),
                permissions(schema, "read"),
                permissions(schema, "delete"),
            ]
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True, help="the packed file")
    parser.add_argument("--check", action="store_true", help="compare only")
    args = parser.parse_args()
    text = ("\n".join(lines()) + "\n").encode()
    if args.check:
        with open(args.out, "rb") as file:
            if zlib.decompress(file.read()) != text:
                sys.exit(f"cloud_control: {args.out} is stale, run `cargo xtask cloud-control`")
        return
    os.makedirs(os.path.dirname(args.out), exist_ok=True)
    with open(args.out, "wb") as file:
        file.write(zlib.compress(text, 9))
    rows = text.decode().splitlines()
    below = sum(1 for row in rows if ">" in row.split("\t")[2])
    never = sum(1 for row in rows if row.split("\t")[2].startswith("?"))
    print(
        f"{len(rows)} types, {below} listed below others, {never} not listed without input, {len(text) // 1024} KiB of text, "
        f"{os.path.getsize(args.out) // 1024} KiB packed"
    )


if __name__ == "__main__":
    main()
