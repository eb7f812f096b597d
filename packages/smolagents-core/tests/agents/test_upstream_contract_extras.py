"""What older documents show, and what is new: names, arguments and shapes that work here beyond version 1.26."""

import functools
import os
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import PIL.Image
import pytest
import smolagents
from smolagents import CodeAgent, Model, ToolCallingAgent, tool
from smolagents.memory import ActionStep
from smolagents_testing import ScriptedModel, code, tool_call

from .contract_agents import ANSWER, actions, answer, caller, coder, kinds, prompts_of


def test_tools_are_optional() -> None:
    assert CodeAgent(model=ScriptedModel([ANSWER]), verbosity_level=-1).run("Do it.") == "done"
    assert ToolCallingAgent(model=ScriptedModel([answer()]), verbosity_level=-1).run("Do it.") == "done"


def test_old_names() -> None:
    assert smolagents.AgentRunResult is smolagents.RunResult
    assert smolagents.AgentStep is ActionStep


def test_logs() -> None:
    agent = coder(ANSWER)
    agent.run("Do it.")
    with pytest.warns(DeprecationWarning, match="memory.steps"):
        assert agent.logs == agent.memory.steps


def test_use_e2b_executor() -> None:
    with pytest.warns(DeprecationWarning, match="executor_type"), pytest.raises(ImportError, match="pip install"):
        coder(use_e2b_executor=True)


@pytest.mark.parametrize("size", [None, 0, 1, 2, 9])
def test_memory_size(size: int | None) -> None:
    agent = coder(*[code(f"final_answer({n})") for n in range(4)], memory_size=size)
    for n in range(4):
        agent.run(f"Task {n}.", reset=False)
    seen = [text for _, text in prompts_of(agent, 3) if text.startswith("New task")]
    kept = 4 if size is None else min(size + 1, 4)
    assert seen == [f"New task:\nTask {n}." for n in range(4 - kept, 4)]
    assert kinds(agent.memory.steps) == ["TaskStep", "ActionStep"] * 4
    assert prompts_of(agent, 3)[0][0] == "system"


def test_image_by_path_or_object(tmp_path: Path) -> None:
    picture = PIL.Image.new("RGB", (3, 2), "red")
    picture.save(tmp_path / "p.png")
    for image in (picture, str(tmp_path / "p.png"), tmp_path / "p.png"):
        agent = coder(code("final_answer(image.size[0])"))
        assert agent.run("How wide?", image=image) == 3
        assert [shown.size for shown in agent.memory.steps[0].task_images] == [(3, 2)]
    agent = coder(ANSWER)
    agent.run("Look.", images=[str(tmp_path / "p.png")])
    assert agent.memory.steps[0].task_images[0].size == (3, 2)


def test_image_that_is_not_there() -> None:
    agent = coder(ANSWER)
    with pytest.raises(FileNotFoundError, match=r"nothing\.png"):
        agent.run("Look.", image="nothing.png")
    assert agent.run("Do it.") == "done"


def test_audio_and_video_are_variables() -> None:
    agent = coder(code("final_answer([audio, video])"))
    assert agent.run("Listen.", audio="a.wav", video="v.mp4") == ["a.wav", "v.mp4"]
    agent = coder(code("final_answer([audio, video])"))
    assert agent.run("Listen.", audio=Path("a.wav"), video=Path("v.mp4")) == ["a.wav", "v.mp4"]


def test_audio_for_a_model_that_hears() -> None:
    class Hears(ScriptedModel):
        supports_audio = True

    agent = coder(model=Hears([ANSWER]))
    agent.run("Listen.", audio="a.wav")
    parts = [part for message in agent.model.calls[0].messages for part in message.content]
    assert {"type": "audio", "audio": "a.wav"} in parts


def test_images_are_not_shown_to_a_model_that_sees_nothing() -> None:
    class Blind(ScriptedModel):
        supports_vision = False

    agent = coder(model=Blind([ANSWER]))
    agent.run("Look.", images=[PIL.Image.new("RGB", (1, 1))])
    parts = [part["type"] for message in agent.model.calls[0].messages for part in message.content]
    assert "image" not in parts
    assert agent.memory.steps[0].task_images is None
    assert agent.state["images"][0].size == (1, 1)
    agent = coder(code("final_answer(image.size)"), model=None)
    agent.model = Blind([code("final_answer(image.size)")])
    assert agent.run("Look.", image=PIL.Image.new("RGB", (1, 2))) == (1, 2)


def test_run_result_of_the_documents() -> None:
    result = coder(code("1 / 0"), ANSWER).run("Do it.", return_full_result=True)
    assert result.success
    assert result.execution_time >= 0
    assert result.total_steps == 2
    assert len(result.errors) == 1
    assert "ZeroDivisionError" in str(result.errors[0])
    assert result.token_usage["input_tokens"] == 20
    assert result.steps[1].code_action == "1 / 0"
    assert result.steps[1]["code_action"] == "1 / 0"
    assert not coder(code("1"), "guess", max_steps=1).run("x", return_full_result=True).success


def test_steps_are_subscriptable() -> None:
    seen: list[Any] = []
    coder(ANSWER, step_callbacks=[lambda step: seen.append((step["step_number"], step["number"], step["tool"]))]).run(
        "x"
    )
    assert seen == [(1, 1, "python_interpreter")]


def test_model_with_generate_text_only() -> None:
    class Mine(Model):
        def __init__(self, model_id: str) -> None:
            self.model_id = model_id

        def generate_text(self, prompt: str, **kwargs: Any) -> str:
            assert "Do it." in prompt
            return ANSWER

    assert CodeAgent(model=Mine("mine"), verbosity_level=-1).run("Do it.") == "done"


def test_async_model_function() -> None:
    async def talk(messages: list[dict[str, Any]]) -> str:
        return ANSWER

    assert CodeAgent(model=talk, verbosity_level=-1).run("Do it.") == "done"


def test_cached_tool() -> None:
    calls = []

    @tool
    @functools.lru_cache
    def square(n: int) -> int:
        """Square a number.

        Args:
            n: The number.
        """
        calls.append(n)
        return n * n

    assert coder(code("final_answer(square(3) + square(3))"), tools=[square]).run("Do it.") == 18
    assert calls == [3]


def test_two_runs_are_two_conversations_unless_told_otherwise() -> None:
    agent = coder(ANSWER, ANSWER, ANSWER)
    agent.run("One.")
    agent.run("Two.")
    assert not any("One." in text for _, text in prompts_of(agent, 1))
    agent.run("Three.", reset=False)
    assert any("Two." in text for _, text in prompts_of(agent, 2))


def test_final_answer_check_with_two_arguments() -> None:
    def is_integer(final_answer: str, agent_memory: Any = None) -> bool:
        try:
            int(final_answer)
            return True
        except ValueError:
            return False

    agent = coder(code("final_answer('x')"), code("final_answer('3')"), final_answer_checks=[is_integer])
    assert agent.run("Do it.") == "3"


def test_output_of_a_run_is_what_events_end_with() -> None:
    for event in coder(ANSWER).run("Do it.", stream=True):
        last = event
        assert not isinstance(event, str)
    assert last.output == "done"
    assert last.final_answer == "done"


def test_quiet_agents_print_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    agent = coder(
        "the plan", code("print('x')\n1 / 0"), ANSWER, planning_interval=9, verbosity_level=smolagents.LogLevel.OFF
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        agent.run("Do it.")
    assert capfd.readouterr() == ("", "")


def test_errors_are_shown_to_whoever_wants_errors_alone(capfd: pytest.CaptureFixture[str]) -> None:
    agent = coder(code("1 / 0"), ANSWER, verbosity_level=smolagents.LogLevel.ERROR)
    agent.run("Do it.")
    out = capfd.readouterr().out
    assert "ZeroDivisionError" in out
    assert "Do it." not in out


PROGRAM = """
from smolagents import CodeAgent
from smolagents_testing import ScriptedModel, code
answer = CodeAgent(model=ScriptedModel([code("print('→ \\\\ud800')\\nfinal_answer('日本')")])).run("Tâche")
assert answer == "日本"
"""


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_no_run_fails_for_what_the_terminal_cannot_show(encoding: str) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    shown = done.stdout.decode(encoding)
    assert "Final answer" in shown
    assert "\\ud800" in shown


def test_one_agent_as_tool_of_another_kind() -> None:
    worker = caller(tool_call("add", a=1), answer("three"), name="helper", description="d")
    assert "three" in coder(code("final_answer(helper('Go.'))"), managed_agents=[worker]).run("Do it.")
    assert actions(worker)[0].observations == "3"
