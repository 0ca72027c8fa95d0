"""How a rule says no: one exception, rendered in the protocol of the call by the application."""

import functools


class Refused(Exception):
    """AWS would not do this."""

    def __init__(self, code, message, status=400, **extra):
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.extra = extra


def before(cls, name):
    """Decorates a check that runs before `cls.name` with the same arguments; it raises `Refused` to stop it."""

    def install(check):
        original = getattr(cls, name)

        @functools.wraps(original)
        def checked(self, *args, **kwargs):
            check(self, *args, **kwargs)
            return original(self, *args, **kwargs)

        setattr(cls, name, checked)
        return check

    return install


def after(cls, name):
    """Decorates a step that runs after `cls.name` succeeded: `step(self, result, *args)`."""

    def install(step):
        original = getattr(cls, name)

        @functools.wraps(original)
        def followed(self, *args, **kwargs):
            result = original(self, *args, **kwargs)
            step(self, result, *args, **kwargs)
            return result

        setattr(cls, name, followed)
        return step

    return install


def around(cls, name):
    """Decorates a replacement of `cls.name`: `replacement(original, self, *args)`."""

    def install(replacement):
        original = getattr(cls, name)

        @functools.wraps(original)
        def replaced(self, *args, **kwargs):
            return replacement(original, self, *args, **kwargs)

        setattr(cls, name, replaced)
        return replacement

    return install
