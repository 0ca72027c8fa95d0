"""Access keys that land in an account of their own, with an identity the account knows.

moto finds the account of a request by searching all accounts for the access key and falls back on one default.
Tests want many small accounts side by side in one process, each behind static keys.
"""

import json
import re
import threading

from moto.iam import models as iam_models
from moto.iam.models import iam_backends
from moto.sts.models import STSBackend

from .refusal import Refused, around

DEFAULT_ACCOUNT = "123456789012"
EVERYTHING = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
)


class BadAccount(ValueError):
    """An account request that means nothing."""


class Accounts:
    """The registered access keys."""

    def __init__(self):
        self.lock = threading.Lock()
        self.by_key = {}
        self.regions = {}
        self.next = 200000000000

    def clear(self):
        """Forgets all keys."""
        with self.lock:
            self.by_key.clear()
            self.regions.clear()

    def register(self, spec):
        """Registers a key, creates its identity and the roles asked for, and says what was made.

        All optional: `access_key`, `account`, `identity` (`role/NAME`, `user/NAME` or `root`), `roles`, `alias`, and
        `regions`, the opt-in regions that are on.
        """
        unknown = set(spec) - {"access_key", "account", "identity", "roles", "alias", "regions"}
        if unknown:
            raise BadAccount(f"unknown key {sorted(unknown)[0]!r} in an account request")
        with self.lock:
            self.next += 1
            number = self.next
        account = spec.get("account") or str(number)
        access_key = spec.get("access_key") or f"AKIA{number:016d}"
        if not re.fullmatch(r"\d{12}", account):
            raise BadAccount(f"an account id has 12 digits, not {account!r}")
        if not re.fullmatch(r"[A-Z0-9]{20}", access_key):
            raise BadAccount(f"an access key has 20 capital letters or digits, not {access_key!r}")
        identity = spec.get("identity") or "role/account-cleaner"
        iam = iam_backends[account]["aws"]
        kind, _, name = identity.partition("/")
        if kind == "role":
            role = self.role(iam, name, account)
            arn = f"arn:aws:sts::{account}:assumed-role/{name}/session"
            user_id = f"{role.id}:session"
        elif kind == "user":
            if name not in iam.users:
                iam.create_user("aws", name, path="/", tags=None)
                iam.put_user_policy(name, "everything", EVERYTHING)
            arn, user_id = iam.users[name].arn, iam.users[name].id
        elif kind == "root":
            arn, user_id = f"arn:aws:iam::{account}:root", account
        else:
            raise BadAccount(f"an identity is role/NAME, user/NAME or root, not {identity!r}")
        for role in spec.get("roles") or []:
            self.role(iam, role, account)
        if spec.get("alias"):
            iam.create_account_alias(spec["alias"])
        with self.lock:
            self.by_key[access_key] = (account, arn, user_id)
            if "regions" in spec:
                self.regions[account] = frozenset(spec["regions"])
        return {
            "access_key": access_key,
            "secret": f"secret-of-{access_key}",
            "account": account,
            "arn": arn,
            "user_id": user_id,
        }

    @staticmethod
    def role(iam, name, account):
        """Creates a role that the account itself may assume and that may do everything."""
        for role in iam.roles.values():
            if role.name == name:
                return role
        trust = json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
                ],
            }
        )
        role = iam.create_role(
            role_name=name,
            assume_role_policy_document=trust,
            path="/",
            permissions_boundary=None,
            description="",
            tags=[],
            max_session_duration="3600",
        )
        iam.put_role_policy(name, "everything", EVERYTHING)
        return role

    def account_of(self, access_key):
        """The account of a key: registered, issued by the emulated IAM or STS, or the default one."""
        known = self.by_key.get(access_key)
        if known:
            return known[0]
        for account, backends in list(iam_backends.items()):
            if "aws" in backends.keys() and access_key in backends["aws"].access_keys:
                return account
        return DEFAULT_ACCOUNT

    def opted_in(self, account):
        """The opt-in regions that are on in an account."""
        return self.regions.get(account, frozenset())

    def identity_of(self, access_key):
        """(arn, user id) of a registered key."""
        known = self.by_key.get(access_key)
        return known[1:] if known else None


def install(accounts):
    """Makes moto use the registry."""
    iam_models.get_account_id_from = accounts.account_of

    @around(STSBackend, "get_caller_identity")
    def _caller(original, self, access_key_id, region):
        known = accounts.identity_of(access_key_id)
        if known:
            return known[1], known[0], self.account_id
        user_id, arn, account = original(self, access_key_id, region)
        # moto answers unknown keys with `arn:aws:sts::…:user/moto`, which is no ARN that AWS could give.
        return user_id, arn.replace(":sts:", ":iam:") if ":user/" in arn else arn, account

    @around(STSBackend, "assume_role")
    def _assume(original, self, region_name, role_session_name, role_arn, policy, duration, external_id):
        # moto hands out sessions of roles that do not exist.
        found = re.fullmatch(r"arn:[^:]+:iam::(\d{12}):role/(?:.*/)?([^/]+)", role_arn or "")
        backends = iam_backends[found[1]] if found else {}
        roles = backends["aws"].roles.values() if found else []
        if not any(role.arn == role_arn for role in roles):
            raise Refused(
                "AccessDenied",
                f"User is not authorized to perform: sts:AssumeRole on resource: {role_arn}",
                403,
            )
        return original(self, region_name, role_session_name, role_arn, policy, duration, external_id)
