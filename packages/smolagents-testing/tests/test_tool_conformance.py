"""The conformance kit passes good tools and catches bad ones."""

import asyncio
from typing import Any

import pytest
from smolagents import FinalAnswerTool, Tool, tool
from smolagents_testing import ToolConformance


@tool
def shout(text: str, times: int = 1) -> str:
    """Say a text loudly.

    Args:
        text: What to say.
        times: How often.
    """
    return text.upper() * times


@tool
async def later(text: str) -> dict[str, str]:
    """Say a text after a while.

    Args:
        text: What to say.
    """
    await asyncio.sleep(0)
    return {"text": text}


class Counter(Tool):
    name = "counter"
    description = "Counts the letters of a text."
    inputs = {"text": {"type": "string", "description": "The text"}}
    output_type = "integer"

    def setup(self) -> None:
        self.letters = set("abc")

    def forward(self, text: str) -> int:
        return sum(letter in self.letters for letter in text)


class Client(Counter):
    name = "client"

    def __init__(self, connection: object) -> None:
        super().__init__()
        self.connection = connection


class Weighing(Counter):
    name = "weighing"

    def __init__(self, weight: int) -> None:
        super().__init__()
        self.weight = weight


class TestFunctionTool(ToolConformance):
    call_arguments = {"text": "hello", "times": 2}

    def make_tool(self) -> Tool:
        return shout


class TestAsyncTool(ToolConformance):
    call_arguments = {"text": "hello"}

    def make_tool(self) -> Tool:
        return later


class TestClassTool(ToolConformance):
    call_arguments = {"text": "abba"}

    def make_tool(self) -> Tool:
        return Counter()


class TestToolWithRequiredArguments(ToolConformance):
    call_arguments = {"text": "abba"}
    saveable = False

    def make_tool(self) -> Tool:
        return Client(object())


class TestToolWithPlainArguments(ToolConformance):
    call_arguments = {"text": "abba"}

    def make_tool(self) -> Tool:
        return Weighing(3)


class TestCoreTool(ToolConformance):
    call_arguments = {"answer": [1, {"a": None}]}

    def make_tool(self) -> Tool:
        return FinalAnswerTool()

    test_is_called_by_a_tool_calling_agent: Any = None  # it is what ends the run


def kit(**arguments: Any) -> ToolConformance:
    return type("Kit", (ToolConformance,), {"call_arguments": arguments})()


class Wrong(Counter):
    inputs = {"text": {"type": "string", "description": " "}}
    description = "Counts."
    output_type = "string"

    def __init__(self) -> None:
        self.shared: list[str] = []


class NeverReady(Counter):
    @property
    def is_initialized(self) -> bool:  # type: ignore[override]
        return False

    @is_initialized.setter
    def is_initialized(self, value: bool) -> None: ...


class Racy(Counter):
    busy = False

    def forward(self, text: str) -> int:
        import time

        if self.busy:
            raise RuntimeError("two at once")
        self.busy = True
        time.sleep(0.01)
        self.busy = False
        return 1


class Changing(Counter):
    def __init__(self) -> None:
        super().__init__()
        self.description = f"Counts letters as number {id(self)}."


class Forgetful(Weighing):
    def __init__(self, weight: int = 1) -> None:
        super().__init__(weight)

    def to_dict(self) -> dict[str, Any]:
        return super().to_dict() if self.weight == 1 else Forgetful().to_dict()


@pytest.mark.parametrize(
    ("check", "bad"),
    [
        ("test_defines_itself", Wrong()),
        ("test_returns_what_it_declares", Wrong()),
        ("test_sets_up_at_the_first_call", NeverReady()),
        ("test_serves_many_threads", Racy()),
        ("test_survives_saving", Client(object())),
        ("test_survives_saving", Changing()),
        ("test_survives_saving", Forgetful(2)),
    ],
)
def test_bad_tool_is_caught(check: str, bad: Tool) -> None:
    with pytest.raises((AssertionError, RuntimeError, ValueError)):
        getattr(kit(text="a"), check)(bad)


def test_arguments_that_do_not_fit_are_caught() -> None:
    for wrong in ({}, {"text": 1}, {"txt": "a"}, {"text": object()}):
        with pytest.raises((AssertionError, TypeError, ValueError)):
            kit(**wrong).test_accepts_its_arguments(Counter())


def test_failing_calls_are_caught_in_both_agents() -> None:
    @tool
    def fail(text: str) -> str:
        """Fail whatever is asked.

        Args:
            text: Anything.
        """
        raise RuntimeError("always")

    with pytest.raises(AssertionError, match=r"the call failed: .*always"):
        kit(text="a").test_is_called_by_a_tool_calling_agent(fail)
    with pytest.raises(Exception, match="The script has 1 replies"):
        kit(text="a").test_is_called_by_a_code_agent(fail)


def test_kit_says_what_to_define() -> None:
    with pytest.raises(NotImplementedError, match=r"ToolConformance must define make_tool\(\)"):
        ToolConformance().make_tool()
