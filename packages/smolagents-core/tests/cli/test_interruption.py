"""Ctrl-C in a terminal: the first one waits for the step, the second one does not."""

import os
import signal
from typing import Any

import pytest
from smolagents.cli.interruption import Interruption
from smolagents_testing.openai_server import Delayed, FakeOpenAIServer

# A tool that says on the terminal when it has begun, and waits until there is a file called `go`.
WAIT = """
import hashlib
import os
import threading
import time
from smolagents import Tool

class WaitTool(Tool):
    name = "wait"
    description = "Waits."
    inputs = {}
    output_type = "string"

    def forward(self) -> str:
        os.write(2, b"READY")
        while not os.path.exists("go"):
            time.sleep(0.01)
        return "waited"

class ReadyTool(WaitTool):
    name = "ready"

    def forward(self) -> str:
        os.write(2, b"READY")
        return "ready"

class ThreadTool(WaitTool):
    name = "thread"

    def forward(self) -> str:
        threading.Thread(target=super().forward).start()
        while True:  # a signal that comes just before a long sleep would wait for its end
            time.sleep(0.01)

class ForkTool(WaitTool):
    name = "fork"

    def forward(self) -> str:
        parent, (is_ready, tell) = os.getpid(), os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.write(tell, b".")
                while os.getppid() == parent:
                    time.sleep(0.01)
            except KeyboardInterrupt:
                os._exit(7)
            os._exit(1)
        os.read(is_ready, 1)
        super().forward()
        return f"the child ended with {os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}"

class DeepTool(WaitTool):
    name = "deep"

    def forward(self) -> str:
        os.write(2, b"READY")
        return hashlib.pbkdf2_hmac("sha256", b"", b"", 2**31 - 1).hex()
"""


@pytest.fixture
def waiting(shell: Any) -> Any:
    shell.install(
        "acme-wait",
        "[smolagents.tools]\nwait = acme_wait:WaitTool\nready = acme_wait:ReadyTool\nthread = acme_wait:ThreadTool\n"
        "deep = acme_wait:DeepTool\nfork = acme_wait:ForkTool\n",
        acme_wait=WAIT,
    )
    return shell


def call(*names: str) -> dict[str, Any]:
    calls = [
        {"id": f"call_{number}", "type": "function", "function": {"name": name, "arguments": {}}}
        for number, name in enumerate(names)
    ]
    return {"content": "", "tool_calls": calls}


def code(text: str) -> dict[str, Any]:
    return {"content": f"<code>\n{text}\n</code>"}


TOOL_CALLING = ("--action-type", "tool_calling", "--tools", "wait", "ready", "thread", "deep", "fork")
CODE = ("--tools", "wait", "ready")


def stopped_in(tool: str, waiting: Any) -> Any:
    """Return a terminal where Ctrl-C was pressed while a tool waited, which goes on then."""
    terminal = waiting.terminal("work", "--model", waiting.recording(call(tool), call("ready")), *TOOL_CALLING)
    terminal.expect("READY")
    terminal.ctrl_c()
    terminal.expect(f"Stopping after this step: waiting for the tool {tool}. Ctrl-C again stops at once.")
    (waiting.folder / "go").touch()
    return terminal


def test_the_first_lets_the_step_end(waiting: Any) -> None:
    terminal = stopped_in("wait", waiting)
    terminal.expect("waited")
    terminal.expect("Interrupted: 1 step, ")
    terminal.expect("smolagent: error: interrupted after 1 step\n")
    assert terminal.exit_code() == 130
    assert "READY" not in terminal.text.partition("waited")[2]
    assert "Traceback" not in terminal.text


def test_a_child_that_a_tool_forks_takes_ctrl_c_as_its_own(waiting: Any) -> None:
    terminal = stopped_in("fork", waiting)
    terminal.expect("the child ended with 7")
    terminal.expect("smolagent: error: interrupted after 1 step\n")
    assert terminal.exit_code() == 130
    assert terminal.text.count("Stopping after this step") == 1


def test_a_step_that_answers_is_a_success_all_the_same(waiting: Any) -> None:
    recording = waiting.recording(code("wait()\nfinal_answer('done')"))
    terminal = waiting.terminal("work", "--model", recording, *CODE)
    terminal.expect("READY")
    terminal.ctrl_c()
    terminal.expect("waiting for the code")
    (waiting.folder / "go").touch()
    terminal.expect("Done: 1 step")
    assert terminal.exit_code() == 0


@pytest.mark.parametrize(
    "names",
    [("wait",), ("wait", "wait"), ("thread",), ("deep",)],
    ids=["one tool", "tools in threads", "a thread that a tool leaves behind", "a tool deep in C"],
)
def test_the_second_stops_tools_at_once(waiting: Any, names: tuple[str, ...]) -> None:
    terminal = waiting.terminal("work", "--model", waiting.recording(call(*names)), *TOOL_CALLING)
    terminal.expect("READY")
    terminal.ctrl_c()
    terminal.expect("Ctrl-C again stops at once.")
    terminal.ctrl_c()
    assert terminal.exit_code() == 130
    assert "Traceback" not in terminal.text


@pytest.mark.parametrize(
    "program",
    [
        "ready()\nwhile True:\n    x = 1",
        "ready()\nwhile True:\n    try:\n        x = 1\n    except:\n        pass",
        "ready()\ndef f():\n    try:\n        while True: x = 1\n    finally:\n        f()\nf()",
        "import time\nready()\ntime.sleep(3600)",
    ],
    ids=["busy", "holding on", "holding on for ever", "asleep"],
)
def test_the_second_stops_code_at_once(waiting: Any, program: str) -> None:
    terminal = waiting.terminal("work", "--model", waiting.recording(code(program)), *CODE)
    terminal.expect("READY")
    terminal.ctrl_c()
    terminal.expect("Stopping after this step: waiting for the code.")
    terminal.ctrl_c()
    assert terminal.exit_code() == 130
    assert "Traceback" not in terminal.text


def test_the_second_stops_a_model_call_at_once(waiting: Any) -> None:
    with FakeOpenAIServer(api_key="none") as server:
        server.reply(Delayed(3600))
        terminal = waiting.terminal("work", "--api-base", server.url, "--model-id", "m")
        server.wait_for_requests(1, timeout=60)
        terminal.ctrl_c()
        terminal.expect("Stopping after this step: waiting for the model.")
        terminal.ctrl_c()
        assert terminal.exit_code() == 130
        assert server.requests[0].disconnected.wait(300)
    assert "Traceback" not in terminal.text


def test_json_tells_of_the_interruption(waiting: Any) -> None:
    terminal = waiting.terminal("work", "--model", waiting.recording(call("wait")), *TOOL_CALLING, "--json")
    terminal.expect("READY")
    terminal.ctrl_c()
    terminal.expect("Ctrl-C again")
    terminal.ctrl_c()
    terminal.expect('{"type": "run_finished", "status": "interrupted", "output": null, ')
    assert terminal.exit_code() == 130


def test_other_signals_still_reach_the_event_loop_around_it() -> None:
    heard, wakes = os.pipe()
    os.set_blocking(wakes, False)
    fd_before = signal.set_wakeup_fd(wakes)
    handler_before = signal.signal(signal.SIGUSR1, lambda number, frame: None)
    try:
        with Interruption(None, lambda: ""):
            signal.raise_signal(signal.SIGUSR1)
            assert os.read(heard, 1) == bytes([signal.SIGUSR1])
        assert signal.set_wakeup_fd(wakes) == wakes
    finally:
        signal.signal(signal.SIGUSR1, handler_before)
        signal.set_wakeup_fd(fd_before)
        os.close(heard)
        os.close(wakes)


def test_before_the_run_one_is_enough(waiting: Any) -> None:
    waiting.install(
        "acme-slow",
        "[smolagents.models]\nSlowModel = acme_slow:SlowModel\n",
        acme_slow="import os, time\nos.write(2, b'READY')\ntime.sleep(3600)\n",
    )
    terminal = waiting.terminal("work", "--model", "SlowModel")
    terminal.expect("READY")
    terminal.ctrl_c()
    terminal.expect("smolagent: error: interrupted\n")
    assert terminal.exit_code() == 130
