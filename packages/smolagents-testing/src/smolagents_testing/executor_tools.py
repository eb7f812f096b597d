"""What the conformance kit for executors runs: tools that live in the host, and programs with their results."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from smolagents import FinalAnswerTool, Tool, tool

Test = TypeVar("Test", bound=Callable[..., Any])

# Actions and what they come to: the value of the last statement, an assignment included.
RESULTS: dict[str, Any] = {
    "1 + 1": 2,
    "'a' * 3": "aaa",
    "x = 5": 5,
    "x = 5\nx += 1": 6,
    "None": None,
    "1 == 1": True,
    "0.5": 0.5,
    "2 ** 100": 2**100,
    "[1, [2, None]]": [1, [2, None]],
    "(1, (2, 'b'))": (1, (2, "b")),
    "{'a': {'b': 1}}": {"a": {"b": 1}},
    "{1: 'a', (2, 3): 'b'}": {1: "a", (2, 3): "b"},
    "{1, 2}": {1, 2},
    "b'\\x00\\xff'": b"\x00\xff",
    "'zażółć \\U0001f40d'": "zażółć \U0001f40d",
    "'x' * 1_000_000": "x" * 1_000_000,
    "": None,
    "# nothing but a comment": None,
}

# Ordinary programs, by what of the language they use, each with its result.
PROGRAMS: dict[str, tuple[str, Any]] = {
    "functions": (
        "def f(a, *rest, b=1, **more):\n    return a, rest, b, more\nf(1, 2, 3, c=4)",
        (1, (2, 3), 1, {"c": 4}),
    ),
    "closures": (
        "def counter():\n    n = 0\n    def count():\n        nonlocal n\n        n += 1\n        return n\n"
        "    return count\nc = counter()\nc()\nc()",
        2,
    ),
    "recursion": ("def fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\nfib(12)", 144),
    "generators": ("def g():\n    yield 1\n    yield from [2, 3]\nlist(g())", [1, 2, 3]),
    "comprehensions": ("{k: [v for v in range(k) if v % 2] for k in (2, 4)}", {2: [1], 4: [1, 3]}),
    "unpacking": ("a, *b, c = range(5)\n[a, b, c]", [0, [1, 2, 3], 4]),
    "f-strings": ("x = 3.14159\nf'{x:.2f} {\"a\":>3} {x!r}'", "3.14   a 3.14159"),
    "walrus": ("[y for x in range(4) if (y := x * x) > 1]", [4, 9]),
    "loops with else": ("for i in range(3):\n    pass\nelse:\n    i = 'done'\ni", "done"),
    "exceptions": (
        "r = []\ntry:\n    {}['k']\nexcept KeyError as e:\n    r.append(str(e))\nelse:\n    r.append('no')\n"
        "finally:\n    r.append('end')\nr",
        ["'k'", "end"],
    ),
    "with": (
        "class M:\n    def __enter__(self):\n        return 5\n    def __exit__(self, *e):\n        return True\n"
        "with M() as m:\n    raise ValueError\nm",
        5,
    ),
    "classes": (
        "class A:\n    def __init__(self, x):\n        self.x = x\n"
        "    @property\n    def double(self):\n        return self.x * 2\n"
        "class B(A):\n    def __init__(self):\n        super().__init__(4)\nB().double",
        8,
    ),
    "dataclasses": (
        "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\n    y: int = 2\nP(1) == P(1, 2)",
        True,
    ),
    "match": ("match [1, 2]:\n    case [a, b] if b > a:\n        r = b\n    case _:\n        r = None\nr", 2),
    "sorting": ("sorted(['bb', 'a', 'ccc'], key=len, reverse=True)", ["ccc", "bb", "a"]),
    "text": ("' '.join(w.capitalize() for w in 'a b'.split()).replace('A', 'X')", "X B"),
    "standard library": (
        "import math, re, statistics as s\nfrom collections import Counter\nfrom datetime import date\n"
        "[math.floor(2.5), re.findall(r'\\d', 'a1b2'), s.mean([1, 3]), Counter('aab')['a'], date(2024, 2, 9).day]",
        [2, ["1", "2"], 2, 2, 9],
    ),
    "async functions": ("async def f():\n    return 3\nawait f()", 3),
}


FEATURES = {
    "async tools": "tools that are coroutine functions can be called",
    "tools as callbacks": "functions of Python's own, as `map`, can call tools",
    "deletion": "`del` deletes names",
    "submodules": "modules inside packages can be imported, as `xml.etree.ElementTree`",
    "import refusal": "a module that is not authorised can't be imported",
    "interrupt": "`interrupt()` stops a running action",
    "timeout": "`timeout_seconds` stops a running action",
    "packages": "`install_packages()` makes packages importable",
    "worker": "code runs in a worker that can end by itself",
    "images": "images cross in both directions",
    "arrays": "numpy arrays cross in both directions",
    **{f"program: {name}": "this part of the language runs" for name in PROGRAMS},
}
"""What `lacks` may name."""


def needs(feature: str) -> Callable[[Test], Test]:
    """Mark a test that an executor without this feature skips."""

    def mark(test: Test) -> Test:
        test.feature = feature  # type: ignore[attr-defined]
        return test

    return mark


class Toolbox:
    """Hold tools, and what they notice in the host.

    Attributes:
        received: The values that `keep` was given.
        started: Set when an action has called `start`.
        tools: The tools by name.
    """

    def __init__(self) -> None:
        self.received: list[Any] = []
        self.started = threading.Event()
        self.tools: dict[str, Tool] = {made.name: made for made in (*_plain_tools(), *self._noticing_tools())}
        self.tools["final_answer"] = FinalAnswerTool()

    def _noticing_tools(self) -> list[Tool]:
        received, started = self.received, self.started

        @tool
        def keep(value: Any) -> Any:
            """Keep a value in the host, and give it back.

            Args:
                value: Any value.
            """
            received.append(value)
            return value

        @tool
        def start() -> str:
            """Tell the host that the action runs."""
            started.set()
            return "started"

        return [keep, start]


def _plain_tools() -> list[Tool]:
    @tool
    def add(a: int, b: int = 2) -> int:
        """Add two numbers.

        Args:
            a: The first number.
            b: The second number.
        """
        return a + b

    @tool
    def fail(message: str) -> str:
        """Fail.

        Args:
            message: What the error says.
        """
        raise ValueError(message)

    @tool
    async def greet(name: str) -> str:
        """Greet somebody, after a while.

        Args:
            name: Whom to greet.
        """
        await asyncio.sleep(0)
        return f"Hello {name}"

    @tool
    async def fail_later(message: str) -> str:
        """Fail, after a while.

        Args:
            message: What the error says.
        """
        await asyncio.sleep(0)
        raise ValueError(message)

    @tool
    def wait(seconds: float) -> str:
        """Take a while.

        Args:
            seconds: How long.
        """
        time.sleep(seconds)
        return "waited"

    return [add, fail, greet, fail_later, wait]
