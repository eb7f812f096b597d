"""Steps as messages, and runs as streams of messages."""

from pathlib import Path
from typing import Any

import gradio
import numpy
import pytest
from PIL import Image
from smolagents import (
    ActionStep,
    AgentAudio,
    AgentImage,
    CodeAgent,
    FinalAnswerStep,
    PlanningStep,
    ToolCall,
    ToolCallingAgent,
)
from smolagents.agent_types import AgentVideo
from smolagents.errors import AgentError
from smolagents.messages import ChatMessage
from smolagents.usage import Timing, TokenUsage
from smolagents_testing import ScriptedModel, code, tool_call
from smolagents_ui_gradio import pull_messages_from_step, stream_to_gradio
from smolagents_ui_gradio.messages import thought, writing

RED = Image.new("RGB", (1, 1), "red")


def texts(messages: Any) -> list[Any]:
    return [(message.metadata.get("title"), message.content) for message in messages]


def answered(output: Any) -> list[Any]:
    return [content for _, content in texts(pull_messages_from_step(FinalAnswerStep(output)))]


def test_an_action() -> None:
    step = ActionStep(
        step_number=3,
        timing=Timing(0.0, 1.25),
        model_output="I look.\n<code>\nlook()\n</code>",
        tool_calls=[ToolCall("python_interpreter", "look()", "1"), ToolCall("<b>", {"q": "x"}, "2")],
        observations="seen",
        observations_images=[RED],
        error=AgentError("bad"),
        token_usage=TokenUsage(1200, 30, cost=0.0125),
    )
    *shown, image, error, figures = texts(pull_messages_from_step(step))
    assert shown == [
        (None, "**Step 3**\n\nI look."),
        ("Code", "```python\nlook()\n```"),
        ("Tool call: &lt;b>", '```\n{\n  "q": "x"\n}\n```'),
        ("Result", "```\nseen\n```"),
    ]
    assert Path(image[1]["path"]).exists()
    assert error == ("Error", "```\nbad\n```")
    assert figures[1] == "<small>Step 3 · 1,200 tokens in, 30 out · $0.0125 · 1.2 s</small>"
    assert texts(pull_messages_from_step(step, skip_model_outputs=True))[0][0] == "Code"


def test_a_plan() -> None:
    plan = PlanningStep([], ChatMessage("assistant", "x"), "The plan:\n```\n1. **This**\n```", Timing(0.0, 1.0), None)
    assert texts(pull_messages_from_step(plan))[0] == (None, "**Plan**\n\nThe plan:\n1. **This**")


@pytest.mark.parametrize(
    ("output", "shown"),
    [
        (42, "42"),
        (None, "None"),
        ("**so** <b>", "**so** &lt;b>"),
        ({"a": ["*", 2]}, '```\n{\n  "a": [\n    "*",\n    2\n  ]\n}\n```'),
        ({(1, 2): "*"}, "```\n{(1, 2): '*'}\n```"),
        (numpy.zeros(2), "```\n[0. 0.]\n```"),
    ],
)
def test_answers_as_text(output: Any, shown: str) -> None:
    assert answered(output) == [f"**Final answer**\n\n{shown}"]


def test_answers_to_see_and_hear(tmp_path: Path) -> None:
    RED.save(tmp_path / "red.gif")
    (tmp_path / "film.mp4").write_bytes(b"\0\0\0\x18ftypmp42")
    tone = (8000, numpy.zeros(8000, "float32"))
    for output, suffix in [
        (RED, ".png"),
        (RED.convert("CMYK"), ".png"),
        (AgentImage(RED), ".png"),
        (AgentImage(tmp_path / "red.gif"), ".png"),
        (tone, ".wav"),
        (AgentAudio(b"RIFF...."), ".wav"),
        (AgentVideo(tmp_path / "film.mp4"), ".mp4"),
    ]:
        title, file = answered(output)
        assert title == "**Final answer**"
        assert Path(file["path"]).suffix == suffix
        assert Path(file["path"]).stat().st_size
    assert [type(content) for content in answered([RED, "and", RED])] == [str, dict, dict]
    assert [type(content) for content in answered({"a": RED, "b": tone})] == [str, dict, dict]


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (AgentImage("http://198.51.100.7/x.png"), "this page loads nothing from elsewhere"),
        (AgentAudio("https://198.51.100.7/x.wav"), "this page loads nothing from elsewhere"),
        (AgentImage("/etc/hostname"), "Not an image"),
        (AgentAudio("/etc/hostname"), "no sound or video that browsers play"),
        (AgentVideo("/nowhere.mp4"), "No such file"),
    ],
)
def test_what_can_not_be_shown_is_told(output: Any, reason: str) -> None:
    assert reason in answered(output)[1]


def test_a_sound_that_is_a_page_is_not_served(tmp_path: Path) -> None:
    (tmp_path / "x.html").write_bytes(b"RIFF<script>alert(1)</script>")
    assert "no sound or video" in answered(AgentAudio(tmp_path / "x.html"))[1]


def test_long_text_goes_into_a_file() -> None:
    text, file = answered("word " * 50_000)
    assert "(250,000 characters in all, in the file below)" in text
    assert len(text) < 101_000
    assert Path(file["path"]).read_text() == "word " * 50_000


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Think.\n<code>\nx\n</code>", "Think."),
        ("Think.\n```py\nx\n```\nMore.", "Think.\n\nMore."),
        ("Think.\n<code>\nx", "Think."),
        ('{"thought": "t", "code": "c"}', ""),
        ("", ""),
    ],
)
def test_thoughts(text: str, shown: str) -> None:
    assert thought(text) == shown


def test_code_that_is_being_written_is_code() -> None:
    assert writing("Think <b>.\n<code>\n# x <") == "Think &lt;b>.\n\n\n```python\n\n# x <\n```\n"


def test_stream_to_gradio() -> None:
    agent = CodeAgent([], ScriptedModel([code("print(1)"), code("final_answer(2)")]), verbosity_level=-1)
    shown = list(stream_to_gradio(agent, "Count."))
    assert all(isinstance(message, gradio.ChatMessage) for message in shown)
    assert shown[-1].content == "**Final answer**\n\n2"  # type: ignore[union-attr]


def test_stream_to_gradio_with_a_streaming_agent() -> None:
    agent = CodeAgent([], ScriptedModel(["Think well <i>.\n<code>\nfinal_answer(2)\n</code>"]), stream_outputs=True)
    agent.logger.level = -1
    shown = list(stream_to_gradio(agent, "Count.", reset_agent_memory=True))
    written = [message for message in shown if isinstance(message, str)]
    assert "Think well &lt;i>." in written[-1]
    assert sorted(written, key=len) == written
    assert "Think well" not in "".join(str(message.content) for message in shown if not isinstance(message, str))


def test_additional_args_and_images_reach_the_run() -> None:
    model = ScriptedModel([tool_call("final_answer", answer="done")])
    agent = ToolCallingAgent([], model, verbosity_level=-1)
    list(stream_to_gradio(agent, "Look.", [RED], additional_args={"x": 1}))
    assert agent.state["x"] == 1
    assert "image" in str(model.calls[0].messages[-1].content)  # type: ignore[union-attr]
