"""Get hold of the media file that a source names; what a model names is checked like anything else."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import IO, Any

from smolagents.parser_program import Unusable

_SHOWN = 200  # characters of a source in a text for the model


@contextmanager
def media_file(source: Any, private_hosts: Collection[str]) -> Iterator[IO[bytes]]:
    """Open a media file for reading, for a `with` block. It is one of the file system, whatever the source.

    Args:
        source: A path, an `http`, `https` or `data` URL, or the bytes of a file.
        private_hosts: Hosts that may be read from though their addresses are not public.

    Raises:
        Unusable: There is no such file, or it may not be read.
    """
    if isinstance(source, (str, os.PathLike)):
        source = str(source)  # of an AgentVideo, the path
        if not _is_url(source):
            with _opened(source) as file:
                yield file
            return
    with tempfile.TemporaryFile() as copy:
        copy.write(_from_data_url(source) if _is_data_url(source) else _from_elsewhere(source, private_hosts))
        copy.seek(0)
        yield copy


def shown(source: Any) -> str:
    """Return what to call a source in a text for the model."""
    if not isinstance(source, (str, os.PathLike)):
        return f"(a {type(source).__name__})"
    text = str(source)
    return f"(a data URL of {len(text)} characters)" if _is_data_url(text) else text[:_SHOWN]


def _is_url(source: str) -> bool:
    return "://" in source or _is_data_url(source)


def _is_data_url(source: Any) -> bool:
    return isinstance(source, str) and source[:5].lower() == "data:"


def _from_data_url(source: str) -> bytes:
    from smolagents.media import read_bytes

    try:
        return read_bytes(source)
    except (OSError, ValueError) as error:
        raise Unusable(f"it can't be read: {error}.") from error


def _from_elsewhere(source: Any, private_hosts: Collection[str]) -> bytes:
    from smolagents_tools_audio.sources import UnusableMedia, open_media

    try:
        return open_media(source, private_hosts)
    except UnusableMedia as error:
        raise Unusable(str(error)) from error


def _opened(path: str) -> IO[bytes]:
    # A pipe or a device would keep the reader waiting, or give bytes for ever.
    if not os.path.isfile(path):
        problem = "it is no file" if os.path.exists(path) else "there is no file of this name"
        raise Unusable(f"{problem} (working directory: {os.getcwd()}).")
    try:
        return open(path, "rb")
    except OSError as error:
        raise Unusable(f"it can't be read: {error.strerror}.") from error
