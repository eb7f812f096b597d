"""`plugins new` with folders that can't be written, odd names, and neighbours."""

import os
import shlex
from pathlib import Path
from typing import Any

import pytest


@pytest.mark.parametrize("folder", ["a-file/x-tool", "/dev/null/x-tool", "x" * 300, "circle/x-tool", "circle"])
def test_a_folder_that_cannot_be_written_is_one_line(site: Any, tmp_path: Path, folder: str) -> None:
    (tmp_path / "a-file").touch()
    (tmp_path / "circle").symlink_to("circle")
    done = site.command("new", str(tmp_path / folder), "--kind", "tool")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("smolagents plugins new: ")
    assert f"{tmp_path / folder} can't be written: " in done.stderr
    assert done.stderr.count("\n") == 1


def test_what_is_to_be_typed_is_quoted(site: Any, tmp_path: Path) -> None:
    folder = tmp_path / "a b"
    done = site.command("new", str(folder), "--kind", "tool")
    commands = [shlex.split(line) for line in done.stdout.splitlines()[1:]]
    assert commands == [
        ["pip", "install", "-e", str(folder), "smolagents-testing"],
        ["smolagents", "plugins", "check", "a-b"],
        ["pytest", str(folder)],
    ]


def test_a_module_that_python_finds_elsewhere_is_refused(site: Any, tmp_path: Path) -> None:
    (site.folder / "acme_taken.py").touch()
    for name, origin in {"test": "test/__init__.py", "acme-taken": "acme_taken.py"}.items():
        done = site.command("new", str(tmp_path / name), "--kind", "tool")
        assert (done.returncode, done.stdout) == (2, "")
        assert f"Python finds a module {name.replace('-', '_')} already, in " in done.stderr
        assert f"{os.sep}{origin}; choose another name" in done.stderr
        assert not (tmp_path / name).exists()


def test_an_empty_folder_that_python_could_import_is_welcome(site: Any) -> None:
    (site.folder / "weather").mkdir()
    done = site.command("new", str(site.folder / "weather"), "--kind", "tool")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_tests_of_two_new_plugins_run_side_by_side(site: Any, tmp_path: Path) -> None:
    for kind in ("tool", "hooks"):
        done = site.command("new", str(tmp_path / f"my-{kind}"), "--kind", kind)
        assert done.returncode == 0, done.stderr
    path = os.pathsep.join(str(tmp_path / f"my-{kind}" / "src") for kind in ("tool", "hooks"))
    # From a folder without settings: with pytest's own import mode, which wants every file's name once.
    ran = site.python(
        *("-m", "pytest", "-q", "-p", "no:cacheprovider", "--collect-only", "-c", os.devnull),
        *(str(tmp_path / f"my-{kind}") for kind in ("tool", "hooks")),
        PYTHONPATH=os.pathsep.join(filter(None, [path, os.environ.get("PYTHONPATH")])),
    )
    assert ran.returncode == 0, ran.stdout
    assert "tests/test_my_tool.py::" in ran.stdout
    assert "tests/test_my_hooks.py::" in ran.stdout
