"""Programs that decode keep to their limits, whatever a file makes them do."""

import errno
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from smolagents_tools_media import decoding
from smolagents_tools_media.decoders import MAX_MEMORY, Unusable
from smolagents_tools_media.decoding import decoded

PROGRAM = """
import os, socket, sys, time
from smolagents_tools_media.decoders import run

def decode(file, what):
    yield {"first": 1}, b"body"
    if what == "open":
        for attempt in (lambda: open("/etc/hostname"), socket.socket, os.pipe):
            try:
                attempt()
            except OSError as error:
                yield {"error": error.strerror}, b""
    elif what == "environment":
        yield dict(os.environ), b""
    elif what == "print":
        print("{}")
        os.write(1, b"{}")
    elif what == "compute":
        while True:
            pass
    elif what == "sleep":
        time.sleep(1000)
    elif what == "memory":
        b"x" * 2**40
    elif what == "crash":
        os.kill(os.getpid(), 11)
    elif what == "exit":
        os._exit(7)
    elif what == "raise":
        raise KeyError("pixel")
    yield {"last": 1}, file.read()

run(decode, prepare=lambda: None)
"""


@pytest.fixture
def decode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return what has a program do what it is told."""
    (tmp_path / "faulty.py").write_text(PROGRAM)
    monkeypatch.syspath_prepend(str(tmp_path))

    def records(what: str, cpu_seconds: int = 30) -> Iterator[Any]:
        with tempfile.TemporaryFile() as file:
            file.write(b"file")
            file.seek(0)
            yield from decoded("faulty", file, cpu_seconds, what=what)

    return records


FIRST, LAST = ({"first": 1, "bytes": 4}, b"body"), ({"last": 1, "bytes": 4}, b"file")


def test_records(decode: Any) -> None:
    assert list(decode("nothing")) == [FIRST, LAST]
    assert list(decode("print")) == [FIRST, LAST]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
def test_nothing_can_be_opened(decode: Any) -> None:
    errors = [head["error"] for head, _ in decode("open") if "error" in head]
    assert errors == [os.strerror(errno.EMFILE)] * 3


def test_no_key_is_in_the_environment(decode: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    _, (environment, _), _ = decode("environment")
    assert "PYTHONPATH" in environment
    assert "sk-secret" not in environment.values()


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("memory", f"it takes more than {MAX_MEMORY // 2**30} GiB of memory to decode it."),
        ("crash", "decoding it failed: SIGSEGV."),
        ("raise", "decoding it failed: KeyError: 'pixel'."),
        ("exit", "decoding it failed: exit code 7."),
    ],
)
def test_failures(what: str, why: str, decode: Any) -> None:
    records = decode(what)
    assert next(records) == FIRST
    with pytest.raises(Unusable) as raised:
        next(records)
    assert str(raised.value) == why


@pytest.mark.parametrize("what", ["compute", "sleep"])
def test_time_is_limited(what: str, decode: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    if what == "sleep":
        monkeypatch.setattr(decoding, "_WALL_SECONDS_FOR_ONE", 3)
    with pytest.raises(Unusable, match="it takes more than 1 s of computing to decode it"):
        list(decode(what, cpu_seconds=1))


def test_the_program_ends_with_who_reads(decode: Any) -> None:
    records = decode("sleep")
    assert next(records) == FIRST
    records.close()  # would wait for a program that goes on
