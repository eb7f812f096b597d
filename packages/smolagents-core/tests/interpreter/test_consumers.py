"""What goes through iterables, compares, nests and matches does what it does in plain Python."""

# ruff: noqa: E501 (one program on one line)

from __future__ import annotations

import ast
import gc
import time
from typing import Any

import pytest
from smolagents.errors import ExecutionTimeoutError, InterpreterError
from smolagents.interpreter import nesting as nesting_module
from smolagents.interpreter.nesting import MAX_DEPTH, nesting
from smolagents.interpreter.regex_cost import judge
from smolagents.local_python_executor import LocalPythonExecutor

PROGRAMS = {
    "sorted": "(sorted([3, 1, 2]), sorted('bca', reverse=True), sorted(range(200), key=str)[:4], sorted([('b', 1), ('a', 2)] * 40)[0])",
    "sort": "a = [3, 1, 2] * 40\na.sort()\nb = list(range(100))\nb.sort(key=lambda x: -x)\n(a[:2], b[:2], a.index(2), a.count(3))",
    "stable": "rows = [(i % 3, i) for i in range(200)]\nsorted(rows, key=lambda row: row[0], reverse=True)[:3]",
    "extremes": "(max([1, 3, 2]), min(4, 2), max([], default=0), min('b', 'a', key=ord), max({'a': 1, 'b': 3}, key={'a': 1, 'b': 3}.get))",
    "own_max": "def max(a, b): return 'mine'\nmax(1, 2)",
    "map": "(list(map(max, [1, 2], [3, 0])), isinstance(map(str, []), map), list(filter(None, [0, 1])), sum(map(len, ['a', 'bc'])))",
    "itertools": "import itertools\n(list(itertools.chain([1], 'a')), list(itertools.chain.from_iterable([[1], [2]])), list(itertools.accumulate('abc')),"
    " list(itertools.accumulate([1, 2], initial=5)), [k for k, _ in itertools.groupby('aab')], isinstance(itertools.chain(), itertools.chain))",
    "sets": "s = {1}\ns.update([2], [3])\n(s, set().union(*[{1}, {2}]), {1, 2}.intersection([1]), {1, 2, 3}.difference([1], [2]), {*[1, 2]}, dict.fromkeys('ab', 0))",
    "counter": "from collections import Counter\nc = Counter('abca')\n(c.most_common(1), isinstance(c, Counter), c + Counter('a'), Counter(a=2))",
    "text": "('xax'.strip('x'), ' a '.strip(), 'a b c'.rsplit(' ', 1), 'a.b.c'.rpartition('.'), 'abab'.rfind('b'), 'a b'.rsplit(maxsplit=1))",
    "isinstance": "class A: pass\n(isinstance(A(), (int, (str, A))), issubclass(bool, int), isinstance(1, int | str), isinstance([], (list, tuple)))",
    "linked_list": "node = None\nfor i in range(500): node = (i, node)\nn = 0\nwhile node:\n    n += 1\n    node = node[1]\nn",
    "twice": "x = [1]\npair = [x, x]\nx.append(2)\n(pair, (x, x) == (x, x), {'a': x, 'b': x})",
    "sieve": "numbers = iter(range(2, 2000))\nprimes = []\nwhile True:\n    p = next(numbers, None)\n    if p is None: break\n    primes.append(p)\n"
    "    numbers = filter(lambda n, p=p: n % p, numbers)\nlen(primes)",
    "queue": "import queue\nq = queue.PriorityQueue()\nq.put(2)\nq.put(1)\ns = queue.SimpleQueue()\ns.put(3)\n(q.get(), s.get(), q.qsize(), isinstance(q, queue.Queue))",
}


def plain(source: str) -> Any:
    tree = ast.parse(source)
    last = tree.body.pop()
    assert isinstance(last, ast.Expr)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(tree, "<plain>", "exec"), namespace)
    return eval(compile(ast.Expression(last.value), "<plain>", "eval"), namespace)


@pytest.mark.parametrize("name", PROGRAMS)
def test_results_are_those_of_plain_python(name: str) -> None:
    executor = LocalPythonExecutor([])
    executor.send_tools({})
    assert executor(PROGRAMS[name]).output == plain(PROGRAMS[name])


def test_a_name_of_an_earlier_action_is_not_taken_for_the_builtin() -> None:
    executor = LocalPythonExecutor([])
    executor.send_tools({})
    executor("def max(a, b): return 'mine'")
    assert executor("max(1, 2)").output == "mine"


@pytest.mark.parametrize(
    "source",
    [
        "import queue\nsuper(queue.Queue, queue.Queue()).get()",
        "import queue\nclass Q(queue.Queue): pass\nsuper(queue.Queue, Q()).get()",
        "import queue\nsuper(queue.SimpleQueue, queue.SimpleQueue()).get()",
        "import queue\nqueue.LifoQueue().get(timeout=1e9)",
    ],
)
def test_no_way_leads_to_a_queue_that_waits(source: str) -> None:
    executor = LocalPythonExecutor([], timeout_seconds=60)
    executor.send_tools({})
    with pytest.raises(InterpreterError, match=r"AttributeError|Empty"):
        executor(source)


def test_depth_counts_through_containers() -> None:
    chain: Any = iter([1])
    for _ in range(50):
        chain = map(next, [chain])
    assert nesting([chain])[id(chain)] == (50, chain)


def test_what_is_nested_too_deep_ends_the_action_and_not_the_process() -> None:
    executor = LocalPythonExecutor([])
    executor.send_tools({})
    with pytest.raises(InterpreterError, match="inside each other"):
        executor(f"x = iter([1])\nfor _ in range({MAX_DEPTH * 100}): x = zip(x)\nnext(x)")
    del executor
    gc.collect()
    later = LocalPythonExecutor([])
    later.send_tools({})
    assert later("next(zip([1]))").output == (1,)
    assert not [callback for callback in gc.callbacks if "Sentry" in repr(callback)]


def test_what_others_do_in_a_collection_is_not_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nesting_module, "LONG", 3600.0)  # on a busy machine, any collection may take long
    undisturbed: list[str] = []

    def slowly(phase: str, _: dict[str, int]) -> None:
        end = time.monotonic() + 1.5  # more than the action has
        while time.monotonic() < end:
            pass
        undisturbed.append(phase)

    executor = LocalPythonExecutor([], timeout_seconds=1.0)
    executor.send_tools({})
    gc.collect()  # so that the next one comes in the action
    gc.callbacks.append(slowly)
    try:
        with pytest.raises(ExecutionTimeoutError):
            executor("held = []\nwhile True: held = [[] for _ in range(5000)]")
    finally:
        gc.callbacks.remove(slowly)
    assert undisturbed == ["start", "stop"] * (len(undisturbed) // 2) != []


@pytest.mark.parametrize(
    "pattern", ["a?" * 40 + "a" * 40, "(a{1,15}){1,15}b", "((a?){10}){10}((a){10}){10}", "(x)?(?(1)(a+)+$|(a+)+$)"]
)
def test_bounded_repeats_can_be_slow_too(pattern: str) -> None:
    executor = LocalPythonExecutor([])
    executor.send_tools({})
    with pytest.raises(InterpreterError, match="long"):
        executor(f"import re\nre.search({pattern!r}, 'a' * 100)")


@pytest.mark.parametrize(
    "pattern",
    [
        r"\d{1,3}(,\d{3})*(\.\d+)?",
        r"(https?://)?(www\.)?[a-z0-9.-]+",
        r"(\d{1,3}\.){3}\d{1,3}",
        r"[\w.+-]+@[\w-]+\.[\w.-]+",
    ],
)
def test_ordinary_patterns_leave_few_choices(pattern: str) -> None:
    cost = judge(pattern, 32)
    assert not cost.exponential
    assert cost.options + cost.splits < 8
