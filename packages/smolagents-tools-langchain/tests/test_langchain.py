"""Real tools of langchain-core, called directly, by agents and through every kind of argument."""

import ast
import asyncio
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.runnables import RunnableConfig, RunnableLambda
from langchain_core.tools import (
    BaseTool,
    InjectedToolArg,
    InjectedToolCallId,
    StructuredTool,
    Tool as OldTool,
    ToolException,
    tool,
)
from pydantic import BaseModel, Field, ValidationError
from smolagents import CodeAgent, Tool, ToolCallingAgent
from smolagents_testing import ScriptedModel, ToolConformance, code, tool_call
from smolagents_testing.readme import check_readme
from smolagents_tools_langchain import AsyncLangChainTool, LangChainTool, tool_from_langchain


@tool
def add(a: int, b: int = 3) -> int:
    """Add two numbers.

    Args:
        a: The first one.
        b: The other one.
    """
    return a + b


class Person(BaseModel):
    name: str = Field(description="What they are called.")
    role: Literal["host", "guest"] = "guest"
    friend: "Person | None" = None


class Party(BaseModel):
    people: list[Person] = Field(description="Who comes.")
    place: Person | str | None = Field(default=None, description="Where.")
    ratio: float = 0.5


@tool(args_schema=Party)
async def invite(people: list[Person], place: Any = None, ratio: float = 0.5) -> str:
    """Invite people to a party."""
    await asyncio.sleep(0)
    return f"{', '.join(f'{person.name} ({person.role})' for person in people)} at {place}, {ratio}"


class Shout(BaseTool):
    name: str = "Shout Loud!"
    description: str = "Says a text loudly."
    times: int = 1

    def _run(self, text: str, mark: str | None = None) -> str:
        if text == "quiet":
            raise ToolException("too quiet")
        return text.upper() * self.times + (mark or "!")


class TestAdd(ToolConformance):
    call_arguments = {"a": 2}
    saveable = False

    def make_tool(self) -> Tool:
        return Tool.from_langchain(add)


class TestInvite(ToolConformance):
    call_arguments = {"people": [{"name": "Ada", "role": "host"}, {"name": "Bob"}]}
    saveable = False

    def make_tool(self) -> Tool:
        return Tool.from_langchain(invite)


class TestShout(ToolConformance):
    call_arguments = {"text": "hey"}
    saveable = False

    def make_tool(self) -> Tool:
        return Tool.from_langchain(Shout(times=2))


def test_what_is_taken_over() -> None:
    made = tool_from_langchain(add)
    assert type(made) is LangChainTool
    assert (made.name, made.output_type, made.is_async) == ("add", "integer", False)
    assert made.description.startswith("Add two numbers.")
    assert made.inputs == {
        "a": {"type": "integer", "description": "The first one."},
        "b": {"type": "integer", "description": "The other one.", "default": 3, "nullable": True},
    }
    shout = tool_from_langchain(Shout())
    assert (shout.name, shout.output_type) == ("shout_loud_", "string")
    assert [shout.inputs[name].get("nullable") for name in ("text", "mark")] == [None, True]


def test_structured_arguments() -> None:
    made = tool_from_langchain(invite)
    assert type(made) is AsyncLangChainTool
    assert made.is_async
    people = made.inputs["people"]
    assert (people["type"], people["description"]) == ("array", "Who comes.")
    assert people["items"]["properties"]["role"] == {
        "default": "guest",
        "enum": ["host", "guest"],
        **STRING,
        "title": "Role",
    }
    assert made.inputs["place"]["type"] == ["object", "string"]
    assert made.inputs["ratio"]["nullable"]
    result = asyncio.run(made(people=[{"name": "Ada", "role": "host"}], place="home", ratio=None))
    assert result == "Ada (host) at home, 0.5"


STRING = {"type": "string"}


def test_calls() -> None:
    made = tool_from_langchain(add)
    assert made(1) == 4
    assert made(1, 2) == made(a=1, b=2) == made({"a": 1, "b": 2}) == made(1, b=2) == 3
    assert made(a=1, b=None) == 4  # None stands for the default, which is all that the other tool allows
    assert tool_from_langchain(Shout())(text="a", mark=None) == "A!"
    with pytest.raises(TypeError, match=r"add takes 2 arguments \(a, b\), not 3"):
        made(1, 2, 3)
    with pytest.raises(TypeError, match="two values for a"):
        made(1, a=2)
    with pytest.raises(Exception, match="valid integer"):
        made(a="many")


def test_old_tools_of_one_text() -> None:
    made = tool_from_langchain(OldTool(name="Search", func=lambda query: query[::-1], description="Turns a text."))
    assert list(made.inputs) == ["tool_input"]
    assert made("abc") == made(tool_input="abc") == "cba"


def test_tools_without_arguments_and_with_injected_ones() -> None:
    @tool
    def now() -> str:
        """Tell the time."""
        return "noon"

    @tool
    def greet(name: str, user_id: Annotated[str, InjectedToolArg] = "me") -> str:
        """Greet someone."""
        return f"{name} from {user_id}"

    assert tool_from_langchain(now)() == "noon"
    greeting = tool_from_langchain(greet)
    assert list(greeting.inputs) == ["name"]
    assert greeting("Ada") == "Ada from me"


def test_schemas_that_are_plain_json() -> None:
    schema = {"type": "object", "properties": {"class": {"type": ["integer", "null"]}}, "required": ["class"]}
    made = tool_from_langchain(
        StructuredTool(name="f", description="Does f.", args_schema=schema, func=lambda **given: given)
    )
    assert made.inputs["class_"] == {"type": "integer", "description": "class", "nullable": True}
    assert made(class_=None) == {"class": None}


def test_schemas_that_allow_anything() -> None:
    def keep(**given: Any) -> Any:
        """Keep it.

        Args:
            it: What to keep.
        """
        return given

    schema = {"type": "object", "properties": {"it": True}}
    made = tool_from_langchain(StructuredTool(name="keep", description="Keeps.", args_schema=schema, func=keep))
    assert made.inputs["it"] == {"type": "any", "description": "What to keep.", "nullable": True}
    assert made(it=[1]) == {"it": [1]}


def test_names_that_python_does_not_take() -> None:
    schema = {"type": "object", "properties": {name: {"type": "string"} for name in ("user-id", "user_id", "from")}}
    made = tool_from_langchain(
        StructuredTool(name="Look-up 2!", description="Looks up.", args_schema=schema, func=lambda **given: given)
    )
    ast.parse(made.to_code_prompt())
    assert made.name == "look_up_2_"
    action = code("final_answer(look_up_2_(user_id='a', user_id_2='b', from_='c'))")
    answer = CodeAgent([made], ScriptedModel([action]), verbosity_level=-1).run("Go.")
    assert answer == {"user-id": "a", "user_id": "b", "from": "c"}


class Color(Enum):
    RED = "red"
    BLUE = "blue"


class Paint(BaseModel):
    color: Color = Color.RED
    person: Person = Person(name="Ada")
    size: Literal["big", "small"] = "big"
    point: tuple[int, str] = (1, "a")
    counts: dict[str, int] = Field(default_factory=dict)


def test_defaults_enums_and_nested_values() -> None:
    @tool(args_schema=Paint)
    def paint(color: Color, person: Person, size: str, point: Any, counts: Any) -> str:
        """Paint."""
        return f"{color.name} {person.name} {size} {point} {counts}"

    made = tool_from_langchain(paint)
    assert all(part["nullable"] for part in made.inputs.values())
    assert (made.inputs["color"]["enum"], made.inputs["color"]["default"]) == (["red", "blue"], "red")
    assert (made.inputs["size"]["enum"], made.inputs["person"]["type"]) == (["big", "small"], "object")
    assert made() == made(**dict.fromkeys(made.inputs)) == "RED Ada big (1, 'a') {}"
    given = {"color": "blue", "person": {"name": "Bob"}, "size": "small", "point": [2, "b"], "counts": {"k": 1}}
    assert made(**given) == "BLUE Bob small (2, 'b') {'k': 1}"
    with pytest.raises(ValidationError, match="'red' or 'blue'"):
        made(color="green")


def test_what_langchain_passes_to_functions_itself() -> None:
    @tool
    def who(name: str, call: Annotated[str, InjectedToolCallId], config: RunnableConfig) -> str:
        """Tell the call."""
        return f"{name} {len(call)} {'configurable' in config}"

    @tool
    async def later(name: str, call: Annotated[str, InjectedToolCallId], config: RunnableConfig) -> str:
        """Tell the call."""
        return f"{name} {len(call)} {'configurable' in config}"

    @tool
    def remember(text: str, state: Annotated[dict[str, Any], InjectedToolArg]) -> str:
        """Remember."""
        return text

    made = tool_from_langchain(who)
    assert list(made.inputs) == ["name"]
    assert made("Ada") == asyncio.run(tool_from_langchain(later)("Ada")) == "Ada 32 True"
    with pytest.raises(ValueError, match="The tool remember needs state, which LangGraph injects"):
        tool_from_langchain(remember)


def test_callbacks_are_told() -> None:
    told: list[str] = []

    class Listener(BaseCallbackHandler):
        def on_tool_start(self, serialized: Any, input_str: str, **kwargs: Any) -> None:
            told.append(input_str)

        def on_tool_end(self, output: Any, **kwargs: Any) -> None:
            told.append(str(output))

    listened = add.model_copy(update={"callbacks": [Listener()]})
    assert tool_from_langchain(listened)(1) == 4
    assert told == ["{'a': 1}", "4"]


class Telegram(BaseTool):
    """Be async alone, as LangChain's own classes are."""

    name: str = "telegram"
    description: str = "Sends a text."

    def _run(self, text: str) -> str:
        raise NotImplementedError("async only")

    async def _arun(self, text: str) -> str:
        await asyncio.sleep(0)
        return f"{text} stop"


class Letter(Telegram):
    """Write a letter, for which there is no stamp at times."""

    name: str = "letter"
    written: list[str] = []

    def _run(self, text: str) -> str:
        self.written.append(text)
        if text == "far":
            raise NotImplementedError("no stamp for that")
        return text


def test_a_sync_form_that_fails_is_not_run_again_in_the_async_one() -> None:
    letter = Letter()
    made = Tool.from_langchain(letter)
    assert made("near") == "near"
    with pytest.raises(NotImplementedError, match="no stamp for that"):
        made("far")
    assert letter.written == ["near", "far"]


def test_classes_that_are_async_alone() -> None:
    made = Tool.from_langchain(Telegram())
    assert made.is_async
    assert asyncio.run(made("hi")) == "hi stop"
    model = ScriptedModel([code("final_answer(telegram('hi'))")], per_run=True)
    agent = CodeAgent([made], model, verbosity_level=-1)
    assert agent.run("Go.") == asyncio.run(agent.arun("Go.")) == "hi stop"


def test_handled_failures_are_results() -> None:
    @tool
    def unlucky(number: int) -> str:
        """Fail."""
        raise ToolException("no luck")

    def handled(**handlers: Any) -> Tool:
        return Tool.from_langchain(unlucky.model_copy(update=handlers))

    with pytest.raises(ToolException, match="no luck"):
        handled()(1)
    assert handled(handle_tool_error=True)(1) == "no luck"
    assert handled(handle_tool_error=lambda error: f"Sorry: {error}")(1) == "Sorry: no luck"
    assert handled(handle_validation_error="Give a number.")("x") == "Give a number."


def test_content_and_artifact() -> None:
    @tool(response_format="content_and_artifact")
    def fetch(url: str) -> tuple[str, dict[str, str]]:
        """Fetch a page."""
        return f"text of {url}", {"raw": "bytes"}

    @tool(response_format="content_and_artifact")
    async def fetch_later(url: str) -> tuple[str, dict[str, str]]:
        """Fetch a page."""
        return f"text of {url}", {"raw": "bytes"}

    made = tool_from_langchain(fetch)
    assert (made("a"), made.output_type) == ("text of a", "any")
    assert asyncio.run(tool_from_langchain(fetch_later)("a")) == "text of a"


@pytest.mark.filterwarnings("ignore:This API is in beta")
def test_runnables() -> None:
    plus = RunnableLambda(lambda given: given["number"] + 1).as_tool(  # type: ignore[arg-type,index]
        name="plus", description="Adds one.", arg_types={"number": int}
    )
    assert Tool.from_langchain(plus)(number=1) == 2


def test_agents() -> None:
    tools = [Tool.from_langchain(add), Tool.from_langchain(invite), Tool.from_langchain(Shout())]
    action = code("final_answer([add(a=1), add(1, 2), shout_loud_(text=invite(people=[{'name': 'Ada'}]))])")
    answer = [4, 3, "ADA (GUEST) AT NONE, 0.5!"]
    assert CodeAgent(tools, ScriptedModel([action]), verbosity_level=-1).run("Go.") == answer
    assert asyncio.run(CodeAgent(tools, ScriptedModel([action]), verbosity_level=-1).arun("Go.")) == answer
    with CodeAgent(tools, ScriptedModel([action]), executor_type="process", verbosity_level=-1) as agent:
        assert agent.run("Go.") == answer
    calls = [tool_call("add", a=1), tool_call("invite", people=[{"name": "Ada"}])]
    model = ScriptedModel([calls, tool_call("final_answer", answer="done")])
    agent = ToolCallingAgent(tools, model, verbosity_level=-1)
    assert agent.run("Go.") == "done"
    assert "Ada (guest) at None" in str(agent.memory.steps[1].observations)


def test_failures_reach_the_model() -> None:
    steps = [code("shout_loud_(text='quiet')"), lambda messages: code(f"final_answer({str(messages[-1])!r})")]
    agent = CodeAgent([Tool.from_langchain(Shout())], ScriptedModel(steps), verbosity_level=-1)
    assert "too quiet" in agent.run("Go.")


def test_other_things_are_refused() -> None:
    with pytest.raises(TypeError, match="no tool of LangChain but a function"):
        Tool.from_langchain(lambda text: text)


def test_readme() -> None:
    check_readme(Path(__file__).parent.parent / "README.md")
