"""Save what a tool was made with, as a line of its code: plain values, and no credentials."""

from __future__ import annotations

import inspect
import math
import os
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smolagents.tools.base import Tool

_LINES = """

# What this tool was made with.
from functools import partialmethod

{cls}.__init__ = partialmethod({cls}.__init__, {arguments})
"""
_SHORTEST_SECRET = 8  # as short as that, a value of the environment may stand in any text
_SECRET_VARIABLES = ("KEY", "TOKEN", "SECRET", "PASSWORD")
# A header, the user of a URL, a parameter of a URL or of a connection, an address that lets whoever knows it post, and
# the looks of well-known services' keys.
_SECRET_TEXT = re.compile(
    r"(?i:(^|:\W{0,4})(bearer|basic)\s|\bbearer\s+\S*\d|://[^/@\s]+@"
    r"|(key|token|secret|password|pwd|signature|sig)=[^\s{<$]"
    r"|\bhooks\.slack\.com/\w|\bdiscord(app)?\.com/api/webhooks/)"
    r"|^(sk[-_]|hf_|gh[a-z]_|github_pat_|glpat-|xox[a-z]-|tvly-|AKIA|AIza|eyJ)[\w.-]{8}|-----BEGIN [A-Z ]*PRIVATE KEY"
)
# A UUID, or 20 letters and digits in a row that take turns at least three times: other services' keys look so.
_RANDOM = re.compile(
    r"(?i)(?<![a-z0-9])([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|(?=[a-z0-9]{20})[a-z0-9]*?([a-z][0-9]+[a-z]+[0-9]|[0-9][a-z]+[0-9]+[a-z]))"
)
_NO_KEY = re.compile(r"(?i)[\s/\\]|\.[a-z]\w{0,10}$")  # prose, a path or model's name, a file or host
_NAMES_OF_NO_KEYS = frozenset({"commit", "digest", "hash", "id", "revision", "sha"})
# The last word of an argument's name. The tokens of a text and the keys of a dictionary are meant by it, too: rather
# too much is left out, and named, than too little.
_SECRET_WORDS = frozenset({"auth", "cookies", "key", "login", "pass", "passphrase", "pwd", "token"})
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")


@dataclass
class SavedArguments:
    """Hold the arguments of a tool's constructor that are not at their defaults.

    Args:
        plain: Those that can be saved.
        left_out: For each other one, why it can't.
    """

    plain: dict[str, Any] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)

    def lines(self, cls: type[Tool]) -> str:
        """Return the code that gives them back to a class; it runs wherever a tool class can be loaded."""
        if not self.plain:
            return ""
        given = ", ".join(f"{name}={value!r}" for name, value in self.plain.items())
        return _LINES.format(cls=cls.__name__, arguments=given)

    def warn(self, tool: Tool) -> None:
        """Warn of what is left out."""
        if self.left_out:
            listed = ", ".join(f"{name} ({why})" for name, why in self.left_out.items())
            warnings.warn(
                f"The tool '{tool.name}' is saved without its arguments {listed}: pass them again when loading it.",
                stacklevel=5,
            )


def saved_arguments(tool: Tool) -> SavedArguments:
    """Return what a tool was made with."""
    found = SavedArguments()
    for name, value in _given(tool):
        if reason := _reason_to_leave_out(tool, name, value):
            found.left_out[name] = reason
        else:
            found.plain[name] = value
    return found


def _reason_to_leave_out(tool: Tool, name: str, value: Any) -> str | None:
    if not name.isidentifier() or iskeyword(name):
        return "it can't be passed by name"
    try:
        if _is_secret(name, value):
            return "a credential"
        if name in getattr(tool, "unsaved_arguments", ()):
            return "it is for this machine alone"
        return None if _is_plain(value) else f"a {type(value).__name__} can't be saved"
    except RecursionError:
        return "it holds itself"


def _given(tool: Tool) -> Iterator[tuple[str, Any]]:
    """Yield the arguments by name; of a loaded tool, those that its code does not give by itself."""
    args, kwargs = tool._made_with
    if not args and not kwargs:
        return
    signature = inspect.signature(type(tool).__init__)
    by_itself = getattr(inspect.getattr_static(type(tool), "__init__"), "keywords", {})
    for name, value in signature.bind(tool, *args, **kwargs).arguments.items():
        parameter = signature.parameters[name]
        if parameter.kind is parameter.VAR_KEYWORD:
            yield from ((key, item) for key, item in value.items() if key not in by_itself or item != by_itself[key])
        elif parameter.kind is parameter.VAR_POSITIONAL:
            if rest := [item for item in value if item is not tool]:
                yield f"*{name}", rest
        elif value is not tool and not _same(value, parameter.default):
            yield name if parameter.kind is not parameter.POSITIONAL_ONLY else f"/{name}", value


def _same(value: Any, default: Any) -> bool:
    return value is default or (_is_plain(value) and type(value) is type(default) and value == default)


def _is_plain(value: Any) -> bool:
    """Tell whether a value is written in code as JSON has it; tuples are, too."""
    if isinstance(value, float):
        return type(value) is float and math.isfinite(value)
    if type(value) in (list, tuple):
        return all(map(_is_plain, value))
    if type(value) is dict:
        return all(type(key) is str and _is_plain(item) for key, item in value.items())
    return value is None or type(value) in (bool, int, str)


def _is_secret(name: str, value: Any) -> bool:
    from smolagents.models.configuration import is_secret

    if value is None or isinstance(value, bool) or (isinstance(value, str) and not value):
        return False
    last_word = "".join(_WORD.findall(name)[-1:]).lower()
    if is_secret(name) or last_word in _SECRET_WORDS:
        return True
    if isinstance(value, dict):
        return any(_is_secret(str(key), item) for key, item in value.items())
    if isinstance(value, (list, tuple, set, frozenset)):
        return any(_is_secret(name, item) for item in value)
    if not isinstance(value, str):
        return False
    looks_random = last_word not in _NAMES_OF_NO_KEYS and _is_random(value.strip())
    return looks_random or _SECRET_TEXT.search(value) is not None or _is_in_environment(value)


def _is_random(text: str) -> bool:
    return _NO_KEY.search(text) is None and _RANDOM.search(text) is not None


def _is_in_environment(text: str) -> bool:
    secrets = (value for name, value in os.environ.items() if name.upper().endswith(_SECRET_VARIABLES))
    return any(secret in text for secret in secrets if len(secret) >= _SHORTEST_SECRET)
