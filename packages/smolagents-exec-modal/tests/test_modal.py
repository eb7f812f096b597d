"""What is Modal's own: arguments, errors, faults of sandboxes."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import modal
import pytest
from smolagents import CodeAgent, tool
from smolagents.errors import InterpreterError, SandboxError
from smolagents.executors import CodeOutput
from smolagents_exec_modal import ModalExecutor
from smolagents_testing import FakeModalServer, ScriptedModel, code
from smolagents_testing.executor_tools import Toolbox


@pytest.fixture
def executor() -> Iterator[ModalExecutor]:
    with ModalExecutor() as made:
        yield made


def test_an_agent_runs_its_code_in_a_sandbox(server: FakeModalServer) -> None:
    seen = []

    @tool
    def note(text: str) -> str:
        """Note a text in this process.

        Args:
            text: The text.
        """
        seen.append((text, os.getpid()))
        return text.upper()

    model = ScriptedModel([code("import os\nx = note(text='hi')\nprint(os.getpid())"), code("final_answer(x)")])
    settings = {"app_name": "my-agents", "port": 9999, "create_kwargs": {"cpu": 2.0, "timeout": 77}}
    with CodeAgent([note], model, executor_type="modal", executor_kwargs=settings, verbosity_level=-1) as agent:
        assert agent.run("Note it.") == "HI"
        sandbox = server.sandboxes[-1]
        assert str(sandbox.pids[0]) in agent.memory.steps[1].observations
    assert seen == [("hi", os.getpid())]
    assert server.apps[-1] == "my-agents"
    assert (sandbox.definition.resources.milli_cpu, sandbox.definition.timeout_secs) == (2000, 77)
    assert not sandbox.definition.open_ports.ports
    assert sandbox.terminated


def test_packages_become_a_part_of_the_default_image(server: FakeModalServer) -> None:
    with ModalExecutor(["numpy", "PIL.*", "json", "attrs>=20"]) as executor:
        assert executor("import numpy\nint(numpy.ones(3).sum())").output == 3
    assert "RUN python -m pip install 'attrs>=20' numpy pillow" in server.images[-1].dockerfile_commands


def test_takes_an_image_and_secrets_of_the_users_own(server: FakeModalServer) -> None:
    image = modal.Image.debian_slim().env({"MARK": "mine"})
    settings = {"image": image, "secrets": [modal.Secret.from_dict({"WORD": "sesame"})]}
    with ModalExecutor([], None, create_kwargs=settings) as executor:
        assert executor("import os\nos.environ['WORD']").output == "sesame"
    assert any("MARK" in line for line in server.images[-1].dockerfile_commands)


def test_a_sandbox_with_a_gpu(server: FakeModalServer) -> None:
    with ModalExecutor(create_kwargs={"gpu": "T4"}) as executor:
        assert executor("1 + 1").output == 2
    assert server.sandboxes[-1].definition.resources.gpu_config.gpu_type == "T4"
    assert server.sandboxes[-1].terminated


def test_starts_and_ends_inside_an_event_loop(server: FakeModalServer) -> None:
    async def work() -> Any:
        with ModalExecutor() as executor:
            return executor("1 + 1").output

    assert asyncio.run(work()) == 2
    assert server.sandboxes[-1].terminated


# ---- errors


@pytest.mark.parametrize(
    ("rpc", "status"),
    [
        ("AppGetOrCreate", "PERMISSION_DENIED"),
        ("SandboxCreateV2", "RESOURCE_EXHAUSTED"),
        ("TaskExecStart", "FAILED_PRECONDITION"),
    ],
)
def test_what_modal_refuses_is_an_error_that_says_why(server: FakeModalServer, rpc: str, status: str) -> None:
    server.fail(rpc, status, "not for you")
    with pytest.raises(SandboxError, match=r"Modal did not start .*not for you"):
        ModalExecutor(app_name="secret-plans")
    assert all(sandbox.terminated for sandbox in server.sandboxes)


def test_an_image_without_python_is_an_error_that_says_why(server: FakeModalServer) -> None:
    server.fail("TaskExecStart", "INVALID_ARGUMENT", "failed to start: python3: not found")
    with pytest.raises(SandboxError, match="python3: not found"):
        ModalExecutor()


@pytest.mark.parametrize(
    "token", [{}, {"MODAL_TOKEN_ID": "ak-other", "MODAL_TOKEN_SECRET": "as-wrong-secret"}], ids=["none", "wrong"]
)
def test_says_what_to_do_about_the_token(server: FakeModalServer, token: dict[str, str]) -> None:
    program = "from smolagents_exec_modal import ModalExecutor\nModalExecutor()"
    env = {**os.environ, "MODAL_CONFIG_PATH": os.devnull, "NO_COLOR": "1"}
    env = {name: value for name, value in env.items() if not name.startswith("MODAL_TOKEN")} | token
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("smolagents.errors.SandboxError: Modal did not start")
    assert "MODAL_TOKEN_ID and MODAL_TOKEN_SECRET" in last
    assert "as-wrong-secret" not in done.stderr


@pytest.mark.parametrize("token", [{}, {"MODAL_TOKEN_ID": "ak-other"}], ids=["none", "half"])
def test_the_doctor_misses_the_token(token: dict[str, str]) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("MODAL_")}
    env |= {"MODAL_CONFIG_PATH": os.devnull, **token}
    command = [sys.executable, "-m", "smolagents", "doctor", "--json"]
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    (found,) = [entry for entry in json.loads(done.stdout) if (entry["topic"], entry["name"]) == ("executors", "modal")]
    assert found["state"] == "problem"
    assert found["text"].startswith("missing: set MODAL_TOKEN_ID and MODAL_TOKEN_SECRET")


# ---- faults


def test_a_sandbox_dies_in_the_middle_of_an_action(server: FakeModalServer, executor: ModalExecutor) -> None:
    toolbox = Toolbox()
    executor.send_tools(toolbox.tools)
    executor.send_variables({"given": 5})
    first = server.sandboxes[-1]
    with ThreadPoolExecutor(1) as thread:
        action = thread.submit(executor, "print('begun')\nstart()\nwhile True:\n    pass")
        assert toolbox.started.wait(300)
        server.kill(first)
        with pytest.raises(InterpreterError, match=r"signal 9 while the action ran.* are gone"):
            action.result(300)
    assert executor("add(given)") == CodeOutput(7, "", False)
    assert server.sandboxes[-1] is not first


def test_an_idle_sandbox_ends_between_actions(server: FakeModalServer, executor: ModalExecutor) -> None:
    executor("mine = 1")
    server.kill(server.sandboxes[-1])
    with pytest.raises(InterpreterError, match="are gone"):
        executor("mine")
    assert executor("1 + 1").output == 2


def test_a_stream_that_is_cut_is_opened_again(server: FakeModalServer, executor: ModalExecutor) -> None:
    toolbox = Toolbox()
    executor.send_tools(toolbox.tools)
    with ThreadPoolExecutor(1) as thread:
        action = thread.submit(executor, "start()\nfor i in range(50):\n    print(i)\n    keep(i)\n'done'")
        assert toolbox.started.wait(300)
        server.cut_streams(server.sandboxes[-1])
        result = action.result(300)
    assert result == CodeOutput("done", "".join(f"{i}\n" for i in range(50)), False)
    assert toolbox.received == list(range(50))


def test_a_stream_that_is_lost_for_good(server: FakeModalServer, executor: ModalExecutor) -> None:
    toolbox = Toolbox()
    executor.send_tools(toolbox.tools)
    with ThreadPoolExecutor(1) as thread:
        action = thread.submit(executor, "start()\nwhile True:\n    pass")
        assert toolbox.started.wait(300)
        server.fail("TaskExecStdioRead", "PERMISSION_DENIED", "no more of this")
        server.cut_streams(server.sandboxes[-1])
        with pytest.raises(InterpreterError, match=r"was lost: PermissionDeniedError: no more of this"):
            action.result(300)
    assert server.sandboxes[-2].terminated
    assert executor("1 + 1").output == 2


def test_input_that_does_not_arrive(server: FakeModalServer, executor: ModalExecutor) -> None:
    executor("mine = 1")
    server.fail("TaskExecStdinWrite", "NOT_FOUND", "no such command")
    with pytest.raises(InterpreterError, match=r"no such command.* are gone"):
        executor("mine")
    assert executor("1 + 1").output == 2


def test_a_slow_start(server: FakeModalServer) -> None:
    server.delay("SandboxCreateV2", 0.5)
    server.delay("TaskExecStart", 0.5)
    try:
        with ModalExecutor() as executor:
            assert executor("1 + 1").output == 2
    finally:
        server.delay("SandboxCreateV2", 0)
        server.delay("TaskExecStart", 0)
