"""What `plugins new` writes installs, passes `plugins check` and its own tests, for each kind."""

import re
from pathlib import Path
from typing import Any

import pytest


@pytest.mark.parametrize("kind", ["model", "tool", "executor", "hooks"])
def test_a_new_plugin_is_complete(fresh: Any, tmp_path: Path, kind: str) -> None:
    folder = tmp_path / f"smolagents-{kind}-fresh"
    fresh.run("smolagents", "plugins", "new", str(folder), "--kind", kind)
    fresh.install("--no-deps", str(folder))
    checked = fresh.run("smolagents", "plugins", "check", folder.name).stdout
    assert checked.endswith("1 distribution checked, no problems\n")
    assert "note" not in checked
    tested = fresh.run(
        "python", "-m", "pytest", "-q", "-W", "error", str(folder), SMOLAGENTS_PLUGINS=folder.name
    ).stdout
    assert re.search(r"^\d+ passed", tested, re.MULTILINE), tested
