"""Compressed data, of which a kilobyte can become a gigabyte in one call of C code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from smolagents.errors import InterpreterError
from smolagents.interpreter.memory import LARGE

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session

GZIP = 31  # zlib's number for that format


def _sizes(make: Callable[[], Any], data: Any) -> Iterator[int]:
    """Yield the lengths of the pieces of unpacked data; one stream may follow another."""
    while data:
        unpacker = make()
        piece = unpacker.decompress(data, LARGE)
        while piece:
            yield len(piece)
            # zlib gives back what it has not looked at yet, the others keep it.
            piece = b"" if unpacker.eof else unpacker.decompress(getattr(unpacker, "unconsumed_tail", b""), LARGE)
        data = unpacker.unused_data if unpacker.eof else b""


def _bounded(make: Callable[..., Any]) -> Callable[[Session, Any], dict[str, Any]]:
    """Return the replacement of a module's `decompress`; `make(module, …)` makes an object that unpacks in pieces."""

    def names(session: Session, original: Any) -> dict[str, Any]:
        def decompress(data: Any, *args: Any, **options: Any) -> bytes:
            """Return unpacked data."""
            total = 0
            try:
                for size in _sizes(lambda: make(original, *args, **options), data):
                    session.budget.check()
                    total += size
                    session.sizes.check(total)
            except InterpreterError:
                raise
            except Exception:
                total = 0  # the original says what is wrong with the data
            return bytes(original.decompress(data, *args, **options))

        return {"decompress": decompress}

    return names


def _gzip_unpacker(module: Any) -> Any:
    return module.zlib.decompressobj(GZIP)


COMPRESSION_MODULES: dict[str, Callable[[Session, Any], dict[str, Any]]] = {
    "bz2": _bounded(lambda module: module.BZ2Decompressor()),
    "gzip": _bounded(_gzip_unpacker),
    "lzma": _bounded(lambda module, *args, **options: module.LZMADecompressor(*args, **options)),
    "zlib": _bounded(lambda module, wbits=15, bufsize=0: module.decompressobj(wbits)),
}
