"""What `run` promises: the order of its doings, its arguments, its result, its errors."""

import time
from typing import Any

import PIL.Image
import pytest
from smolagents import (
    AgentError,
    AgentGenerationError,
    AgentMaxStepsError,
    AgentText,
    RunResult,
    TaskStep,
    TokenUsage,
)
from smolagents.memory import ActionStep, PlanningStep
from smolagents.models import ChatMessage
from smolagents_testing import ScriptedModel, code

from .contract_agents import ANSWER, actions, answer, caller, coder, kinds, prompts_of, text_of

EXTRA = (
    "You have been provided with these additional arguments, that you can access directly using the keys as variables:"
)
both = pytest.mark.parametrize(("make", "last"), [(coder, ANSWER), (caller, answer())], ids=["code", "tools"])


@both
def test_answer_and_memory(make: Any, last: Any) -> None:
    agent = make(last)
    assert agent.run("Do it.") == "done"
    assert kinds(agent.memory.steps) == ["TaskStep", "ActionStep"]
    assert agent.memory.steps[0] == TaskStep("Do it.", None)
    assert agent.task == "Do it."
    assert agent.memory.system_prompt.system_prompt == agent.system_prompt
    step = actions(agent)[0]
    assert step.is_final_answer
    assert step.error is None
    assert step.token_usage == TokenUsage(10, 5)
    assert step.timing.end_time is not None
    assert step.step_number == agent.step_number == 1


def test_answer_is_of_any_type() -> None:
    value = {"a": [1, (2.5, None)]}
    assert coder(code(f"final_answer({value!r})")).run("Do it.") == value
    text = coder(ANSWER).run("Do it.")
    assert isinstance(text, AgentText)
    assert isinstance(text, str)
    assert coder(code("final_answer(None)")).run("Do it.") is None


def test_max_steps_of_the_run_or_of_the_agent() -> None:
    for argument, steps in ((2, 2), (None, 3), (0, 3)):
        agent = coder(*[code("1")] * steps, "the end", max_steps=3)
        assert agent.run("Do it.", max_steps=argument) == "the end"
        assert len(actions(agent)) == steps + 1
    assert agent.max_steps == 3


@both
def test_out_of_steps(make: Any, last: Any) -> None:
    one = code("1 + 1") if make is coder else [{"function": {"name": "add", "arguments": {"a": 1}}, "id": "x"}]
    one = one if isinstance(one, str) else ChatMessage("assistant", tool_calls=one)  # type: ignore[arg-type]
    agent = make(one, one, "my best guess", max_steps=2)
    result = agent.run("Do it.", return_full_result=True)
    assert (result.output, result.state) == ("my best guess", "max_steps_error")
    extra = agent.memory.steps[-1]
    assert (extra.step_number, extra.action_output) == (3, "my best guess")
    assert isinstance(extra.error, AgentMaxStepsError)
    templates = agent.prompt_templates["final_answer"]
    sent = prompts_of(agent, 2)
    assert sent[0] == ("system", templates["pre_messages"])
    assert sent[-1][0] == "user"
    assert "Do it." in sent[-1][1]
    assert not any(role == "system" for role, _ in sent[1:])
    assert any("New task:\nDo it." in text for _, text in sent)


def test_failing_last_answer_is_told() -> None:
    output = coder(code("1"), ValueError("no answer"), max_steps=1).run("Do it.")
    assert "no answer" in str(output)


def test_additional_arguments() -> None:
    given = {"number": 20, "word": "x"}
    agent = coder(code("final_answer(number + len(word))"))
    assert agent.run("Count.", additional_args=given) == 21
    assert agent.task == f"Count.\n{EXTRA}\n{given}."
    assert agent.memory.steps[0].task == agent.task
    assert agent.state["number"] == 20
    assert f"New task:\n{agent.task}" in prompts_of(agent, 0)[1][1]


def test_variable_named_like_a_tool_is_refused() -> None:
    agent = coder(ANSWER)
    with pytest.raises(ValueError, match="rename add, final_answer in additional_args"):
        agent.run("Do it.", additional_args={"final_answer": 1, "add": 2, "x": 3})
    assert agent.state == {}
    assert agent.run("Do it.") == "done"


def test_state_and_variables_outlive_reset() -> None:
    agent = coder(code("kept = number + 1\nfinal_answer(kept)"), code("final_answer([number, kept])"))
    agent.run("Count.", additional_args={"number": 1})
    assert agent.run("Again.") == [1, 2]
    assert agent.task == "Again."


def test_reset_forgets_and_no_reset_goes_on() -> None:
    agent = coder(ANSWER, ANSWER, ANSWER)
    agent.run("One.")
    agent.run("Two.", reset=False)
    assert [step.task for step in agent.memory.steps if isinstance(step, TaskStep)] == ["One.", "Two."]
    assert [step.step_number for step in actions(agent)] == [1, 1]
    assert agent.monitor.total_input_token_count == 20
    sent = [text for _, text in prompts_of(agent, 1)]
    assert [text for text in sent if "New task" in text] == ["New task:\nOne.", "New task:\nTwo."]
    agent.run("Three.")
    assert kinds(agent.memory.steps) == ["TaskStep", "ActionStep"]
    assert agent.monitor.total_input_token_count == 10


def test_what_was_configured_between_runs_counts() -> None:
    agent = coder(ANSWER, ANSWER, ANSWER)
    agent.run("One.")
    agent.instructions = "Be brief."
    agent.run("Two.", reset=False)
    agent.prompt_templates["system_prompt"] = "Another prompt."
    agent.run("Three.", reset=False)
    prompts = [prompts_of(agent, call)[0] for call in range(3)]
    assert "Be brief." not in prompts[0][1]
    assert "Be brief." in prompts[1][1]
    assert prompts[2] == ("system", "Another prompt.")
    assert agent.memory.system_prompt.system_prompt == "Another prompt."


def test_what_a_program_puts_into_memory_and_state_before_a_run_counts() -> None:
    agent = coder(code("final_answer(secret)"))
    agent.memory.steps.append(TaskStep("Earlier."))
    agent.state["secret"] = 7
    assert agent.run("Now.", reset=False) == 7
    assert any("Earlier." in text for _, text in prompts_of(agent, 0))


def test_images_are_with_the_task_and_with_every_step() -> None:
    image = PIL.Image.new("RGB", (2, 2))
    agent = coder(code("1"), ANSWER)
    agent.run("Look.", images=[image])
    assert agent.memory.steps[0].task_images == [image]
    assert [step.observations_images for step in actions(agent)] == [[image], [image]]
    parts = [part for message in agent.model.calls[1].messages for part in message.content if part["type"] == "image"]
    assert [part["image"] for part in parts] == [image, image]


def test_full_result() -> None:
    agent = coder(code("print('x')"), code("1 / 0"), ANSWER)
    before = time.time()
    result = agent.run("Do it.", return_full_result=True)
    assert isinstance(result, RunResult)
    assert (result.output, result.state) == ("done", "success")
    assert result.token_usage == TokenUsage(30, 15)
    assert result.token_usage.total_tokens == 45
    assert before <= result.timing.start_time <= result.timing.end_time <= time.time()
    assert result.steps == agent.memory.get_full_steps()
    assert list(result.steps[0]) == ["task", "task_images"]
    assert result.dict()["state"] == "success"
    assert result.dict()["token_usage"] == {"input_tokens": 30, "output_tokens": 15, "total_tokens": 45}
    with pytest.warns(FutureWarning, match="steps"):
        assert result.messages == result.steps


def test_full_result_by_argument_or_by_setting() -> None:
    agent = coder(ANSWER, ANSWER, ANSWER, return_full_result=True)
    assert isinstance(agent.run("Do it."), RunResult)
    assert agent.run("Do it.", return_full_result=False) == "done"
    assert isinstance(agent.run("Do it.", return_full_result=None), RunResult)


def test_usage_is_that_of_the_whole_memory() -> None:
    agent = coder(ANSWER, ANSWER, return_full_result=True)
    agent.run("One.")
    assert agent.run("Two.", reset=False).token_usage == TokenUsage(20, 10)


def test_a_reply_without_usage_does_not_void_the_sum() -> None:
    without = ChatMessage("assistant", code("1"))  # type: ignore[arg-type]
    model = ScriptedModel([without, ChatMessage("assistant", ANSWER, token_usage=TokenUsage(3, 4))], usage=None)  # type: ignore[arg-type]
    assert coder(model=model).run("Do it.", return_full_result=True).token_usage == TokenUsage(3, 4)
    assert coder(model=ScriptedModel([ANSWER], usage=None)).run("Do it.", return_full_result=True).token_usage is None


@both
def test_failing_model_ends_the_run(make: Any, last: Any) -> None:
    agent = make(ValueError("model is down"), last)
    with pytest.raises(AgentGenerationError, match="model is down") as caught:
        agent.run("Do it.")
    assert isinstance(caught.value, AgentError)
    assert isinstance(caught.value.__cause__, ValueError)
    assert kinds(agent.memory.steps) == ["TaskStep", "ActionStep"]
    assert agent.run("Do it.", reset=False) == "done"


def test_error_that_is_not_the_agents_ends_the_run_after_the_step_is_kept() -> None:
    def interrupt(step: ActionStep) -> None:
        raise KeyboardInterrupt

    agent = coder(code("x = 1"), ANSWER, step_callbacks=[interrupt])
    with pytest.raises(KeyboardInterrupt):
        agent.run("Do it.")
    assert kinds(agent.memory.steps) == ["TaskStep", "ActionStep"]
    assert agent.memory.steps[-1].action_output == 1


def test_interrupt_takes_effect_at_the_next_step() -> None:
    seen = []

    def stop(step: ActionStep, agent: Any) -> None:
        seen.append(step.step_number)
        agent.interrupt()

    agent = coder(code("x = 1"), ANSWER, step_callbacks=[stop])
    with pytest.raises(AgentError, match=r"Agent interrupted\."):
        agent.run("Do it.")
    assert seen == [1]
    assert kinds(agent.memory.steps) == ["TaskStep", "ActionStep"]
    agent.step_callbacks = type(agent.step_callbacks)()
    assert agent.run("Go on.", reset=False) == "done"  # an old interrupt does not stop a new run


def test_interrupt_before_the_run_is_over_with_the_run() -> None:
    agent = coder(ANSWER)
    agent.interrupt()
    assert agent.run("Do it.") == "done"


def test_error_of_a_step_is_kept_and_told() -> None:
    agent = coder(code("x = 1\nprint('so far')\n1 / 0"), ANSWER)
    assert agent.run("Do it.") == "done"
    step = actions(agent)[0]
    assert step.error is not None
    assert step.error.dict()["type"] == "AgentExecutionError"
    assert "ZeroDivisionError" in step.error.dict()["message"]
    last = agent.model.calls[1].messages[-1]
    assert last.role.value == "tool-response"
    assert text_of(last).startswith("Call id: call_1\nError:\n")
    assert text_of(last).endswith(
        "Now let's retry: take care not to repeat previous errors! If you have retried several times, try a completely "
        "different approach.\n"
    )


def test_setup_is_done_before_the_first_event_is_asked_for() -> None:
    agent = coder(ANSWER)
    events = agent.run("Do it.", stream=True, additional_args={"x": 1})
    assert kinds(agent.memory.steps) == ["TaskStep"]
    assert agent.state == {"x": 1}
    assert agent.model.calls == []
    assert list(events)[-1].output == "done"


def test_callable_takes_run_arguments_by_position() -> None:
    agent = coder(code("1"), ANSWER)
    assert list(agent.run("Do it.", True))[-1].output == "done"
    image = PIL.Image.new("RGB", (1, 1))
    agent = coder(ANSWER)
    assert agent.run("Do it.", False, False, [image], {"x": 1}, 5, True).output == "done"


def test_planning_counts_into_usage_of_the_result_only() -> None:
    agent = coder("the plan", ANSWER, planning_interval=5)
    result = agent.run("Do it.", return_full_result=True)
    assert result.token_usage == TokenUsage(20, 10)
    assert isinstance(agent.memory.steps[1], PlanningStep)
    assert agent.monitor.get_total_token_counts() == TokenUsage(10, 5)
    assert len(agent.monitor.step_durations) == 1
