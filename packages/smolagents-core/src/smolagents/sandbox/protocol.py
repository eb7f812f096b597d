"""The frames of the worker protocol: a length in eight hexadecimal digits, then that many bytes of ASCII JSON.

Nothing but ASCII crosses, so that streams that only take text carry it as well. docs/reference/worker-protocol.md lists
the messages. This file travels into sandboxes as source: CPython 3.8 and its standard library alone.
"""

import json
from typing import Any

PROTOCOL_VERSION = 1
MAX_FRAME_BYTES = 64 * 2**20
# Containers cost some sixty bytes each once they are read, whatever little they hold.
MAX_FRAME_CONTAINERS = 2_000_000
HEADER_BYTES = 8


class ProtocolError(Exception):
    """Report bytes that are no frame, or a message that makes no sense where it came."""


class MessageTooLarge(ProtocolError):
    """Report a message that is too large to cross, before any of it has."""


def pack(message: Any) -> bytes:
    """Return a message as a frame.

    Raises:
        MessageTooLarge: It is larger than a frame may be.
    """
    body = json.dumps(message, separators=(",", ":"), allow_nan=False).encode("ascii")
    size, containers = len(body), _containers(body)
    if size > MAX_FRAME_BYTES or containers > MAX_FRAME_CONTAINERS:
        raise MessageTooLarge(
            f"a message of {size:,} bytes with up to {containers:,} lists and dicts is too large to cross between "
            f"host and sandbox (at most {MAX_FRAME_BYTES:,} and {MAX_FRAME_CONTAINERS:,}): "
            "pass a part of the value, or a summary"
        )
    return b"%08x" % size + body


def _containers(body: bytes) -> int:
    return body.count(b"[") + body.count(b"{")


def body_length(header: bytes) -> int:
    """Return the length that a frame's header announces.

    Raises:
        ProtocolError: It is no header, or it announces too much.
    """
    try:
        length = int(header, 16) if header.isalnum() else -1
    except ValueError:
        length = -1
    if not 0 <= length <= MAX_FRAME_BYTES:
        raise ProtocolError(f"expected the header of a frame, not {bytes(header)!r}")
    return length


def unpack(body: bytes) -> Any:
    """Return the message in a frame's body: a dict with the text `type`.

    Raises:
        ProtocolError: It is no such message.
    """
    if _containers(body) > MAX_FRAME_CONTAINERS:
        raise ProtocolError(f"a message of more than {MAX_FRAME_CONTAINERS:,} lists and dicts is too large to cross")
    try:
        message = json.loads(body.decode("ascii"))
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"a frame holds no JSON: {error}") from error
    if type(message) is not dict or type(message.get("type")) is not str:
        raise ProtocolError("a frame holds no message: a message is an object with a `type`")
    return message


def read_message(stream: Any) -> Any:
    """Return the next message of a binary file; None at its end.

    Raises:
        ProtocolError: What comes is none.
    """
    header = stream.read(HEADER_BYTES)
    if len(header) < HEADER_BYTES:
        return None
    length = body_length(header)
    body = stream.read(length)
    return unpack(body) if len(body) == length else None
