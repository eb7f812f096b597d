"""Executors, factories and models that return the wrong thing end a run with an error that says what it must be."""

import asyncio
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from smolagents import CodeAgent, plugins
from smolagents.errors import AgentGenerationError
from smolagents.hooks import hookimpl
from smolagents.messages import ChatMessage, ChatMessageStreamDelta, MessageRole
from smolagents.models import Model
from smolagents_testing import ScriptedModel, code


class Returning:
    """An executor whose actions come to what it is told, and which is no subclass of ours."""

    def __init__(self, returned: Any) -> None:
        self.returned = returned

    def send_tools(self, tools: Any) -> None: ...

    def send_variables(self, variables: Any) -> None: ...

    def __call__(self, code_action: str) -> Any:
        return self.returned


class Named(NamedTuple):
    output: Any
    logs: str
    is_final_answer: bool


def agent_with(executor: Any, **options: Any) -> CodeAgent:
    return CodeAgent(model=ScriptedModel([code("1")]), executor=executor, verbosity_level=-1, **options)


WAYS: list[Callable[[Any], Any]] = [lambda agent: agent.run("x"), lambda agent: asyncio.run(agent.arun("x"))]


@pytest.mark.parametrize("returned", [(42, "logs", True), None, {"output": 42}, SimpleNamespace(output=42)])
@pytest.mark.parametrize("ask", WAYS, ids=["run", "arun"])
def test_executor_that_returns_no_code_output_is_named(ask: Callable[[Any], Any], returned: Any) -> None:
    message = rf"Returning returned {type(returned).__name__}: .*`__call__` must return a CodeOutput"
    with pytest.raises(TypeError, match=message):
        ask(agent_with(Returning(returned)))


@pytest.mark.parametrize("look_alike", [Named(42, "logs", True), SimpleNamespace(**Named(42, "", True)._asdict())])
def test_what_only_looks_like_code_output_does(look_alike: Any) -> None:
    assert agent_with(Returning(look_alike)).run("x") == 42


@pytest.fixture
def offer() -> Iterator[Callable[[Any], None]]:
    """Offer an executor type called `odd_box` for the length of a test."""
    added: list[Any] = []

    def register(factory: Any) -> None:
        @hookimpl
        def register_executors(registry: Any) -> None:
            registry.add("odd_box", factory)

        plugin = SimpleNamespace(register_executors=register_executors)
        plugins.register(plugin, "odd")
        added.append(plugin)

    yield register
    for plugin in added:
        plugins.unregister(plugin)


def no_executor(imports: Any, logger: Any, **options: Any) -> Any:
    return 42


def no_arguments() -> Any:
    return Returning(None)


def fails_inside(imports: Any, logger: Any, **options: Any) -> Any:
    return len(42)  # type: ignore[arg-type]


def test_factory_that_makes_no_executor_is_named(offer: Callable[[Any], None]) -> None:
    offer(no_executor)
    with pytest.raises(TypeError, match=r"'odd_box': \S*no_executor returned int.* must return a PythonExecutor"):
        agent_with(None, executor_type="odd_box")


def test_factory_with_other_parameters_is_named(offer: Callable[[Any], None]) -> None:
    offer(no_arguments)
    with pytest.raises(TypeError, match=r"'odd_box': no_arguments\(\) takes 0 .*\(additional_imports, logger, \*\*"):
        agent_with(None, executor_type="odd_box")


def test_errors_inside_a_factory_stay_what_they_are(offer: Callable[[Any], None]) -> None:
    offer(fails_inside)
    with pytest.raises(TypeError, match=r"^object of type 'int' has no len\(\)$"):
        agent_with(None, executor_type="odd_box")


class Counting(Model):
    """A model that counts in its own way."""

    def __init__(self, usage: Any) -> None:
        super().__init__()
        self.usage = usage

    def generate(self, messages: Any, **options: Any) -> ChatMessage:
        return ChatMessage(MessageRole.ASSISTANT, code("final_answer(1)"), token_usage=self.usage)

    def generate_stream(self, messages: Any, **options: Any) -> Iterator[ChatMessageStreamDelta]:
        yield ChatMessageStreamDelta(code("final_answer(1)"), token_usage=self.usage)


@pytest.mark.parametrize("usage", [{"input_tokens": 3}, 3, SimpleNamespace(input_tokens=3, output_tokens=2)])
@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize("ask", WAYS, ids=["run", "arun"])
def test_model_that_counts_in_another_form_is_told_which(ask: Callable[[Any], Any], streams: bool, usage: Any) -> None:
    agent = CodeAgent(model=Counting(usage), stream_outputs=streams, verbosity_level=-1)
    message = rf"token_usage is {type(usage).__name__}: it must be a TokenUsage"
    with pytest.raises(AgentGenerationError, match=message):
        ask(agent)
