"""What is E2B's own: credentials, refusals, and sandboxes that end."""

import gc
import os
import re
import runpy
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from smolagents import CodeAgent, tool
from smolagents.errors import InterpreterError, SandboxError
from smolagents_exec_e2b import E2BExecutor
from smolagents_testing import FakeE2BServer, FakeOpenAIServer, ScriptedModel, code
from smolagents_testing.openai_server import Failure


def test_agent_with_a_tool_of_the_host(server: FakeE2BServer) -> None:
    here: list[int] = []

    @tool
    def double(number: int) -> int:
        """Double a number.

        Args:
            number: The number.
        """
        here.append(os.getpid())
        return 2 * number

    model = ScriptedModel([code("import os\nx = double(number=21), os.getpid()"), code("final_answer(x)")])
    with CodeAgent([double], model, executor_type="e2b", verbosity_level=-1) as agent:
        answer, there = agent.run("Double 21.")
    assert (answer, here) == (42, [os.getpid()])
    assert there != os.getpid()
    assert server.sandboxes == {}


def test_sandbox_that_ends_in_the_middle_of_an_action(server: FakeE2BServer) -> None:
    started = threading.Event()
    with E2BExecutor() as executor, ThreadPoolExecutor(1) as thread:
        executor.send_tools({"start": started.set})
        executor("mine = 1")
        action = thread.submit(executor, "print('begun')\nstart()\nwhile True:\n    pass")
        assert started.wait(60)
        server.end_sandboxes()
        with pytest.raises(InterpreterError, match=r"variables.* are gone") as failure:
            action.result(60)
        assert failure.value.logs == "begun\n"  # type: ignore[attr-defined]
        assert executor("print('again')\n1 + 1").output == 2
        with pytest.raises(InterpreterError, match="mine"):
            executor("mine")


def test_sandbox_that_ends_between_actions(server: FakeE2BServer) -> None:
    with E2BExecutor() as executor:
        executor("mine = 1")
        server.end_sandboxes()
        with pytest.raises(InterpreterError, match=r"variables.* are gone"):
            executor("mine")
        assert executor("1 + 1").output == 2


def test_stream_that_breaks(server: FakeE2BServer) -> None:
    with E2BExecutor() as executor:
        executor("mine = 1")
        server.cut_streams()
        with pytest.raises(InterpreterError, match=r"variables.* are gone"):
            for _ in range(100):
                executor("mine")
        assert executor("1 + 1").output == 2


def test_files_stay_when_a_worker_is_lost(server: FakeE2BServer) -> None:
    with E2BExecutor() as executor:
        executor("open('kept.txt', 'w').write('here')")
        with pytest.raises(InterpreterError, match=r"variables.* are gone"):
            executor("import os\nos._exit(3)")
        assert executor("open('kept.txt').read()").output == "here"


def test_wrong_key_is_not_shown(server: FakeE2BServer, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = "e2b_" + "f" * 40
    monkeypatch.setenv("E2B_API_KEY", wrong)
    with pytest.raises(SandboxError, match="E2B_API_KEY") as caught:
        E2BExecutor()
    assert wrong not in str(caught.value)


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (Failure(429, "Too many sandboxes."), "gives no sandbox.*Wait"),
        (Failure(500, "Out of order."), "gives no sandbox.*Out of order"),
    ],
    ids=["too many", "out of order"],
)
def test_what_is_refused(server: FakeE2BServer, failure: Failure, said: str) -> None:
    server.fail(*[failure] * 5)
    with pytest.raises(SandboxError, match=said):
        E2BExecutor()
    assert server.sandboxes == {}


def test_forgotten_executor_leaves_no_sandbox(server: FakeE2BServer) -> None:
    executor = E2BExecutor()
    assert len(server.sandboxes) == 1
    del executor
    gc.collect()
    assert server.sandboxes == {}


def test_package_that_cannot_be_had(server: FakeE2BServer) -> None:
    with pytest.raises(SandboxError, match="no-such-package"):
        E2BExecutor(["no-such-package==1"])
    assert server.sandboxes == {}


def test_doctor(server: FakeE2BServer) -> None:
    assert not any(text.startswith("missing") for text in E2BExecutor.diagnose().values())


def test_the_readme_runs(
    server: FakeE2BServer,
    openai_server: FakeOpenAIServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    page = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
    openai_server.reply(*re.findall(r"^<!-- model:\n(.*?)-->$", page, re.MULTILINE | re.DOTALL))
    monkeypatch.setenv("OPENAI_API_KEY", openai_server.api_key)
    monkeypatch.setenv("OPENAI_BASE_URL", openai_server.url)
    (program,) = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    script = tmp_path / "readme.py"  # tools are read from their source
    script.write_text(program, "utf-8")
    runpy.run_path(str(script))
    (expected,) = re.findall(r"^```output\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert expected.strip() in capsys.readouterr().out.splitlines()
    assert server.sandboxes == {}


def test_missing_key_is_named(server: FakeE2BServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("E2B_API_KEY")
    with pytest.raises(SandboxError, match="set the environment variable E2B_API_KEY"):
        E2BExecutor()
    assert E2BExecutor.diagnose()["key"].startswith("missing: set E2B_API_KEY")
    with E2BExecutor(api_key=server.api_key) as executor:
        assert executor("1 + 1").output == 2


def test_arguments_go_to_the_sdk(server: FakeE2BServer) -> None:
    with E2BExecutor([], None, template="mine", timeout=77, envs={"PLACE": "there"}) as executor:
        assert executor("import os\nos.environ['PLACE']").output == "there"
    (created,) = server.created
    assert (created["templateID"], created["timeout"]) == ("mine", 77)
    with pytest.raises(TypeError, match=r"does not take these arguments.*colour"):
        E2BExecutor(colour="red")
