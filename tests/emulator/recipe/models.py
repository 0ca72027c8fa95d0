"""Checks recipes against the API models of botocore: operations, members, and what paths lead to."""

import datetime
import functools

import botocore.exceptions
import botocore.loaders
import botocore.model

from . import templates
from .reading import GIVEN, nearest
from .templates import BadTemplate

LOADER = botocore.loaders.Loader()
NUMBERS = {"integer", "long", "float", "double", "bigdecimal"}
TEXTS = {"string", "timestamp", "blob", "character"}


class Wrong(ValueError):
    """Something that the model does not have."""


@functools.cache
def services():
    """All services that botocore knows."""
    return frozenset(LOADER.list_available_services("service-2"))


@functools.cache
def model(service):
    """The model of a service."""
    if service not in services():
        raise Wrong(f"botocore knows no service `{service}`{nearest(service, services())}")
    return botocore.model.ServiceModel(LOADER.load_service_model(service, "service-2"), service)


def operation(call):
    """The model of `service:Operation`."""
    service, colon, name = call.partition(":")
    if not colon:
        raise Wrong(f"`{call}`: a call is written `service:Operation`")
    known = model(service)
    if name not in known.operation_names:
        raise Wrong(f"{service} has no operation `{name}`{nearest(name, known.operation_names)}")
    return known.operation_model(name)


class Checker:
    """Checks rows, each with what it needs."""

    def __init__(self, book):
        self.book = book
        self.scopes = {}

    def check(self, recipe):
        """Yields what is wrong with a row."""
        if recipe.service not in services():
            yield f"the file is named after no service of botocore{nearest(recipe.service, services())}"
        if recipe.untested:
            for call in recipe.probe:
                try:
                    operation(call)
                except Wrong as wrong:
                    yield f"probe: {wrong}"
            return
        for alias, parent in recipe.needs.items():
            known = self.book.recipes.get(parent)
            if known is None:
                yield f"needs.{alias}: there is no recipe of `{parent}`{nearest(parent, self.book.recipes)}"
            elif known.untested:
                yield f"needs.{alias}: `{parent}` is untested, so there is no recipe of it"
        scope = self.given(recipe)
        for number, step in enumerate(recipe.steps, 1):
            where = f"steps[{number}] {step['call']}"
            try:
                called = operation(step["call"])
            except Wrong as wrong:
                yield f"steps[{number}]: {wrong}"
                called = None
            else:
                yield from self.check_input(called.input_shape, step.get("with", {}), scope, where)
            if step.get("as"):
                scope[step["as"]] = called.output_shape if called else None
        yield from self.check_text(recipe.id, scope, "id")
        scope = {**scope, "id": None}
        look = recipe.look
        if "is" in look:
            yield from self.check_text(look["is"], scope, "list.is")
        try:
            called = operation(look["call"])
        except Wrong as wrong:
            yield f"list: {wrong}"
            return
        yield from self.check_input(called.input_shape, look.get("with", {}), scope, f"list {look['call']}")
        try:
            found = infer(templates.compiled(look["at"]).parsed, called.output_shape)
            if scalar(found):
                yield f"list.at: `{look['at']}` is one {found.type_name}; a list of ids was expected"
        except (Wrong, BadTemplate) as wrong:
            yield f"list.at: {wrong}"

    def given(self, recipe):
        """What the templates of a recipe's first step know, with its shape where there is one."""
        scope = dict.fromkeys(GIVEN)
        for alias, parent in recipe.needs.items():
            scope[alias] = self.scope_of(parent)
        return scope

    def scope_of(self, type_):
        """What children know of a parent."""
        recipe = self.book.recipes.get(type_)
        if recipe is None or recipe.untested:
            return None
        if type_ not in self.scopes:
            # In a circle there is nothing known yet.
            self.scopes[type_] = None
            scope = {**self.given(recipe), "id": None}
            for step in recipe.steps:
                if step.get("as"):
                    try:
                        scope[step["as"]] = operation(step["call"]).output_shape
                    except Wrong:
                        scope[step["as"]] = None
            self.scopes[type_] = scope
        return self.scopes[type_]

    def check_input(self, shape, value, scope, where):
        """Checks what a call is given."""
        if shape is None:
            if value:
                yield f"{where}: it takes no input"
            return
        yield from self.check_value(shape, value, scope, where)

    def check_value(self, shape, value, scope, where):
        """Checks a value against its shape."""
        kind = shape.type_name
        if isinstance(value, str):
            yield from self.check_scalar_text(shape, value, scope, where)
        elif getattr(shape, "is_document_type", False):
            return
        elif templates.is_blob(value):
            if kind != "blob":
                yield f"{where}: bytes, where a {kind} is expected"
            try:
                templates.blob(value)
            except (ValueError, TypeError, AttributeError) as problem:
                yield f"{where}: {problem}"
        elif isinstance(value, dict) and kind == "structure":
            yield from self.check_structure(shape, value, scope, where)
        elif isinstance(value, dict) and kind == "map":
            for key, item in value.items():
                yield from self.check_text(key, scope, where)
                yield from self.check_value(shape.value, item, scope, f"{where}.{key}")
        elif isinstance(value, list) and kind == "list":
            for number, item in enumerate(value, 1):
                yield from self.check_value(shape.member, item, scope, f"{where}[{number}]")
        elif isinstance(value, bool):
            if kind != "boolean":
                yield f"{where}: true or false, where a {kind} is expected"
        elif not (isinstance(value, (int, float)) and kind in {*NUMBERS, "timestamp"}) and not (
            isinstance(value, (datetime.date, datetime.datetime)) and kind == "timestamp"
        ):
            yield f"{where}: {type(value).__name__} where a {kind} is expected"

    def check_scalar_text(self, shape, value, scope, where):
        """Checks text, which may be a path to anything."""
        wrong = list(self.check_text(value, scope, where))
        yield from wrong
        if wrong:
            return
        pieces = templates.parts(value)
        if any(isinstance(piece, tuple) for piece in pieces):
            if len(pieces) > 1 and shape.type_name not in TEXTS:
                yield f"{where}: text, where a {shape.type_name} is expected"
            return
        if shape.type_name not in TEXTS and not getattr(shape, "is_document_type", False):
            yield f"{where}: text, where a {shape.type_name} is expected"
        known = getattr(shape, "enum", None)
        literal = "".join(pieces)
        shortest = shape.metadata.get("min", 0) if shape.type_name == "string" else 0
        if len(literal) < shortest:
            yield f"{where}: `{literal}` is shorter than {shortest} characters"
        if known and literal not in known:
            yield f"{where}: `{literal}` is none of {', '.join(known[:8])}{nearest(literal, known)}"

    def check_structure(self, shape, value, scope, where):
        """Checks members: known ones only, and all that are required."""
        for name, item in value.items():
            member = shape.members.get(name)
            if member is None:
                yield f"{where}: there is no member `{name}`{nearest(name, shape.members)}"
            else:
                yield from self.check_value(member, item, scope, f"{where}.{name}")
        for name in shape.required_members:
            # botocore fills idempotency tokens in.
            if name not in value and not shape.members[name].metadata.get("idempotencyToken"):
                yield f"{where}: `{name}` is required"
        if getattr(shape, "is_tagged_union", False) and len(value) != 1:
            yield f"{where}: exactly one member is expected, of {', '.join(shape.members)}"

    @staticmethod
    def check_text(value, scope, where):
        """Checks the paths in a text."""
        try:
            for piece in templates.parts(value):
                if isinstance(piece, tuple):
                    infer(templates.compiled(piece[0]).parsed, scope)
        except (Wrong, BadTemplate) as wrong:
            yield f"{where}: {wrong}"


def scalar(shape):
    """Whether a shape is known to be no list and nothing that has members."""
    return isinstance(shape, botocore.model.Shape) and shape.type_name not in ("list", "structure", "map")


def element(shape):
    """The shape of what a list holds; None if it is not known."""
    if isinstance(shape, tuple):
        return shape[0]
    if isinstance(shape, botocore.model.Shape):
        if shape.type_name == "list":
            return shape.member
        raise Wrong(f"a {shape.type_name} ({shape.name}) is no list")
    return None


def member(shape, name):
    """The shape of a member."""
    if isinstance(shape, dict):
        if name not in shape:
            raise Wrong(f"nothing is called `{name}` here{nearest(name, shape)}")
        return shape[name]
    if isinstance(shape, tuple):
        raise Wrong(f"a list has no member `{name}`; write `[].{name}`")
    if not isinstance(shape, botocore.model.Shape):
        return None
    if shape.type_name == "structure":
        if getattr(shape, "is_document_type", False):
            return None
        if name not in shape.members:
            raise Wrong(f"{shape.name} has no member `{name}`{nearest(name, shape.members)}")
        return shape.members[name]
    if shape.type_name == "map":
        return shape.value
    raise Wrong(f"a {shape.type_name} ({shape.name}) has no member `{name}`")


def infer(node, shape):
    """The shape that a path leads to: a model's shape, `(element,)` of a list, names to shapes, or None: not known."""
    kind, children = node["type"], node.get("children", [])
    if kind == "field":
        return member(shape, node["value"])
    if kind in ("subexpression", "pipe", "index_expression"):
        for child in children:
            shape = infer(child, shape)
        return shape
    if kind == "index":
        return element(shape)
    if kind in ("slice", "current", "identity"):
        return shape
    if kind == "projection":
        return (infer(children[1], element(infer(children[0], shape))),)
    if kind == "filter_projection":
        each = element(infer(children[0], shape))
        infer(children[2], each)
        return (infer(children[1], each),)
    if kind == "value_projection":
        base = infer(children[0], shape)
        inner = base.value if isinstance(base, botocore.model.Shape) and base.type_name == "map" else None
        return (infer(children[1], inner),)
    if kind == "flatten":
        each = element(infer(children[0], shape))
        nested = isinstance(each, tuple) or isinstance(each, botocore.model.Shape) and each.type_name == "list"
        return (element(each),) if nested else (each,)
    if kind == "multi_select_list":
        found = [infer(child, shape) for child in children]
        return (found[0] if len(found) == 1 else None,)
    if kind == "multi_select_dict":
        return {child["value"]: infer(child["children"][0], shape) for child in children}
    if kind == "function_expression":
        if node["value"] not in templates.FUNCTIONS.FUNCTION_TABLE:
            raise Wrong(f"there is no function `{node['value']}`")
        found = [infer(child, shape) for child in children if child["type"] != "expref"]
        return found[0] if node["value"] == "not_null" else None
    if kind in ("or_expression", "and_expression", "comparator", "not_expression"):
        found = [infer(child, shape) for child in children]
        return found[0] if kind == "or_expression" else None
    return None
