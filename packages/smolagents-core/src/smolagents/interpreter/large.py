"""Guards for what large values can become: they are asked only where a session has such values.

A method or constructor of C code can make fifty times the bytes that it is given (`list(text)`, `text.split()`). As
long as the session is calm its values are so small that this is no matter, and code goes past these guards.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from smolagents.interpreter.memory import LARGE
from smolagents.interpreter.policy import words
from smolagents.interpreter.sizes import as_listed, size_of
from smolagents.interpreter.standins import stand_in

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session

# Methods that make much more of a value than it is; the guards of `methods` know by how much.
AMPLIFYING = frozenset(
    words("upper lower title capitalize casefold swapcase encode split rsplit splitlines findall hex tolist")
)
# A constructor's bytes for each element, if it takes more than a list.
ELEMENT = {set: 64, frozenset: 64, dict: 100}
# Values below that take no more than a few megabytes, whatever becomes of them.
SHORT = LARGE // 16
LISTS: tuple[Any, ...] = (list, tuple, set, frozenset, dict, sorted)
# What is found where code gives a constructor another name.
LIST_CLASSES = {make.__name__: f"<{make.__name__}_alias>" for make in LISTS if isinstance(make, type)}
CALM, LOOK, OWNER, SPREAD = "<calm>", "<look>", "<large>", "<spread>"


class LargeOwner:
    """Give the methods of a large value through their guards."""

    __slots__ = ("_session", "_value")

    def __init__(self, session: Session, value: Any) -> None:
        self._session = session
        self._value = value

    def __getattr__(self, name: str) -> Any:
        return self._session.attributes.load(self._value, name)


class LargeGuards:
    """Guard the large values of one session."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.take = session.budget.take
        self.ticks = session.budget.close_ticks

    def owner(self) -> Callable[[Any], Any]:
        """Return a function that returns what a method is read from."""
        session, memory = self.session, self.session.budget.memory

        def owner(value: Any) -> Any:
            if memory.calm:
                return value
            is_large = size_of(value) > SHORT or type(value) is re.Pattern
            return LargeOwner(session, value) if is_large else value

        return owner

    def spread(self, value: Any) -> Any:
        """Return what is unpacked, into a list that may become a tuple then."""
        self.take(2 * as_listed(value))
        return value

    def constructor(self, make: Any) -> Callable[..., Any]:
        """Return a function that does what a builtin constructor does."""
        element = ELEMENT.get(make, 8)
        make = self.session.consumers.maker(make)

        memory = self.session.budget.memory

        def made(*args: Any, **kwargs: Any) -> Any:
            if args and not memory.calm:
                first = args[0]
                try:
                    self.take(max(as_listed(first), len(first) * element))
                except TypeError:
                    if hasattr(type(first), "__next__"):
                        args = (itertools.compress(first, self.ticks), *args[1:])
            return make(*args, **kwargs)

        return made

    def closely(self, elements: Any) -> Any:
        """Return an iterator over the same elements, which C code makes of any size."""
        return itertools.compress(elements, self.ticks)

    def calm_names(self) -> dict[str, Any]:
        """Return what code finds as long as there are no large values."""
        return {
            CALM: True,
            LOOK: self.session.budget.checkpoint,
            OWNER: self.owner(),
            SPREAD: self.spread,
            **{f"<{make.__name__}>": self.session.consumers.maker(make) for make in LISTS},
            **{f"<{make.__name__}_of>": self.constructor(make) for make in LISTS},
            **{
                LIST_CLASSES[make.__name__]: stand_in(make, self.constructor(make))
                for make in LISTS
                if make is not sorted
            },
        }

    def watchful_names(self) -> Mapping[str, Any]:
        """Return what takes the place of that."""
        return {
            CALM: False,
            **{f"<{make.__name__}>": self.constructor(make) for make in LISTS},
        }
