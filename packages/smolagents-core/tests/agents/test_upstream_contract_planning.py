"""Plans: when they are made, from what, and what becomes of them."""

from typing import Any

import pytest
from smolagents import TokenUsage
from smolagents.memory import PlanningStep
from smolagents_testing import ScriptedModel, code

from .contract_agents import ANSWER, coder, kinds, prompts_of

UPDATE = "POST {{task}} {{remaining_steps}} {{tools | join(' ')}} {{managed_agents | length}}"
PROMPTS = {
    "system_prompt": "SYSTEM",
    "planning": {
        "initial_plan": "FIRST {{task}} {{tools | join(' ')}} {{managed_agents | length}}",
        "update_plan_pre_messages": "PRE {{task}}",
        "update_plan_post_messages": UPDATE,
    },
    "managed_agent": {"task": "{{name}} {{task}}", "report": "{{final_answer}}"},
    "final_answer": {"pre_messages": "LAST {{not_rendered}}", "post_messages": "ANSWER {{task}}"},
}


def planner(*replies: Any, **options: Any) -> Any:
    return coder(*replies, **{"planning_interval": 2, "prompt_templates": PROMPTS, **options})


def test_every_so_many_steps() -> None:
    agent = planner("p1", code("1"), code("2"), "p2", code("3"), ANSWER)
    agent.run("Do it.")
    assert kinds(agent.memory.steps) == [
        "TaskStep",
        "PlanningStep",
        *["ActionStep"] * 2,
        "PlanningStep",
        *["ActionStep"] * 2,
    ]


def test_what_plans_are_made_from() -> None:
    agent = planner("p1", code("print('seen')"), code("2"), "p2", ANSWER, max_steps=10)
    agent.run("Do it.")
    assert prompts_of(agent, 0) == [("user", "FIRST Do it. add fail greet final_answer 0")]
    assert agent.model.calls[0].stop_sequences == ["<end_plan>"]
    update = prompts_of(agent, 3)
    assert update[0] == ("system", "PRE Do it.")
    assert update[1] == ("user", "New task:\nDo it.")
    assert update[-1] == ("user", "POST Do it. 7 add fail greet final_answer 0")
    texts = "\n".join(text for _, text in update)
    assert "seen" in texts
    assert "p1" not in texts  # no plans, no system prompt and no thoughts in a summary
    assert "SYSTEM" not in texts
    assert "I run code" not in texts


def test_remaining_steps_are_those_of_this_run() -> None:
    agent = planner("p1", code("1"), code("2"), "p2", ANSWER, max_steps=10)
    agent.run("Do it.", max_steps=4)
    assert prompts_of(agent, 3)[-1][1].startswith("POST Do it. 1 ")


def test_plan_in_memory() -> None:
    agent = planner("- look\n- answer", ANSWER)
    agent.run("Do it.")
    plan = agent.memory.steps[1]
    assert isinstance(plan, PlanningStep)
    assert "```\n- look\n- answer\n```" in plan.plan
    assert plan.model_output_message.content == "- look\n- answer"
    assert plan.token_usage == TokenUsage(10, 5)
    assert plan.timing.end_time is not None
    assert [role for role, _ in prompts_of(agent, 1)] == ["system", "user", "assistant", "user"]
    assert prompts_of(agent, 1)[2:] == [
        ("assistant", plan.plan.strip()),
        ("user", "Now proceed and carry out this plan."),
    ]


def test_second_run_that_goes_on_updates_its_plan() -> None:
    agent = planner("p1", ANSWER, "p2", ANSWER)
    agent.run("One.")
    agent.run("Two.", reset=False)
    assert prompts_of(agent, 2)[0] == ("system", "PRE Two.")


def test_no_interval_no_plan() -> None:
    agent = planner(ANSWER, planning_interval=None)
    agent.run("Do it.")
    assert kinds(agent.memory.steps) == ["TaskStep", "ActionStep"]


def test_interval_of_nothing_is_no_interval() -> None:
    agent = planner(code("1"), ANSWER, planning_interval=0)
    agent.run("Do it.")
    assert kinds(agent.memory.steps) == ["TaskStep", "ActionStep", "ActionStep"]


def test_model_that_fails_to_plan_ends_the_run() -> None:
    agent = planner(ValueError("no plan today"), ANSWER)
    with pytest.raises(Exception, match="no plan today"):
        agent.run("Do it.")


def test_streamed_plan() -> None:
    agent = planner("one two three", ANSWER, stream_outputs=True)
    agent.run("Do it.")
    assert "one two three" in agent.memory.steps[1].plan
    assert agent.memory.steps[1].token_usage == TokenUsage(10, 5)


def test_plan_of_a_model_that_counts_nothing() -> None:
    agent = planner(model=ScriptedModel(["p1", ANSWER], usage=None))
    result = agent.run("Do it.", return_full_result=True)
    assert result.token_usage is None


def test_last_answer_is_asked_for_with_the_templates() -> None:
    agent = planner(code("1"), "guess", planning_interval=None, max_steps=1)
    assert agent.run("Do it.") == "guess"
    sent = prompts_of(agent, 1)
    assert sent[0] == ("system", "LAST {{not_rendered}}")
    assert sent[-1] == ("user", "ANSWER Do it.")
