"""The conformance kit passes good tools and catches bad ones."""

import asyncio
from typing import Any, TypedDict

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


class Price(TypedDict):
    """What something costs."""

    price: float
    labels: list[str]


@tool
def price_of(thing: str) -> Price:
    """Tell what something costs.

    Args:
        thing: What.
    """
    return {"price": 3, "labels": ["cheap"]}


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


class TestToolWithOutputSchema(ToolConformance):
    call_arguments = {"thing": "bread"}

    def make_tool(self) -> Tool:
        return price_of


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


PRICE = {"type": "object", "properties": {"price": {"type": "number"}}, "required": ["price"]}
PRICES = {"type": "object", "properties": {"all": {"type": "array", "items": {"$ref": "#/$defs/Price"}}}}


class Promising(Tool):
    name = "promising"
    description = "Returns what it is told."
    inputs = {"text": {"type": "string", "description": "The text"}}
    output_type = "any"

    def __init__(self, schema: Any, result: Any) -> None:
        super().__init__()
        self.output_schema = schema
        self.result = result

    def forward(self, text: str) -> Any:
        return self.result


@pytest.mark.parametrize(
    ("schema", "result"),
    [
        (PRICE, {"price": 3}),
        (PRICE, {"price": 3.5, "currency": "EUR"}),
        ({**PRICES, "$defs": {"Price": PRICE}}, {"all": [{"price": 3}]}),
        ({"type": ["string", "null"]}, None),
        ({"type": "string", "nullable": True}, None),
        ({"anyOf": [{"type": "string"}, {"type": "integer"}]}, 3),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, {"a": 3}),
        ({"type": "object", "additionalProperties": False, "properties": {"a": True}}, {"a": object()}),
        ({"enum": ["hot", "cold"]}, "cold"),
        ({"type": "any"}, object()),
        (None, {"cost": "a lot"}),
    ],
)
def test_results_that_fit_their_schema_pass(schema: Any, result: Any) -> None:
    kit(text="a").test_returns_what_it_declares(Promising(schema, result))


@pytest.mark.parametrize(
    ("schema", "result", "problem"),
    [
        (PRICE, {"cost": "a lot"}, r"the result lacks 'price'"),
        (PRICE, {"price": "a lot"}, r"the result\['price'\] is a string, not number"),
        (PRICE, [3], "the result is a array, not object"),
        ({"type": "nonsense"}, {"price": 3}, "the result is a object, not nonsense"),
        ({**PRICES, "$defs": {"Price": PRICE}}, {"all": [{"price": 3}, {}]}, r"the result\['all'\]\[1\] lacks 'price'"),
        ({"type": "string"}, None, "the result is a null, not string"),
        ({"type": "integer"}, True, "the result is a boolean, not integer"),
        ({"anyOf": [{"type": "string"}, {"type": "integer"}]}, 3.5, "the result is none of what anyOf allows"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, {"a": "b"}, r"the result\['a'\] is a string"),
        ({"type": "object", "additionalProperties": False}, {"a": 3}, r"the result has 'a'"),
        ({"enum": ["hot", "cold"]}, "warm", r"the result is 'warm', none of \['hot', 'cold'\]"),
    ],
)
def test_results_that_break_their_schema_are_caught(schema: Any, result: Any, problem: str) -> None:
    with pytest.raises(AssertionError, match=f"output_schema: {problem}"):
        kit(text="a").test_returns_what_it_declares(Promising(schema, result))


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
