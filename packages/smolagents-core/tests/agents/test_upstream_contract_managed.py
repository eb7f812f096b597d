"""Managed agents: how they are called, what they return, what goes wrong in them."""

from typing import Any

import pytest
from smolagents import AgentError, TaskStep
from smolagents_testing import code, tool_call

from .contract_agents import ANSWER, actions, answer, caller, coder, prompts_of


def helper(*replies: Any, **options: Any) -> Any:
    return coder(*replies or (ANSWER,), **{"name": "helper", "description": "Helps.", **options})


def test_report() -> None:
    agent = helper(code("final_answer(5)"))
    report = agent("Find it.")
    assert "5" in report
    assert "helper" in report
    task = agent.memory.steps[0].task
    assert "Find it." in task
    assert "helper" in task


def test_call_from_code() -> None:
    worker = helper(code("final_answer(n + 1)"))
    call = code("report = helper(task='Count.', additional_args={'n': 4})\nfinal_answer(report)")
    agent = coder(call, managed_agents=[worker])
    assert "5" in agent.run("Do it.")
    assert worker.state == {"n": 4}
    assert "def helper(task: str, additional_args: dict[str, Any]) -> str:" in agent.system_prompt
    assert "Helps." in agent.system_prompt


def test_call_from_code_by_position() -> None:
    assert "done" in coder(code("final_answer(helper('Go.'))"), managed_agents=[helper()]).run("Do it.")


def test_call_as_a_tool() -> None:
    worker = helper()
    agent = caller(tool_call("helper", task="Go."), answer(), managed_agents=[worker])
    assert agent.run("Do it.") == "done"
    assert "done" in str(actions(agent)[0].observations)
    assert "Go." in worker.memory.steps[0].task


def test_wrong_call_is_checked_like_a_tools() -> None:
    agent = caller(tool_call("helper", job="Go."), tool_call("helper", task=5), answer(), managed_agents=[helper()])
    agent.run("Do it.")
    assert [type(step.error).__name__ for step in actions(agent)][:2] == ["AgentToolCallError"] * 2


def test_failing_managed_agent_is_told_to_its_manager() -> None:
    agent = caller(tool_call("helper", task="Go."), answer(), managed_agents=[helper(ValueError("model is down"))])
    assert agent.run("Do it.") == "done"
    text = str(actions(agent)[0].error)
    assert "model is down" in text
    assert "another team member" in text
    agent = coder(code("helper('Go.')"), ANSWER, managed_agents=[helper(ValueError("model is down"))])
    assert agent.run("Do it.") == "done"
    assert "model is down" in str(actions(agent)[0].error)


def test_every_call_starts_afresh() -> None:
    worker = helper(ANSWER, ANSWER)
    coder(code("helper('One.')\nhelper('Two.')\nfinal_answer(1)"), managed_agents=[worker]).run("Do it.")
    assert [text for _, text in prompts_of(worker, 1) if "One." in text] == []
    assert len(worker.memory.steps) == 2


def test_options_of_a_call_go_to_the_run() -> None:
    worker = helper(ANSWER, ANSWER)
    worker("One.")
    worker("Two.", reset=False, additional_args={"x": 1})
    assert [type(step).__name__ for step in worker.memory.steps] == ["TaskStep", "ActionStep"] * 2
    assert worker.state == {"x": 1}


def test_summary_of_the_work() -> None:
    worker = helper(code("print('looking')"), code("final_answer(5)"), provide_run_summary=True)
    worker.prompt_templates["managed_agent"] = {"task": "{{name}}: {{task}}", "report": "{{final_answer}}"}
    report = worker("Find it.")
    start = "\n\nFor more detail, find below a summary of this agent's work:\n<summary_of_work>\n"
    assert start in report
    assert report.endswith("\n</summary_of_work>")
    summary = report.partition(start)[2]
    assert "looking" in summary
    assert summary.count("\n---") == len(worker.write_memory_to_messages(summary_mode=True))
    assert "Thought:" not in summary  # what the model wrote is not part of a summary
    assert "summary_of_work" not in helper()("Find it.")


def test_report_of_a_program_that_replaces_the_run() -> None:
    class Canned(type(coder())):  # type: ignore[misc]
        def run(self, task: str, **options: Any) -> str:
            return "canned"

    worker = Canned(tools=[], model=helper().model, name="w", description="d", provide_run_summary=True)
    worker.memory.steps.append(TaskStep("Earlier."))
    report = worker("Find it.")
    assert "canned" in report
    assert "\nNew task:\nEarlier.\n---" in report


def test_settings_of_the_manager_that_return_full_results_do_not_reach_the_report() -> None:
    assert "done" in helper(return_full_result=True)("Find it.")


def test_several_managed_agents_at_the_same_time() -> None:
    workers = [helper(code(f"final_answer({n})"), name=f"worker_{n}") for n in range(4)]
    calls = [tool_call(worker.name, task="Go.") for worker in workers]
    agent = caller(calls, answer(), managed_agents=workers)
    assert agent.run("Do it.") == "done"
    observations = str(actions(agent)[0].observations)
    assert [str(n) in observations for n in range(4)] == [True] * 4


def test_one_managed_agent_called_twice_at_the_same_time() -> None:
    worker = coder(name="helper", description="d", model=_per_run(code("final_answer(n)")))
    calls = [tool_call("helper", task="Go.", additional_args={"n": n}) for n in (111, 222)]
    agent = caller(calls, answer(), managed_agents=[worker])
    agent.run("Do it.")
    observations = str(actions(agent)[0].observations)
    assert observations.index("111") < observations.index("222")


def test_three_levels() -> None:
    inner = helper(code("final_answer(add(1, 1))"), name="inner")
    middle = helper(code("final_answer(inner('Add.'))"), name="middle", managed_agents=[inner])
    agent = coder(code("final_answer(middle('Pass it on.'))"), managed_agents=[middle])
    assert "2" in agent.run("Do it.")


def test_interrupting_the_manager_stops_the_managed() -> None:
    agents: dict[str, Any] = {}

    def stop(step: Any) -> None:
        agents["manager"].interrupt()

    worker = helper(code("x = 1"), ANSWER, step_callbacks=[stop])
    agents["manager"] = coder(code("helper('Go.')"), ANSWER, managed_agents=[worker])
    with pytest.raises(AgentError, match="interrupted"):
        agents["manager"].run("Do it.")
    assert len(worker.model.calls) == 1
    assert len(agents["manager"].model.calls) == 1


def test_missing_description_is_made_of_name_and_tools() -> None:
    worker = coder(name="helper")
    coder(managed_agents=[worker])
    assert "helper" in worker.description
    assert "add" in worker.description


def test_name_with_blanks_becomes_an_identifier() -> None:
    assert helper(name="Financial Analyst Agent").name == "Financial_Analyst_Agent"


def _per_run(*replies: Any) -> Any:
    from smolagents_testing import ScriptedModel

    return ScriptedModel(replies, per_run=True)
