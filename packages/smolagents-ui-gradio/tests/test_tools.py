"""Tools as pages, and Gradio's tools as tools."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from smolagents import Tool
from smolagents_testing import ToolConformance
from smolagents_ui_gradio import tool_from_gradio
from smolagents_ui_gradio.tools import tool_page


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


class Shouter:
    name = "shouter"
    description = "Shouts a text to all."

    def run(self, text: str, marks: int = 1) -> str:
        return text.upper() + "!" * marks


class TestToolOfGradio(ToolConformance):
    call_arguments = {"text": "hi", "marks": 2}
    saveable = False

    def make_tool(self) -> Tool:
        return tool_from_gradio(Shouter())


def test_a_tool_of_gradio() -> None:
    made = Tool.from_gradio(Shouter())
    assert made.inputs["text"] == {"type": "string", "description": "text"}
    assert made.inputs["marks"] == {"type": "integer", "description": "marks", "nullable": True}
    assert made("hi", marks=2) == tool_from_gradio(Shouter())("hi", 2) == "HI!!"
    with pytest.raises(ValueError):
        made.to_dict()


TOOL = """
import os
from smolagents import launch_gradio_demo, tool

@tool
def repeat(text: str, times: int, loud: bool = False, options: dict[str, int] | None = None) -> str:
    \"\"\"Repeat a text.

    Args:
        text: What.
        times: How often.
        loud: In capitals.
        options: More.
    \"\"\"
    if times > 9:
        raise ValueError(f"<b>{times}</b> is too often")
    return (text.upper() if loud else text) * times + str(options or "")

os.environ["GRADIO_SERVER_PORT"] = str(PORT)
launch_gradio_demo(repeat)
"""


def test_a_tool_has_a_form(serve: Callable[..., str], look: Callable[..., Any]) -> None:
    page = look(serve(TOOL)).page
    page.get_by_text("Repeat a text.").wait_for()
    page.get_by_label("text").fill("ab")
    page.get_by_label("times").fill("2")
    page.get_by_label("loud").check()
    page.get_by_text("Submit").click()
    page.wait_for_function("[...document.querySelectorAll('textarea')].some(area => area.value === 'ABAB')")
    page.locator(".cm-content").fill('{"x": 1}')
    page.get_by_text("Submit").click()
    page.wait_for_function("[...document.querySelectorAll('textarea')].some(area => area.value === \"ABAB{'x': 1}\")")
    page.locator(".cm-content").fill("{x")
    page.get_by_text("Submit").click()
    page.get_by_text("options is no JSON").first.wait_for()
    page.locator(".cm-content").fill("{}")
    page.get_by_label("times").fill("10")
    page.get_by_text("Submit").click()
    page.get_by_text("ValueError: <b>10</b> is too often").first.wait_for()


MEDIA = """
import os, numpy
from smolagents import Tool, launch_gradio_demo

class Mirror(Tool):
    name = "mirror"
    description = "Mirrors."
    inputs = {
        "picture": {"type": "image", "description": "An image."},
        "sound": {"type": "audio", "description": "A sound.", "nullable": True},
        "angle": {"type": "number", "description": "An angle.", "nullable": True},
        "side": {"type": "string", "description": "Which.", "enum": ["left", "right"]},
        "points": {"type": "array", "description": "Points."},
        "extra": {"type": "any", "description": "Anything.", "nullable": True},
    }
    output_type = "image"
    skip_forward_signature_validation = True

    def forward(self, picture, side, points, sound=None, angle=None, extra=None):
        assert points == [1, 2] and side == "right" and not sound
        return picture.rotate(180)

os.environ["GRADIO_SERVER_PORT"] = str(PORT)
launch_gradio_demo(Mirror())
"""


RED = "[...document.images].filter(image => image.naturalWidth === 40).length === "


def test_a_form_for_media_and_choices(serve: Callable[..., str], look: Callable[..., Any], tmp_path: Path) -> None:
    address = serve(MEDIA)
    Image.new("RGB", (40, 20), "red").save(tmp_path / "red.png")
    page = look(address, wait_for="button").page
    with page.expect_response(lambda response: "/upload" in response.url):
        page.locator("input[type=file][accept^=image]").set_input_files(tmp_path / "red.png")
    page.wait_for_function(RED + "1")
    page.get_by_label("side").click()
    page.get_by_role("option", name="right").click()
    page.locator(".cm-content").fill("[1, 2]")
    page.get_by_text("Submit").click()
    page.wait_for_function(RED + "2")
