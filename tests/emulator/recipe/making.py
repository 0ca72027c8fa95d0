"""Makes resources by recipes, and looks for them."""

import ipaddress
import re
from urllib.parse import urlsplit

import boto3
import botocore.exceptions
from botocore import xform_name
from botocore.config import Config

from . import templates
from .templates import BadTemplate

GONE = re.compile(r"NotFound|NoSuch|DoesNotExist|Nonexistent|NonExistent|UnknownResource|NotExist|not found", re.I)
NUMBERED = re.compile(r"\{[^}]*\b[nm]\b")


class Failed(Exception):
    """A step that went wrong: which, and what the service says."""


def refuse_real_aws(url):
    """Ends the program unless the address is one of this machine: these scripts never meet AWS."""
    host = urlsplit(url).hostname or ""
    try:
        local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = host == "localhost"
    if not local:
        raise SystemExit(f"{url} is not an address of this machine; refused.")


class Emulator:
    """Calls to the emulator, with the credentials in the environment."""

    def __init__(self, url):
        refuse_real_aws(url)
        self.url = url
        self.session = boto3.Session()
        self.clients = {}

    def account(self):
        """The account id."""
        try:
            return self.client("sts", "us-east-1").get_caller_identity()["Account"]
        except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as problem:
            raise SystemExit(f"{self.url}: {problem}") from None

    def client(self, service, region):
        """A client, made once."""
        key = (service, region)
        if key not in self.clients:
            config = Config(
                retries={"max_attempts": 2},
                inject_host_prefix=False,
                read_timeout=120,
                s3={"addressing_style": "path"},
                # Inputs are checked beforehand, and the emulator is to see the rest.
                request_checksum_calculation="when_required",
            )
            self.clients[key] = self.session.client(service, region_name=region, endpoint_url=self.url, config=config)
            # S3 Control puts the account before every host, and no such host is known here.
            self.clients[key].meta.events.register("before-sign.s3-control", self.without_account)
        return self.clients[key]

    def without_account(self, request, **_):
        """Sends a request to the host it would be for without an account."""
        parts = urlsplit(request.url)
        request.url = parts._replace(netloc=urlsplit(self.url).netloc).geturl()

    def call(self, call, given, region):
        """What an operation answers."""
        service, _, name = call.partition(":")
        output = getattr(self.client(service, region), xform_name(name))(**given)
        output.pop("ResponseMetadata", None)
        return output

    def pages(self, call, given, region):
        """What an operation answers, page by page."""
        service, _, name = call.partition(":")
        client, method = self.client(service, region), xform_name(name)
        if client.can_paginate(method):
            yield from client.get_paginator(method).paginate(**given)
        else:
            yield self.call(call, given, region)

    def find(self, look, region):
        """The ids that a look finds."""
        found = []
        for page in self.pages(look["call"], look["with"], region):
            some = templates.ask(look["at"], page)
            if some is not None and not isinstance(some, list):
                raise BadTemplate(f"`{look['at']}` yields no list")
            found += some or []
        return found


def said(problem):
    """An error in one line."""
    if isinstance(problem, botocore.exceptions.ClientError):
        error = problem.response["Error"]
        status = problem.response.get("ResponseMetadata", {}).get("HTTPStatusCode", "")
        return f"{error.get('Code')} ({status}): {error.get('Message')}"
    return f"{type(problem).__name__}: {' '.join(str(problem).split())}"


class Maker:
    """Makes resources; parents once, shared by all types that need them in a region."""

    def __init__(self, book, emulator):
        self.book = book
        self.emulator = emulator
        self.account = emulator.account()
        self.made = 0
        self.numbered = 0
        self.parents = {}
        self.unmade = {}

    def parent(self, type_, region, index):
        """The so-manieth shared resource of a type in a region."""
        key = f"{type_}/{self.book.recipes[type_].region or region}/{index}"
        if key in self.unmade:
            raise Failed(f"its parent {type_} could not be made")
        if key not in self.parents:
            try:
                self.parents[key] = self.make(type_, "need", region)
            except Failed as failed:
                self.unmade[key] = failed
                raise Failed(f"its parent {type_} could not be made: {failed}") from None
        return key, self.parents[key]

    def make(self, type_, purpose, region):
        """Makes one resource: what it is called, what templates know, and how to look for it."""
        recipe = self.book.recipes[type_]
        region = recipe.region or region
        needs, keys, seen = {}, [], {}
        for alias, parent in recipe.needs.items():
            # Two names for one type are two resources.
            seen[parent] = seen.get(parent, -1) + 1
            key, resource = self.parent(parent, region, seen[parent])
            needs[alias] = resource["scope"]
            keys.append(key)
        scope = {**self.names(recipe, purpose), "region": region, "account": self.account, "partition": "aws", **needs}
        for number, step in enumerate(recipe.steps, 1):
            try:
                output = self.emulator.call(step["call"], templates.render(step.get("with", {}), scope), region)
            except Exception as problem:  # noqa: BLE001 - botocore's own mistakes are to be named like the service's
                raise Failed(f"steps[{number}] {step['call']}: {said(problem)}") from None
            if step.get("as"):
                scope[step["as"]] = output
        try:
            scope["id"] = templates.render(recipe.id, scope)
            if not isinstance(scope["id"], str):
                raise BadTemplate(f"`{recipe.id}` yields {scope['id']!r}, no text")
            look = {
                "call": recipe.look["call"],
                "with": templates.render(recipe.look.get("with", {}), scope),
                "at": recipe.look["at"],
                "gone": recipe.look.get("gone", []),
            }
            wanted = templates.render(recipe.look.get("is", recipe.id), scope)
        except BadTemplate as problem:
            raise Failed(f"id or list: {problem}") from None
        resource = {"type": type_, "id": scope["id"], "name": scope["name"], "region": region, "by": recipe.by}
        resource |= {"list": look, "is": wanted, "needs": keys, "scope": scope}
        self.see(resource)
        return resource

    def see(self, resource):
        """Fails unless the look finds what was just made: otherwise it would prove nothing later."""
        look = resource["list"]
        try:
            found = self.emulator.find(look, resource["region"])
        except Exception as problem:  # noqa: BLE001
            raise Failed(f"list {look['call']}: {said(problem)}") from None
        if resource["is"] not in found:
            some = ", ".join(map(repr, found[:5])) or "nothing"
            raise Failed(f"list {look['call']}: {resource['is']!r} was made, but is not found; found is {some}")

    def names(self, recipe, purpose):
        """A name and numbers that nothing else has."""
        self.made += 1
        name = f"{purpose}-{recipe.type.lower()[:14]}-{self.made}"
        names = {"name": name, "name_": name.replace("-", "_")}
        if any(NUMBERED.search(text) for text in templates.texts([recipe.steps, recipe.id, recipe.look])):
            turn, rest = divmod(self.numbered, 250)
            self.numbered += 1
            names |= {"n": 1 + rest, "m": 1 + (rest + turn) % 250}
        return names


def is_there(emulator, resource):
    """Whether a resource still exists; what it was listed by may be gone with it."""
    try:
        return resource["is"] in emulator.find(resource["list"], resource["region"])
    except botocore.exceptions.ClientError as problem:
        code, message = (problem.response["Error"].get(key, "") for key in ("Code", "Message"))
        if code in resource["list"]["gone"] or GONE.search(code) or GONE.search(message):
            return False
        raise
