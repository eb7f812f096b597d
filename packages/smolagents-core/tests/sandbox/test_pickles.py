"""Values that have no plain form cross as pickles where the user allows it, in both directions, and else not."""

import re
import sys
from pathlib import Path
from typing import Any

import pytest
from smolagents.errors import InterpreterError, SerializationError
from smolagents.remote_executors import RemotePythonExecutor
from smolagents.sandbox.pipes import PipeTransport, start_process
from smolagents.sandbox.source import BOOTSTRAP, bootstrap_input

PATTERN = re.compile("a+")


class PlainExecutor(RemotePythonExecutor):
    def connect(self) -> PipeTransport:
        transport = start_process([sys.executable, "-I", "-c", BOOTSTRAP])
        transport.write(bootstrap_input(), 30)
        return transport


@pytest.fixture
def received() -> list[Any]:
    return []


def prepared(executor: PlainExecutor, received: list[Any]) -> PlainExecutor:
    def keep(value: Any) -> Any:
        received.append(value)
        return PATTERN

    executor.send_tools({"keep": keep, "final_answer": lambda answer: answer})
    return executor


def test_cross_where_allowed(received: list[Any]) -> None:
    with pytest.warns(UserWarning, match="any code in this process"):
        executor = PlainExecutor([], None, allow_pickle=True)
    with prepared(executor, received):
        executor.send_variables({"pattern": PATTERN})
        assert executor("pattern.findall('baab')").output == ["aa"]
        assert executor("import re\nkeep(re.compile('x', re.I)).pattern").output == "a+"
        assert received == [re.compile("x", re.I)]
        assert executor("re.compile('y')").output == re.compile("y")
        assert executor("final_answer({'z': re.compile('z')})").output == {"z": re.compile("z")}
        with pytest.raises(SerializationError, match=r"'where'.*can't be sent"):
            executor.send_variables({"where": lambda: 1})


def test_do_not_cross_by_default(received: list[Any]) -> None:
    with prepared(PlainExecutor([], None), received) as executor:
        with pytest.raises(SerializationError, match=r"'pattern'.*Pattern"):
            executor.send_variables({"pattern": PATTERN})
        with pytest.raises(InterpreterError, match=r"argument 1 of the tool 'keep'.*Pattern"):
            executor("import re\nkeep(re.compile('x'))")
        with pytest.raises(InterpreterError, match="Pattern"):
            executor("final_answer(re.compile('x'))")
        assert received == []
        assert executor("re.compile('y')").output == "re.compile('y')"


@pytest.mark.filterwarnings("ignore:allow_pickle=True")
@pytest.mark.parametrize("allowed", [False, True])
def test_a_forged_pickle_is_read_only_where_allowed(tmp_path: Path, allowed: bool) -> None:
    canary = tmp_path / "canary"
    with prepared(PlainExecutor([], None, allow_pickle=allowed), []) as executor:
        try:
            executor(FORGED.format(canary=str(canary)))
        except InterpreterError:
            pass
    assert canary.exists() == allowed


FORGED = """
import base64, gc, os, pickle
class Evil:
    def __reduce__(self):
        return os.mkdir, ({canary!r},)
worker = next(one for one in gc.get_objects() if type(one).__name__ == "Worker")
value = {{"__type__": "pickle", "data": base64.b64encode(pickle.dumps(Evil())).decode()}}
worker.send({{"type": "call", "id": 9, "tool": "keep", "args": [value], "kwargs": {{}}}})
"""
