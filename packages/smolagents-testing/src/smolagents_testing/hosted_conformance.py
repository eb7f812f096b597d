"""The conformance kit for executors whose sandbox a provider hosts: that for all executors, and what providers can do.

    class TestMyExecutor(HostedExecutorConformance):
        executor_type = "mine"

        def make_executor(self, **options):
            return MyExecutor(**options)

It needs a fixture `server`: a fake of the provider, made on `fake_sandboxes.SandboxServer`, to which the SDK talks.
"""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import pytest
from smolagents import CodeAgent, tool
from smolagents.errors import InterpreterError, SandboxError

from smolagents_testing.executor_conformance import ExecutorConformance
from smolagents_testing.fake_sandboxes import SandboxServer
from smolagents_testing.openai_server import Failure
from smolagents_testing.scripted import ScriptedModel, code


class HostedExecutorConformance(ExecutorConformance):
    """Check an executor whose sandbox a provider hosts against what agents rely on.

    Attributes:
        executor_type: The name by which agents choose it.
    """

    executor_type: ClassVar[str]
    lacks: ClassVar[dict[str, str]] = {"import refusal": "its sandbox is the boundary, not its Python"}

    @pytest.fixture(autouse=True)
    def nothing_is_left(self, server: SandboxServer) -> Iterator[None]:
        """Check after each test that all sandboxes are gone."""
        yield
        assert server.sandboxes == {}

    def test_agent_chooses_it_by_name(self) -> None:
        """Code runs in the sandbox, tools run here."""
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
        with CodeAgent([double], model, executor_type=self.executor_type, verbosity_level=-1) as agent:
            answer, there = agent.run("Double 21.")
        assert (answer, here) == (42, [os.getpid()])
        assert there != os.getpid()

    def test_sandbox_ends_in_the_middle_of_an_action(self, server: SandboxServer) -> None:
        """The action fails and says that its variables are gone; the next one runs in a new sandbox."""
        started = threading.Event()
        with self.make_executor() as executor, ThreadPoolExecutor(1) as thread:
            executor.send_tools({"start": started.set})
            executor("mine = 1")
            action = thread.submit(executor, "print('begun')\nstart()\nwhile True:\n    pass")
            assert started.wait(300)
            server.end_sandboxes()
            with pytest.raises(InterpreterError, match=r"variables.* are gone") as failure:
                action.result(300)
            assert failure.value.logs == "begun\n"  # type: ignore[attr-defined]
            assert executor("print('again')\n1 + 1").output == 2
            with pytest.raises(InterpreterError, match="mine"):
                executor("mine")

    def test_sandbox_ends_between_actions(self, server: SandboxServer) -> None:
        """The next action says that its variables are gone; the one after it runs in a new sandbox."""
        with self.make_executor() as executor:
            executor("mine = 1")
            server.end_sandboxes()
            with pytest.raises(InterpreterError, match=r"variables.* are gone"):
                executor("mine")
            assert executor("1 + 1").output == 2

    def test_stream_breaks(self, server: SandboxServer) -> None:
        """A worker whose output is lost is replaced."""
        with self.make_executor() as executor:
            executor("mine = 1")
            server.cut_streams()
            with pytest.raises(InterpreterError, match=r"variables.* are gone"):
                for _ in range(100):
                    executor("mine")
            assert executor("1 + 1").output == 2

    def test_files_stay_when_a_worker_is_lost(self) -> None:
        """A worker is replaced in the same sandbox."""
        with self.make_executor() as executor:
            executor("open('kept.txt', 'w').write('here')")
            with pytest.raises(InterpreterError, match=r"variables.* are gone"):
                executor("import os\nos._exit(3)")
            assert executor("open('kept.txt').read()").output == "here"

    @pytest.mark.parametrize(
        ("failure", "said"),
        [
            (Failure(429, "Too many sandboxes."), "gives no sandbox.*Wait"),
            (Failure(500, "Out of order."), "gives no sandbox.*Out of order"),
        ],
        ids=["too many", "out of order"],
    )
    def test_refusal_is_an_error_that_says_why(self, server: SandboxServer, failure: Failure, said: str) -> None:
        """What the provider refuses is an error in its words, with what to do."""
        server.fail(*[failure] * 5)
        with pytest.raises(SandboxError, match=said):
            self.make_executor()

    def test_slow_provider(self, server: SandboxServer) -> None:
        """A provider may take its time."""
        server.start_seconds = 0.5
        with self.make_executor() as executor:
            assert executor("1 + 1").output == 2

    def test_forgotten_executor_leaves_no_sandbox(self, server: SandboxServer) -> None:
        """The sandbox is deleted when nobody has the executor any more."""
        executor = self.make_executor()
        assert len(server.sandboxes) == 1
        del executor
        gc.collect()
        assert server.sandboxes == {}

    def test_package_that_cannot_be_had(self) -> None:
        """An executor that can't have what it needs is an error that names it, and leaves no sandbox."""
        with pytest.raises(SandboxError, match="no-such-package"):
            self.make_executor(additional_imports=["no-such-package==1"])

    def test_diagnosis(self) -> None:
        """`smolagents doctor` finds nothing missing where there are credentials."""
        with self.make_executor() as executor:
            found = executor.diagnose()
            assert found, "`diagnose` does not say whether there are credentials"
            assert not any(text.startswith("missing") for text in found.values())
