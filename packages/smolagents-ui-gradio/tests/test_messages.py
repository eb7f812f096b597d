"""Steps as messages, runs as streams of messages, uploads, and pages of tools."""

import os
import re
import subprocess
import sys
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import gradio
import pytest
from hypothesis import given, strategies as st
from PIL import Image
from smolagents import ActionStep, CodeAgent, FinalAnswerStep, PlanningStep, Tool, ToolCall, ToolCallingAgent
from smolagents.errors import AgentError
from smolagents.messages import ChatMessage
from smolagents.usage import Timing, TokenUsage
from smolagents_testing import ScriptedModel, code, tool_call
from smolagents_ui_gradio import GradioUI, pull_messages_from_step, stream_to_gradio, tool_from_gradio
from smolagents_ui_gradio.messages import fenced, thought
from smolagents_ui_gradio.tools import tool_page
from smolagents_ui_gradio.uploads import UploadError, keep, safe_name


def texts(messages: Any) -> list[Any]:
    return [(message.metadata.get("title"), message.content) for message in messages]


def test_an_action() -> None:
    step = ActionStep(
        step_number=3,
        timing=Timing(0.0, 1.25),
        model_output="I look.\n<code>\nlook()\n</code>",
        tool_calls=[ToolCall("python_interpreter", "look()", "1"), ToolCall("search", {"q": "x"}, "2")],
        observations="seen",
        observations_images=[Image.new("RGB", (1, 1))],
        error=AgentError("bad"),
        token_usage=TokenUsage(1200, 30, cost=0.0125),
    )
    *shown, image, error, figures = texts(pull_messages_from_step(step))
    assert shown == [
        (None, "**Step 3**\n\nI look."),
        ("Code", "```python\nlook()\n```"),
        ("Tool call: search", "```\n{'q': 'x'}\n```"),
        ("Result", "```\nseen\n```"),
    ]
    assert Path(image[1]["path"]).exists()
    assert error == ("Error", "```\nbad\n```")
    assert figures[1] == "<small>Step 3 · 1,200 tokens in, 30 out · $0.0125 · 1.2 s</small>"
    assert texts(pull_messages_from_step(step, skip_model_outputs=True))[0][0] == "Code"


def test_a_plan_and_answers(tmp_path: Path) -> None:
    plan = PlanningStep([], ChatMessage("assistant", "First this."), "First this.", Timing(0.0, 1.0), None)
    assert texts(pull_messages_from_step(plan))[0] == (None, "**Plan**\n\nFirst this.")
    assert texts(pull_messages_from_step(FinalAnswerStep(42))) == [(None, "**Final answer**\n\n42")]
    (image,) = pull_messages_from_step(FinalAnswerStep(Image.new("RGB", (1, 1))))
    assert Path(image.content["path"]).suffix == ".png"


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


@given(st.text(alphabet="`a\n", max_size=20))
def test_fences_hold(text: str) -> None:
    block = fenced(text)
    fence = block.split("\n", 1)[0]
    assert fence not in text


def test_stream_to_gradio() -> None:
    agent = CodeAgent([], ScriptedModel([code("print(1)"), code("final_answer(2)")]), verbosity_level=-1)
    shown = list(stream_to_gradio(agent, "Count."))
    assert all(isinstance(message, gradio.ChatMessage) for message in shown)
    assert shown[-1].content == "**Final answer**\n\n2"  # type: ignore[union-attr]


def test_stream_to_gradio_with_a_streaming_agent() -> None:
    agent = CodeAgent([], ScriptedModel(["Think well.\n<code>\nfinal_answer(2)\n</code>"]), stream_outputs=True)
    agent.logger.level = -1
    shown = list(stream_to_gradio(agent, "Count.", reset_agent_memory=True))
    written = [message for message in shown if isinstance(message, str)]
    assert written[-1].startswith("Think well.")
    assert all(later.startswith(earlier) for earlier, later in pairwise(written))
    assert "Think well." not in "".join(str(message.content) for message in shown if not isinstance(message, str))


def test_additional_args_and_images_reach_the_run() -> None:
    replies = [tool_call("final_answer", answer="done")]
    model = ScriptedModel(replies)
    agent = ToolCallingAgent([], model, verbosity_level=-1)
    list(stream_to_gradio(agent, "Look.", [Image.new("RGB", (1, 1))], additional_args={"x": 1}))
    assert agent.state["x"] == 1
    assert "image" in str(model.calls[0].messages[-1].content)  # type: ignore[union-attr]


# ---- uploads


@given(st.text(max_size=40))
def test_names_are_safe(name: str) -> None:
    safe = safe_name(name)
    assert safe
    assert "/" not in safe
    assert "\\" not in safe
    assert "\0" not in safe
    assert not safe.startswith(".")


def test_names_keep_what_they_can() -> None:
    assert safe_name("../../etc/pass wd;.txt") == "pass_wd_.txt"
    assert safe_name("C:\\x\\ünï.PDF") == "ünï.PDF"
    assert safe_name(".bashrc") == "file.bashrc"


def test_files_are_kept_apart(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("one")
    first = keep(tmp_path / "note.txt", tmp_path / "kept")
    (tmp_path / "note.txt").write_text("two")
    second = keep(tmp_path / "note.txt", tmp_path / "kept")
    assert (first.read_text(), second.read_text()) == ("one", "two")


@pytest.mark.parametrize("suffix", [".pdf", ".docx", ".txt", ".png", ".jpg"])
def test_content_must_be_what_the_name_says(suffix: str, tmp_path: Path) -> None:
    file = tmp_path / f"x{suffix}"
    file.write_bytes(b"\0MZ not what it says")
    with pytest.raises(UploadError, match=f"is no {suffix} file by its content"):
        keep(file, tmp_path / "kept")


def test_true_files_are_kept(tmp_path: Path) -> None:
    Image.new("RGB", (1, 1)).save(tmp_path / "a.jpg")
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\n")
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    for name in ("a.jpg", "a.pdf", "a.docx"):
        assert keep(tmp_path / name, tmp_path / "kept").exists()
    (tmp_path / "b.png").write_bytes((tmp_path / "a.jpg").read_bytes())
    with pytest.raises(UploadError, match=r"no \.png file"):
        keep(tmp_path / "b.png", tmp_path / "kept")


def test_large_files_are_refused(tmp_path: Path) -> None:
    with open(tmp_path / "large.txt", "wb") as file:
        file.truncate(20 * 1024 * 1024 + 1)
    with pytest.raises(UploadError, match="larger than 20 MB"):
        keep(tmp_path / "large.txt", tmp_path / "kept")


def test_upload_file(tmp_path: Path) -> None:
    ui = GradioUI(CodeAgent([], ScriptedModel([])), file_upload_folder=tmp_path / "kept")
    said, log = ui.upload_file(None, [])
    assert (said.value, log) == ("No file uploaded", [])
    (tmp_path / "x.exe").write_bytes(b"MZ")
    said, log = ui.upload_file(str(tmp_path / "x.exe"), [])
    assert (said.value, log) == ("File type disallowed", [])
    (tmp_path / "x.txt").write_text("hi")
    said, log = ui.upload_file(str(tmp_path / "x.txt"), [])
    assert (said.value, log) == (f"File uploaded: {tmp_path / 'kept' / 'x.txt'}", [str(tmp_path / "kept" / "x.txt")])


# ---- tools


class Pixel(Tool):
    """Show a pixel."""

    name = "pixel"
    description = "Shows a pixel."
    inputs: dict[str, dict[str, Any]] = {}
    output_type = "image"

    def forward(self) -> Any:
        return Image.new("RGB", (1, 1))


def test_a_page_for_an_image() -> None:
    assert Path(tool_page(Pixel()).fn()).exists()  # type: ignore[operator]


def test_a_tool_of_gradio() -> None:
    class Shouter:
        name = "shouter"
        description = "Shouts a text."

        def run(self, text: str, marks: int = 1) -> str:
            return text.upper() + "!" * marks

    made = Tool.from_gradio(Shouter())
    assert made.inputs["text"] == {"type": "string", "description": "text"}
    assert made.inputs["marks"] == {"type": "integer", "description": "marks", "nullable": True}
    assert made("hi", marks=2) == tool_from_gradio(Shouter())("hi", 2) == "HI!!"
    with pytest.raises(ValueError):
        made.to_dict()


def test_the_readme_runs() -> None:
    page = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
    program = "\n".join(re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL))
    program += "ui.create_app()\nprint(ui.name)"
    environ = {**os.environ, "OPENAI_API_KEY": "none"}
    done = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "Analyst\n"), done.stderr
