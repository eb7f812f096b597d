"""Documents are looked at page by page, ten at a time, and nothing in them does harm."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from smolagents_testing import ScriptedModel
from smolagents_tools_media import DocumentQuestionAnsweringTool
from smolagents_tools_media.images import MAX_SIDE

from .conftest import WebServer


class Reading(DocumentQuestionAnsweringTool):
    """Keep what the model gets to see."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(model=ScriptedModel([lambda messages: self.look(messages)] * 5), **kwargs)

    def look(self, messages: Any) -> str:
        *pictures, text = messages[0].content
        self.pages = [picture["image"] for picture in pictures]
        return f"{text['text']} 42."

    @property
    def numbers(self) -> list[int]:
        """The numbers of the pages, which stand in their colour."""
        return [page.getpixel((page.width // 2, page.height // 2))[0] for page in self.pages]


@pytest.fixture
def report(tmp_path: Path) -> Path:
    first, *others = [Image.new("RGB", (60, 80), (number * 8, 200, 200)) for number in range(1, 24)]
    first.save(tmp_path / "report.pdf", save_all=True, append_images=others, quality=100)
    return tmp_path / "report.pdf"


def test_a_page_fills_the_view(tmp_path: Path) -> None:
    Image.new("RGB", (600, 800), "red").save(tmp_path / "page.pdf")
    tool = Reading()
    assert tool(str(tmp_path / "page.pdf"), "How much?") == "How much? 42."
    assert [page.size for page in tool.pages] == [(MAX_SIDE * 3 // 4, MAX_SIDE)]
    assert tool.pages[0].getpixel((500, 500))[0] > 240


def test_long_documents_are_looked_at_in_parts(report: Path) -> None:
    tool = Reading()
    answer = tool(str(report), "How much?")
    assert answer == "How much? 42.\n\n[This is from pages 1 to 10 of 23. Pass first_page=11 for those that follow.]"
    assert [round(number / 8) for number in tool.numbers] == list(range(1, 11))
    answer = tool(str(report), "How much?", first_page=21)
    assert answer == "How much? 42.\n\n[This is from pages 21 to 23 of 23.]"
    assert [round(number / 8) for number in tool.numbers] == [21, 22, 23]
    for page in (24, -1, 10**12):
        assert f"has no page {page}, only pages 1 to 23" in tool(str(report), "How much?", first_page=page)


def test_images_are_documents_of_a_page(tmp_path: Path) -> None:
    scan = Image.new("RGB", (60, 80), "red")
    scan.save(tmp_path / "scan.png")
    for form in (str(tmp_path / "scan.png"), scan):
        tool = Reading()
        assert tool(form, "How much?") == "How much? 42."
        assert [page.size for page in tool.pages] == [(60, 80)]


def test_documents_come_from_the_web_too(report: Path, web: WebServer) -> None:
    tool = Reading(private_hosts=["127.0.0.1"])
    assert "23" in tool(f"{web.url}/report.pdf", "How much?")
    assert "is not on the public Internet" in Reading()(f"{web.url}/report.pdf", "How much?")


def pdf(page: str, extra: str = "") -> bytes:
    return f"""%PDF-1.4
1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj
2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj
3 0 obj <</Type/Page/Parent 2 0 R {page}>> endobj
{extra}
trailer <</Root 1 0 R>>
""".encode()


@pytest.mark.parametrize(
    ("box", "size"),
    [
        ("0 0 99999999 99999999", (MAX_SIDE, MAX_SIDE)),
        ("0 0 0.001 0.001", (MAX_SIDE, MAX_SIDE)),
        ("0 0 1 99999999", (1, MAX_SIDE)),
    ],
)
def test_pages_of_any_size(box: str, size: tuple[int, int]) -> None:
    tool = Reading()
    assert tool(pdf(f"/MediaBox[{box}]"), "How much?") == "How much? 42."
    assert [page.size for page in tool.pages] == [size]


def test_drawings_that_hold_themselves_end() -> None:
    content = "/A Do /B Do"
    drawing = "/Resources<</XObject<</A 4 0 R/B 4 0 R>>>>"
    stream = f"4 0 obj <</Type/XObject/Subtype/Form/BBox[0 0 9 9]{drawing}/Length {len(content)}>> stream"
    data = pdf(f"/MediaBox[0 0 9 9]/Contents 4 0 R{drawing}", f"{stream}\n{content}\nendstream endobj")
    assert "can't be used: reading it failed" in Reading()(data, "How much?")


@pytest.mark.parametrize(
    "data", [b"%PDF-1.4", b"%PDF-1.4\n" + b"[" * 200_000, pdf("/MediaBox[0 0 9 9]")[:100], b"PK\3\4"]
)
def test_what_is_no_document_is_told_to_the_model(data: bytes) -> None:
    tool = Reading()
    assert "can't be used: it is no" in tool(data, "How much?")
    assert not tool.model.calls
