"""Raw outputs of many model families come out as the code or the calls that they mean."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from smolagents.parsing import parse_code_blobs, parse_tool_calls_from_text

DATA = Path(__file__).parent / "data"


def cases(name: str) -> list[Any]:
    entries = yaml.safe_load((DATA / name).read_text(encoding="utf-8"))
    return [pytest.param(entry, id=f"{number}-{entry['family']}") for number, entry in enumerate(entries)]


@pytest.mark.parametrize("case", cases("code_outputs.yaml"))
def test_code(case: dict[str, Any]) -> None:
    tags = tuple(case.get("tags", ("<code>", "</code>")))
    if case["code"] is None:
        with pytest.raises(ValueError, match="no code in your output"):
            parse_code_blobs(case["output"], tags)
    else:
        assert parse_code_blobs(case["output"], tags) == case["code"]


@pytest.mark.parametrize("case", cases("call_outputs.yaml"))
def test_calls(case: dict[str, Any]) -> None:
    if case["calls"] is None:
        with pytest.raises(ValueError, match="no tool call in your output"):
            parse_tool_calls_from_text(case["output"])
    else:
        assert [list(call) for call in parse_tool_calls_from_text(case["output"])] == case["calls"]


def test_corpora_cover_the_families() -> None:
    for name in ("code_outputs.yaml", "call_outputs.yaml"):
        families = {case.values[0]["family"].split()[0].strip(",").split("-")[0] for case in cases(name)}
        assert len(families - {"any", "prose", "data", "code", "reasoning"}) >= 15, families
