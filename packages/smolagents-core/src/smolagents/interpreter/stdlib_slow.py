"""What copies of standard library modules have in place of functions that can take for ever in one call, or wait."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from smolagents.errors import InterpreterError
from smolagents.interpreter.sizes import as_int

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session

# About a second's work.
MAX_HASH_ROUNDS = 2_000_000
MAX_SCRYPT_STEPS = 2**22
# The marks after one letter are put in order, in a time that grows with the square of their number.
MAX_MARKS = 5000
_OWN = ("__dict__", "__weakref__")


def _body(kind: type) -> dict[str, Any]:
    return {name: value for name, value in kind.__dict__.items() if name not in _OWN}


def queue_names(session: Session, original: Any) -> dict[str, Any]:
    """Return the session's `queue`: nothing else runs here, so waiting for another thread would never end."""

    def waiting(kind: Any, bases: tuple[Any, ...] = (), **changed: Any) -> Any:
        def get(self: Any, block: bool = True, timeout: float | None = None) -> Any:
            """Remove and return an item."""
            if self.qsize() == 0:
                raise original.Empty("the queue is empty, and nothing else runs that could fill it")
            return kind.get(self, False)

        def put(self: Any, item: Any, block: bool = True, timeout: float | None = None) -> None:
            """Put an item into the queue."""
            kind.put(self, item, False)

        # No subclass: `super()` would reach the original methods.
        return type(kind.__name__.removeprefix("_Py"), bases, {**_body(kind), "get": get, "put": put, **changed})

    def join(self: Any) -> None:
        """Return at once."""

    made = waiting(original.Queue, join=join)
    simple = waiting(original._PySimpleQueue)
    derived = {name: type(name, (made,), _body(getattr(original, name))) for name in ("LifoQueue", "PriorityQueue")}
    return {"Queue": made, "SimpleQueue": simple, **derived}


def string_names(session: Session, original: Any) -> dict[str, Any]:
    """Return the session's `string`: the patterns of a guest's templates are judged as all others."""
    compile_pattern = original.Template.__init_subclass__.__func__

    class Template(original.Template):  # type: ignore[misc]
        def __init_subclass__(cls) -> None:
            compile_pattern(cls)
            cls.pattern = session.regex.guarded(cls.pattern)

    Template.__qualname__, Template.__module__ = "Template", "string"
    return {"Template": Template}


def unicodedata_names(session: Session, original: Any) -> dict[str, Any]:
    """Return the session's `unicodedata`."""

    def normalize(form: Any, unistr: Any, /) -> str:
        """Return a normal form of a Unicode string."""
        if isinstance(unistr, str) and len(unistr) > MAX_MARKS and not unistr.isascii():
            for is_mark, group in itertools.groupby(unistr, lambda character: original.combining(character) > 0):
                if is_mark and sum(1 for _ in group) > MAX_MARKS:
                    raise InterpreterError("the text has too many combining marks in a row")
        return str(original.normalize(form, unistr))

    return {"normalize": normalize}


def hashlib_names(session: Session, original: Any) -> dict[str, Any]:
    """Return the session's `hashlib`: keys are derived in a bounded number of rounds."""

    def refuse() -> None:
        raise InterpreterError("deriving this key takes too long: use fewer rounds")

    def pbkdf2_hmac(hash_name: str, password: Any, salt: Any, iterations: Any, dklen: Any = None) -> bytes:
        """Derive a key from a password."""
        if (as_int(iterations) or 0) * ((as_int(dklen) or 32) // 20 + 1) > MAX_HASH_ROUNDS:
            refuse()
        return bytes(original.pbkdf2_hmac(hash_name, password, salt, iterations, dklen))

    def scrypt(password: Any, *, salt: Any, n: Any, r: Any, p: Any, maxmem: Any = 0, dklen: Any = 64) -> bytes:
        """Derive a key from a password."""
        if (as_int(n) or 0) * (as_int(r) or 0) * (as_int(p) or 0) > MAX_SCRYPT_STEPS:
            refuse()
        return bytes(original.scrypt(password, salt=salt, n=n, r=r, p=p, maxmem=maxmem, dklen=dklen))

    return {"pbkdf2_hmac": pbkdf2_hmac, "scrypt": scrypt}


SLOW_MODULES: dict[str, Callable[[Session, Any], dict[str, Any]]] = {
    "hashlib": hashlib_names,
    "queue": queue_names,
    "string": string_names,
    "unicodedata": unicodedata_names,
}
