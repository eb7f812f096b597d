"""How a run comes to its answer: the checks it must pass, the callbacks that see it, and the result that holds it."""

import asyncio
import copy
import dataclasses
import pickle
import re
from typing import Any
from unittest.mock import MagicMock

import pytest
from smolagents import ActionStep, FinalAnswerStep, MemoryStep, RunResult, Tool
from smolagents_testing import code

from .contract_agents import ANSWER, actions, answer, caller, coder, kinds

# ---- checks


@pytest.mark.parametrize(
    "check",
    [
        lambda answer, memory, agent: re.match(r"\d+$", str(answer)),
        lambda answer, memory, agent: {"5": True}.get(str(answer)),
        lambda answer, memory: str(answer) == "5" or None,
        lambda answer: {5} & {answer},
    ],
    ids=["match", "lookup", "two arguments", "one argument"],
)
def test_whatever_is_not_true_refuses(check: Any) -> None:
    agent = coder(code("final_answer('no number')"), code("final_answer(5)"), final_answer_checks=[check])
    assert agent.run("Do it.") == 5
    assert "Check <lambda> failed with error:" in str(actions(agent)[0].error)


def test_check_that_returns_nothing_is_told_what_to_return() -> None:
    agent = coder(ANSWER, "guess", final_answer_checks=[lambda value: None], max_steps=1)
    agent.run("Do it.")
    assert "it returned None for this answer, not True" in str(actions(agent)[0].error)


# ---- callbacks


def test_callbacks_see_the_final_answer() -> None:
    seen: list[Any] = []

    def note(step: FinalAnswerStep, agent: Any) -> None:
        seen.append((step.output, agent, kinds(agent.memory.steps)))

    agent = coder(ANSWER, step_callbacks={FinalAnswerStep: note})
    assert agent.run("Do it.") == "done"
    assert seen == [("done", agent, ["TaskStep", "ActionStep"])]
    assert kinds(agent.memory.steps) == ["TaskStep", "ActionStep"]


def test_callbacks_for_every_step_see_the_final_answer_last() -> None:
    def run(**options: Any) -> list[str]:
        seen: list[Any] = []
        coder("the plan", ANSWER, planning_interval=9, step_callbacks={MemoryStep: seen.append}).run("x", **options)
        return kinds(seen)

    assert run() == ["PlanningStep", "ActionStep", "FinalAnswerStep"]
    assert run(max_steps=1) == run()


def test_callbacks_see_the_answer_to_used_up_steps() -> None:
    seen: list[Any] = []
    coder(code("1"), "guess", step_callbacks={FinalAnswerStep: seen.append}).run("Do it.", max_steps=1)
    assert [step.output for step in seen] == ["guess"]


def test_callbacks_see_the_final_answer_of_async_runs() -> None:
    seen = []

    async def note(step: FinalAnswerStep) -> None:
        await asyncio.sleep(0)
        seen.append(step.output)

    agent = caller(answer(3), step_callbacks={FinalAnswerStep: note})
    assert asyncio.run(agent.arun("Do it.")) == 3
    assert seen == [3]


def test_callback_may_change_the_final_answer() -> None:
    def shout(step: FinalAnswerStep) -> None:
        step.output = step.output.upper()

    assert coder(ANSWER, step_callbacks={FinalAnswerStep: shout}).run("Do it.") == "DONE"


def test_failing_callback_for_the_final_answer_ends_the_run() -> None:
    def broken(step: FinalAnswerStep) -> None:
        raise RuntimeError("my bug")

    agent = coder(ANSWER, step_callbacks={FinalAnswerStep: broken})
    with pytest.raises(RuntimeError, match="my bug"):
        agent.run("Do it.")
    assert actions(agent)[-1].action_output == "done"


def test_callbacks_given_as_a_list_see_action_steps_only() -> None:
    seen: list[Any] = []
    coder(ANSWER, step_callbacks=[seen.append]).run("Do it.")
    assert [type(step) for step in seen] == [ActionStep]


# ---- the full result


def test_result_is_a_dataclass() -> None:
    agent = coder(code("1"), ANSWER)
    result = agent.run("Do it.", return_full_result=True)
    assert [field.name for field in dataclasses.fields(result)] == ["output", "state", "steps", "token_usage", "timing"]
    plain = dataclasses.asdict(result)
    assert plain["steps"] == result.steps == agent.memory.get_full_steps()
    assert plain["token_usage"]["total_tokens"] == 30
    changed = dataclasses.replace(result, output="other")
    assert (changed.output, changed.steps, changed.timing) == ("other", result.steps, result.timing)
    assert changed != result
    assert dataclasses.replace(changed, output="done") == result


def test_result_survives_copying() -> None:
    result = coder(ANSWER).run("Do it.", return_full_result=True)
    for twin in (copy.copy(result), copy.deepcopy(result), pickle.loads(pickle.dumps(result))):
        assert twin == result
        assert twin.steps[0].task == "Do it."


def test_result_that_is_not_asked_for_its_steps_does_not_make_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_record(step: Any) -> Any:
        raise AssertionError("made")

    result = coder(ANSWER).run("Do it.", return_full_result=True)
    monkeypatch.setattr(ActionStep, "succinct_dict", no_record)
    assert (result.success, result.output) == (True, "done")
    with pytest.raises(AssertionError, match="made"):
        _ = result.steps


def test_result_can_be_made_from_some_of_its_fields() -> None:
    with pytest.warns(FutureWarning, match="steps"):
        result = RunResult(output=1, state="success", messages=[{"task": "x"}], timing=None)
    assert result.steps == [{"task": "x"}]
    assert result.execution_time is None
    assert result.dict()["timing"] is None
    assert RunResult(output=1) == RunResult(1)
    with pytest.raises(AttributeError, match="nothing"):
        _ = result.nothing  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="not both"):
        RunResult(steps=[], messages=[])


# ---- the prompt


def test_tool_that_is_a_mock_has_its_place_in_the_prompt() -> None:
    mock = MagicMock(spec=Tool)
    mock.name, mock.description, mock.inputs, mock.output_type = "mocktool", "d", {}, "string"
    mock.to_code_prompt.return_value = "def mocktool()"
    mock.return_value = "mocked"
    agent = coder(code("final_answer(mocktool())"), tools=[mock])
    assert agent.run("x") == "mocked"
    assert "def mocktool()" in agent.system_prompt
