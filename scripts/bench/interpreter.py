"""The local interpreter against CPython's own compile and exec, all guards on."""

from __future__ import annotations

import ast
import contextlib
import gc
import io
import math
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

from _interpreter_programs import PROGRAMS
from _measure import interleaved, option, ratio, table
from smolagents.interpreter import compiler
from smolagents.local_python_executor import LocalPythonExecutor

IMPORTS = ["dataclasses", "functools", "json"]
ROUNDS = 15


def run_plain(source: str) -> Any:
    """Compile and run a program as CPython does, and return the value of its last statement."""
    tree = ast.parse(source)
    last = tree.body[-1]
    assert isinstance(last, ast.Expr)
    tree.body[-1] = ast.copy_location(ast.Assign([ast.Name("_result", ast.Store())], last.value), last)
    ast.fix_missing_locations(tree)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(tree, "<plain>", "exec"), namespace)
    return namespace["_result"]


def run_string(source: str) -> None:
    """Compile and run a program from its text, which is what is timed."""
    exec(compile(source, "<plain>", "exec"), {"__name__": "__main__"})


def seconds(function: Callable[[], Any]) -> float:
    """Return how much processor time one call takes: other programs on the machine don't count."""
    start = time.process_time()
    function()
    return time.process_time() - start


def compare(first: Callable[[], Any], second: Callable[[], Any], rounds: int) -> tuple[float, float]:
    """Return the medians of two functions, run in turns."""
    gc.collect()
    medians = interleaved({"first": lambda: seconds(first), "second": lambda: seconds(second)}, rounds)
    return medians["first"], medians["second"]


def guarded(source: str) -> None:
    """Compile and run a program in a session; nothing is taken from the cache."""
    compiler.compile_action.cache_clear()
    executor(source)


def repeated(source: str) -> float:
    """Return how many times CPython's time a program takes that the session has seen before."""
    base, ours = compare(lambda: run_string(source), lambda: executor(source), 9)
    return ours / base


executor = LocalPythonExecutor(IMPORTS)


def programs(rounds: int) -> dict[str, tuple[float, float]]:
    """Return each program's times in CPython and in a session, after checking its result."""
    times = {}
    for name, (source, expected) in PROGRAMS.items():
        with contextlib.redirect_stdout(io.StringIO()):
            plain = run_plain(source)
            result = executor(source).output
            assert result == plain == expected, (name, result, plain, expected)
            times[name] = compare(
                lambda source=source: run_string(source),  # type: ignore[misc]
                lambda source=source: guarded(source),  # type: ignore[misc]
                rounds,
            )
    return times


def tool_calls(rounds: int) -> float:
    """Return the cost of 10,000 tool calls as a multiple of CPython's."""

    def lookup(key: int) -> int:
        return key + 1

    source = "total = 0\nfor i in range(10000):\n    total += lookup(i)\ntotal"
    session = LocalPythonExecutor([])
    session.send_tools({"lookup": lookup})
    code = compile(source, "<plain>", "exec")
    base, ours = compare(lambda: exec(code, {"lookup": lookup}), lambda: session(source), rounds)
    return ours / base


def trivial_action() -> float:
    """Return the seconds that `x = 1` takes through the executor, when it was not seen before."""
    session = LocalPythonExecutor([])
    session("x = 1")
    sources = [f"x = {number}" for number in range(3000)]
    return statistics.median(seconds(lambda source=source: session(source)) for source in sources)  # type: ignore[misc]


def many_variables(rounds: int) -> float:
    """Return the cost of function calls with 10,000 variables alive, as a multiple of that with none."""
    source = "def f(x):\n    return x + 1\nfor i in range(20000):\n    f(i)"
    few, many = LocalPythonExecutor([]), LocalPythonExecutor([])
    many.send_variables({f"variable_{number}": number for number in range(10_000)})
    base, ours = compare(lambda: few(source), lambda: many(source), rounds)
    return ours / base


def main(arguments: Sequence[str] = ()) -> None:
    """Print all ratios."""
    rounds = option(arguments, "--rounds", ROUNDS)
    times = programs(rounds)
    ratios = {name: ours / base for name, (base, ours) in times.items()}
    rows = [
        (name, f"{base * 1e3:.2f} ms", f"{ours * 1e3:.2f} ms", ratio(ours, base))
        for name, (base, ours) in times.items()
    ]
    table("Programs, compile time included", ("program", "CPython", "local", "ratio"), rows)
    geometric = math.exp(statistics.mean(map(math.log, ratios.values())))
    with contextlib.redirect_stdout(io.StringIO()):
        again = math.exp(statistics.mean(math.log(repeated(source)) for source, _ in PROGRAMS.values()))
    worst = max(ratios, key=ratios.__getitem__)
    table(
        "The interpreter",
        ("what", "value"),
        [
            (f"geometric mean of {len(ratios)} programs", f"{geometric:.2f}x"),
            ("the same, where the session has seen the program", f"{again:.2f}x"),
            (f"worst program ({worst})", f"{ratios[worst]:.2f}x"),
            ("10,000 tool calls", f"{tool_calls(rounds):.2f}x"),
            ("`x = 1`, not seen before", f"{trivial_action() * 1e6:.1f} us"),
            ("calls with 10,000 variables alive", f"{many_variables(rounds):.2f}x"),
        ],
    )


if __name__ == "__main__":
    main()
