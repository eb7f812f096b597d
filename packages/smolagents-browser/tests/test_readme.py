"""The programs of the pages run, and print what the pages say; the model in them looks at the screenshots."""

import re
from pathlib import Path
from typing import Any

import pytest
from smolagents_testing import FakeOpenAIServer
from smolagents_testing.readme import check_readme
from smolagents_testing.shop_visitor import ShopVisitor

DISTRIBUTION = Path(__file__).parent.parent
DOCS = DISTRIBUTION.parent.parent / "docs"


@pytest.mark.parametrize("page", [DISTRIBUTION / "README.md", DOCS / "browser.md"], ids=lambda page: page.name)
def test_page(page: Path, openai_server: FakeOpenAIServer) -> None:
    def visit(body: dict[str, Any]) -> str:
        (url,) = set(re.findall(r"http://127\.0\.0\.1:\d+(?=[ /]\S* ?and get)", str(body)))
        return ShopVisitor(url).answer_request(body)

    openai_server.always(visit)
    check_readme(page, openai_server)
