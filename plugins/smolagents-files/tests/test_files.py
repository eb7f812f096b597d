import os
from pathlib import Path

import pytest
from smolagents_files import ListFilesTool, ReadFileTool, SearchFilesTool
from smolagents_files.folder import Folder
from smolagents_testing import ToolConformance


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the working directory, the tools' default root, be this folder."""
    monkeypatch.chdir(Path(__file__).parent)


class TestListFilesTool(ToolConformance):
    call_arguments = {"pattern": "*.py"}

    def make_tool(self) -> ListFilesTool:
        return ListFilesTool()


class TestReadFileTool(ToolConformance):
    call_arguments = {"path": "test_files.py", "line_count": 3}

    def make_tool(self) -> ReadFileTool:
        return ReadFileTool()


class TestSearchFilesTool(ToolConformance):
    call_arguments = {"text": "conformance", "pattern": "*.py"}

    def make_tool(self) -> SearchFilesTool:
        return SearchFilesTool()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A folder to work in, beside a secret that no tool may reach."""
    root = tmp_path / "root"
    (root / "docs").mkdir(parents=True)
    (root / "docs" / "guide.md").write_text("first\nsecond line\nthird\n", encoding="utf-8")
    (root / "docs" / "straße.md").write_text("Größe\n", encoding="utf-8")
    (root / "main.py").write_text("print('Second')\n", encoding="utf-8")
    (root / ".hidden").write_text("second", encoding="utf-8")
    (root / ".git").mkdir()
    (root / ".git" / "config").write_text("second", encoding="utf-8")
    (root / "picture.bin").write_bytes(b"\xff\xfe\x00second")
    (tmp_path / "secret.txt").write_text("the second secret", encoding="utf-8")
    (root / "link.txt").symlink_to(tmp_path / "secret.txt")
    (root / "out").symlink_to(tmp_path)
    return root


def test_list_shows_what_is_there_and_hides_the_hidden(tree: Path) -> None:
    tool = ListFilesTool(root=str(tree))
    assert tool() == ["main.py", "picture.bin", "docs/guide.md", "docs/straße.md"]
    assert tool(pattern="*.md") == ["docs/guide.md", "docs/straße.md"]
    assert tool(folder="docs") == ["docs/guide.md", "docs/straße.md"]
    assert tool(pattern="*.rs") == []


def test_read_returns_all_or_some_lines(tree: Path) -> None:
    tool = ReadFileTool(root=str(tree))
    assert tool("docs/guide.md") == "first\nsecond line\nthird\n"
    assert tool("docs/guide.md", start_line=2, line_count=1) == "second line\n"
    assert tool("docs/guide.md", start_line=3) == "third\n"
    assert tool("docs/guide.md", start_line=9) == ""
    assert tool("docs/../docs/straße.md") == "Größe\n"


def test_search_tells_file_and_line(tree: Path) -> None:
    tool = SearchFilesTool(root=str(tree))
    assert tool("SECOND") == "main.py:1:print('Second')\ndocs/guide.md:2:second line"
    assert tool("second", pattern="*.py") == "main.py:1:print('Second')"
    assert tool("nowhere to be found") == "No line contains 'nowhere to be found'."


@pytest.mark.parametrize(
    "path", ["../secret.txt", "link.txt", "out/secret.txt", "docs/../../secret.txt", "/etc/hostname", "~"]
)
def test_nothing_outside_can_be_read(tree: Path, path: str) -> None:
    with pytest.raises((PermissionError, FileNotFoundError)) as refused:
        ReadFileTool(root=str(tree))(path)
    assert "secret" not in str(refused.value).replace(path, "")


@pytest.mark.parametrize("folder", ["..", "out", "/"])
def test_nothing_outside_can_be_listed(tree: Path, folder: str) -> None:
    with pytest.raises(PermissionError, match="outside of the folder"):
        ListFilesTool(root=str(tree))(folder=folder)


def test_root_stays_when_the_working_directory_changes(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree)
    tool = ReadFileTool()
    monkeypatch.chdir(tree.parent)
    assert tool("main.py") == "print('Second')\n"


@pytest.mark.parametrize(
    ("path", "error", "advice"),
    [
        ("docs/giude.md", FileNotFoundError, "similar: docs/guide.md"),
        ("docs", ValueError, "list_files"),
        ("picture.bin", ValueError, "not a text file"),
    ],
)
def test_read_says_what_is_wrong(tree: Path, path: str, error: type[Exception], advice: str) -> None:
    with pytest.raises(error, match=advice):
        ReadFileTool(root=str(tree))(path)


def test_a_device_does_not_block(tree: Path) -> None:
    os.mkfifo(tree / "pipe")
    with pytest.raises(ValueError, match="device"):
        ReadFileTool(root=str(tree))("pipe")
    assert "pipe" not in ListFilesTool(root=str(tree))()


def test_limits_are_errors_that_say_how_to_ask_for_less(tree: Path) -> None:
    with pytest.raises(ValueError, match="start_line and line_count"):
        ReadFileTool(root=str(tree), max_characters=10)("docs/guide.md")
    assert ReadFileTool(root=str(tree), max_characters=10)("docs/guide.md", line_count=1) == "first\n"
    with pytest.raises(ValueError, match="narrower pattern"):
        ListFilesTool(root=str(tree), max_files=2)()
    with pytest.raises(ValueError, match="longer text"):
        SearchFilesTool(root=str(tree), max_matches=1)("second")


@pytest.mark.parametrize("arguments", [{"start_line": 0}, {"start_line": -3}, {"line_count": -1}])
def test_line_numbers_are_checked(tree: Path, arguments: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="counts from 1"):
        ReadFileTool(root=str(tree))("main.py", **arguments)


def test_root_has_to_be_a_folder(tree: Path) -> None:
    with pytest.raises(NotADirectoryError, match="is not a folder"):
        Folder(tree / "main.py")
