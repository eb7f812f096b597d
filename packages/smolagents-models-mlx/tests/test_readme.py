"""What the README shows runs as it stands there: its models are tiny ones in folders of those names."""

import contextlib
import io
import re
from pathlib import Path

import pytest
from smolagents_testing.tiny_models import make_tiny_model

README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")


def test_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    replies = re.findall(r"^<!-- model:\n(.*?)-->$", README, re.MULTILINE | re.DOTALL)
    program = "\n".join(re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL))
    (model_id,) = set(re.findall(r'"(mlx-community/[^"]+)"', program))
    make_tiny_model(tmp_path / model_id, replies)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(program, "README.md", "exec"), {"__name__": "__main__"})
    for line in re.findall(r"^```output\n(.*?)^```$", README, re.MULTILINE | re.DOTALL):
        assert line in printed.getvalue()
