"""What is Blaxel's own: credentials, refusals, and sandboxes that end."""

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
from smolagents_exec_blaxel import BlaxelExecutor
from smolagents_testing import FakeBlaxelServer, FakeOpenAIServer, ScriptedModel, code
from smolagents_testing.openai_server import Failure


def test_agent_with_a_tool_of_the_host(server: FakeBlaxelServer) -> None:
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
    with CodeAgent([double], model, executor_type="blaxel", verbosity_level=-1) as agent:
        answer, there = agent.run("Double 21.")
    assert (answer, here) == (42, [os.getpid()])
    assert there != os.getpid()
    assert server.sandboxes == {}


def test_sandbox_that_ends_in_the_middle_of_an_action(server: FakeBlaxelServer) -> None:
    started = threading.Event()
    with BlaxelExecutor() as executor, ThreadPoolExecutor(1) as thread:
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


def test_sandbox_that_ends_between_actions(server: FakeBlaxelServer) -> None:
    with BlaxelExecutor() as executor:
        executor("mine = 1")
        server.end_sandboxes()
        with pytest.raises(InterpreterError, match=r"variables.* are gone"):
            executor("mine")
        assert executor("1 + 1").output == 2


def test_stream_that_breaks(server: FakeBlaxelServer) -> None:
    with BlaxelExecutor() as executor:
        executor("mine = 1")
        server.cut_streams()
        with pytest.raises(InterpreterError, match=r"variables.* are gone"):
            for _ in range(100):
                executor("mine")
        assert executor("1 + 1").output == 2


def test_files_stay_when_a_worker_is_lost(server: FakeBlaxelServer) -> None:
    with BlaxelExecutor() as executor:
        executor("open('kept.txt', 'w').write('here')")
        with pytest.raises(InterpreterError, match=r"variables.* are gone"):
            executor("import os\nos._exit(3)")
        assert executor("open('kept.txt').read()").output == "here"


def test_wrong_key_is_not_shown(server: FakeBlaxelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = "bl_wrong_9876543210"
    monkeypatch.setenv("BL_API_KEY", wrong)
    with server.as_blaxel(), pytest.raises(SandboxError, match="BL_API_KEY") as caught:
        BlaxelExecutor()
    assert wrong not in str(caught.value)


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (Failure(429, "Too many sandboxes."), "gives no sandbox.*Wait"),
        (Failure(500, "Out of order."), "gives no sandbox.*Out of order"),
    ],
    ids=["too many", "out of order"],
)
def test_what_is_refused(server: FakeBlaxelServer, failure: Failure, said: str) -> None:
    server.fail(*[failure] * 5)
    with pytest.raises(SandboxError, match=said):
        BlaxelExecutor()
    assert server.sandboxes == {}


def test_forgotten_executor_leaves_no_sandbox(server: FakeBlaxelServer) -> None:
    executor = BlaxelExecutor()
    assert len(server.sandboxes) == 1
    del executor
    gc.collect()
    assert server.sandboxes == {}


def test_package_that_cannot_be_had(server: FakeBlaxelServer) -> None:
    with pytest.raises(SandboxError, match="no-such-package"):
        BlaxelExecutor(["no-such-package==1"])
    assert server.sandboxes == {}


def test_doctor(server: FakeBlaxelServer) -> None:
    assert not any(text.startswith("missing") for text in BlaxelExecutor.diagnose().values())


def test_the_readme_runs(
    server: FakeBlaxelServer,
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


def test_a_sandbox_that_is_there_already_is_used_and_kept(server: FakeBlaxelServer) -> None:
    with BlaxelExecutor(sandbox_name="shared") as first:
        first("open('note.txt', 'w').write('hello')")
        with BlaxelExecutor(sandbox_name="shared") as second:
            assert second("open('note.txt').read()").output == "hello"
        assert set(server.sandboxes) == {"shared"}
        assert first("1 + 1").output == 2


def test_arguments_go_to_the_sdk(server: FakeBlaxelServer) -> None:
    with BlaxelExecutor([], None, image="mine/python", memory=512, ttl="1h", region="eu-lon-1") as executor:
        assert executor("1 + 1").output == 2
    (created,) = server.created
    runtime = created["spec"]["runtime"]  # type: ignore[index]
    assert (runtime["image"], runtime["memory"], runtime["ttl"]) == ("mine/python", 512, "1h")
    assert created["spec"]["region"] == "eu-lon-1"  # type: ignore[index]
