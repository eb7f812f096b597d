"""The page in Chromium: what a person sees and does."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

AGENT = """
import asyncio
from smolagents import CodeAgent, ToolCallingAgent, tool
from smolagents_testing import ScriptedModel
from smolagents_ui_gradio import GradioUI

THINK = "I count the letters first.\\n<code>\\nn = len('strawberry')\\nprint('counted', n)\\n</code>"
ANSWER = "Now I answer.\\n<code>\\nfinal_answer(f'It has **{n}** letters.')\\n</code>"

def serve(replies, **options):
    options = {"name": "letter_counter", "description": "Counts letters.", "verbosity_level": -1, **options}
    GradioUI(CodeAgent([], ScriptedModel(replies), **options)).launch(server_port=PORT)
"""


def ask(page: Any, text: str) -> None:
    page.locator("textarea").fill(text)
    page.keyboard.press("Enter")


def conversation(page: Any) -> str:
    return str(page.locator("#conversation").inner_text())


def finished(page: Any, times: int = 1) -> None:
    page.get_by_text("In all").nth(times - 1).wait_for()


def test_a_person_sees_thoughts_code_results_and_figures(serve: Callable[..., str], look: Callable[..., Any]) -> None:
    page = look(serve(AGENT + "serve([THINK, ANSWER], stream_outputs=True)"))
    assert page.title() == "Letter counter"
    assert page.get_by_text("Counts letters.").is_visible()
    page.keyboard.type("How many letters has strawberry?")  # the box has the focus from the start
    page.keyboard.press("Enter")
    finished(page)
    text = conversation(page)
    for expected in (
        "How many letters has strawberry?",
        "I count the letters first.",
        "Final answer",
        "It has 10 letters.",
        "Step 1 · 10 tokens in, 5 out",
        "In all · 20 tokens in, 10 out",
    ):
        assert expected in text
    assert "<code>" not in text
    assert not page.get_by_text("counted 10").is_visible()
    page.get_by_text("Result").first.click()
    page.get_by_text("counted 10").first.wait_for()
    page.get_by_text("Code", exact=True).first.click()
    page.get_by_text("strawberry'").first.wait_for()


def test_the_keyboard_is_enough(serve: Callable[..., str], look: Callable[..., Any]) -> None:
    page = look(serve(AGENT + "serve([THINK, ANSWER])"))
    page.keyboard.type("Count.")
    page.keyboard.press("Enter")
    finished(page)
    for _ in range(30):
        page.keyboard.press("Shift+Tab")
        focused = page.evaluate("[document.activeElement.getAttribute('role'), document.activeElement.innerText]")
        if focused[0] == "button" and "Result" in focused[1]:
            page.keyboard.press("Enter")
    page.get_by_text("counted 10").first.wait_for()


def test_a_phone_shows_it_without_scrolling_sideways(serve: Callable[..., str], look: Callable[..., Any]) -> None:
    page = look(serve(AGENT + "serve([THINK, ANSWER])"), width=360)
    ask(page, "Count " + "very " * 50 + "long" * 30)
    finished(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.locator("textarea").is_visible()


def test_stop_ends_code_and_the_conversation_goes_on(serve: Callable[..., str], look: Callable[..., Any]) -> None:
    page = look(serve(AGENT + "serve(['<code>\\nwhile True: pass\\n</code>', '<code>\\nfinal_answer(42)\\n</code>'])"))
    ask(page, "Loop.")
    page.locator("button.stop-button").click()
    page.get_by_text("Stopped").wait_for()
    finished(page)
    ask(page, "Answer.")
    finished(page, 2)
    assert "42" in conversation(page)


def test_stop_ends_a_model_that_does_not_answer(serve: Callable[..., str], look: Callable[..., Any]) -> None:
    page = look(serve(AGENT + "serve([lambda messages: asyncio.sleep(3600)])"))
    ask(page, "Think.")
    page.locator("button.stop-button").click()
    page.get_by_text("Stopped").wait_for()


def test_two_browsers_never_share_a_run(serve: Callable[..., str], look: Callable[..., Any]) -> None:
    program = """
import re
def reply(messages):
    tasks = re.findall(r"New task:\\\\n(\\w+)", "".join(str(message.content) for message in messages))
    return f"<code>\\nfinal_answer('I know of ' + {' and '.join(tasks)!r})\\n</code>"
serve([reply] * 9)
"""
    address = serve(AGENT + program)
    first, second = look(address), look(address)
    ask(first, "Ada")
    ask(second, "Bob")
    finished(first)
    finished(second)
    ask(first, "Cid")
    finished(first, 2)
    assert "I know of Ada and Cid" in conversation(first)
    assert "I know of Bob" in conversation(second)
    assert "Bob" not in conversation(first)
    first.get_by_text("New conversation").click()
    first.get_by_text("I know of Ada and Cid").wait_for(state="detached")
    ask(first, "Dan")
    finished(first)
    assert "I know of Dan" in conversation(first)


def test_files(serve: Callable[..., str], look: Callable[..., Any], tmp_path: Path) -> None:
    program = """
def reply(messages):
    images = sum(part.get("type") == "image" for message in messages for part in message.content)
    task = "".join(str(message.content) for message in messages)
    found = re.findall(r"files: ([^'\\\\]*)", task)
    return f"<code>\\nfinal_answer({(images, found)!r})\\n</code>"
import re
serve([reply] * 9)
"""
    page = look(serve(AGENT + program))
    Image.new("RGB", (4, 4), "red").save(tmp_path / "red.png")
    (tmp_path / "a note;.txt").write_text("hello")
    page.locator("input[type=file]").set_input_files([tmp_path / "red.png", tmp_path / "a note;.txt"])
    page.wait_for_timeout(2000)
    ask(page, "Look.")
    finished(page)
    assert "(1, [" in conversation(page)
    assert "a_note_.txt" in conversation(page)
    with zipfile.ZipFile(tmp_path / "fake.png", "w") as archive:
        archive.writestr("x", "y")
    page.locator("input[type=file]").set_input_files([tmp_path / "fake.png"])
    page.wait_for_timeout(2000)
    ask(page, "Look again.")
    page.get_by_text("fake.png is no .png file by its content").wait_for()
    assert page.locator("textarea").input_value() == "Look again."


def test_errors_are_shown_and_the_conversation_goes_on(serve: Callable[..., str], look: Callable[..., Any]) -> None:
    program = "serve([ConnectionError('the provider is down'), '<code>\\nfinal_answer(42)\\n</code>'])"
    page = look(serve(AGENT + program))
    ask(page, "Work.")
    finished(page)
    page.get_by_text("Error").first.click()
    page.get_by_text("the provider is down").first.wait_for()
    ask(page, "Again.")
    finished(page, 2)
    assert "42" in conversation(page)


def test_what_a_model_or_a_tool_writes_is_no_html_of_the_page(
    serve: Callable[..., str], look: Callable[..., Any]
) -> None:
    program = """
bad = "<img src=x onerror=\\"document.title='owned'\\"><script>document.title='owned'</script>"
serve([f"Look: {bad}\\n<code>\\nprint({bad + '```' + bad!r})\\nfinal_answer({bad!r})\\n</code>"])
"""
    page = look(serve(AGENT + program))
    ask(page, "Attack.")
    finished(page)
    page.get_by_text("Result").first.click()
    page.wait_for_timeout(500)
    assert page.title() == "Letter counter"


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
    return (text.upper() if loud else text) * times + str(options or "")

os.environ["GRADIO_SERVER_PORT"] = str(PORT)
launch_gradio_demo(repeat)
"""


def test_a_tool_has_a_form(serve: Callable[..., str], look: Callable[..., Any]) -> None:
    page = look(serve(TOOL))
    assert page.get_by_text("Repeat a text.").is_visible()
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
