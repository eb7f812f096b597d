"""What the rewriter leaves unguarded to be fast is what can't do harm, and means what it means in Python."""

from __future__ import annotations

import pytest
from smolagents.errors import InterpreterError
from smolagents.local_python_executor import Limits, LocalPythonExecutor


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (
            "t = 2\ndef bump():\n    global t\n    t = 10\n    return 3\nfor _ in [0]: r = t * bump()\nr",
            6,
        ),
        ("def f(s):\n    for _ in [0]:\n        r = [x for x in s[0] * s[1]]\n    return r\nf([[1], 2])", [1, 1]),
        ("r = [x % 2 for x in range('ab')]\ndef range(t): return [5]\nr", "TypeError"),
        ("def range(t): return ['%d']\n[x % 2 for x in range(3)]", ["2"]),
        ("class A:\n    def f(self):\n        self.x = 1\n        self = [4]\n        return self[0]\nA().f()", 4),
        ("x = 1\nx += 4", 5),
        ("for i in range(3): pass\ny = i * 2", 4),
        ("type(5).__name__, type(int).__name__, max([1, 3]), ''.join(['a', 'b'])", ("int", "type", 3, "ab")),
    ],
)
def test_fast_code_means_the_same(code: str, expected: object) -> None:
    session = LocalPythonExecutor([])
    if isinstance(expected, str):
        with pytest.raises(InterpreterError, match=expected):
            session(code)
    else:
        assert session(code).output == expected


def test_elements_of_a_range_are_ints_whatever_it_is_made_of() -> None:
    code = "class N(int):\n    def __add__(self, other): return '%d'\n[x % 7 for x in range(N(10**30), 10**30 + 2)]"
    assert LocalPythonExecutor([])(code).output == [10**30 % 7, (10**30 + 1) % 7]


def test_short_loops_count_their_steps() -> None:
    session = LocalPythonExecutor([], limits=Limits(operations=50_000))
    with pytest.raises(InterpreterError, match="max number of operations"):
        session("n = 0\nfor a in range(900):\n    for b in range(900):\n        n += 1")
