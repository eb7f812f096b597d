"""`Tool.from_space` with a Gradio app of today as the Space."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from smolagents import AgentAudio, AgentImage, Tool
from smolagents_testing import FakeHubServer, ToolConformance

pytest.importorskip("smolagents_models_hf")

SPACE = """
import os, time
import gradio, numpy
from PIL import Image, ImageOps

def shout(text: str, times: float = 2):
    if not text:
        raise gradio.Error("Say something.")
    return text.upper() * int(times)

def tone(seconds: float):
    return 8000, (numpy.sin(numpy.arange(int(8000 * seconds)) / 5) * 20000).astype("int16")

def note(name: str):
    with open(f"{name}.csv", "w") as file:
        file.write("a,b")
    return f"{name}.csv"

def wait(seconds: float):
    time.sleep(seconds)
    return "done"

with gradio.Blocks() as app:
    gradio.Interface(shout, [gradio.Textbox(), gradio.Slider(1, 5, value=2)], "text", api_name="shout")
    gradio.Interface(ImageOps.mirror, gradio.Image(type="pil"), gradio.Image(), api_name="mirror")
    gradio.Interface(tone, "number", gradio.Audio(), api_name="tone")
    gradio.Interface(lambda sound: len(sound[1]) / sound[0], gradio.Audio(), "number", api_name="length")
    gradio.Interface(note, "text", gradio.File(), api_name="note")
    gradio.Interface(lambda file: os.path.getsize(file), gradio.File(), "number", api_name="size")
    gradio.Interface(len, gradio.File(file_count="multiple"), "number", api_name="count")
    gradio.Interface(lambda data: data, gradio.JSON(), gradio.JSON(), api_name="same")
    gradio.Interface(wait, "number", "text", api_name="wait")
    gradio.Interface(lambda: (1, Image.new("RGB", (5, 5))), None, ["number", gradio.Image()], api_name="both")
app.launch(server_port=PORT)
"""


@pytest.fixture(scope="module")
def app(serve_for_all: Callable[[str], str]) -> str:
    """Return the address of the Space's app."""
    return serve_for_all(SPACE)


@pytest.fixture
def space(app: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[str], Tool]]:
    """Return the tool for a function of the Space."""
    monkeypatch.setenv("HF_HUB_DISABLE_TELEMETRY", "1")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with FakeHubServer() as hub, hub.redirected():
        hub.add("you/app", {"app.py": ""})
        hub.apps["you/app"] = app
        yield lambda name: Tool.from_space("you/app", name, api_name=name)


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
class TestToolOfASpace(ToolConformance):
    call_arguments = {"text": "hey", "times": 2}
    saveable = False

    @pytest.fixture(autouse=True)
    def _space(self, space: Callable[[str], Tool]) -> None:
        self._make = space

    def make_tool(self) -> Tool:
        return self._make("shout")


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_functions_of_a_space(space: Callable[[str], Tool]) -> None:
    shout = space("shout")
    assert shout("hey", 2) == shout(text="hey", times=2) == shout("hey") == "HEYHEY"
    with pytest.raises(Exception, match=r"Say something\."):
        shout("")
    with pytest.raises(Exception, match="greater than maximum value 5"):
        shout("hey", 6)

    mirrored = space("mirror")(_picture(), sanitize_inputs_outputs=True)
    assert isinstance(mirrored, AgentImage)
    assert mirrored.to_raw().size == (6, 3)

    tone = space("tone")(0.5, sanitize_inputs_outputs=True)
    assert isinstance(tone, AgentAudio)
    length = space("length")
    assert length.inputs["sound"] == {"type": "audio", "description": "sound: a path or a URL"}
    assert length(tone, sanitize_inputs_outputs=True) == length(tone) == length(tone.to_string()) == 0.5

    assert Path(space("note")("n")).read_text() == "a,b"
    Path("f.txt").write_text("hello")
    assert space("size")("f.txt") == 5
    count = space("count")
    assert [described["type"] for described in count.inputs.values()] == ["array"]
    assert count(["f.txt", "f.txt"]) == 2
    assert space("same")({"a": [1]}) == {"a": [1]}
    number, image = space("both")()
    assert (number, Path(image).exists()) == (1, True)

    wait = space("wait")
    wait.timeout = 0.5  # type: ignore[attr-defined]
    with pytest.raises(TimeoutError, match=r"wait: the Space has not answered within 0\.5 s"):
        wait(30)


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_models_send_no_file_but_where_one_is_asked_for_and_allowed(space: Callable[[str], Tool]) -> None:
    described = {"path": "/etc/hostname", "meta": {"_type": "gradio.FileData"}}
    for name, value in (("same", described), ("same", [{"x": described}]), ("shout", described)):
        with pytest.raises(ValueError, match="takes no file there"):
            space(name)(value)
    for name, value in (("size", "/etc/hostname"), ("count", ["/etc/hostname"]), ("mirror", "/etc/hostname")):
        with pytest.raises(ValueError, match="only those below"):
            space(name)(value)


def _picture() -> Any:
    from PIL import Image

    return Image.new("RGB", (6, 3), "red")
