"""Memory: the steps as messages and as plain data; the methods of agents that read it."""

import io
import json

import PIL.Image
import pytest
from rich.console import Console
from smolagents import LogLevel, TokenUsage
from smolagents.errors import AgentError, AgentExecutionError
from smolagents.memory import (
    ActionStep,
    AgentMemory,
    FinalAnswerStep,
    MemoryStep,
    PlanningStep,
    SystemPromptStep,
    TaskStep,
    ToolCall,
)
from smolagents.models import ChatMessage, MessageRole
from smolagents.monitoring import AgentLogger
from smolagents.usage import Timing
from smolagents_testing import ScriptedModel, code

from .contract_agents import ANSWER, actions, add, caller, coder, text_of

IMAGE = PIL.Image.new("RGB", (1, 1), "red")
REPLY = ChatMessage(MessageRole.ASSISTANT, "I act.")


def whole_step(**changes: object) -> ActionStep:
    values = {
        "step_number": 3,
        "timing": Timing(1.0, 3.5),
        "model_input_messages": [ChatMessage(MessageRole.USER, "Go.")],
        "tool_calls": [ToolCall("add", {"a": 1}, "call_3")],
        "error": AgentExecutionError("it broke"),
        "model_output_message": REPLY,
        "model_output": " I act. ",
        "code_action": "add(1)",
        "observations": "3",
        "observations_images": [IMAGE],
        "action_output": (1, 2),
        "token_usage": TokenUsage(2, 3),
    }
    return ActionStep(**{**values, **changes})  # type: ignore[arg-type]


def test_action_step_as_plain_data() -> None:
    data = whole_step().dict()
    assert set(data) == set(ActionStep.__dataclass_fields__)
    assert data["timing"] == {"start_time": 1.0, "end_time": 3.5, "duration": 2.5}
    assert data["tool_calls"] == [
        {"id": "call_3", "type": "function", "function": {"name": "add", "arguments": {"a": 1}}}
    ]
    assert data["error"] == {"type": "AgentExecutionError", "message": "it broke"}
    assert data["observations_images"] == [IMAGE.tobytes()]
    assert data["action_output"] == [1, 2]
    assert data["token_usage"] == {"input_tokens": 2, "output_tokens": 3, "total_tokens": 5}
    assert data["is_final_answer"] is False
    assert data["model_input_messages"][0]["content"] == "Go."
    empty = ActionStep(step_number=1, timing=Timing(0.0)).dict()
    assert (empty["tool_calls"], empty["error"], empty["token_usage"]) == ([], None, None)


def test_other_steps_as_plain_data() -> None:
    assert TaskStep("Go.", [IMAGE]).dict() == {"task": "Go.", "task_images": [IMAGE]}
    assert SystemPromptStep("You are.").dict() == {"system_prompt": "You are."}
    assert FinalAnswerStep(5).dict() == {"output": 5}
    plan = PlanningStep([], REPLY, "the plan", Timing(0.0, 1.0), TokenUsage(1, 1)).dict()
    assert set(plan) == {"model_input_messages", "model_output_message", "plan", "timing", "token_usage"}
    assert ToolCall("f", "x", "1").dict() == {
        "id": "1",
        "type": "function",
        "function": {"name": "f", "arguments": "x"},
    }


def test_action_step_as_messages() -> None:
    messages = whole_step().to_messages()
    assert [message.role.value for message in messages] == [
        "assistant",
        "tool-call",
        "user",
        "tool-response",
        "tool-response",
    ]
    assert text_of(messages[0]) == "I act."
    call = "{'id': 'call_3', 'type': 'function', 'function': {'name': 'add', 'arguments': {'a': 1}}}"
    assert text_of(messages[1]) == f"Calling tools:\n[{call}]"
    assert messages[2].content == [{"type": "image", "image": IMAGE}]
    assert text_of(messages[3]) == "Observation:\n3"
    assert text_of(messages[4]).startswith("Call id: call_3\nError:\nit broke\nNow let's retry:")
    assert text_of(whole_step(tool_calls=None).to_messages()[-1]).startswith("Error:\nit broke")
    assert whole_step().to_messages(summary_mode=True)[0].role == MessageRole.TOOL_CALL


def test_other_steps_as_messages() -> None:
    task = TaskStep("Go.", [IMAGE]).to_messages()
    assert (task[0].role, task[0].content) == (
        MessageRole.USER,
        [{"type": "text", "text": "New task:\nGo."}, {"type": "image", "image": IMAGE}],
    )
    plan = PlanningStep([], REPLY, " the plan ", Timing(0.0))
    assert [(m.role.value, text_of(m)) for m in plan.to_messages()] == [
        ("assistant", "the plan"),
        ("user", "Now proceed and carry out this plan."),
    ]
    assert plan.to_messages(summary_mode=True) == []
    assert [(m.role.value, text_of(m)) for m in SystemPromptStep("You are.").to_messages()] == [("system", "You are.")]
    assert SystemPromptStep("You are.").to_messages(summary_mode=True) == []


def test_own_step_class() -> None:
    class NoteStep(MemoryStep):
        def __init__(self, text: str) -> None:
            self.text = text

        def to_messages(self, summary_mode: bool = False) -> list[ChatMessage]:
            return [ChatMessage(MessageRole.USER, [{"type": "text", "text": self.text}])]

    agent = coder(ANSWER)
    agent.memory.steps.append(NoteStep("remember"))
    agent.run("Do it.", reset=False)
    assert any(text_of(message) == "remember" for message in agent.model.calls[0].messages)


def test_memory() -> None:
    memory = AgentMemory("You are.")
    memory.steps += [TaskStep("Go."), whole_step(), ActionStep(step_number=4, timing=Timing(0.0), code_action="x = 1")]
    assert isinstance(memory.system_prompt, SystemPromptStep)
    assert set(memory.get_full_steps()[0]) == {"task", "task_images"}
    assert "model_input_messages" in memory.get_full_steps()[1]
    assert "model_input_messages" not in memory.get_succinct_steps()[1]
    assert memory.return_full_code() == "add(1)\n\nx = 1"
    memory.reset()
    assert memory.steps == []
    assert memory.system_prompt.system_prompt == "You are."


def test_text_that_looks_like_json_becomes_data() -> None:
    assert ToolCall("f", '{"a": [1]}', "1").dict()["function"]["arguments"] == {"a": [1]}


def test_memory_as_messages() -> None:
    agent = coder(code("print('x')"), ANSWER)
    agent.run("Do it.")
    whole = agent.write_memory_to_messages()
    assert [message.role.value for message in whole][:3] == ["system", "user", "assistant"]
    assert all(isinstance(message, ChatMessage) for message in whole)
    summary = agent.write_memory_to_messages(summary_mode=True)
    assert "system" not in [message.role.value for message in summary]
    assert "assistant" not in [message.role.value for message in summary]


def test_what_each_step_was_sent_stays_readable() -> None:
    agent = coder(code("1"), code("2"), ANSWER)
    agent.run("Do it.")
    for step, call in zip(actions(agent), agent.model.calls, strict=True):
        assert list(step.model_input_messages or ()) == call.messages
    assert [len(step.model_input_messages or ()) for step in actions(agent)] == [2, 5, 8]
    assert json.dumps(agent.memory.get_succinct_steps())


def test_replay_prints_the_steps() -> None:
    out = io.StringIO()
    agent = coder("The plan.", code("print('seen')"), ANSWER, planning_interval=9)
    agent.run("Do the thing.")
    agent.logger = AgentLogger(level=LogLevel.INFO, console=Console(file=out, width=200))
    agent.replay()
    plain = out.getvalue()
    assert "Do the thing." in plain
    assert "seen" in plain
    assert "The plan." in plain
    agent.replay(detailed=True)
    assert len(out.getvalue()) > 2 * len(plain)


def test_visualize_prints_the_tree() -> None:
    out = io.StringIO()
    worker = caller(name="helper", description="Helps.")
    logger = AgentLogger(level=LogLevel.INFO, console=Console(file=out, width=200))
    coder(managed_agents=[worker], logger=logger).visualize()
    for text in ("CodeAgent", "scripted", "add", "helper", "ToolCallingAgent"):
        assert text in out.getvalue()


def test_last_answer_by_hand() -> None:
    agent = coder(ANSWER, "the answer")
    agent.run("Do it.")
    message = agent.provide_final_answer("Do it.")
    assert isinstance(message, ChatMessage)
    assert message.content == "the answer"


def test_extract_action() -> None:
    agent = coder()
    assert agent.extract_action("I think. Action: go", "Action:") == ("I think.", "go")
    with pytest.raises(AgentError):
        agent.extract_action("nothing here", "Action:")


def test_own_way_to_write_memory() -> None:
    class Forgetful(type(coder())):  # type: ignore[misc]
        def write_memory_to_messages(self, summary_mode: bool = False) -> list[ChatMessage]:
            return super().write_memory_to_messages(summary_mode)[:2]

    agent = Forgetful(tools=[add], model=ScriptedModel([code("1"), ANSWER]), verbosity_level=-1)
    agent.run("Do it.")
    assert [len(call.messages) for call in agent.model.calls] == [2, 2]
