"""Turn a page into text, in a process of its own: whatever the page makes the parsers do, it ends there.

A page of a few kilobytes can make a parser of HTML or PDF run for hours or fill the memory. A process can be stopped.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys

from smolagents.parser_environment import parser_environment

from smolagents_tools_web import converter
from smolagents_tools_web.pages import Page, Unreadable

CPU_SECONDS = 30
# On a busy machine a process gets a part of its time only.
_WALL_SECONDS_FOR_ONE = 4
_TOO_LONG = "it takes more than {} s of computing to turn it into text."


def converted(page: Page, max_characters: int, cpu_seconds: int = CPU_SECONDS) -> str:
    """Return the text of a page.

    Args:
        page: The page.
        max_characters: How many characters to return at most, a note about the rest not counted.
        cpu_seconds: How much of a processor's time it may take.

    Raises:
        Unreadable: It has no text, or can't be converted.
    """
    order = {"url": page.url, "content_type": page.content_type, "is_whole": page.is_whole}
    order |= {"max_characters": max_characters, "cpu_seconds": cpu_seconds}
    # By its path, without the package above it and all that this imports.
    command = [sys.executable, "-P", converter.__file__]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(order).encode() + b"\n" + page.body,
            env=parser_environment(),
            capture_output=True,
            timeout=_WALL_SECONDS_FOR_ONE * cpu_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable(_TOO_LONG.format(cpu_seconds)) from error
    except OSError as error:
        raise Unreadable(f"no process can be started to turn it into text: {error}.") from error
    text = done.stdout.decode("utf-8", "replace")
    if done.returncode == converter.UNREADABLE:
        raise Unreadable(text)
    if done.returncode != 0:
        if done.returncode == -getattr(signal, "SIGXCPU", 0):  # Windows has no such limit
            raise Unreadable(_TOO_LONG.format(cpu_seconds))
        reason = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise Unreadable(f"turning it into text failed: {reason or f'exit code {done.returncode}'}.")
    cut = "" if page.is_whole else f"\n\n[Only the first {len(page.body)} bytes of the page were read.]"
    return text + cut
