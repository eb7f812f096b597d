"""Programs that read files of strangers keep to their limits, whatever a file makes them do."""

import errno
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import smolagents
from smolagents import parser_process
from smolagents.parser_process import parsed
from smolagents.parser_program import MAX_MEMORY, Unusable

PROGRAM = """
import os, socket, sys, time
import smolagents
from smolagents.parser_program import Unusable, serve

def parse(file, what):
    yield {"first": 1}, b"body"
    if what == "open":
        for attempt in (lambda: open("/etc/hostname"), socket.socket, os.pipe):
            try:
                attempt()
            except OSError as error:
                yield {"error": error.strerror}, b""
    elif what == "process":
        yield {"environment": dict(os.environ), "arguments": sys.argv, "smolagents": smolagents.__file__}, b""
    elif what == "limits":
        import resource
        for name in ("AS", "CORE", "CPU", "FSIZE", "NOFILE"):
            yield {name: resource.getrlimit(getattr(resource, "RLIMIT_" + name))}, b""
    elif what == "print":
        print("{}")
        os.write(1, b"{}")
    elif what == "complain":
        while True:
            os.write(2, b"warning" * 10_000)
    elif what == "compute":
        while True:
            pass
    elif what == "sleep":
        time.sleep(1000)
    elif what == "memory":
        b"x" * 2**40
    elif what == "nest":
        parse_again = lambda: parse_again()
        parse_again()
    elif what == "crash":
        os.kill(os.getpid(), 11)
    elif what == "exit":
        os._exit(7)
    elif what == "raise":
        raise KeyError("pixel")
    elif what == "refuse":
        raise Unusable("it is blue.")
    yield {"last": 1}, file.read()

serve(parse, PREPARE)
"""
FIRST, LAST = ({"first": 1, "bytes": 4}, b"body"), ({"last": 1, "bytes": 4}, b"file")
has_limits = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")


@pytest.fixture(params=[False, True], ids=["bytes", "open file"])
def source(request: pytest.FixtureRequest) -> Iterator[Any]:
    if not request.param:
        yield b"file"
        return
    with tempfile.TemporaryFile() as file:
        file.write(b"file")
        file.flush()
        yield file


@pytest.fixture
def parse(tmp_path: Path) -> Any:
    """Return what has a program do what it is told."""

    def records(what: str, source: Any = b"file", cpu_seconds: int = 30, prepare: str = "print") -> Iterator[Any]:
        program = tmp_path / "faulty.py"
        program.write_text(PROGRAM.replace("PREPARE", prepare))
        return parsed(str(program), source, cpu_seconds, what=what)

    return records


def test_records(parse: Any, source: Any) -> None:
    assert list(parse("nothing", source)) == [FIRST, LAST]
    assert list(parse("print", source)) == [FIRST, LAST]


@has_limits
def test_nothing_can_be_opened_once_all_is_prepared(parse: Any) -> None:
    errors = [head["error"] for head, _ in parse("open") if "error" in head]
    assert errors == [os.strerror(errno.EMFILE)] * 3
    assert list(parse("open", prepare="None")) == [FIRST, LAST]


def test_it_finds_its_libraries_and_no_key(parse: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_API_KEY", "sk-secret")
    monkeypatch.setenv("DATABASE_URL", "postgres://me:sk-secret@db")
    _, (found, _), _ = parse("process")
    assert found["smolagents"] == smolagents.__file__
    assert "sk-secret" not in str(found["environment"])
    assert len(found["arguments"]) == 1  # everybody on the machine can read them


@has_limits
def test_no_limit_can_be_raised_again(parse: Any) -> None:
    limits: dict[str, Any] = {}
    for head, _ in parse("limits"):
        limits |= head
    assert (limits["CORE"], limits["CPU"], limits["NOFILE"]) == ([0, 0], [30, 31], [0, 0])
    if sys.platform == "linux":
        assert limits["AS"] == [MAX_MEMORY, MAX_MEMORY]
    assert 0 < limits["FSIZE"][0] == limits["FSIZE"][1] <= 2**24


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("memory", f"it takes more than {MAX_MEMORY // 2**30} GiB of memory to read it."),
        ("nest", "it is nested too deeply."),
        ("refuse", "it is blue."),
        ("crash", "reading it failed: SIGSEGV."),
        ("raise", "reading it failed: KeyError: 'pixel'."),
        ("exit", "reading it failed: exit code 7."),
    ],
)
def test_failures(what: str, why: str, parse: Any, source: Any) -> None:
    records = parse(what, source)
    assert next(records) == FIRST
    with pytest.raises(Unusable) as raised:
        next(records)
    assert str(raised.value) == why


@has_limits
def test_complaints_fill_neither_disk_nor_error(parse: Any) -> None:
    with pytest.raises(Unusable, match=r"reading it failed: .*warning") as raised:
        list(parse("complain"))
    assert len(str(raised.value)) < 1100


@has_limits
@pytest.mark.parametrize("what", ["compute", "sleep"])
def test_time_is_limited(what: str, parse: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    if what == "sleep":
        monkeypatch.setattr(parser_process, "_WALL_SECONDS_FOR_ONE", 3)
    with pytest.raises(Unusable, match="it takes more than 1 s of computing to read it"):
        list(parse(what, cpu_seconds=1))


def test_the_program_ends_with_who_reads(parse: Any) -> None:
    records = parse("sleep")
    assert next(records) == FIRST
    records.close()  # would wait for a program that goes on


@pytest.mark.parametrize(
    "said", ["", "{", '{"bytes": -1}\n', '{"bytes": 1000000000000}\n', "x", "x\n", "{}\n", "[]\n", '{"bytes": "1"}\n']
)
def test_a_program_that_is_in_other_hands(said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "taken.py"
    program.write_text(
        f"import time\nprint({said!r} * {2**20 if said == 'x' else 1}, end='', flush=True)\ntime.sleep(1000)"
    )
    monkeypatch.setattr(parser_process, "_WALL_SECONDS_FOR_ONE", 3)
    with pytest.raises(Unusable, match="it takes more than 1 s of computing to read it"):
        list(parsed(str(program), b"file", 1))


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match=r"reading it failed: .*none\.py"):
        list(parsed(str(tmp_path / "none.py"), b"file", 30))


def test_no_room_for_another_process(parse: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(Unusable, match=r"no process can be started to read it: .*/nowhere/python"):
        list(parse("nothing"))
