"""No sandbox outlives the program that uses it, however the program ends."""

import gc
import signal
import subprocess
import sys
import time
from typing import Any

import modal
import pytest
from smolagents_exec_modal import ModalExecutor, executor as module
from smolagents_testing import FakeModalServer
from smolagents_testing.waiting import until

PROGRAM = """
import sys
from smolagents_exec_modal import ModalExecutor, executor
executor.HEARTBEAT_SECONDS = 0.5
made = ModalExecutor(create_kwargs={"idle_timeout": 1})
made("x = 1")
print("ready", flush=True)
"""


def test_cleanup_and_delete(server: FakeModalServer) -> None:
    for end in (ModalExecutor.cleanup, ModalExecutor.delete):
        executor = ModalExecutor()
        executor("x = 1")
        sandbox = server.sandboxes[-1]
        assert executor.sandbox.object_id == sandbox.sandbox_id
        end(executor)
        end(executor)
        assert sandbox.terminated
        assert executor.sandbox is None


def test_an_executor_that_is_forgotten(server: FakeModalServer) -> None:
    executor = ModalExecutor()
    executor("x = 1")
    sandbox = server.sandboxes[-1]
    del executor
    gc.collect()
    until(lambda: sandbox.terminated)


ACTION = "import threading\nthreading.Thread(target=made, args=['while True: pass'], daemon=True).start()"


@pytest.mark.parametrize(
    "last",
    ["", "raise SystemExit(3)", "1 / 0", ACTION],
    ids=["end", "exit", "error", "in the middle of an action"],
)
def test_a_program_that_ends(server: FakeModalServer, last: str) -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM + last], capture_output=True, text=True, timeout=300)
    assert done.stdout == "ready\n"
    assert "Exception ignored" not in done.stderr
    assert server.sandboxes[-1].terminated


def test_a_program_that_is_killed(server: FakeModalServer) -> None:
    command = [sys.executable, "-c", PROGRAM + "sys.stdin.read()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
        program.send_signal(signal.SIGKILL)
    until(lambda: server.sandboxes[-1].terminated)


def test_a_busy_worker_with_a_silent_host_is_not_ended(server: FakeModalServer, monkeypatch: Any) -> None:
    monkeypatch.setattr(module, "HEARTBEAT_SECONDS", 0.5)
    with ModalExecutor() as executor:
        assert executor("import time\ntime.sleep(3)\n'still here'").output == "still here"
        time.sleep(3)
        assert executor("1 + 1").output == 2


def test_modal_is_out_of_reach(monkeypatch: Any) -> None:
    monkeypatch.setattr(module, "TERMINATE_SECONDS", 0.1)
    with FakeModalServer() as gone, pytest.MonkeyPatch.context() as patch:
        patch.setenv("MODAL_SERVER_URL", gone.url)
        client = modal.Client.from_credentials(gone.token_id, gone.token_secret)
        executor = ModalExecutor(create_kwargs={"client": client})
    with pytest.warns(RuntimeWarning, match="could not be deleted; it runs until its own time limit"):
        executor.cleanup()
    client.close()


def test_a_forked_copy_leaves_the_sandbox_alone(server: FakeModalServer) -> None:
    program = PROGRAM + (
        "import os\n"
        "pid = os.fork()\n"
        "if pid == 0:\n"
        "    del made\n"
        "    sys.exit(0)\n"
        "os.waitpid(pid, 0)\n"
        "print(made('x').output)\n"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, timeout=300)
    assert done.stdout == "ready\n1\n"
