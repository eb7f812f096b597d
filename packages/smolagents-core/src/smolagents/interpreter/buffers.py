"""Files in memory: writing far behind their end, or piece by piece, makes much of little."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from smolagents.interpreter.sizes import as_int, size_of

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session


def position(session: Session, obj: Any, name: str, method: Any) -> Any:
    """Guard `seek` and `truncate` of files in memory: writing behind their end fills what is in between."""
    if not isinstance(obj, (io.StringIO, io.BytesIO)):
        return None

    def move(position: Any = None, *whence: Any) -> Any:
        session.sizes.check((as_int(position) or 0) * (4 if isinstance(obj, io.StringIO) else 1))
        return method(position, *whence)

    return move


def written(session: Session, obj: Any, name: str, method: Any) -> Any:
    """Guard writing to text in memory: it only collects the pieces until somebody asks for them."""
    if not isinstance(obj, io.StringIO):
        return None

    def write(text: Any) -> Any:
        session.sizes.check(obj.tell() + size_of(text))
        return obj.write(text)

    def writelines(lines: Any) -> None:
        for line in lines:
            write(line)

    return write if name == "write" else writelines
