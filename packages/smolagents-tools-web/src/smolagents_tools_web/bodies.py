"""Read the body of an answer within a limit of bytes and of time, whatever the server sends."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterable, Iterator

ENCODINGS = "gzip, deflate"
"""What requests ask for: these can be decoded piece by piece, so that a small body can't become a huge one at once."""

_PIECE = 2**16
_GZIP = b"\x1f\x8b"
_WITH_ANY_HEADER = zlib.MAX_WBITS | 32


class TooSlow(Exception):
    """Report that the whole of an answer did not come in time."""


class BrokenBody(Exception):
    """Report a body that can't be decoded."""


def read_body(chunks: Iterable[bytes], encoding: str, max_bytes: int, deadline: float) -> tuple[bytes, bool]:
    """Return the decoded body, at most `max_bytes` of it, and whether that is all of it.

    Args:
        chunks: The body as it comes over the wire.
        encoding: The header Content-Encoding.
        max_bytes: How much to read, after decoding.
        deadline: When to stop, on the clock of `time.monotonic`.

    Raises:
        TooSlow: The deadline passed.
        BrokenBody: The body can't be decoded.
    """
    body = bytearray()
    for piece in _decoded(_in_time(chunks, deadline), encoding.strip().lower()):
        body += piece
        if len(body) > max_bytes:
            return bytes(body[:max_bytes]), False
        if time.monotonic() > deadline:
            raise TooSlow
    return bytes(body), True


def _in_time(chunks: Iterable[bytes], deadline: float) -> Iterator[bytes]:
    for chunk in chunks:
        if time.monotonic() > deadline:
            raise TooSlow
        yield chunk


def _decoded(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    if encoding in ("", "identity"):
        yield from chunks
    elif encoding in ("gzip", "x-gzip", "deflate"):
        yield from _inflated(chunks)
    else:
        raise BrokenBody(f"it has the encoding {encoding!r}, which was not asked for")


def _inflated(chunks: Iterator[bytes]) -> Iterator[bytes]:
    decoder, is_first, rest = None, True, b""
    for chunk in chunks:
        rest, piece = rest + chunk, b""
        while rest or len(piece) == _PIECE:  # after a full piece the decoder may hold some more
            if decoder is None:
                if not is_first and len(rest) < len(_GZIP):
                    break
                if not is_first and not rest.startswith(_GZIP):
                    return  # one member may follow another; all else is no part of the body
                decoder, is_first = _decoder(rest), False
            try:
                piece = decoder.decompress(rest, _PIECE)
            except zlib.error as error:
                raise BrokenBody(f"it is no valid gzip or deflate data ({error})") from error
            if piece:
                yield piece
            rest = decoder.unconsumed_tail
            if decoder.eof:
                rest, piece, decoder = decoder.unused_data, b"", None


def _decoder(start: bytes) -> zlib._Decompress:
    # Some servers mean by "deflate" the bare format, without the header that starts with this byte.
    has_header = start[0] & 0x0F == 8 or start[:1] == b"\x1f"
    return zlib.decompressobj(_WITH_ANY_HEADER if has_header else -zlib.MAX_WBITS)
