"""The page in Chromium: what a person sees and does."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Serve = Callable[[str], str]
Look = Callable[..., Any]

FOCUSED = "document.activeElement.tagName === 'TEXTAREA'"


def test_a_person_sees_thoughts_code_results_and_figures(serve_agent: Serve, look: Look) -> None:
    chat = look(serve_agent("serve([THINK, ANSWER], stream_outputs=True)"))
    assert chat.page.title() == "Letter counter"
    chat.wait_for("Counts letters.")
    chat.page.wait_for_function(FOCUSED)  # from the start
    chat.page.keyboard.type("How many letters has strawberry?")
    chat.send()
    chat.finished()
    for expected in (
        "How many letters has strawberry?",
        "I count the letters first.",
        "Final answer",
        "It has 10 letters.",
        "Step 1 · 10 tokens in, 5 out · $0.0100",
        "In all · 20 tokens in, 10 out · $0.0200",
    ):
        assert expected in chat.text
    assert "<code>" not in chat.text
    assert not chat.page.get_by_text("counted 10").is_visible()
    chat.open("Result")
    chat.wait_for("counted 10")
    chat.open("Code")
    chat.wait_for("strawberry'")


def test_what_goes_on_is_seen_while_it_does(serve_agent: Serve, look: Look, tmp_path: Path) -> None:
    program = """
    class Slow(ScriptedModel):
        async def agenerate_stream(self, messages, **arguments):
            async for delta in super().agenerate_stream(messages, **arguments):
                while "slowly" in delta.content and not Path("write").exists():
                    await asyncio.sleep(0.05)
                yield delta

    @tool
    def work() -> str:
        \"\"\"Work.\"\"\"
        while not Path("work").exists():
            time.sleep(0.05)
        return "Worked."

    model = Slow([act("final_answer(work())", "I begin <b> slowly.")])
    GradioUI(CodeAgent([work], model, stream_outputs=True, verbosity_level=-1)).launch(server_port=PORT)
    """
    chat = look(serve_agent(program))
    chat.ask("Go.")
    chat.wait_for("I begin <b>")
    assert chat.page.get_by_text("Writing").is_visible()
    (tmp_path / "write").touch()
    chat.wait_for("final_answer(work())")
    assert "In all" not in chat.text
    (tmp_path / "work").touch()
    chat.finished()
    assert "Worked." in chat.text


def test_the_keyboard_is_enough(serve_agent: Serve, look: Look) -> None:
    chat = look(serve_agent("serve([THINK, ANSWER, act('while True: pass'), act('final_answer(42)')])"))
    chat.page.wait_for_function(FOCUSED)
    chat.page.keyboard.type("Count")
    chat.page.keyboard.press("Shift+Enter")
    chat.page.keyboard.type("well.")
    chat.send()
    chat.finished()
    assert "Count\nwell." in chat.text
    for _ in range(30):
        chat.page.keyboard.press("Shift+Tab")
        focused = chat.page.evaluate("[document.activeElement.getAttribute('role'), document.activeElement.innerText]")
        outline = chat.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid" or focused == [None, ""]
        if focused[0] == "button" and "Result" in focused[1]:
            chat.page.keyboard.press("Enter")
            break
    chat.wait_for("Last output")
    chat.ask("Loop.")
    chat.page.get_by_role("button", name="Stop").wait_for()
    chat.page.keyboard.press("Tab")
    chat.page.keyboard.press("Enter")
    chat.wait_for("Stopped")
    chat.finished(2)
    chat.page.wait_for_function(FOCUSED)  # again
    chat.page.keyboard.type("Answer.")
    chat.send()
    chat.finished(3)
    assert "42" in chat.text


def test_everything_has_a_name_for_those_who_do_not_see_it(serve_agent: Serve, look: Look) -> None:
    chat = look(serve_agent("serve([THINK, ANSWER])"))
    chat.ask("Count.")
    chat.finished()
    tree = chat.page.locator("body").aria_snapshot()
    for expected in (
        'heading "Letter counter"',
        'log "chatbot conversation"',
        'button "Upload a file"',
        'textbox "What is to be done?"',
        'button "Submit"',
        'button "New conversation"',
        'button "Code"',
        'button "Result"',
    ):
        assert expected in tree


IMAGES = "[...document.querySelectorAll('#conversation img')].filter(image => image.naturalWidth === 40).length == "

CONTRAST = """() => {
    const linear = value => (value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    const numbers = color => color.match(/[\\d.]+/g).map(Number);
    const behind = element => {
        for (; element; element = element.parentElement) {
            const color = numbers(getComputedStyle(element).backgroundColor);
            if (color.length === 3 || color[3] === 1) return color;
        }
        return [255, 255, 255];
    };
    const light = color => 0.2126 * linear(color[0]) + 0.7152 * linear(color[1]) + 0.0722 * linear(color[2]);
    const found = [];
    for (const element of document.querySelectorAll('main *')) {
        if (element.tagName === 'STYLE' || !element.checkVisibility()) continue;
        if (![...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim())) continue;
        const style = getComputedStyle(element), back = behind(element), opacity = Number(style.opacity);
        const front = numbers(style.color).slice(0, 3).map((value, i) => value * opacity + back[i] * (1 - opacity));
        const [a, b] = [light(front), light(back)].sort((one, other) => other - one);
        found.push([(a + 0.05) / (b + 0.05), element.tagName, element.textContent.slice(0, 40)]);
    }
    return found;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out(serve_agent: Serve, look: Look, scheme: str) -> None:
    code = "# A comment\nclass A:\n    @property\n    def f(self): return len('text') + 1"
    chat = look(serve_agent(f"serve([act({code!r}), act('1/0'), THINK, ANSWER])"), color_scheme=scheme)
    chat.ask("Count.")
    chat.finished()
    chat.open("Code")
    chat.wait_for("A comment")
    chat.page.wait_for_function("document.getAnimations().every(animation => animation.playState === 'finished')")
    found = chat.page.evaluate(CONTRAST)
    assert len(found) > 10
    assert [one for one in found if one[0] < 4.5] == []


@pytest.mark.parametrize("width", [390, 360])
def test_a_phone_shows_it_without_scrolling_sideways(serve_agent: Serve, look: Look, width: int) -> None:
    program = """
    table = "|" + "a long heading|" * 12 + "\\n|" + "---|" * 12 + "\\n|" + "cell|" * 12
    serve([act(f"print('x' * 3000)\\nfinal_answer({table + chr(10) * 2 + '`' + 'y' * 400 + '`'!r})")])
    """
    chat = look(serve_agent(program), width=width)
    chat.ask("Count " + "very " * 50 + "long" * 30)
    chat.finished()
    chat.open("Result")
    assert chat.page.evaluate("document.documentElement.scrollWidth") <= width
    bottom = chat.page.locator("textarea").bounding_box()
    assert bottom["y"] + bottom["height"] <= 900


def test_the_box_stays_in_sight(serve_agent: Serve, look: Look) -> None:
    chat = look(serve_agent("serve([THINK] * 12 + [ANSWER])"))
    chat.ask("Count.")
    chat.finished()
    box = chat.page.get_by_text("New conversation").bounding_box()
    assert box["y"] + box["height"] <= 900
    assert chat.page.get_by_text("In all").is_visible()


def test_steps_of_managed_agents_stand_in_the_step_that_asked(serve_agent: Serve, look: Look) -> None:
    program = """
    scripted = ScriptedModel([act("print('looked up')", "I look."), act("final_answer('at six')", "Found.")])
    member = CodeAgent([], scripted, name="almanac", description="Knows tides.", verbosity_level=-1)
    serve([act("print(almanac('When?'))"), act("final_answer('At six.')")], managed_agents=[member])
    """
    chat = look(serve_agent(program))
    chat.ask("When is high tide?")
    chat.finished()
    order = [chat.text.index(part) for part in ("Step 1", "almanac: step 1", "almanac: step 2", "Result", "Step 2")]
    assert order == sorted(order)
    assert "In all · 40 tokens in, 20 out" in chat.text
    chat.open("almanac: step 1")
    chat.wait_for("looked up")


def test_calls_of_tools_and_their_images(serve_agent: Serve, look: Look) -> None:
    program = """
    @tool
    def paint(color: str) -> object:
        \"\"\"Paint.

        Args:
            color: Which.
        \"\"\"
        return Image.new("RGB", (40, 20), color)

    calls = [tool_call("paint", color="red"), tool_call("paint", color="blue")]
    serve([calls, tool_call("final_answer", answer="**Painted**")], [paint], ToolCallingAgent, stream_outputs=True)
    """
    chat = look(serve_agent(program))
    chat.ask("Paint.")
    chat.finished()
    assert chat.text.count("Tool call: paint") == 2
    shown = (
        "[...document.querySelectorAll('#conversation img')].filter(image => image.naturalWidth === 40).length === 2"
    )
    chat.page.wait_for_function(shown)
    assert "Painted" in chat.text


def test_images_sounds_and_videos(serve_agent: Serve, look: Look) -> None:
    program = """
    import numpy
    from smolagents.agent_types import AgentVideo

    @tool
    def show(what: str) -> object:
        \"\"\"Show.

        Args:
            what: What.
        \"\"\"
        image = Image.new("RGB", (40, 20), "red")
        tone = (8000, numpy.sin(numpy.arange(8000) / 5).astype("float32"))
        film = AgentVideo(open("FILM", "rb").read())
        return {"image": image, "several": [image, image], "tone": tone, "film": film}[what]

    serve([act(f"final_answer(show('{what}'))") for what in ("image", "several", "tone", "film")], [show])
    """
    chat = look(serve_agent(program.replace("FILM", str(Path(__file__).with_name("film.mp4")))))
    for number, (task, seen) in enumerate(
        {
            "Image.": IMAGES + "1",
            "Several.": IMAGES + "3",
            "Tone.": "document.querySelector('#conversation').innerText.includes('0:01')",
            "Film.": "document.querySelector('#conversation video')?.videoWidth == 64",
        }.items(),
        1,
    ):
        chat.ask(task)
        chat.finished(number)
        chat.page.wait_for_function(seen)


def test_errors_are_shown_and_the_conversation_goes_on(serve_agent: Serve, look: Look) -> None:
    program = "serve([ConnectionError('the provider is <b>down</b>'), act('1/0'), act('final_answer(42)')])"
    chat = look(serve_agent(program))
    chat.ask("Work.")
    chat.finished()
    assert "The run has failed" in chat.text
    assert "the provider is <b>down</b>" in chat.text
    chat.ask("Again.")
    chat.finished(2)
    assert "42" in chat.text
    chat.open("Error", 1)
    chat.wait_for("ZeroDivisionError")
