"""The conformance kit, as far as Monty's language goes."""

from typing import Any

from smolagents_exec_monty import MontyExecutor
from smolagents_testing import ExecutorConformance


class TestMontyExecutor(ExecutorConformance):
    lacks = {
        "tools as callbacks": "Monty's builtins can't wait for the host",
        "deletion": "not in Monty's language",
        "submodules": "Monty has no modules inside packages",
        "import refusal": "what Monty has can be imported; nothing of it reaches outside",
        "packages": "Monty has no packages",
        "images": "Monty has no images",
        "arrays": "Monty has no numpy",
        "program: generators": "not in Monty's language",
        "program: classes": "no inheritance in Monty's language",
        "program: standard library": "Monty has no module statistics",
    }

    def make_executor(self, **options: Any) -> MontyExecutor:
        return MontyExecutor(**options)

    def kill_worker(self, executor: MontyExecutor) -> None:
        executor._worker.kill()
