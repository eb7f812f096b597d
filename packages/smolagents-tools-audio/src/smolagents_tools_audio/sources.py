"""Get the bytes of a media file from where it is: a path or an address that a model wrote, or what a program has."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection
from typing import Any

MAX_BYTES = 200 * 2**20
"""The most that a file may have, here and on a server."""

DOWNLOAD_SECONDS = 120.0

_SHOWN = 200  # characters of a path or an address in an error
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+://|data:", re.IGNORECASE)


class UnusableMedia(ValueError):
    """Report why a file can't be used, in words for the model."""


def open_media(source: Any, private_hosts: Collection[str] = (), max_bytes: int = MAX_BYTES) -> bytes:
    """Return the bytes of a media file.

    Addresses are read by smolagents-tools-web, which connects to public addresses only, after redirects too.

    Args:
        source: A path, an `http` or `https` URL, or the bytes themselves.
        private_hosts: Hosts that may be read from though their addresses are not public, as they stand in URLs.
        max_bytes: The most that the file may have.

    Raises:
        UnusableMedia: There is no such file, it is empty or too large, or its address is not public.
        ImportError: The source is a URL, and smolagents-tools-web is not installed.
    """
    if isinstance(source, (bytes, bytearray, memoryview)):
        data, name = bytes(source), "The recording"
    elif isinstance(source, (str, os.PathLike)):
        name = os.fspath(source)
        scheme = _SCHEME.match(name)
        data = _downloaded(name, private_hosts, max_bytes) if scheme else _read(name, max_bytes)
        name = name[:_SHOWN]
    else:
        raise UnusableMedia(f"A {type(source).__name__} is no media file: pass a path, a URL or the bytes of a file.")
    if not data:
        raise UnusableMedia(f"{name} is empty.")
    if len(data) > max_bytes:
        raise UnusableMedia(too_large(name, max_bytes))
    return data


def too_large(name: str, max_bytes: int) -> str:
    """Return the text of the error for a file that is too large."""
    return f"{name} is larger than {max_bytes // 2**20} MiB: use a compressed format such as mp3, or a part of it."


def _read(path: str, max_bytes: int) -> bytes:
    shown = path[:_SHOWN]
    try:
        # A pipe or a device would keep the reader waiting, or give bytes for ever.
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise UnusableMedia(f"{shown} is no file.")
        with open(path, "rb", opener=_open_at_once) as file:
            return file.read(max_bytes + 1)
    except FileNotFoundError as error:
        raise UnusableMedia(f"There is no file {shown} (working directory: {os.getcwd()}).") from error
    except (OSError, ValueError) as error:  # the latter for a null byte
        if isinstance(error, UnusableMedia):
            raise
        raise UnusableMedia(f"{shown} can't be read: {getattr(error, 'strerror', None) or error}.") from error


def _open_at_once(path: str, flags: int) -> int:
    # A file may have become a pipe meanwhile, and some of those in /proc keep their readers waiting.
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _downloaded(url: str, private_hosts: Collection[str], max_bytes: int) -> bytes:
    shown = url[:_SHOWN]
    if not url.lower().startswith(("http://", "https://")):
        raise UnusableMedia(f"{shown} can't be read: pass a path or an address that begins with http:// or https://.")
    from smolagents import plugins

    plugins.package("smolagents-tools-web")  # says how to install it
    from smolagents_tools_web.pages import PageReader, Unreadable

    hosts = frozenset(host.strip("[]").lower() for host in private_hosts)
    try:
        page = PageReader(hosts, DOWNLOAD_SECONDS, max_bytes).read(url)
    except Unreadable as error:
        raise UnusableMedia(f"{shown} can't be read: {error}") from error
    if not page.is_whole:
        raise UnusableMedia(too_large(shown, max_bytes))
    return page.body
