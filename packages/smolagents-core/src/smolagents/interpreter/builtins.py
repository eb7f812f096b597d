"""The builtins of guest code: Python's own that are harmless, guards in place of the others."""

from __future__ import annotations

import builtins
import itertools
import math
from typing import TYPE_CHECKING, Any

from smolagents.errors import FinalAnswerException
from smolagents.interpreter.comparing import classes, compared, isinstance_of, issubclass_of, shared
from smolagents.interpreter.iterables import guest_range
from smolagents.interpreter.policy import words
from smolagents.interpreter.printing import make_print
from smolagents.interpreter.standins import stand_in
from smolagents.interpreter.watchdog import Stop

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session

_PLAIN = words(
    "abs all any bin bool callable chr classmethod complex dict divmod enumerate filter float frozenset hash hex "
    "id int isinstance issubclass len list map max min next object oct ord property reversed round set slice "
    "sorted staticmethod str super tuple zip aiter anext NotImplemented Ellipsis bytes bytearray True False None "
    "__debug__"
)


class GuestSystemExit(BaseException):
    """Stand for SystemExit: it ends the action, not the process."""


class GuestKeyboardInterrupt(BaseException):
    """Stand for KeyboardInterrupt: only the real one comes from the keyboard."""


GuestSystemExit.__name__ = GuestSystemExit.__qualname__ = "SystemExit"
GuestKeyboardInterrupt.__name__ = GuestKeyboardInterrupt.__qualname__ = "KeyboardInterrupt"


def _exceptions() -> dict[str, Any]:
    found = {
        name: value
        for name, value in vars(builtins).items()
        if isinstance(value, type) and issubclass(value, BaseException)
    }
    return {**found, "SystemExit": GuestSystemExit, "KeyboardInterrupt": GuestKeyboardInterrupt}


BASE: dict[str, Any] = {
    **{name: getattr(builtins, name) for name in _PLAIN if hasattr(builtins, name)},
    **_exceptions(),
    "__name__": "__main__",
    "__debug__": True,
}

# Functions that actions may call without an import.
MATH = {
    name: getattr(math, name)
    for name in ("ceil", "floor", "log", "exp", "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "degrees",
                 "radians", "sqrt")
}  # fmt: skip

BASE_PYTHON_TOOLS: dict[str, Any] = {
    **{
        name: getattr(builtins, name)
        for name in words(
            "print isinstance range float int bool str set list dict tuple round pow len sum max min abs "
            "enumerate zip reversed sorted all any map filter ord chr next iter divmod callable getattr hasattr "
            "setattr issubclass type complex"
        )
    },
    **MATH,
}

# What no handler of the guest may keep.
STOPS = (Stop, FinalAnswerException, KeyboardInterrupt)


def guest_builtins(session: Session) -> dict[str, Any]:
    """Return the builtins of one session, its guards included."""
    attributes = session.attributes
    consumers = session.consumers
    return {
        **BASE,
        **MATH,
        "map": stand_in(map, consumers.map),
        "filter": stand_in(filter, consumers.filter),
        "zip": stand_in(zip, consumers.pairing(zip)),
        "bytes": stand_in(bytes, session.sizes.bytes),
        "bytearray": stand_in(bytearray, session.sizes.bytearray),
        "isinstance": isinstance_of,
        "issubclass": issubclass_of,
        "print": make_print(session.prints, session.text),
        "range": guest_range(session.budget.raw_ticks),
        "iter": session.iterables.iter,
        "pow": session.sizes.pow,
        "getattr": attributes.guarded_getattr,
        "hasattr": attributes.guarded_hasattr,
        "setattr": attributes.guarded_setattr,
        "delattr": attributes.guarded_delattr,
        "dir": attributes.guarded_dir,
        "__import__": session.modules.import_module,
        "hash": session.text.hash,
        **_helpers(session),
        **session.large.calm_names(),
        **consumers.guards(),
        **session.sizes.guards(),
        **session.text.guards(),
        **session.classes.guards(),
    }


def _helpers(session: Session) -> dict[str, Any]:
    """Return what rewritten code calls by names that no code of the guest can spell."""
    attributes = session.attributes
    consumers = session.consumers
    return {
        "<enumerate>": consumers.pairing(enumerate),
        "<reversed>": consumers.pairing(reversed),
        "<isinstance>": isinstance,
        "<issubclass>": issubclass,
        "<classes>": classes,
        "<compared>": compared,
        "<shared>": shared,
        "<tuple_class>": tuple,
        "<ticks>": session.budget.ticks,
        "<raw>": session.budget.raw_ticks,
        "<compress>": itertools.compress,
        "<class>": type,
        "<int>": int,
        "<float>": float,
        "<guests>": session.ownership.pure,
        "<foreign>": session.ownership.foreign,
        "<pattern_class>": session.ownership.pattern_class,
        "<getattr>": attributes.load,
        "<captured>": attributes.captured,
        "<store>": attributes.store,
        "<delete>": attributes.delete,
        "<augmentable>": attributes.augmentable,
        "<managed>": session.classes.managed,
        "<augment_attribute>": attributes.augment_attribute,
        "<augment_item>": attributes.augment_item,
        "<stops>": STOPS,
        "<hash>": session.text.hash,
        "<clean>": session.clean_exception,
        "<raised>": session.check_raised,
        "<awaitable>": session.awaitable,
        "<join>": session.join,
        "<replace>": session.replace,
        "<extend>": session.extend,
        "<remove>": session.remove,
        "<strip>": session.strip,
    }
