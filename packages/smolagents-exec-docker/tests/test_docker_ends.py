"""However an executor ends, its container ends too; and whatever ends a container, the executor goes on."""

import gc
import multiprocessing
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from smolagents.errors import ExecutionTimeoutError, InterpreterError
from smolagents_exec_docker import DockerExecutor
from smolagents_testing.executor_tools import Toolbox
from smolagents_testing.waiting import ended, until

Gone = Callable[[str], bool]


def container_of(executor: DockerExecutor) -> str:
    return str(executor._connection.transport.container_id)  # type: ignore[union-attr]


@pytest.mark.parametrize("end", ["cleanup", "delete", "with", "forget"])
def test_container_ends_with_its_executor(
    make: Callable[..., DockerExecutor], engine: str, gone: Gone, end: str
) -> None:
    executor = DockerExecutor()
    container = container_of(executor)
    assert not gone(container, 0.1)  # type: ignore[call-arg]
    if end == "with":
        with executor:
            executor("x = 1")
    elif end == "forget":
        executor("x = 1")
        del executor
        gc.collect()
    else:
        getattr(executor, end)()
    assert gone(container)


def test_executor_can_be_used_after_cleanup(make: Callable[..., DockerExecutor], gone: Gone) -> None:
    executor = make()
    executor.send_variables({"given": 1})
    executor.cleanup()
    assert executor("given").output == 1
    last = container_of(executor)
    executor.cleanup()
    assert gone(last)


HOST = """
import sys, time, os, signal
from smolagents_exec_docker import DockerExecutor
executor = DockerExecutor()
executor("1")
print(executor._connection.transport.container_id, flush=True)
"""
SOON = "import threading\nthreading.Timer(0.5, os.kill, (os.getpid(), signal.SIGKILL)).start()\n"
# How a host may come to its end.
ENDS = {
    "returns": "",
    "raises": "raise ValueError",
    "is terminated": "os.kill(os.getpid(), signal.SIGTERM)",
    "is killed": "os.kill(os.getpid(), signal.SIGKILL)",
    "leaves without a word": "os._exit(3)",
    "is killed while code runs": SOON + "executor('while True: pass')",
    "is killed while code keeps the interpreter's lock": SOON
    + 'executor(\'import re\\nre.match("(a+)+$", "a" * 40 + "b")\')',
    "is killed while code refuses to end": SOON + "executor('import os\\nos._exit = print\\nwhile True: pass')",
    "is killed and has a child": "\nif os.fork() == 0:\n    time.sleep(60)\n    os._exit(0)\n"
    "os.kill(os.getpid(), signal.SIGKILL)",
}


@pytest.mark.parametrize("end", ENDS)
def test_container_ends_with_its_host(engine: str, gone: Gone, end: str) -> None:
    host = subprocess.Popen([sys.executable, "-c", HOST + ENDS[end]], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert host.stdout
    container = host.stdout.readline().decode().strip()
    assert len(container) == 64
    host.wait(300)
    assert gone(container)
    host.stdout.close()


MADE = """
import os, sys
from docker.models.containers import Container
from smolagents_exec_docker import DockerExecutor
def start(self):
    print(self.id, flush=True)
    os.kill(os.getpid(), 9)
Container.start = start
DockerExecutor()
"""


def test_container_that_was_made_and_not_started_ends_with_its_host(engine: str, gone: Gone) -> None:
    host = subprocess.run([sys.executable, "-c", MADE], stdout=subprocess.PIPE, text=True)
    assert host.returncode == -signal.SIGKILL
    assert len(host.stdout.strip()) == 64
    assert gone(host.stdout.strip())


INTERRUPTED = """
import os, signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in the background ignores it
from docker.models.containers import ContainerCollection
from smolagents_exec_docker import DockerExecutor
create = ContainerCollection.create
def interrupted(self, *args, **options):
    print(create(self, *args, **options).id, flush=True)
    os.kill(os.getpid(), signal.SIGINT)
ContainerCollection.create = interrupted
DockerExecutor()
"""


def test_ctrl_c_while_the_engine_makes_a_container_leaves_none(engine: str, gone: Gone) -> None:
    command = [sys.executable, "-c", INTERRUPTED]
    host = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert host.returncode == -signal.SIGINT
    assert len(host.stdout.strip()) == 64
    assert gone(host.stdout.strip())


def test_no_process_stays_behind(engine: str) -> None:
    script = HOST + "from smolagents_exec_docker.reaper import reaper\nprint(reaper()._process.pid)\n"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    until(lambda: ended(int(said[1])))  # at once, or later where a busy engine has not removed the container at once


# What newer Pythons think of a fork in a process with threads.
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_forked_copy_leaves_the_container_alone(make: Callable[..., DockerExecutor]) -> None:
    executor = make()
    executor.send_variables({"given": 5})
    executor("mine = 1")
    child = multiprocessing.get_context("fork").Process(target=_use_and_forget, args=(executor,))
    child.start()
    child.join(300)
    assert child.exitcode == 0
    assert executor("mine").output == 1


def _use_and_forget(executor: DockerExecutor) -> None:
    with pytest.raises(InterpreterError, match="parent"):
        executor("mine")
    assert executor("given").output == 5
    executor.cleanup()


def test_container_that_is_killed_is_replaced(make: Callable[..., DockerExecutor], client: Any, gone: Gone) -> None:
    executor, toolbox = make(), Toolbox()
    executor.send_tools(toolbox.tools)
    first = container_of(executor)
    with ThreadPoolExecutor(1) as thread:
        action = thread.submit(executor, "start()\nwhile True: pass")
        assert toolbox.started.wait(300)
        client.api.kill(first)
        with pytest.raises(InterpreterError, match=r"worker was killed, from outside.*while the action ran.*are gone"):
            action.result(300)
    assert executor("add(1)").output == 3
    assert container_of(executor) != first
    assert gone(first)


def test_code_that_leaves_ends_its_container(make: Callable[..., DockerExecutor], gone: Gone) -> None:
    executor = make()
    first = container_of(executor)
    with pytest.raises(InterpreterError, match="has ended with exit code 3 while the action ran"):
        executor("import os\nif os.fork():\n    os._exit(3)\nwhile True: pass")
    assert gone(first)


def test_action_past_its_deadline_ends_its_container(make: Callable[..., DockerExecutor], gone: Gone) -> None:
    executor = make(timeout_seconds=1)
    first = container_of(executor)
    with pytest.raises(ExecutionTimeoutError, match="1 seconds"):
        executor("import re\nre.match('(a+)+$', 'a' * 40 + 'b')")
    assert gone(first)
    assert executor("1 + 1").output == 2


def test_flood_of_frames_is_no_flood_in_the_host(make: Callable[..., DockerExecutor]) -> None:
    executor = make(timeout_seconds=1, max_print_outputs_length=100)
    with pytest.raises((ExecutionTimeoutError, InterpreterError)):
        executor(
            "import os\nwhile True:\n    for n in range(3, 20):\n        try: os.write(n, b'00000000' * 10_000)\n"
            "        except OSError: pass"
        )
    assert executor("1 + 1").output == 2
