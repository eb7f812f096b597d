"""Conversations in Chromium: who shares what with whom, what stops, and what is left behind."""

import os
import signal
from collections.abc import Callable
from glob import glob
from pathlib import Path
from typing import Any

from PIL import Image
from smolagents_testing.waiting import until

Serve = Callable[[str], str]
Look = Callable[..., Any]

# A model that tells which tasks it has read.
KNOWS = """
def reply(messages):
    tasks = re.findall(r"New task:\\\\n(\\w+)", "".join(str(message.content) for message in messages))
    return act(f"final_answer('I know of ' + {' and '.join(tasks)!r})")
"""

# A model that never answers, and leaves a file when it is stopped.
WAITS = """
async def wait(messages):
    Path("asked").touch()
    try:
        await asyncio.sleep(3600)
    finally:
        Path("left").touch()
"""


def test_browsers_and_tabs_never_share_a_run(serve_agent: Serve, look: Look) -> None:
    address = serve_agent(KNOWS + "serve([reply] * 9)")
    first, second = look(address), look(address)
    tab = look(address, beside=first)
    first.ask("Ada")
    second.ask("Bob")
    tab.ask("Tim")
    for chat in (first, second, tab):
        chat.finished()
    first.ask("Cid")
    first.finished(2)
    assert "I know of Ada and Cid" in first.text
    assert "I know of Bob" in second.text
    assert "I know of Tim" in tab.text
    assert "Bob" not in first.text
    first.page.get_by_text("New conversation").click()
    first.page.get_by_text("I know of Ada and Cid").wait_for(state="detached")
    first.ask("Dan")
    first.finished()
    assert "I know of Dan" in first.text
    second.page.reload()
    second.page.wait_for_selector("textarea")
    second.ask("Eve")
    second.finished()
    assert "I know of Eve" in second.text


def test_reset_agent_memory_forgets_each_task(serve_agent: Serve, look: Look) -> None:
    program = "agent = CodeAgent([], ScriptedModel([reply] * 2), verbosity_level=-1)\n"
    program += "GradioUI(agent, reset_agent_memory=True).launch(server_port=PORT)"
    chat = look(serve_agent(KNOWS + program))
    chat.ask("Ada")
    chat.finished()
    chat.ask("Bob")
    chat.finished(2)
    assert "I know of Bob" in chat.text


def test_stop_ends_code_a_model_and_a_tool_and_the_memory_holds(serve_agent: Serve, look: Look, tmp_path: Path) -> None:
    program = """
@tool
async def wait_for_ever() -> str:
    \"\"\"Wait.\"\"\"
    await asyncio.sleep(3600)

serve([THINK, act("while True: pass"), wait, act("wait_for_ever()"), reply], [wait_for_ever])
"""
    chat = look(serve_agent(KNOWS + WAITS + program))

    def stop(task: str, at_work: Callable[[], object], times: int) -> None:
        chat.ask(task)
        at_work()
        chat.page.get_by_role("button", name="Stop").click()
        chat.page.get_by_text("Stopped").nth(times - 1).wait_for()
        chat.finished(times)

    stop("Loop", lambda: chat.wait_for("while"), 1)
    stop("Think", lambda: until((tmp_path / "asked").exists), 2)
    stop("Wait", lambda: chat.wait_for("wait_for_ever"), 3)
    chat.ask("Answer")
    chat.finished(4)
    assert "I know of Loop and Think and Wait and Answer" in chat.text


def test_a_second_task_waits_in_the_box(serve_agent: Serve, look: Look) -> None:
    chat = look(serve_agent(KNOWS + WAITS + "serve([wait, reply])"))
    chat.ask("Ada")
    chat.page.get_by_role("button", name="Stop").wait_for()
    chat.page.locator("textarea").fill("Bob")
    chat.page.keyboard.press("Enter")
    chat.page.get_by_role("button", name="Stop").click()
    chat.finished()
    assert chat.page.locator("textarea").input_value() == "Bob"
    assert "Bob" not in chat.text
    chat.send()
    chat.finished(2)
    assert "I know of Ada and Bob" in chat.text


def test_a_new_conversation_ends_what_goes_on(serve_agent: Serve, look: Look, tmp_path: Path) -> None:
    chat = look(serve_agent(KNOWS + WAITS + "serve([wait, reply])"))
    chat.ask("Ada")
    until((tmp_path / "asked").exists)
    chat.page.get_by_text("New conversation").click()
    until((tmp_path / "left").exists)
    chat.page.get_by_text("Ada").wait_for(state="detached")
    chat.ask("Bob")
    chat.finished()
    assert "I know of Bob" in chat.text
    assert "Ada" not in chat.text


def test_closing_the_page_ends_what_goes_on(serve_agent: Serve, look: Look, tmp_path: Path) -> None:
    chat = look(serve_agent(WAITS + "serve([wait])"))
    chat.ask("Think.")
    until((tmp_path / "asked").exists)
    chat.page.close()
    until((tmp_path / "left").exists)


def test_what_a_closed_page_has_left_is_deleted(
    start: Callable[..., Any], with_agent: Callable[[str], str], port: int, look: Look, tmp_path: Path
) -> None:
    (tmp_path / "temporary").mkdir()
    # The second makes Gradio wait for a second rather than for an hour.
    environ = {**os.environ, "TMPDIR": str(tmp_path / "temporary"), "GRADIO_IS_E2E_TEST": "1"}
    program = """
    @tool
    def paint() -> object:
        \"\"\"Paint.\"\"\"
        return Image.new("RGB", (40, 20), "red")

    serve([act("final_answer(paint())")], [paint])
    """
    start(with_agent(program), port, env=environ)
    chat = look(f"http://127.0.0.1:{port}")
    chat.ask("Paint.")
    chat.finished()
    pattern = str(tmp_path / "temporary" / "smolagents-[up]*" / "*")
    assert len(glob(pattern)) == 2  # the image, and a folder for what is handed over
    chat.page.close()
    until(lambda: not glob(pattern))


def test_a_server_that_starts_again_serves_the_page_again(
    start: Callable[..., Any], with_agent: Callable[[str], str], port: int, look: Look
) -> None:
    program = with_agent(KNOWS + "serve([reply] * 3)")
    process = start(program, port)
    chat = look(f"http://127.0.0.1:{port}")
    chat.ask("Ada")
    chat.finished()
    process.kill()
    process.wait()
    start(program, port)
    chat.page.reload()
    chat.page.wait_for_selector("textarea")
    chat.ask("Bob")
    chat.finished()
    assert "I know of Bob" in chat.text


FILES = """
def reply(messages):
    images = sum(part.get("type") == "image" for message in messages for part in message.content)
    found = re.findall(r"files: ([^'\\\\]*)", "".join(str(message.content) for message in messages))
    return act(f"final_answer({f'{images} images, {found}'!r})")
"""


def test_files(
    start: Callable[..., Any], with_agent: Callable[[str], str], port: int, look: Look, tmp_path: Path
) -> None:
    (tmp_path / "temporary").mkdir()
    environ = {**os.environ, "TMPDIR": str(tmp_path / "temporary")}
    process = start(with_agent(FILES + "serve([reply] * 9)"), port, env=environ)
    chat = look(f"http://127.0.0.1:{port}")

    def hand_over(task: str, *files: Path) -> None:
        with chat.page.expect_response(lambda response: "/upload" in response.url):
            chat.page.locator("input[type=file]").set_input_files(files)
        chat.page.locator(".has-files").wait_for()
        chat.ask(task, taken="!document.querySelector('.has-files')")

    Image.new("RGB", (40, 20), "red").save(tmp_path / "red.png")
    (tmp_path / "a <b>note;.txt").write_text("hello")
    hand_over("Look.", tmp_path / "red.png", tmp_path / "a <b>note;.txt")
    chat.finished()
    assert "1 images, [" in chat.text
    assert "note_.txt" in chat.text
    chat.page.wait_for_function("[...document.images].some(image => image.naturalWidth === 40)")
    (tmp_path / "<img src=x onerror=alert(1)>.png").write_bytes(b"\0no image")
    Image.new("1", (9_600, 9_600)).save(tmp_path / "bomb.png")
    for name, reason in (
        ("<img src=x onerror=alert(1)>.png", "is no .png file by its content"),
        ("bomb.png", "bomb.png has more than 50 million pixels"),
    ):
        hand_over("Look again.", tmp_path / "red.png", tmp_path / name)
        chat.wait_for(reason)
        assert chat.page.locator("textarea").input_value() == "Look again."
    kept = [path.name for path in (tmp_path / "temporary").glob("smolagents-uploads-*/*/*")]
    assert sorted(kept) == ["a_bnote_.txt", "red.png"]
    chat.page.get_by_text("New conversation").click()
    until(lambda: not list((tmp_path / "temporary").glob("smolagents-uploads-*/*")))
    assert not list((tmp_path / "temporary").glob("smolagents-page-*/*"))
    process.send_signal(signal.SIGINT)
    assert process.wait(300) == 0
    assert [path for path in (tmp_path / "temporary").rglob("*") if path.is_file()] == []
