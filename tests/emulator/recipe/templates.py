"""Templates and paths: the same as in the catalog, JMESPath between braces."""

import base64
import io
import json
import zipfile
from urllib.parse import unquote

import jmespath
from jmespath import functions


class BadTemplate(ValueError):
    """A template that cannot be read or filled in."""


class Functions(functions.Functions):
    """The functions that the catalog has beyond those of JMESPath."""

    @functions.signature({"types": ["string"]}, {"types": ["string"]})
    def _func_after_last(self, text, separator):
        return text.rsplit(separator, 1)[-1]

    @functions.signature({"types": ["string"]}, {"types": ["string"]})
    def _func_before_first(self, text, separator):
        return text.split(separator, 1)[0]

    @functions.signature({"types": ["string"]}, {"types": ["string"]})
    def _func_split(self, text, separator):
        return text.split(separator)

    @functions.signature({"types": ["string"]})
    def _func_lower(self, text):
        return text.lower()

    @functions.signature({"types": ["string"]})
    def _func_url_decode(self, text):
        return unquote(text)

    @functions.signature({"types": ["string"]})
    def _func_json(self, text):
        try:
            return json.loads(text)
        except ValueError:
            return None

    @functions.signature({"types": []})
    def _func_text(self, value):
        return as_text(value)


FUNCTIONS = Functions()
OPTIONS = jmespath.Options(custom_functions=FUNCTIONS)


def compiled(path):
    """A path, ready to be asked."""
    try:
        return jmespath.compile(path)
    except Exception as problem:  # noqa: BLE001 - jmespath raises half a dozen kinds
        message = " ".join(line.strip() for line in str(problem).splitlines() if line.strip(" ^"))
        raise BadTemplate(f"path `{path}`: {message}") from None


def ask(path, data):
    """What a path yields."""
    try:
        return compiled(path).search(data, options=OPTIONS)
    except BadTemplate:
        raise
    except Exception as problem:  # noqa: BLE001
        raise BadTemplate(f"path `{path}`: {problem}") from None


def as_text(value):
    """A value in the middle of text; None if it has no place there."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, (int, float)) else None


def parts(text):
    """Splits text into literals, which are text, and paths, which are one-tuples; `{{` and `}}` mean braces."""
    found, literal, at = [], "", 0
    while at < len(text):
        character = text[at]
        if character not in "{}":
            literal += character
            at += 1
        elif text.startswith(character * 2, at):
            literal += character
            at += 2
        else:
            end = closing(text, at + 1) if character == "{" else None
            if end is None:
                message = "this brace has no partner; write it twice if it is meant as text"
                raise BadTemplate(f"template `{text}`: {message}")
            if literal:
                found.append(literal)
                literal = ""
            found.append((text[at + 1 : end].strip(),))
            at = end + 1
    return found + [literal] if literal else found


def closing(text, at):
    """Where the brace is that ends a path: paths themselves hold braces and quoted text."""
    depth, quote = 0, None
    while at < len(text):
        character = text[at]
        if quote:
            if character == "\\":
                at += 1
            elif character == quote:
                quote = None
        elif character in "'\"`":
            quote = character
        elif character == "{":
            depth += 1
        elif character == "}":
            if depth == 0:
                return at
            depth -= 1
        at += 1
    return None


def is_blob(value):
    """Whether a table stands for bytes."""
    return isinstance(value, dict) and len(value) == 1 and ("base64" in value or "zip" in value)


def blob(value):
    """The bytes that a table stands for."""
    if "base64" in value:
        return base64.b64decode(value["base64"], validate=True)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        # A fixed date: the same recipe makes the same bytes.
        archive.writestr(zipfile.ZipInfo("index.py"), value["zip"])
    return stream.getvalue()


def render(value, scope):
    """Fills in a value; members and elements whose path yields null are left out."""
    if isinstance(value, str):
        pieces = parts(value)
        if len(pieces) == 1 and isinstance(pieces[0], tuple):
            return ask(pieces[0][0], scope)
        return "".join(filled(piece, scope) for piece in pieces)
    if is_blob(value):
        return blob(value)
    if isinstance(value, dict):
        members = ((key, render(item, scope)) for key, item in value.items())
        return {key: item for key, item in members if item is not None}
    if isinstance(value, list):
        return [item for item in (render(item, scope) for item in value) if item is not None]
    return value


def filled(piece, scope):
    """One piece of text."""
    if isinstance(piece, str):
        return piece
    text = as_text(ask(piece[0], scope))
    if text is None:
        raise BadTemplate(f"path `{piece[0]}` yields no text")
    return text


def texts(value):
    """Every text in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
