"""What the README shows runs as it stands there: its models are tiny ones in folders of those names."""

import re
from pathlib import Path

import pytest
from smolagents_testing.readme import check_readme, model_replies
from smolagents_testing.tiny_models import make_tiny_model

README = Path(__file__).parent.parent / "README.md"


def test_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (model_id,) = set(re.findall(r'"(mlx-community/[^"]+)"', README.read_text("utf-8")))
    make_tiny_model(tmp_path / model_id, model_replies(README))
    check_readme(README)
