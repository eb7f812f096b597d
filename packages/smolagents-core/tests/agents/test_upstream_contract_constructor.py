"""What the constructors check, set and refuse; callbacks and checks."""

from typing import Any

import pytest
from smolagents import CodeAgent, FinalAnswerTool, LogLevel, MultiStepAgent, Tool, ToolCallingAgent, UserInputTool, tool
from smolagents.agents import EMPTY_PROMPT_TEMPLATES
from smolagents.memory import ActionStep, CallbackRegistry, MemoryStep, PlanningStep, TaskStep
from smolagents.monitoring import AgentLogger
from smolagents_testing import ScriptedModel, code

from .contract_agents import ANSWER, actions, add, answer, caller, coder, prompts_of

both = pytest.mark.parametrize("make", [coder, caller])


def model() -> ScriptedModel:
    return ScriptedModel([ANSWER])


@both
def test_attributes(make: Any) -> None:
    agent = make()
    assert agent.agent_name == type(agent).__name__
    assert (agent.max_steps, agent.planning_interval, agent.name, agent.description) == (20, None, None, None)
    assert (agent.state, agent.managed_agents, agent.step_number) == ({}, {}, 0)
    assert agent.memory.steps == []
    assert agent.logger.level == -1
    assert isinstance(agent.step_callbacks, CallbackRegistry)
    assert agent.monitor.total_output_token_count == 0
    assert not agent.stream_outputs
    assert list(agent.tools)[-1] == "final_answer"
    assert agent.memory.system_prompt.system_prompt == agent.system_prompt


@both
def test_tools_must_be_tools(make: Any) -> None:
    with pytest.raises(AssertionError):
        make(tools=["search"])
    with pytest.raises(AssertionError, match="@tool"):
        make(tools=[lambda: 1])
    with pytest.raises(AssertionError, match=r"Make an instance: UserInputTool\(…\)\."):
        make(tools=[UserInputTool])


@both
def test_final_answer_tool_may_be_replaced(make: Any) -> None:
    class Loud(FinalAnswerTool):
        def forward(self, answer: Any) -> Any:
            return f"{answer}!"

    last = ANSWER if make is coder else answer()
    assert make(last, tools=[Loud()]).run("Do it.") == "done!"
    assert isinstance(make(tools=[]).tools["final_answer"], FinalAnswerTool)


@pytest.mark.parametrize("name", ["1st", "a-b", "class", "", "ä b!"])
def test_names_must_be_identifiers(name: str) -> None:
    with pytest.raises(ValueError, match="identifier"):
        coder(name=name)


def test_names_must_be_unique() -> None:
    helper = coder(name="helper", description="d")
    with pytest.raises(ValueError, match="add"):
        coder(tools=[add, add])
    with pytest.raises(ValueError, match="helper"):
        coder(managed_agents=[helper, coder(name="helper", description="d")])
    with pytest.raises(ValueError, match="add"):
        coder(tools=[add], managed_agents=[coder(name="add", description="d")])
    with pytest.raises(ValueError, match="helper"):
        coder(managed_agents=[helper], name="helper")


def test_managed_agents_get_what_tools_have() -> None:
    helper = coder(name="helper", description="d")
    coder(managed_agents=[helper])
    assert helper.inputs["task"]["type"] == "string"
    assert helper.inputs["additional_args"]["type"] == "object"
    assert helper.inputs["additional_args"]["nullable"] is True
    assert helper.output_type == "string"
    with pytest.raises(AssertionError):
        coder(managed_agents=[coder(description="d")])


def test_prompt_templates_must_be_whole() -> None:
    missing = {**EMPTY_PROMPT_TEMPLATES, "planning": {"initial_plan": ""}}
    with pytest.raises(AssertionError, match="update_plan_pre_messages"):
        coder(prompt_templates=missing)
    with pytest.raises(AssertionError, match="final_answer"):
        coder(prompt_templates={key: value for key, value in EMPTY_PROMPT_TEMPLATES.items() if key != "final_answer"})
    more: Any = {**EMPTY_PROMPT_TEMPLATES, "system_prompt": "Mine.", "more": "x"}
    assert coder(prompt_templates=more).system_prompt == "Mine."


def test_prompts_of_one_agent_are_its_own() -> None:
    first, second = coder(), coder()
    first.prompt_templates["system_prompt"] = "changed"
    first.prompt_templates["planning"]["initial_plan"] = "changed"
    assert second.system_prompt != "changed"
    assert second.prompt_templates["planning"]["initial_plan"] != "changed"


@both
def test_system_prompt_is_computed(make: Any) -> None:
    agent = make(instructions="Answer in Latin.")
    assert "Answer in Latin." in agent.system_prompt
    assert "add" in agent.system_prompt
    with pytest.raises(AttributeError, match="prompt_templates"):
        agent.system_prompt = "x"


def test_logger_wins_over_verbosity() -> None:
    logger = AgentLogger(level=LogLevel.ERROR)
    agent = coder(logger=logger, verbosity_level=LogLevel.DEBUG)
    assert agent.logger is logger
    assert coder(verbosity_level=2).logger.level == LogLevel.DEBUG


def test_base_agent_is_abstract_and_has_no_prompts() -> None:
    with pytest.raises(TypeError):
        MultiStepAgent(tools=[], model=model())  # type: ignore[abstract]

    class Mine(MultiStepAgent):
        def initialize_system_prompt(self) -> str:
            return "mine"

    assert Mine(tools=[], model=model()).prompt_templates == EMPTY_PROMPT_TEMPLATES


def test_own_agent_defines_steps() -> None:
    class Echo(MultiStepAgent):
        def initialize_system_prompt(self) -> str:
            return "You echo."

        def _step_stream(self, memory_step: ActionStep) -> Any:
            from smolagents import ActionOutput

            memory_step.model_input_messages = self.write_memory_to_messages()
            memory_step.observations = f"step {memory_step.step_number}"
            yield ActionOutput(output=self.task, is_final_answer=memory_step.step_number == 2)

    agent = Echo(tools=[], model=model(), verbosity_level=-1)
    assert agent.run("Hello.") == "Hello."
    assert [step.observations for step in actions(agent)] == ["step 1", "step 2"]


def test_streaming_needs_a_model_that_streams() -> None:
    for make in (CodeAgent, ToolCallingAgent):
        with pytest.raises(ValueError, match="generate_stream"):
            make(tools=[], model=lambda messages: "x", stream_outputs=True)


@pytest.mark.filterwarnings("ignore:add_base_tools leaves out")  # what is not installed here
def test_add_base_tools() -> None:
    assert "python_interpreter" in caller(add_base_tools=True).tools
    assert "python_interpreter" not in coder(add_base_tools=True).tools
    assert "python_interpreter" not in caller().tools


# ---- callbacks


def test_callbacks_of_a_list_get_action_steps_alone() -> None:
    seen: list[Any] = []
    agent = coder(
        "plan", code("1"), ANSWER, planning_interval=9, step_callbacks=[lambda step: seen.append(type(step).__name__)]
    )
    agent.run("Do it.")
    assert seen == ["ActionStep", "ActionStep"]


def test_callbacks_by_class() -> None:
    seen: list[str] = []

    def note(name: str) -> Any:
        return lambda step, agent: seen.append(f"{name}:{type(step).__name__}:{type(agent).__name__}")

    callbacks = {MemoryStep: note("any"), ActionStep: [note("a1"), note("a2")], PlanningStep: note("plan")}
    coder("the plan", ANSWER, planning_interval=9, step_callbacks=callbacks).run("Do it.")
    assert [entry for entry in seen if "Planning" in entry] == [
        "plan:PlanningStep:CodeAgent",
        "any:PlanningStep:CodeAgent",
    ]
    assert [entry.split(":")[0] for entry in seen if "Action" in entry] == ["a1", "a2", "any"]


def test_callbacks_of_another_type_are_refused() -> None:
    with pytest.raises(ValueError, match="callbacks"):
        coder(step_callbacks=print)


def test_callback_gets_the_step_before_it_is_in_memory_and_may_change_it() -> None:
    lengths = []

    def change(step: ActionStep, agent: Any) -> None:
        lengths.append(len(agent.memory.steps))
        step.observations = f"changed {step.step_number}"

    agent = coder(code("1"), ANSWER, step_callbacks=[change])
    agent.run("Do it.")
    assert lengths == [1, 2]
    assert [step.observations for step in actions(agent)] == ["changed 1", "changed 2"]
    assert ("tool-response", "Observation:\nchanged 1") in prompts_of(agent, 1)


def test_callback_of_an_earlier_step_may_drop_its_images() -> None:
    import PIL.Image

    def picture(step: ActionStep, agent: Any) -> None:
        for earlier in agent.memory.steps:
            if isinstance(earlier, ActionStep):
                earlier.observations_images = None
        step.observations_images = [PIL.Image.new("RGB", (1, 1))]

    agent = coder(code("1"), code("2"), ANSWER, step_callbacks=[picture])
    agent.run("Do it.")
    images = [
        sum(part["type"] == "image" for message in call.messages for part in message.content)
        for call in agent.model.calls
    ]
    assert images == [0, 1, 1]


def test_async_callback_is_awaited() -> None:
    seen = []

    async def note(step: ActionStep) -> None:
        seen.append(step.step_number)

    coder(ANSWER, step_callbacks=[note]).run("Do it.")
    assert seen == [1]


def test_failing_callback_ends_the_run() -> None:
    def broken(step: ActionStep) -> None:
        raise RuntimeError("my bug")

    with pytest.raises(RuntimeError, match="my bug"):
        coder(ANSWER, step_callbacks=[broken]).run("Do it.")


def test_callbacks_can_be_registered_later() -> None:
    seen: list[Any] = []
    agent = coder(ANSWER)
    agent.step_callbacks.register(ActionStep, lambda step: seen.append(step))
    agent.run("Do it.")
    assert seen == actions(agent)
    agent.step_callbacks.callback(TaskStep("x"), agent=agent)
    assert len(seen) == 1


def test_counters_are_up_to_date_for_whoever_gets_the_step() -> None:
    agent = coder(code("1"), ANSWER)
    counts = [agent.monitor.total_input_token_count for e in agent.run("x", stream=True) if isinstance(e, ActionStep)]
    assert counts == [10, 20]


# ---- final answer checks


def test_check_gets_answer_memory_and_agent() -> None:
    got: list[Any] = []

    def check(final_answer: Any, memory: Any, agent: Any) -> bool:
        got.append((final_answer, memory, agent))
        return True

    agent = coder(ANSWER, final_answer_checks=[check])
    assert agent.run("Do it.") == "done"
    assert got == [("done", agent.memory, agent)]


@both
def test_failed_check_is_an_error_of_the_step(make: Any) -> None:
    def is_five(final_answer: Any, memory: Any, agent: Any = None) -> bool:
        assert final_answer == 5, "five it must be"
        return True

    replies = [code("final_answer(4)"), code("final_answer(5)")] if make is coder else [answer(4), answer(5)]
    agent = make(*replies, final_answer_checks=[is_five])
    assert agent.run("Do it.") == 5
    first, second = actions(agent)
    assert str(first.error).startswith("Check is_five failed with error: five it must be")
    assert type(first.error).__name__ == "AgentError"
    assert not first.is_final_answer
    assert second.is_final_answer
    assert any("five it must be" in str(message.content) for message in agent.model.calls[1].messages)


@pytest.mark.parametrize(
    "check",
    [
        lambda answer: answer == 5,
        lambda answer, memory: answer == 5 and memory.steps is not None,
        lambda answer, agent_memory=None: answer == 5,
        lambda answer, memory, agent: answer == 5 and agent.memory is memory,
        lambda answer, memory, agent=None: answer == 5 and agent is not None,
        lambda answer, memory, who: answer == 5 and who.memory is memory,
        lambda answer, memory, **more: answer == 5 and "agent" in more,
        lambda *args, **kwargs: args[0] == 5,
        lambda answer, *, agent: answer == 5 and agent is not None,
    ],
    ids=["1", "2", "2 with default", "3", "3 with default", "3 by position", "keywords", "anything", "keyword only"],
)
def test_check_of_any_signature(check: Any) -> None:
    agent = coder(code("final_answer(4)"), code("final_answer(5)"), final_answer_checks=[check])
    assert agent.run("Do it.") == 5
    assert len(actions(agent)) == 2
    assert "failed with error" in str(actions(agent)[0].error)


def test_verdict_that_is_neither_true_nor_false_is_an_error_of_the_step() -> None:
    class Vague:
        def __bool__(self) -> bool:
            raise ValueError("ambiguous")

    agent = coder(ANSWER, "guess", final_answer_checks=[lambda answer: Vague()], max_steps=1)
    assert agent.run("Do it.") == "guess"
    assert "ambiguous" in str(actions(agent)[0].error)


def test_every_check_must_pass() -> None:
    def low(answer: int) -> bool:
        return answer < 10

    def odd(answer: int) -> bool:
        return answer % 2 == 1

    agent = coder(*[code(f"final_answer({n})") for n in (11, 4, 5)], final_answer_checks=[low, odd])
    assert agent.run("Do it.") == 5
    assert [str(step.error)[:9] for step in actions(agent)] == ["Check low", "Check odd", "None"]


def test_tool_is_made_of_a_class_with_state() -> None:
    class Counter(Tool):
        """Count."""

        name = "count"
        description = "Counts."
        inputs: dict[str, Any] = {}
        output_type = "integer"
        seen = 0

        def forward(self) -> int:
            """Return the next number."""
            self.seen += 1
            return self.seen

    assert coder(code("count()\nfinal_answer(count())"), tools=[Counter()]).run("Do it.") == 2


def test_tool_that_does_nothing_but_exist() -> None:
    @tool
    def nothing() -> None:
        """Do nothing."""

    assert coder(code("final_answer(nothing())"), tools=[nothing]).run("Do it.") is None


@both
@pytest.mark.parametrize("argument", ["tools", "managed_agents", "final_answer_checks"])
def test_one_thing_in_place_of_a_list(make: Any, argument: str) -> None:
    with pytest.raises(TypeError, match=rf"^{argument} must be a list, such as {argument}=\["):
        make(**{argument: add})


def test_one_import_in_place_of_a_list() -> None:
    with pytest.raises(
        TypeError, match=r"must be a list, such as additional_authorized_imports=\[\"numpy\"\], not 'os'"
    ):
        coder(additional_authorized_imports="os")


@both
def test_arguments_of_run_of_a_wrong_type(make: Any) -> None:
    agent = make()
    with pytest.raises(TypeError, match=r"additional_args must be a dict from names to values, not \['x'\]"):
        agent.run("task", additional_args=["x"])
    with pytest.raises(TypeError, match=r"images must be a list, such as images=\[\"photo.png\"\], not 'a.png'"):
        agent.run("task", images="a.png")
