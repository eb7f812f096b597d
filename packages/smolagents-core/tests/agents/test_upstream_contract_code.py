"""CodeAgent: what it asks the model, what it accepts as code, what it makes of the result."""

import functools
import json
from types import SimpleNamespace
from typing import Any

import pytest
from smolagents import AgentGenerationError, CodeAgent, LocalPythonExecutor, PythonExecutor
from smolagents.executors import CodeOutput
from smolagents.memory import ActionStep
from smolagents.models import CODEAGENT_RESPONSE_FORMAT
from smolagents.utils import BASE_BUILTIN_MODULES
from smolagents_testing import ScriptedModel, code

from .contract_agents import ANSWER, actions, add, coder, prompts_of, text_of


def test_authorized_imports() -> None:
    agent = coder(additional_authorized_imports=["json", "math"])
    assert agent.authorized_imports == sorted({*BASE_BUILTIN_MODULES, "json"})
    assert str(agent.authorized_imports) in agent.system_prompt
    assert "any package" in coder(additional_authorized_imports=["*"]).system_prompt


def test_user_is_told_how_to_allow_an_import(capfd: pytest.CaptureFixture[str]) -> None:
    coder(code("import json"), ANSWER, verbosity_level=1).run("Do it.")
    assert '`additional_authorized_imports=["json"]`' in capfd.readouterr().out


def test_imports_are_enforced() -> None:
    agent = coder(code("import json"), code("import math\nfinal_answer(math.floor(1.5))"))
    assert agent.run("Do it.") == 1
    assert "json" in str(actions(agent)[0].error)
    assert (
        coder(code("import json\nfinal_answer(json.dumps([]))"), additional_authorized_imports=["json"]).run("x")
        == "[]"
    )


@pytest.mark.parametrize(
    ("tags", "pair", "stops"),
    [
        (None, ("<code>", "</code>"), ["Observation:", "Calling tools:", "</code>"]),
        ("markdown", ("```python", "```"), ["Observation:", "Calling tools:"]),
        (("<<", ">>"), ("<<", ">>"), ["Observation:", "Calling tools:", ">>"]),
    ],
)
def test_code_block_tags(tags: Any, pair: tuple[str, str], stops: list[str]) -> None:
    agent = coder(f"Thought: so.\n{pair[0]}\nfinal_answer(7)\n{pair[1]}", code_block_tags=tags)
    assert agent.code_block_tags == pair
    assert agent.run("Do it.") == 7
    assert agent.model.calls[0].stop_sequences == stops
    assert pair[0] in agent.system_prompt


def test_code_block_tags_of_another_form_are_refused() -> None:
    with pytest.raises(ValueError, match="markdown"):
        coder(code_block_tags="xml")


def test_what_the_stop_sequence_cut_off_is_put_back() -> None:
    agent = coder("Thought: I say it.\n<code>\nx = 3", ANSWER)
    agent.run("Do it.")
    step = actions(agent)[0]
    assert step.model_output == "Thought: I say it.\n<code>\nx = 3</code>"
    assert step.model_output_message is not None
    assert step.model_output_message.content == step.model_output
    assert step.code_action == "x = 3"
    assert prompts_of(agent, 1)[2] == ("assistant", step.model_output)


@pytest.mark.parametrize(
    "reply",
    [
        "<code>\nx = 20\n</code>\nand then\n<code>\nfinal_answer(x + 1)\n</code>",
        "```python\nfinal_answer(21)\n```",
        "```py\nfinal_answer(21)\n```",
        "Sure.\n```\nfinal_answer(21)\n```",
        "final_answer(21)",
        "<think>final_answer(0)</think>\n<code>final_answer(21)</code>",
        "<code>\n```python\nfinal_answer(21)\n```\n</code>",
    ],
)
def test_code_in_many_forms(reply: str) -> None:
    assert coder(reply).run("Do it.") == 21


@pytest.mark.parametrize("reply", ["I think that it is 5.", "The final answer is 5."])
def test_no_code_is_an_error_that_teaches(reply: str) -> None:
    agent = coder(reply, ANSWER)
    agent.run("Do it.")
    step = actions(agent)[0]
    assert step.error is not None
    assert type(step.error).__name__ == "AgentParsingError"
    assert str(step.error).startswith("Error in code parsing:")
    assert "<code>" in str(step.error)
    assert ("final_answer(" in str(step.error)) == ("final answer" in reply)
    assert step.tool_calls is None
    assert step.code_action is None
    assert text_of(agent.model.calls[1].messages[-1]).startswith("Error:\n")


def test_variable_beside_the_call_of_the_final_answer() -> None:
    agent = coder(code("final_answer = 3\nfinal_answer(final_answer)"))
    assert agent.run("Do it.") == 3


def test_assigned_final_answer_ends_the_run() -> None:
    agent = coder(code("final_answer = 3"))
    assert agent.run("Do it.") == 3
    assert actions(agent)[0].is_final_answer


def test_prints_without_a_line_end_stay_apart_from_the_output() -> None:
    agent = coder(code("print(1, end='')\n2"), ANSWER)
    agent.run("Do it.")
    assert actions(agent)[0].observations == "Execution logs:\n1\nLast output from code snippet:\n2"


def test_observations() -> None:
    agent = coder(code("print('hello')\n[1, 2]"), code("x = 'y' * 30_000\nx"), ANSWER)
    agent.run("Do it.")
    first, second, _ = actions(agent)
    assert first.observations == "Execution logs:\nhello\nLast output from code snippet:\n[1, 2]"
    assert first.action_output == [1, 2]
    assert second.observations is not None
    assert len(second.observations) < 21_000
    assert len(second.action_output) == 30_000
    assert [(call.name, call.arguments, call.id) for call in first.tool_calls or ()] == [
        ("python_interpreter", "print('hello')\n[1, 2]", "call_1")
    ]
    sent = prompts_of(agent, 1)
    assert [role for role, _ in sent] == ["system", "user", "assistant", "tool-call", "tool-response"]
    assert sent[3][1].startswith("Calling tools:\n[{'id': 'call_1', 'type': 'function'")
    assert sent[4][1] == f"Observation:\n{first.observations}"


def test_failed_action_keeps_its_prints() -> None:
    agent = coder(code("print('so far')\n1 / 0"), ANSWER)
    agent.run("Do it.")
    step = actions(agent)[0]
    assert step.observations == "Execution logs:\nso far\n"
    assert "ZeroDivisionError" in str(step.error)
    assert step.action_output is None
    roles = [role for role, _ in prompts_of(agent, 1)]
    assert roles[-2:] == ["tool-response", "tool-response"]


def test_structured_outputs() -> None:
    replies = [
        json.dumps({"thought": "t", "code": "x = 1"}),
        json.dumps({"thought": "t", "code": "<code>final_answer(x)</code>"}),
    ]
    agent = coder(*replies, use_structured_outputs_internally=True)
    assert agent.run("Do it.") == 1
    assert agent.model.calls[0].response_format == CODEAGENT_RESPONSE_FORMAT
    assert actions(agent)[0].model_output == replies[0]
    assert coder(ANSWER).run("x") == "done"
    plain = coder(ANSWER)
    plain.run("Do it.")
    assert plain.model.calls[0].response_format is None


def test_broken_structured_output_is_an_error_of_the_step() -> None:
    good = json.dumps({"thought": "t", "code": "final_answer(1)"})
    agent = coder("{", '{"thought": "no code"}', good, use_structured_outputs_internally=True)
    assert agent.run("Do it.") == 1
    assert [type(step.error).__name__ for step in actions(agent)][:2] == ["AgentParsingError"] * 2


class Recorder(PythonExecutor):
    """An executor that notes what it is asked for."""

    def __init__(self) -> None:
        self.heard: list[Any] = []

    def send_tools(self, tools: Any) -> None:
        self.heard.append(("tools", sorted(tools)))

    def send_variables(self, variables: Any) -> None:
        self.heard.append(("variables", dict(variables)))

    def __call__(self, code_action: str) -> CodeOutput:
        self.heard.append(("code", code_action))
        return CodeOutput("out", "printed\n", is_final_answer=code_action == "end()")

    def cleanup(self) -> None:
        self.heard.append("cleanup")


def test_own_executor() -> None:
    executor = Recorder()
    helper = coder(name="helper", description="d")
    with coder(code("go()"), code("end()"), code("end()"), executor=executor, managed_agents=[helper]) as agent:
        assert agent.python_executor is executor
        assert agent.run("Do it.", additional_args={"x": 1}) == "out"
        assert agent.run("Again.") == "out"
    names = ["add", "fail", "final_answer", "greet", "helper"]
    start = [("variables", {"x": 1}), ("tools", names)]
    assert executor.heard == [*start, ("code", "go()"), ("code", "end()"), *start, ("code", "end()"), "cleanup"]


def test_executor_that_a_program_wrote_without_our_base_class() -> None:
    class Foreign:
        def send_tools(self, tools: Any) -> None: ...
        def send_variables(self, variables: Any) -> None: ...
        def __call__(self, code_action: str) -> CodeOutput:
            return CodeOutput(output=code_action, logs="", is_final_answer=True)

    with coder(code("anything"), executor=Foreign()) as agent:
        assert agent.run("Do it.") == "anything"


def test_executor_of_the_program_that_fails_in_its_own_way() -> None:
    class Failing(Recorder):
        state = {"_print_outputs": "printed before"}

        def __call__(self, code_action: str) -> CodeOutput:
            if code_action == "end()":
                return super().__call__(code_action)
            raise OSError("the sandbox is gone")

    agent = coder(code("go()"), code("end()"), executor=Failing())
    assert agent.run("Do it.") == "out"
    step = actions(agent)[0]
    assert "the sandbox is gone" in str(step.error)
    assert step.observations == "Execution logs:\nprinted before"


def test_unknown_executor_type() -> None:
    with pytest.raises(ValueError, match="Unsupported executor type"):
        coder(executor_type="moon")


def test_executor_options() -> None:
    agent = coder(
        executor_kwargs={"timeout_seconds": 3}, max_print_outputs_length=100, additional_authorized_imports=["json"]
    )
    assert isinstance(agent.python_executor, LocalPythonExecutor)
    assert isinstance(coder().create_python_executor(), LocalPythonExecutor)
    agent = coder(code("print('x' * 5000)"), ANSWER, max_print_outputs_length=100)
    agent.run("Do it.")
    assert len(actions(agent)[0].observations or "") < 1000


def test_timeout_of_an_action() -> None:
    agent = coder(code("print('begun')\nwhile True:\n    pass"), ANSWER, timeout=2.5)
    assert agent.run("Do it.") == "done"
    step = actions(agent)[0]
    assert step.error is not None
    assert type(step.error).__name__ == "AgentExecutionError"
    assert "2.5" in str(step.error)
    assert step.observations == "Execution logs:\nbegun\n"


def test_session_lives_from_step_to_step_and_from_run_to_run() -> None:
    agent = coder(
        code("def twice(x):\n    return 2 * x\nn = 4"),
        code("final_answer(twice(n))"),
        code("final_answer(twice(n) + 1)"),
    )
    assert agent.run("Do it.") == 8
    assert agent.run("Again.") == 9


def test_tools_that_are_set_between_runs() -> None:
    agent = coder(code("final_answer(add(1))"), code("final_answer(plus(1))"))
    assert agent.run("Do it.") == 3
    agent.tools["plus"] = add
    assert agent.run("Again.") == 3


def test_async_tools_in_code() -> None:
    assert coder(code("final_answer(greet('Ann') + '!' + await greet('Bob'))")).run("Do it.") == "Hello Ann!Hello Bob"


def test_failing_tool_in_code() -> None:
    agent = coder(
        code("fail('no luck')"), code("try:\n    fail('x')\nexcept Exception as e:\n    final_answer(str(e))")
    )
    assert "x" in agent.run("Do it.")
    assert "no luck" in str(actions(agent)[0].error)


def test_full_code() -> None:
    agent = coder(code("x = 1"), "no code, sorry", ANSWER)
    agent.run("Do it.")
    assert agent.memory.return_full_code() == "x = 1\n\nfinal_answer('done')"


def test_step_by_hand() -> None:

    from smolagents.usage import Timing

    agent = coder(code("1 + 1"))
    agent.python_executor.send_tools(agent.tools)
    step = ActionStep(step_number=1, timing=Timing(0.0))
    assert agent.step(step).output == 2
    assert step.action_output == 2


def test_model_may_be_a_function() -> None:
    def talk(messages: list[dict[str, Any]]) -> str:
        assert messages[0]["role"] == "system"
        return ANSWER

    assert CodeAgent(model=talk, verbosity_level=-1).run("Do it.") == "done"


def test_model_may_be_anything_that_generates() -> None:
    """A message only has to look like one: an SDK's own object will do."""

    class Foreign:
        def generate(self, messages: Any, stop_sequences: Any = None, **options: Any) -> Any:
            return SimpleNamespace(content="<code>\nfinal_answer('done')", tool_calls=None)

    agent = CodeAgent(tools=[], model=Foreign(), verbosity_level=-1)
    assert agent.run("Do it.") == "done"
    assert actions(agent)[0].token_usage is None


def test_reply_that_is_no_message_ends_the_run() -> None:
    class Broken:
        def generate(self, messages: Any, **options: Any) -> Any:
            return {"content": "x"}

    with pytest.raises(AgentGenerationError, match=r"returned dict.*ChatMessage"):
        CodeAgent(tools=[], model=Broken(), verbosity_level=-1).run("Do it.")


def test_what_is_no_model_is_refused() -> None:
    with pytest.raises(TypeError, match="model"):
        CodeAgent(tools=[], model=object())  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="instance"):
        CodeAgent(tools=[], model=ScriptedModel)


def test_step_that_a_tracer_has_wrapped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tracers replace methods of the class by wrappers that look like the method itself."""
    seen = []
    original = CodeAgent._step_stream

    @functools.wraps(original)
    def traced(self: CodeAgent, memory_step: ActionStep) -> Any:
        seen.append(memory_step.step_number)
        yield from original(self, memory_step)

    monkeypatch.setattr(CodeAgent, "_step_stream", traced)
    agent = coder(code("x = 1"), code("final_answer(x)"))
    assert agent.run("Do it.") == 1
    assert seen == [1, 2]
