"""Programs of the README, and of the page about the web interface."""

from pathlib import Path
from typing import Any

import pytest
from smolagents_testing.readme import check_readme

PACKAGE = Path(__file__).parents[1]


@pytest.mark.parametrize(
    "page", [PACKAGE / "README.md", PACKAGE.parents[1] / "docs" / "ui.md"], ids=lambda page: page.name
)
def test_the_page_is_true(page: Path, openai_server: Any) -> None:
    check_readme(page, openai_server)
