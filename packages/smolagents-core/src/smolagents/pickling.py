"""What is bound to its process refuses to be pickled and deep-copied, with words that help."""

from __future__ import annotations

from typing import Any, NoReturn


def bound_state(state: object, kind: type, why: str) -> object:
    """Return what `__getstate__` returns for an object with a part that can't leave its process.

    Only the attempt to pickle or deep-copy the object fails: `copy.copy` reads the state as it reads any, and so does a
    subclass whose `__getstate__` takes the part out.

    Args:
        state: What the inherited `__getstate__` returns.
        kind: The class of the part. A state without such a part is returned as it is.
        why: The error of the attempt.
    """
    bound = isinstance(state, dict) and any(isinstance(value, kind) for value in state.values())
    return _BoundState(state, why) if bound else state


class _BoundState(dict[str, Any]):
    def __init__(self, state: Any, why: str) -> None:
        super().__init__(state)
        self._why = why

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError(self._why)
