"""The events of a stream: which there are, in which order, and what they hold."""

import gc
import warnings
from typing import Any

import pytest
from smolagents import ActionOutput, AgentGenerationError, AgentImage, AgentText, ChatMessageStreamDelta, ToolOutput
from smolagents.memory import ActionStep, FinalAnswerStep, PlanningStep, ToolCall
from smolagents_testing import code, tool_call

from .contract_agents import ANSWER, actions, answer, caller, coder, kinds

Deltas = ChatMessageStreamDelta


def without_deltas(events: Any) -> list[str]:
    return [kind for kind in kinds(events) if kind != "ChatMessageStreamDelta"]


def test_code_step() -> None:
    events = list(coder(code("x = add(1)\nx"), ANSWER).run("Do it.", stream=True))
    step = ["ToolCall", "ActionOutput", "ActionStep"]
    assert kinds(events) == [*step, *step, "FinalAnswerStep"]
    assert events[0] == ToolCall(name="python_interpreter", arguments="x = add(1)\nx", id="call_1")
    assert events[1] == ActionOutput(3, is_final_answer=False)
    assert (events[2].step_number, events[2].action_output) == (1, 3)
    assert events[3].id == "call_2"
    assert events[4] == ActionOutput("done", is_final_answer=True)
    assert events[5].is_final_answer
    assert events[6] == FinalAnswerStep("done")
    assert isinstance(events[6].output, AgentText)


def test_answer_of_an_image_is_wrapped() -> None:
    agent = caller([tool_call("draw", size=2)], [answer("image.png")])
    events = list(agent.run("Draw.", stream=True))
    assert isinstance(events[-1].output, AgentImage)
    assert events[-1].output.size == (2, 2)


def test_tool_calling_step_has_all_calls_first() -> None:
    calls = [tool_call("add", call_id="b", a=1), tool_call("add", call_id="a", a=5, b=5)]
    events = list(caller(calls, answer()).run("Do it.", stream=True))
    first = ["ToolCall", "ToolCall", "ToolOutput", "ToolOutput", "ActionOutput", "ActionStep"]
    assert kinds(events) == [*first, "ToolCall", "ToolOutput", "ActionOutput", "ActionStep", "FinalAnswerStep"]
    assert events[:2] == [ToolCall("add", {"a": 1}, "b"), ToolCall("add", {"a": 5, "b": 5}, "a")]
    outputs = {event.id: event for event in events[2:4]}
    assert outputs["a"] == ToolOutput("a", 10, False, "10", events[1])
    assert outputs["b"] == ToolOutput("b", 3, False, "3", events[0])
    assert events[4] == ActionOutput(None, is_final_answer=False)
    assert events[7] == ToolOutput("call_2_1", "done", True, "done", events[6])
    assert events[8] == ActionOutput("done", is_final_answer=True)


@pytest.mark.parametrize("make", [coder, caller])
def test_deltas_come_first_when_outputs_are_streamed(make: Any) -> None:
    replies = [code("x = 1"), ANSWER] if make is coder else [tool_call("add", a=1), answer()]
    agent = make(*replies, stream_outputs=True)
    events = list(agent.run("Do it.", stream=True))
    assert isinstance(events[0], Deltas)
    first_call = kinds(events).index("ToolCall")
    assert all(isinstance(event, Deltas) for event in events[:first_call])
    step = kinds(events).index("ActionStep")
    assert not any(isinstance(event, Deltas) for event in events[first_call:step])
    assert agent.model.calls[0].streamed
    if make is coder:
        assert "".join(event.content or "" for event in events[:first_call]) == replies[0]


def test_streamed_outputs_without_a_stream_give_the_same() -> None:
    agent = coder(code("x = 1"), ANSWER, stream_outputs=True)
    assert agent.run("Do it.") == "done"
    assert [step.token_usage.total_tokens for step in actions(agent)] == [15, 15]  # type: ignore[union-attr]


def test_plans_come_before_the_action() -> None:
    agent = coder("plan A", code("1"), "plan B", ANSWER, planning_interval=1)
    events = list(agent.run("Do it.", stream=True))
    assert kinds(events)[:4] == ["PlanningStep", "ToolCall", "ActionOutput", "ActionStep"]
    assert kinds(events)[4] == "PlanningStep"
    assert "plan A" in events[0].plan
    streamed = coder("plan A", ANSWER, planning_interval=5, stream_outputs=True)
    events = list(streamed.run("Do it.", stream=True))
    plan = kinds(events).index("PlanningStep")
    assert plan > 0
    assert all(isinstance(event, Deltas) for event in events[:plan])


def test_failed_step_ends_with_its_error() -> None:
    events = list(coder(code("1 / 0"), "no code at all, sorry.", ANSWER).run("Do it.", stream=True))
    assert without_deltas(events)[:3] == ["ToolCall", "ActionStep", "ActionStep"]
    assert type(events[1].error).__name__ == "AgentExecutionError"
    assert type(events[2].error).__name__ == "AgentParsingError"
    assert without_deltas(events)[3:] == ["ToolCall", "ActionOutput", "ActionStep", "FinalAnswerStep"]


def test_failing_model_yields_its_step_first() -> None:
    events = coder(ValueError("down")).run("Do it.", stream=True)
    assert isinstance(next(events), ActionStep)
    with pytest.raises(AgentGenerationError):
        next(events)


def test_out_of_steps_ends_with_the_answer() -> None:
    events = list(coder(code("1"), "guess", max_steps=1).run("Do it.", stream=True))
    assert kinds(events)[:3] == ["ToolCall", "ActionOutput", "ActionStep"]
    assert isinstance(events[-2], ActionStep)
    assert events[-1] == FinalAnswerStep("guess")


def test_final_answer_is_not_in_memory() -> None:
    agent = coder(ANSWER)
    list(agent.run("Do it.", stream=True))
    assert not any(isinstance(step, FinalAnswerStep) for step in agent.memory.steps)


def test_events_are_the_steps_of_the_memory() -> None:
    agent = coder("plan", code("1"), ANSWER, planning_interval=5)
    events = list(agent.run("Do it.", stream=True))
    steps = [event for event in events if isinstance(event, (ActionStep, PlanningStep))]
    assert [id(step) for step in steps] == [id(step) for step in agent.memory.steps[1:]]


@pytest.mark.parametrize("after", range(1, 5))
def test_a_stream_may_be_left_at_any_event(after: int) -> None:
    agent = coder(code("x = 1"), code("x + 1"), ANSWER)
    events = agent.run("Do it.", stream=True)
    for _ in range(after):
        next(events)
    events.close()
    assert list(events) == []
    assert agent.run("Again.") == "done"
    assert [step.error for step in actions(agent)][-1] is None


def test_a_stream_may_be_forgotten() -> None:
    agent = coder(code("x = 1"), ANSWER)
    with warnings.catch_warnings(record=True) as caught:
        for event in agent.run("Do it.", stream=True):
            if isinstance(event, ToolCall):
                break
        del event
        gc.collect()
    assert [str(warning.message) for warning in caught] == []
    assert agent.run("Again.") == "done"


def test_a_stream_that_never_begins_is_no_run_that_goes_on() -> None:
    agent = coder(code("x = 1\nfinal_answer(x)"), code("final_answer(x + 1)"))
    assert agent.run("Do it.") == 1
    agent.run("Not this one.", stream=True)
    assert agent.run("Again.") == 2  # in the session of the first run


def test_a_stream_that_was_left_keeps_what_was_done() -> None:
    agent = coder(code("x = 1"), code("x + 1"), ANSWER)
    events = agent.run("Do it.", stream=True)
    for event in events:
        if isinstance(event, ActionStep):
            break
    events.close()
    assert kinds(agent.memory.steps) == ["TaskStep", "ActionStep"]
    assert agent.run("Go on.", reset=False) == "done" or actions(agent)


def test_step_is_in_memory_when_it_is_yielded() -> None:
    agent = coder(code("x = 1"), ANSWER)
    for event in agent.run("Do it.", stream=True):
        if isinstance(event, ActionStep):
            assert agent.memory.steps[-1] is event


def test_two_streams_of_one_agent_do_not_mix() -> None:
    agent = coder(model=__import__("smolagents_testing").ScriptedModel([code("final_answer(n)")], per_run=True))
    streams = [agent.run("Do it.", stream=True, additional_args={"n": n}) for n in range(3)]
    ends: list[Any] = [None] * 3
    waiting = list(range(3))
    while waiting:
        for n in list(waiting):
            event = next(streams[n], None)
            if event is None:
                waiting.remove(n)
            else:
                ends[n] = event
    assert [end.output for end in ends] == [0, 1, 2]
