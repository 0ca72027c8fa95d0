"""Switches a test can set: `POST /_settings`."""

import fnmatch
import time


class Settings:
    """What the emulator does on top of AWS's refusals."""

    def __init__(self):
        self.clear()

    def clear(self):
        """Back to the start."""
        # Globs of log groups that come back once after their deletion, as late writes of a function do.
        self.recreate_log_groups = []
        self.recreated = set()
        self.pending = []
        # Seconds between the deletion and the return.
        self.recreate_after = 0.0
        # How many times a stack under deletion is described as DELETE_IN_PROGRESS before it is gone.
        self.stack_delete_polls = 0
        # Globs of stacks that are in the middle of an update, and for how many looks at them they stay so.
        self.busy_stacks = {}
        # Whether users that tests make may do only what their policies allow.
        self.enforce_iam = False
        # How much is on a page of a list that the tool under test asks for; 0: as much as moto has it.
        self.page_size = 0
        self.looks_left = {}

    def set(self, given):
        """Takes over the given switches and returns all."""
        known = (
            "recreate_log_groups",
            "recreate_after",
            "stack_delete_polls",
            "busy_stacks",
            "enforce_iam",
            "page_size",
        )
        for key, value in given.items():
            if key not in known:
                raise ValueError(f"unknown setting {key!r}; known: {list(known)}")
            setattr(self, key, value)
        return {key: getattr(self, key) for key in known}

    def log_group_deleted(self, backend, name):
        """Notes a deleted log group that shall come back, once."""
        key = (backend.account_id, backend.region_name, name)
        if key in self.recreated:
            return
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in self.recreate_log_groups):
            self.recreated.add(key)
            self.pending.append((time.monotonic() + self.recreate_after, backend, name))

    def due_log_groups(self, backend):
        """Takes the names that must be back in this backend by now."""
        now = time.monotonic()
        due = [entry for entry in self.pending if entry[1] is backend and entry[0] <= now]
        self.pending = [entry for entry in self.pending if entry not in due]
        return [name for _, _, name in due]

    def stack_is_busy(self, stack_id, name, looked):
        """Whether a stack is being updated; `looked`: somebody looks at it, which brings the update nearer to its end."""
        looks = next((n for glob, n in self.busy_stacks.items() if fnmatch.fnmatchcase(name, glob)), 0)
        left = self.looks_left.setdefault(stack_id, looks)
        if looked and left > 0:
            self.looks_left[stack_id] = left - 1
        return left > 0
