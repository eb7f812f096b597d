"""What a guest's `__deepcopy__` sees of the copying around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session


class Memo:
    """Show a guest's `__deepcopy__` which of its own objects are copied already: the rest is not for guests."""

    __slots__ = ("_made", "_session")

    def __init__(self, session: Session, made: dict[Any, Any]) -> None:
        self._session = session
        self._made = made

    def get(self, key: Any, default: Any = None) -> Any:
        """Return the copy of a guest's object by the object's id."""
        found = self._made.get(key) if type(key) is int else None
        return found if found is not None and self._session.attributes.is_guest(found) else default

    def __getitem__(self, key: Any) -> Any:
        found = self.get(key)
        if found is None:
            raise KeyError(key)
        return found

    def __setitem__(self, key: Any, value: Any) -> None:
        if type(key) is not int:
            raise TypeError("the memo's keys are ids")
        self._made[key] = value

    def __contains__(self, key: Any) -> bool:
        return self.get(key) is not None


def memo_of(memo: Any) -> dict[Any, Any]:
    """Return the dict behind a guest's memo; one of the guest's own would show what is copied on the way."""
    return memo._made if type(memo) is Memo else {}


def guarded_deepcopy(session: Session, method: Callable[..., Any]) -> Callable[..., Any]:
    """Return what takes the place of a guest's `__deepcopy__`, whoever copies its objects."""

    def deepcopy_method(self: Any, memo: Any = None) -> Any:
        return method(self, Memo(session, memo) if type(memo) is dict else memo)

    if method.__code__ is _deepcopy_code:
        return method
    deepcopy_method.__name__, deepcopy_method.__qualname__ = method.__name__, method.__qualname__
    return deepcopy_method


_deepcopy_code: Any = next(code for code in guarded_deepcopy.__code__.co_consts if hasattr(code, "co_code"))
