"""The conformance kit for executors: subclass it, say how to make one, and pytest tells when you are done.

    class TestMyExecutor(ExecutorConformance):
        def make_executor(self, **options):
            return MyExecutor(**options)

The options are `additional_imports` (a list of modules), `timeout_seconds` and `max_print_outputs_length`; each may be absent.
What an executor can't do by design it says in `lacks`, and the tests about that are skipped with its reason.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar, TypeVar

import pytest
from smolagents import CodeAgent, FinalAnswerTool, Tool
from smolagents.errors import ExecutionTimeoutError, InterpreterError
from smolagents.executors import CodeOutput

from smolagents_testing.executor_tools import Kit
from smolagents_testing.scripted import ScriptedModel, code

Test = TypeVar("Test", bound=Callable[..., Any])
