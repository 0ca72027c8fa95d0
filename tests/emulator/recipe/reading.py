"""Reads recipe files: which keys there are, which are needed, and what each of them holds."""

import difflib
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

HOME = "us-east-1"
# Where a type lives whose parent may exist once only: the one that is to be deleted is at home.
ELSEWHERE = "us-east-2"
KEYS = {"steps", "id", "by", "list", "needs", "region", "single"}
UNTESTED_KEYS = {"untested", "probe", "fails"}
STEP_KEYS = {"call", "with", "as"}
LIST_KEYS = {"call", "with", "at", "is", "gone"}
# What templates know without any step.
GIVEN = {"name", "name_", "n", "m", "region", "account", "partition"}
WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Problem:
    """What is wrong with a file, and where in it."""

    file: str
    type: str
    message: str

    def __str__(self):
        where = f" [{self.type}]" if self.type else ""
        return f"{self.file}{where}: {self.message}"


@dataclass
class Recipe:
    """One row: a recipe, or why there is none."""

    type: str
    service: str
    file: str
    steps: list = field(default_factory=list)
    id: str = ""
    by: str = "id"
    look: dict = field(default_factory=dict)
    needs: dict = field(default_factory=dict)
    region: str | None = None
    single: str | None = None
    untested: str | None = None
    probe: list = field(default_factory=list)
    fails: str | None = None


class Book:
    """All rows of a directory, and what is wrong with them."""

    def __init__(self):
        self.recipes = {}
        self.problems = []

    @classmethod
    def read(cls, files):
        """Reads files; a row that is wrong is a problem and no row."""
        book = cls()
        for file in sorted(files):
            book.read_file(file)
        return book

    def bad(self, file, type_, message):
        """Notes a problem."""
        self.problems.append(Problem(str(file), type_, message))

    def read_file(self, file):
        """Reads one file."""
        try:
            tables = tomllib.loads(Path(file).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
            self.bad(file, "", str(problem))
            return
        for type_, table in tables.items():
            if not isinstance(table, dict):
                self.bad(file, type_, "a table was expected: one per resource type")
                continue
            if type_ in self.recipes:
                self.bad(file, type_, f"there is another row in {self.recipes[type_].file}")
                continue
            before = len(self.problems)
            recipe = self.row(file, type_, table)
            if len(self.problems) == before:
                self.recipes[type_] = recipe

    def row(self, file, type_, table):
        """Reads one row."""
        recipe = Recipe(type_, Path(file).stem, str(file))

        def bad(message):
            self.bad(file, type_, message)

        def text(key, where=table, name=None):
            value = where.get(key)
            if value is not None and (not isinstance(value, str) or not value.strip()):
                bad(f"`{name or key}`: a text was expected")
                return None
            return value

        if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", type_):
            bad("a type's name is letters and digits, and begins with a capital letter")
        known = UNTESTED_KEYS if "untested" in table else KEYS
        unknown_keys(table, known, bad)
        if "untested" in table:
            recipe.untested, recipe.fails = text("untested"), text("fails")
            recipe.probe = table.get("probe", [])
            if ("probe" in table) == ("fails" in table):
                bad("`untested` goes with one of `probe` and `fails`: what the emulator lacks, or what it does wrong")
            elif "probe" in table and not (strings(recipe.probe) and recipe.probe):
                bad("`probe`: a list of operations was expected")
            return recipe
        for key in ("steps", "id", "list"):
            if key not in table:
                bad(f"`{key}` is missing")
        recipe.id, recipe.region, recipe.single = text("id"), text("region"), text("single")
        recipe.by = table.get("by", "id")
        if recipe.by not in ("id", "name"):
            bad("`by` is \"id\" or \"name\"")
        recipe.steps = table.get("steps", [])
        recipe.look = table.get("list", {})
        recipe.needs = table.get("needs", {})
        self.read_needs(recipe, bad)
        self.read_steps(recipe, bad, text)
        self.read_list(recipe, bad, text)
        return recipe

    @staticmethod
    def read_needs(recipe, bad):
        """`needs`: names to types."""
        if not isinstance(recipe.needs, dict) or not strings(list(recipe.needs.values())):
            bad("`needs`: a table of names and types was expected")
            recipe.needs = {}
        for alias in recipe.needs:
            if alias in GIVEN or alias == "id" or not WORD.fullmatch(alias):
                bad(f"`needs`: `{alias}` cannot be a name here")

    @staticmethod
    def read_steps(recipe, bad, text):
        """`steps`: calls in their order."""
        if not isinstance(recipe.steps, list) or "steps" and not recipe.steps and recipe.id:
            bad("`steps`: a list of calls was expected")
            return
        taken = {*GIVEN, *recipe.needs, "id"}
        for number, step in enumerate(recipe.steps, 1):
            where = f"steps[{number}]"
            if not isinstance(step, dict):
                bad(f"`{where}`: a table was expected")
                continue
            unknown_keys(step, STEP_KEYS, bad, f"{where}: ")
            if "call" not in step:
                bad(f"`{where}`: `call` is missing")
            text("call", step, f"{where}.call")
            if not isinstance(step.get("with", {}), dict):
                bad(f"`{where}.with`: a table was expected")
            name = text("as", step, f"{where}.as")
            if name and (name in taken or not WORD.fullmatch(name)):
                bad(f"`{where}.as`: `{name}` is taken or no name")
            taken.add(name)

    @staticmethod
    def read_list(recipe, bad, text):
        """`list`: the independent look."""
        if not isinstance(recipe.look, dict):
            bad("`list`: a table was expected")
            return
        if not recipe.look:
            return
        unknown_keys(recipe.look, LIST_KEYS, bad, "list: ")
        for key in ("call", "at"):
            if key not in recipe.look:
                bad(f"`list`: `{key}` is missing")
            text(key, recipe.look, f"list.{key}")
        text("is", recipe.look, "list.is")
        if not strings(recipe.look.get("gone", [])):
            bad("`list.gone`: a list of error codes was expected")
        if not isinstance(recipe.look.get("with", {}), dict):
            bad("`list.with`: a table was expected")

    def order(self, type_):
        """The types that one needs, parents first, itself last."""
        done = {}

        def visit(name):
            if name not in done:
                done[name] = None
                for parent in self.recipes[name].needs.values():
                    visit(parent)
                done[name] = done.pop(name)

        visit(type_)
        return list(done)

    def missing(self, type_):
        """What a type needs and nobody can make, itself included; None if there is nothing."""
        seen, waiting = set(), [type_]
        while waiting:
            name = waiting.pop()
            if name not in self.recipes or self.recipes[name].untested:
                return name
            if name not in seen:
                seen.add(name)
                waiting += self.recipes[name].needs.values()
        return None

    def region(self, type_):
        """Where a type's resources are made."""
        recipe = self.recipes[type_]
        single = any(self.recipes[name].single for name in self.order(type_)[:-1])
        return recipe.region or (ELSEWHERE if single else HOME)


def unknown_keys(table, known, bad, where=""):
    """Notes each unknown key, with the nearest known one."""
    for key in table:
        if key not in known:
            bad(f"{where}unknown key `{key}`{nearest(key, known)}")


def nearest(word, known):
    """`; did you mean …?`, if there is something near."""
    close = difflib.get_close_matches(word, list(known), 1)
    return f"; did you mean `{close[0]}`?" if close else ""


def strings(value):
    """Whether this is a list of texts."""
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def files_of(paths):
    """The recipe files that arguments name: files, or directories of them."""
    files = []
    for path in map(Path, paths):
        if path.is_dir():
            files += path.glob("*.toml")
        elif path.is_file():
            files.append(path)
        else:
            raise SystemExit(f"{path}: there is no such file or directory")
    if not files:
        raise SystemExit(f"no recipes in {', '.join(map(str, paths))}")
    return sorted(set(files))
