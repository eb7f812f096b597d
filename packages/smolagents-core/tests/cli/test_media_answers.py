"""Images and sounds that a command comes to: files in the working directory, named where the user looks."""

import json
import re
from pathlib import Path
from typing import Any

import PIL.Image
import pytest

TOOLS = """
import PIL.Image
from smolagents import AgentAudio, AgentVideo, Tool

class PaintTool(Tool):
    name = "paint"
    description = "Paints a red picture."
    inputs = {}
    output_type = "image"

    def forward(self):
        return PIL.Image.new("RGB", (2, 3), "red")

class BothTool(Tool):
    name = "both"
    description = "Returns a picture, a sound and a film."
    inputs = {}
    output_type = "object"

    def forward(self):
        picture = PIL.Image.new("RGB", (2, 3), "red")
        return {"picture": picture, "again": [picture], "sound": AgentAudio(b"RIFF"), "film": AgentVideo(b"film")}

class NoiseTool(Tool):
    name = "noise"
    description = "Returns a sound that nothing can write."
    inputs = {}
    output_type = "object"

    def forward(self):
        return {"sound": AgentAudio((8000, [[[[0.5]]]]))}

class FindTool(Tool):
    name = "find"
    description = "Returns a sound that has a file."
    inputs = {}
    output_type = "audio"

    def forward(self):
        return "there/bird.wav"
"""


@pytest.fixture
def with_tools(shell: Any) -> Any:
    entries = "[smolagents.tools]\n" + "\n".join(
        f"{name} = acme_tools:{name.title()}Tool" for name in ("paint", "both", "find", "noise")
    )
    shell.install("acme-tools", entries, acme_tools=TOOLS)
    shell.tmp = shell.folder / "tmp"
    shell.tmp.mkdir()
    shell.env["TMPDIR"] = str(shell.tmp)
    return shell


def answering(shell: Any, expression: str) -> list[str]:
    name = expression.partition("(")[0]
    turns = [{"content": f"<code>\nfinal_answer({expression})\n</code>"}]
    return ["answer", "--model", shell.recording(*turns), "--tools", name, "--executor", "local"]


def is_red(path: str) -> bool:
    with PIL.Image.open(path) as image:
        return image.format == "PNG" and image.getpixel((0, 0)) == (255, 0, 0)


def test_a_tools_image_is_saved_where_the_user_is(with_tools: Any) -> None:
    paths = [with_tools.smolagents("tools", "call", "paint").stdout.strip() for _ in range(2)]
    assert paths == [str(with_tools.folder / "paint.png"), str(with_tools.folder / "paint_2.png")]
    assert all(map(is_red, paths))
    assert json.loads(with_tools.smolagents("tools", "call", "paint", "--json").stdout).endswith("paint_3.png")
    assert list(with_tools.tmp.iterdir()) == []


def test_images_and_sounds_in_a_result_are_saved_once_each(with_tools: Any) -> None:
    done = with_tools.smolagents("tools", "call", "both")
    result = json.loads(done.stdout)
    picture = str(with_tools.folder / "both.png")
    assert result == {
        "picture": picture,
        "again": [picture],
        "sound": str(with_tools.folder / "both.wav"),
        "film": str(with_tools.folder / "both.mp4"),
    }
    assert Path(result["sound"]).read_bytes() == b"RIFF"


def test_what_has_a_file_stays_there(with_tools: Any) -> None:
    assert with_tools.smolagents("tools", "call", "find").stdout == "there/bird.wav\n"
    done = with_tools.smolagent(*answering(with_tools, "find()"), "--quiet")
    assert done.stdout == "there/bird.wav\n"
    assert [path.suffix for path in with_tools.folder.iterdir() if path.suffix == ".wav"] == []


def test_nothing_is_overwritten(with_tools: Any) -> None:
    (with_tools.folder / "paint.png").mkdir()
    (with_tools.folder / "paint_2.png").symlink_to("nowhere")
    assert with_tools.smolagents("tools", "call", "paint").stdout.endswith("/paint_3.png\n")


@pytest.mark.parametrize("option", ["--quiet", "--verbosity-level=0"])
def test_an_image_as_the_answer_alone(with_tools: Any, option: str) -> None:
    done = with_tools.smolagent(*answering(with_tools, "paint()"), option)
    assert (done.returncode, done.stdout) == (0, f"{with_tools.folder / 'answer.png'}\n"), done.stderr
    assert is_red(done.stdout.strip())
    assert list(with_tools.tmp.iterdir()) == []


def test_an_image_as_the_answer_of_a_run_that_is_watched(with_tools: Any) -> None:
    done = with_tools.smolagent(*answering(with_tools, "paint()"))
    assert "Final answer: an image of 2 x 3 pixels" in done.stdout
    path = with_tools.folder / "answer.png"
    assert f"\nSaved: {path}\nDone: " in done.stdout
    assert is_red(str(path))
    done = with_tools.smolagent(*answering(with_tools, "both()"))
    saved = re.findall(r"^Saved: (.*)$", done.stdout, re.MULTILINE)
    assert [Path(path).name for path in saved] == ["answer_2.png", "answer.wav", "answer.mp4"]


def test_an_image_as_the_answer_in_json(with_tools: Any) -> None:
    done = with_tools.smolagent(*answering(with_tools, "paint()"), "--json")
    *_, step, finished = [json.loads(line) for line in done.stdout.splitlines()]
    assert finished["output"] == step["output"] == str(with_tools.folder / "answer.png")
    assert is_red(finished["output"])


@pytest.mark.parametrize("option", ["--quiet", "--json", "--verbosity-level=1"])
def test_a_sound_that_can_not_be_saved_does_not_cost_the_rest(with_tools: Any, option: str) -> None:
    done = with_tools.smolagent(*answering(with_tools, "noise()"), option)
    assert done.returncode == 0, done.stderr
    assert "smolagent: error: answer can't be saved: " in done.stderr
    assert "Traceback" not in done.stderr
    if option == "--json":
        assert json.loads(done.stdout.splitlines()[-1])["output"] == "{'sound': <AgentAudio tuple>}"
    else:
        assert "<AgentAudio tuple>" in done.stdout


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that nobody can write to")
def test_an_image_where_nobody_can_write(with_tools: Any) -> None:
    arguments = [*answering(with_tools, "paint()"), "--quiet"]
    with_tools.folder = Path("/proc")
    done = with_tools.smolagent(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    path = Path(done.stdout.strip())
    assert path.parent.parent == with_tools.tmp
    assert is_red(str(path))
