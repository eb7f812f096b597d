"""Every Python block of the documentation runs and prints what its page says, and every link leads somewhere.

A page is one program: its blocks run in order, in a process of their own. Where they need a model, the real client
talks to a server on loopback, which says what invisible comments of the page tell it to say, in order:

    <!-- model:                           <!-- model-call: name {"argument": 1} -->
    What the model writes.
    -->

A block after `<!-- file: path -->` shows a file of the repository, or a part of it, as it is. A block marked `output`
is what the program prints, in order. A page that shows tests is run by pytest.

A page whose program needs more than this lane has is run by a test of a distribution, in that one's lane: by one that
names the page and calls `check_readme`. All other pages run here, so that none is left out.
"""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from smolagents.plugins import FIRST_PARTY
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


def run_by(test: Path) -> set[Path]:
    """Return the pages whose programs a test of a distribution runs."""
    distribution = ROOT.joinpath(*test.relative_to(ROOT).parts[:2])
    text = test.read_text("utf-8")
    names = re.findall(r"[\w-]+\.md\b", text) if "check_readme(" in text else []
    return {distribution / name if name == "README.md" else ROOT / "docs" / name for name in names}


ELSEWHERE = {page: test for test in ROOT.glob("p*/*/tests/**/test_*.py") for page in run_by(test) if page in PAGES}
LANES = "".join(path.read_text("utf-8") for path in ROOT.glob("scripts/test-*"))

WITH_PROGRAM = [page for page in PAGES if program(page).strip()]
HERE = [page for page in WITH_PROGRAM if page not in ELSEWHERE]
WITH_FILES = [page for page in PAGES if any(block["file"] for block in blocks(page))]


@pytest.mark.parametrize("page", HERE, ids=name_of)
def test_page_runs(page: Path, tmp_path: Path, openai_server: FakeOpenAIServer) -> None:
    for reply in REPLY.finditer(page.read_text("utf-8")):
        if reply["tool"]:
            openai_server.reply(tool_call(reply["tool"], **json.loads(reply["arguments"])))
        else:
            openai_server.reply(reply["text"].strip())
    script = tmp_path / f"{page.stem}.py"
    script.write_text(program(page), "utf-8")
    keys = {"OPENAI_API_KEY": openai_server.api_key, "AZURE_OPENAI_API_KEY": openai_server.api_key}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SMOLAGENTS_"))}
    environ = {**kept, **keys, "OPENAI_BASE_URL": openai_server.url, "PYTHONWARNINGS": "error"}
    is_test = re.search(r"^(def test_|class Test)", script.read_text("utf-8"), re.MULTILINE)
    command = [sys.executable, *(["-m", "pytest", "-q", "-p", "no:cacheprovider"] if is_test else []), script.name]
    result = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=600)
    assert result.returncode == 0, result.stdout + result.stderr
    # Line by line: what the agents show of their work stands between.
    shown = [line for block in blocks(page) if block["kind"] == "output" for line in block["text"].splitlines()]
    printed = iter(result.stdout.splitlines())
    for line in shown:
        assert line in printed, f"not printed after what came before: {line}\n{result.stdout}"


@pytest.mark.parametrize("page", WITH_PROGRAM, ids=name_of)
def test_a_page_names_the_distributions_that_its_program_needs(page: Path) -> None:
    imports = [node for node in ast.walk(ast.parse(program(page))) if isinstance(node, ast.ImportFrom) and node.module]
    needed = {FIRST_PARTY.get(name.name) for node in imports if node.module == "smolagents" for name in node.names}
    modules = {str(node.module).partition(".")[0] for node in imports}
    needed |= {module.replace("_", "-") for module in modules if module.startswith("smolagents_")}
    assert not {name for name in needed if name and name not in page.read_text("utf-8")}


@pytest.mark.parametrize("page", sorted(ELSEWHERE), ids=name_of)
def test_page_runs_in_a_lane(page: Path) -> None:
    distribution = ELSEWHERE[page].relative_to(ROOT).parts[1]
    assert page in WITH_PROGRAM, f"{name_of(ELSEWHERE[page])} runs nothing"
    assert re.search(rf"{distribution}\b|apart {distribution.rpartition('-')[2]}\b", LANES), "no scripts/test-* runs it"


@pytest.mark.parametrize("page", WITH_FILES, ids=name_of)
def test_page_shows_files_as_they_are(page: Path) -> None:
    for block in blocks(page):
        if block["file"]:
            assert block["text"].strip() in (ROOT / block["file"]).read_text("utf-8"), block["file"]


def test_the_shown_parts_of_the_tutorial_are_a_plugin_that_passes_its_kit(tmp_path: Path) -> None:
    for block in blocks(ROOT / "docs" / "plugins.md"):
        if block["file"]:
            file = tmp_path / Path(block["file"]).relative_to("plugins/smolagents-hello")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text((file.read_text("utf-8") if file.exists() else "") + block["text"] + "\n\n", "utf-8")
    environ = {**os.environ, "PYTHONPATH": str(tmp_path / "src")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"]
    result = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=600)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text("utf-8"), flags=re.DOTALL)
    for target in re.findall(r"(?:\]\(|^\[[^\]\n]+\]: )(?!\w+:)([^)\s]+)", text, re.MULTILINE):
        file, _, heading = target.partition("#")
        path = (page.parent / file).resolve() if file else page
        assert path.exists(), f"{target} does not exist"
        if heading:
            titles = re.findall(r"^#+ (.*)$", path.read_text("utf-8"), re.MULTILINE)
            assert heading in {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}, target


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_block_says_what_it_is(page: Path) -> None:
    fences = re.findall(r"^[ \t]*```(.*)$", page.read_text("utf-8"), re.MULTILINE)
    assert {"python", "output", "toml", "text", "console", "json", "yaml"} >= set(fences[::2]), fences
    assert not re.search(r"^[ \t]+```", page.read_text("utf-8"), re.MULTILINE), "a block in a list is not run"


@pytest.mark.parametrize("name", sorted(path.parent.name for path in ROOT.glob("p*/*/README.md")))
def test_every_distribution_is_in_the_overviews(name: str) -> None:
    if name == "smolagents-broken":  # for tests alone
        return
    assert f"{name}/README.md" in (ROOT / "README.md").read_text("utf-8")
    assert re.search(rf"`({name}|-{name.rpartition('-')[2]})`", (ROOT / "docs" / "install.md").read_text("utf-8"))
