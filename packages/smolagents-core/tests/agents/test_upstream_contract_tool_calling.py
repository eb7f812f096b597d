"""ToolCallingAgent: calls in any number and form, their results, their failures."""

import contextvars
import threading
import time
from typing import Any

import pytest
from smolagents import ChatMessage, Tool, ToolCallingAgent, tool
from smolagents.agents import ActionOutput
from smolagents.memory import ActionStep
from smolagents.models import MessageRole
from smolagents.usage import Timing
from smolagents_testing import ScriptedModel, tool_call

from .contract_agents import actions, answer, caller, coder, prompts_of, text_of


def test_what_the_model_is_asked() -> None:
    helper = coder(name="helper", description="d")
    agent = caller(answer(), managed_agents=[helper])
    agent.run("Do it.")
    call = agent.model.calls[0]
    assert call.stop_sequences == ["Observation:", "Calling tools:"]
    assert call.tools_to_call_from == [*agent.tools.values(), helper]
    assert agent.tools_and_managed_agents == [*agent.tools.values(), helper]


def test_one_call() -> None:
    agent = caller(tool_call("add", a=1, b=4), answer("five"))
    assert agent.run("Do it.") == "five"
    step = actions(agent)[0]
    assert step.observations == "5"
    assert [(call.name, call.arguments, call.id) for call in step.tool_calls or ()] == [
        ("add", {"a": 1, "b": 4}, "call_1_1")
    ]
    sent = prompts_of(agent, 1)
    assert [role for role, _ in sent] == ["system", "user", "tool-call", "tool-response"]
    assert sent[2][1].startswith("Calling tools:\n[{'id': 'call_1_1'")
    assert sent[3][1] == "Observation:\n5"


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "final_answer", "arguments": {"answer": "done"}}',
        'I answer.\n{"name": "final_answer", "arguments": {"answer": "done"}}',
        '```json\n{"name": "final_answer", "arguments": {"answer": "done"}}\n```',
        '{"name": "final_answer", "arguments": "done"}',
        'Action:\n{"name": "final_answer", "arguments": {"answer": "done"}}\nObservation',
    ],
)
def test_call_as_text(text: str) -> None:
    assert caller(text).run("Do it.") == "done"


def test_text_without_call_is_an_error_that_teaches() -> None:
    agent = caller("I don't know what to do.", answer())
    assert agent.run("Do it.") == "done"
    step = actions(agent)[0]
    assert type(step.error).__name__ == "AgentParsingError"
    assert step.model_output == "I don't know what to do."
    assert "JSON" in str(step.error) or "json" in str(step.error)


def test_own_keys_of_the_model() -> None:
    model = ScriptedModel(['{"tool": "final_answer", "args": {"answer": 3}}'])
    model.tool_name_key, model.tool_arguments_key = "tool", "args"
    assert caller(model=model).run("Do it.") == 3


def test_several_calls_run_at_the_same_time_and_are_kept_in_the_models_order() -> None:
    together = threading.Barrier(3, timeout=300)

    @tool
    def meet(name: str) -> str:
        """Wait for the others.

        Args:
            name: Who waits.
        """
        together.wait()
        return name

    calls = [tool_call("meet", call_id=id, name=name) for id, name in (("z", "first"), ("b", "second"), ("a", "third"))]
    agent = caller(calls, answer(), tools=[meet])
    assert agent.run("Do it.") == "done"
    step = actions(agent)[0]
    assert [call.id for call in step.tool_calls or ()] == ["z", "b", "a"]
    assert step.observations == "first\nsecond\nthird"


def test_calls_with_the_same_id_are_all_kept() -> None:
    agent = caller([tool_call("add", call_id="x", a=1), tool_call("add", call_id="x", a=2)], answer())
    agent.run("Do it.")
    assert actions(agent)[0].observations == "3\n4"


def test_max_tool_threads() -> None:
    running, most = 0, 0
    lock = threading.Lock()
    pair = threading.Barrier(2, timeout=300)

    @tool
    def work(n: int) -> int:
        """Work, together with another call.

        Args:
            n: How hard.
        """
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        pair.wait()
        with lock:
            running -= 1
        return n

    agent = caller([tool_call("work", n=n) for n in range(8)], answer(), tools=[work], max_tool_threads=2)
    agent.run("Do it.")
    assert most == 2
    assert actions(agent)[0].observations == "\n".join(map(str, range(8)))


def test_sequential_tools_run_alone_and_in_order() -> None:
    order: list[str] = []

    class Press(Tool):
        """Press a key."""

        name = "press"
        description = "Presses a key."
        inputs = {"key": {"type": "string", "description": "The key."}}
        output_type = "string"
        sequential = True

        def forward(self, key: str) -> str:
            """Press it."""
            order.append(f"{key} down")
            time.sleep(0.005)
            order.append(f"{key} up")
            return key

    agent = caller([tool_call("press", key=key) for key in "abc"], answer(), tools=[Press()])
    agent.run("Do it.")
    assert order == [f"{key} {what}" for key in "abc" for what in ("down", "up")]


def test_tools_see_the_context_of_the_caller() -> None:
    who: contextvars.ContextVar[str] = contextvars.ContextVar("who")

    @tool
    def whoami(n: int) -> str:
        """Tell who asks.

        Args:
            n: Any number.
        """
        return who.get()

    who.set("Ann")
    agent = caller(
        [tool_call("whoami", n=1), tool_call("whoami", n=2)], tool_call("whoami", n=3), answer(), tools=[whoami]
    )
    agent.run("Do it.")
    assert [step.observations for step in actions(agent)][:2] == ["Ann\nAnn", "Ann"]


def test_one_failing_call_loses_only_its_own_result() -> None:
    agent = caller([tool_call("add", a=1), tool_call("fail", message="no luck"), tool_call("add", a=2)], answer())
    assert agent.run("Do it.") == "done"
    step = actions(agent)[0]
    assert step.observations == "3\n4"
    assert "no luck" in str(step.error)
    assert type(step.error).__name__ == "AgentToolExecutionError"
    texts = [text for _, text in prompts_of(agent, 1)]
    assert any("Observation:\n3\n4" in text for text in texts)
    assert any("no luck" in text for text in texts)


def test_failing_tool() -> None:
    agent = caller(tool_call("fail", message="no luck"), answer())
    agent.run("Do it.")
    text = str(actions(agent)[0].error)
    assert "no luck" in text
    assert "Please try again or use another tool" in text


def test_unknown_tool_lists_the_names() -> None:
    agent = caller(tool_call("search", query="x"), answer())
    agent.run("Do it.")
    step = actions(agent)[0]
    assert type(step.error).__name__ == "AgentToolExecutionError"
    assert "search" in str(step.error)
    assert "add" in str(step.error)
    assert "final_answer" in str(step.error)


@pytest.mark.parametrize("arguments", [{"a": "one"}, {}, {"a": 1, "c": 3}, {"a": None}])
def test_wrong_arguments(arguments: dict[str, Any]) -> None:
    agent = caller(tool_call("add", **arguments), answer())
    agent.run("Do it.")
    step = actions(agent)[0]
    assert type(step.error).__name__ == "AgentToolCallError"
    assert step.observations is None


def test_media_are_kept_as_variables() -> None:
    agent = caller(tool_call("draw", size=4), tool_call("size", picture="image.png"), answer("image.png"))
    result = agent.run("Draw.")
    assert [step.observations for step in actions(agent)][:2] == ["Stored 'image.png' in memory.", "4"]
    assert agent.state["image.png"].size == (4, 4)
    assert result.size == (4, 4)


def test_several_media_get_names_of_their_own() -> None:
    agent = caller(
        [tool_call("draw", size=1), tool_call("draw", size=2)],
        tool_call("draw", size=3),
        [tool_call("size", picture=f"image{number}.png") for number in ("", "_2", "_3")],
        answer("image_3.png"),
        tool_call("draw", size=4),
        answer("image_4.png"),
        tool_call("draw", size=5),
        answer("image_2.png"),
    )
    assert agent.run("Draw.").size == (3, 3)
    stored, third, sizes, _ = (step.observations for step in actions(agent))
    assert sorted(stored.splitlines()) == ["Stored 'image.png' in memory.", "Stored 'image_2.png' in memory."]
    assert third == "Stored 'image_3.png' in memory."
    assert sorted(sizes.splitlines()) == ["1", "2", "3"]
    assert agent.run("Draw one more.", reset=False).size == (4, 4), "what the model still sees must stay"
    mine = agent.state["image_3.png"]
    # In a new conversation nobody knows the old names, so they don't pile up; those that the program gives are kept.
    assert agent.run("Draw.", additional_args={"image.png": mine}).size == (5, 5)
    assert agent.state["image.png"] is mine


def test_arguments_that_name_a_variable_become_it() -> None:
    agent = caller(tool_call("add", a="number"), answer("number"))
    assert agent.run("Do it.", additional_args={"number": 40}) == 40
    assert actions(agent)[0].observations == "42"


def test_final_answer_must_come_alone() -> None:
    agent = caller([tool_call("add", a=1), answer("too soon")], answer("done"))
    assert agent.run("Do it.") == "done"
    step = actions(agent)[0]
    assert type(step.error).__name__ == "AgentExecutionError"
    assert not step.is_final_answer


def test_async_tools() -> None:
    agent = caller(
        [tool_call("greet", name="Ann"), tool_call("greet", name="Bob")], tool_call("greet", name="Cy"), answer()
    )
    assert agent.run("Do it.") == "done"
    assert [step.observations for step in actions(agent)][:2] == ["Hello Ann\nHello Bob", "Hello Cy"]


def test_native_calls_with_arguments_as_text_or_as_dict() -> None:
    replies = [
        ChatMessage(MessageRole.ASSISTANT, tool_calls=[{"id": "x", "type": "function", "function": function}])  # type: ignore[list-item]
        for function in (
            {"name": "add", "arguments": '{"a": 1}'},
            {"name": "add", "arguments": {"a": 2}},
            {"name": "final_answer", "arguments": "done"},
        )
    ]
    agent = caller(*replies)
    assert agent.run("Do it.") == "done"
    assert [step.observations for step in actions(agent)] == ["3", "4", "done"]


def test_thoughts_beside_native_calls_are_kept() -> None:
    reply = ChatMessage(MessageRole.ASSISTANT, "I add.", tool_calls=[tool_call("add", call_id="x", a=1)])
    agent = caller(reply, answer())
    agent.run("Do it.")
    assert actions(agent)[0].model_output == "I add."
    assert ("assistant", "I add.") in prompts_of(agent, 1)


def test_content_in_parts_does_no_harm() -> None:
    reply = ChatMessage(
        MessageRole.ASSISTANT, [{"type": "text", "text": "I add."}], tool_calls=[tool_call("add", call_id="x", a=1)]
    )
    agent = caller(reply, answer())
    assert agent.run("Do it.") == "done"
    assert any("I add." in text_of(message) for message in agent.model.calls[1].messages)


def test_executing_a_call_by_hand() -> None:
    agent = caller()
    agent.state["n"] = 5
    assert agent.execute_tool_call("add", {"a": 1, "b": "n"}) == 6
    assert agent.execute_tool_call("greet", "Ann") == "Hello Ann"


def test_processing_calls_by_hand() -> None:
    agent = caller()
    step = ActionStep(step_number=1, timing=Timing(0.0))
    message = ChatMessage(MessageRole.ASSISTANT, tool_calls=[tool_call("add", call_id="x", a=1)])
    events = list(agent.process_tool_calls(message, step))
    assert [type(event).__name__ for event in events] == ["ToolCall", "ToolOutput"]
    assert events[1].output == 3
    assert step.observations == "3"


def test_own_subclass_may_replace_how_a_tool_is_called() -> None:
    class Careful(ToolCallingAgent):
        def execute_tool_call(self, tool_name: str, arguments: Any) -> Any:
            return "refused" if tool_name == "add" else super().execute_tool_call(tool_name, arguments)

    agent = Careful(
        tools=caller().tools.values(), model=ScriptedModel([tool_call("add", a=1), answer()]), verbosity_level=-1
    )  # type: ignore[arg-type]
    assert agent.run("Do it.") == "done"
    assert actions(agent)[0].observations == "refused"


def test_own_subclass_may_replace_a_step() -> None:
    class Counting(ToolCallingAgent):
        steps = 0

        def _step_stream(self, memory_step: ActionStep) -> Any:
            self.steps += 1
            for event in super()._step_stream(memory_step):
                if isinstance(event, ActionOutput):
                    self.last = event
                yield event

    agent = Counting(tools=[], model=ScriptedModel([answer()]), verbosity_level=-1)
    assert agent.run("Do it.") == "done"
    assert (agent.steps, agent.last.output) == (1, "done")


def test_no_content_and_no_call_is_an_error_of_the_step() -> None:
    agent = caller(ChatMessage(MessageRole.ASSISTANT, None), ChatMessage(MessageRole.ASSISTANT, ""), answer())
    assert agent.run("Do it.") == "done"
    assert [type(step.error).__name__ for step in actions(agent)][:2] == ["AgentParsingError"] * 2


def test_tool_whose_call_returns_an_awaitable_by_itself() -> None:
    class Later(Tool):
        """Answer later."""

        name = "later"
        description = "Answers later."
        inputs = {"n": {"type": "integer", "description": "Any number."}}
        output_type = "integer"

        def forward(self, n: int) -> Any:
            """Return what is to be awaited."""

            async def result() -> int:
                return n + 1

            return result()

    agent = caller(answer(), tools=[Later()])
    assert agent.execute_tool_call("later", {"n": 1}) == 2
