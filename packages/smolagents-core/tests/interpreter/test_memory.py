"""Memory: what an action may take, in single operations and in all, and that large data of ordinary size is fine."""

from __future__ import annotations

import sys

import pytest
from smolagents.errors import InterpreterError
from smolagents.interpreter.memory import MemoryMeter, resident_bytes
from smolagents.interpreter.policy import Limits
from smolagents.local_python_executor import LocalPythonExecutor

MEGABYTE = 2**20
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells the memory of a process")


def run(code: str, limits: Limits | None = None) -> object:
    executor = LocalPythonExecutor(["json", "string", "struct"], limits=limits)
    executor.send_tools({})
    return executor(code).output


@linux
def test_the_process_tells_what_it_holds() -> None:
    before = resident_bytes()
    held = bytearray(b"x") * (64 * MEGABYTE)
    after = resident_bytes()
    assert before is not None
    assert after is not None
    assert after - before > 32 * MEGABYTE
    assert len(held) == 64 * MEGABYTE


@linux
def test_growth_in_a_tool_is_the_hosts_own() -> None:
    meter = MemoryMeter(MEGABYTE, lambda: None)
    meter.growth()
    held = bytearray(b"x") * (64 * MEGABYTE)
    assert meter.growth(in_tool=True) < 32 * MEGABYTE
    assert meter.calm
    held += bytearray(b"x") * (64 * MEGABYTE)
    assert meter.growth() > 32 * MEGABYTE
    assert not meter.calm


@linux
@pytest.mark.parametrize(
    "code",
    [
        "x = 'y' * 10_000_000\nkeep = [" + "x[1:], " * 40 + "]",
        "x = 'y' * 10_000_000\nkeep = [" + "x + 'a', " * 40 + "]",
        "x = [0] * 1000\n" + "x = [*x, *x]\n" * 30,
        "x = ('aa ' * 5_000_000).split()",
        "x = '\u4e2d' * 4_000_000\ny = list(x)",
        "import json\nx = json.loads('[' + '[],' * 5_000_000 + '1]')",
        "import string\nx = 'x'\nfor _ in range(40): x = string.Template('$a$a').substitute(a=x)",
    ],
    ids=["slices", "sums", "stars", "split", "characters", "json", "template"],
)
def test_memory_is_bounded(code: str) -> None:
    with pytest.raises(InterpreterError, match=r"memory|too large"):
        run(code, Limits(memory=128 * MEGABYTE))


def test_a_refusal_tells_what_to_do() -> None:
    with pytest.raises(InterpreterError, match=r"3,000,000,000 bytes, of at most 100,000,000. Work on smaller parts"):
        run("import struct\nstruct.pack('3000000000x')")


def test_names_for_builtins_keep_their_guards() -> None:
    for code in ("f = bytearray\nf(10 ** 10)", "t = type(b'')\nt(10 ** 10)", "{}.get(1, bytes)(10 ** 10)"):
        with pytest.raises(InterpreterError, match="too large"):
            run(code)
    assert run("B = bytes\nisinstance(b'', B), type(b'') is B, B(2), B.fromhex('00ff')") == (
        True, True, b"\0\0", b"\x00\xff",
    )  # fmt: skip
    assert run("match b'ab':\n    case bytes(x): y = x\ny") == b"ab"


def test_ordinary_large_data_is_fine() -> None:
    code = """
text = "the quick brown fox " * 100_000
words = text.split()
lines = "\\n".join(words).splitlines()
numbers = list(range(300_000))
pairs = list(zip(numbers, numbers[1:]))
first, *rest = numbers
len(words), len(lines), len(text.upper()), pairs[-1], len(rest), [*numbers][-1], len({**dict(pairs)}), len([*text])
"""
    assert run(code) == (400_000, 400_000, 2_000_000, (299_998, 299_999), 299_999, 299_999, 299_999, 2_000_000)


def test_long_source_is_refused() -> None:
    with pytest.raises(InterpreterError, match="the code is too long: 300,000 characters, of at most 200,000"):
        run("#" * 300_000)
