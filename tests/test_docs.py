"""Every Python block of the documentation runs and prints what its page says, and every link leads somewhere.

A page is one program: its blocks run in order, in a process of their own. Where they need a model, the real client
talks to a server on loopback, which says what invisible comments of the page tell it to say, in order:

    <!-- model:                           <!-- model-call: name {"argument": 1} -->
    What the model writes.
    -->

A block after `<!-- file: path -->` shows a file of the repository, or a part of it, as it is. A block marked `output`
is what the program prints, in order. A page that shows tests is run by pytest.
"""

import json
import os
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
from smolagents_testing import FakeOpenAIServer, tool_call

ROOT = Path(__file__).parent.parent
PAGES = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "packages/*/README.md", "plugins/*/README.md")
    for path in ROOT.glob(pattern)
)
BLOCK = re.compile(
    r"(?:^<!-- file: (?P<file>\S+) -->\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
REPLY = re.compile(
    r"^<!-- model(?:-call: (?P<tool>\w+) (?P<arguments>\{[^\n]*\}) |:\n(?P<text>.*?))-->$", re.MULTILINE | re.DOTALL
)
LANE = re.compile(r"^<!-- lane: (\S+) -->$", re.MULTILINE)
HIDDEN = re.compile(r"^<!--.*?-->$", re.MULTILINE | re.DOTALL)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def blocks(page: Path) -> list[re.Match[str]]:
    """Return the fenced blocks that a reader sees; those inside comments are blanked out, line by line."""
    text = HIDDEN.sub(
        lambda hidden: hidden[0] if hidden[0].startswith("<!-- file:") else re.sub(r"[^\n]+", "", hidden[0]),
        page.read_text("utf-8"),
    )
    return list(BLOCK.finditer(text))


def program(page: Path) -> str:
    """Return a page's Python blocks as one program in which every line has the number that it has on the page."""
    lines: list[str] = []
    for block in blocks(page):
        if block["kind"] == "python" and not block["file"]:
            lines += [""] * (block.string.count("\n", 0, block.start("text")) - len(lines))
            lines += block["text"].splitlines()
    return "\n".join(lines)


def is_for_here(page: Path) -> bool:
    """Tell whether a page's program can run: that of a distribution which is not in this lane runs in its own tests.

    A page whose program needs more than packages names its lane: `<!-- lane: scripts/NAME -->`.
    """
    if (lane := LANE.search(page.read_text("utf-8"))) and lane[1] != os.environ.get("SMOLAGENTS_LANE"):
        return False
    folder = page.parent
    return folder.parent.name not in ("packages", "plugins") or is_installed(folder.name)


def is_installed(distribution: str) -> bool:
    try:
        version(distribution)
    except PackageNotFoundError:
        return False
    return True


WITH_PROGRAM = [page for page in PAGES if program(page).strip() and is_for_here(page)]
WITH_FILES = [page for page in PAGES if any(block["file"] for block in blocks(page))]


@pytest.mark.parametrize("page", WITH_PROGRAM, ids=name_of)
def test_page_runs(page: Path, tmp_path: Path, openai_server: FakeOpenAIServer) -> None:
    for reply in REPLY.finditer(page.read_text("utf-8")):
        if reply["tool"]:
            openai_server.reply(tool_call(reply["tool"], **json.loads(reply["arguments"])))
        else:
            openai_server.reply(reply["text"].strip())
    script = tmp_path / f"{page.stem}.py"
    script.write_text(program(page), "utf-8")
    keys = {"OPENAI_API_KEY": openai_server.api_key, "AZURE_OPENAI_API_KEY": openai_server.api_key}
    environ = {**os.environ, **keys, "OPENAI_BASE_URL": openai_server.url, "PYTHONWARNINGS": "error"}
    is_test = re.search(r"^(def test_|class Test)", script.read_text("utf-8"), re.MULTILINE)
    command = [sys.executable, *(["-m", "pytest", "-q", "-p", "no:cacheprovider"] if is_test else []), script.name]
    result = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr
    # Line by line: what the agents show of their work stands between.
    shown = [line for block in blocks(page) if block["kind"] == "output" for line in block["text"].splitlines()]
    printed = iter(result.stdout.splitlines())
    for line in shown:
        assert line in printed, f"not printed after what came before: {line}\n{result.stdout}"


@pytest.mark.parametrize("page", WITH_FILES, ids=name_of)
def test_page_shows_files_as_they_are(page: Path) -> None:
    for block in blocks(page):
        if block["file"]:
            assert block["text"].strip() in (ROOT / block["file"]).read_text("utf-8"), block["file"]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text("utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\((?!\w+:)([^)\s]+)\)", text):
        file, _, heading = target.partition("#")
        path = (page.parent / file).resolve() if file else page
        assert path.exists(), f"{target} does not exist"
        if heading:
            titles = re.findall(r"^#+ (.*)$", path.read_text("utf-8"), re.MULTILINE)
            assert heading in {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}, target


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_block_says_what_it_is(page: Path) -> None:
    fences = re.findall(r"^```(\w*)$", page.read_text("utf-8"), re.MULTILINE)
    assert {"python", "output", "toml", "text", "console", "json", "yaml"} >= set(fences[::2]), fences
