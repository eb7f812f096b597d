"""From bytes to text: encodings, HTML of all sorts, PDF files, and the process in which this happens."""

from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st
from smolagents.parser_program import Unusable
from smolagents_testing.web_pages import MALFORMED, pdf
from smolagents_tools_web import converter
from smolagents_tools_web.conversion import converted
from smolagents_tools_web.converter import convert, decoded
from smolagents_tools_web.pages import Page, Unreadable

URL = "https://site.example/dir/page"


def text_of(body: str | bytes, content_type: str = "text/html") -> str:
    return convert(body.encode() if isinstance(body, str) else body, content_type, URL, 40_000)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("Grüße, 東京".encode(), "text/html"),
        ("Grüße, 東京".encode(), "text/html; charset=iso-8859-1"),
        ("Grüße, 東京".encode(), "text/html; charset=klingon"),
        ("Grüße, 東京".encode(), "text/html; charset=zip"),
        ("\ufeffGrüße, 東京".encode(), "text/html"),
        ("Grüße, 東京".encode("utf-16"), "text/html"),
        ("Grüße, 東京".encode("utf-16-le"), "text/html; charset=utf-16-le"),
        ("Grüße, 東京".encode("utf-16-be"), 'text/html; charset="UTF-16BE"'),
        ('<meta charset="gb18030">Grüße, 東京'.encode("gb18030"), "text/html"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=gb18030">Grüße, 東京'.encode("gb18030"), ""),
    ],
)
def test_encodings(body: bytes, content_type: str) -> None:
    assert "Grüße, 東京" in decoded(body, content_type)


def test_encodings_of_one_byte() -> None:
    assert decoded("Été".encode("latin-1"), "text/html; charset=utf-8") == "Été"
    assert decoded("Привет".encode("koi8-r"), "text/html; charset=koi8-r") == "Привет"
    assert decoded("5 € – “yes”".encode("windows-1252"), "text/plain") == "5 € – “yes”"
    assert decoded("日本".encode("iso-2022-jp"), "text/plain; charset=ISO-2022-JP") == "日本"
    assert decoded("cut off 東".encode()[:-1], "text/plain", is_whole=False) == "cut off "


def test_links_and_images() -> None:
    page = """<base href="/other/"><a href="a b.html">one</a> <a href="#part">two</a>
    <a href="mailto:me@site.example">me</a>
    <a href="data:text/html,x">data</a> <img src="i.png" alt="chart"> <a>none</a> <a href="//cdn.example/x">cdn</a>"""
    text = text_of(page)
    assert "[one](https://site.example/other/a b.html)" in text.replace("%20", " ")
    assert "[two](https://site.example/other/#part)" in text
    assert "[me](mailto:me@site.example) data ![chart](https://site.example/other/i.png) none" in " ".join(text.split())
    assert "[cdn](https://cdn.example/x)" in text


def test_titles() -> None:
    assert text_of("<title> A \n B </title><p>C") == "# A B\n\nC"
    assert text_of("<title>A</title><h1>A</h1>C").count("A") == 1
    assert text_of("<title>A</title>") == "# A"


def test_malformed_html() -> None:
    text = text_of(MALFORMED)
    for part in ("Broken", "One", "bold", "cell", "other", "[link](https://site.example/x?a=1&b=2)", "Last words"):
        assert part in text
    assert "bad link" in text


def test_texts_without_text() -> None:
    for body in ("", " \n ", "<script>x</script>", "<p> </p>", "\x00"):
        with pytest.raises(Unusable, match="has no text"):
            text_of(body)
    with pytest.raises(Unusable, match="of 2 pages without text"):
        text_of(pdf("", ""), "application/pdf")


def test_encrypted_pdf_files() -> None:
    from io import BytesIO

    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf("Secret"))))
    writer.encrypt("password", algorithm="RC4-128")
    out = BytesIO()
    writer.write(out)
    with pytest.raises(Unusable, match="encrypted"):
        text_of(out.getvalue(), "application/pdf")


@settings(max_examples=200)
@given(st.binary(max_size=500), st.sampled_from(["text/html", "text/plain", "", "text/html; charset=utf-16"]))
def test_no_bytes_break_it(body: bytes, content_type: str) -> None:
    _check(body, content_type)
    _check(b"%PDF-1.4\n" + body, content_type)


NAMES = (
    "a p div table tr td th ul ol li h1 h6 pre code blockquote br hr img b i sub title base script svg q dl dt video"
)
TAGS = st.sampled_from(NAMES.split())
PIECES = st.one_of(
    TAGS.map("<{}>".format),
    TAGS.map("</{}>".format),
    st.builds("<{} {}='{}'>".format, TAGS, st.sampled_from(["href", "src", "class", "colspan"]), st.text(max_size=8)),
    st.sampled_from(["<!--", "-->", "<![CDATA[", "]]>", "<?", "<!doctype", "&", "&#x0;", "<", ">", "`", "|", "\n"]),
    st.text(max_size=8),
)


@settings(max_examples=300)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_no_html_breaks_it(page: str) -> None:
    _check(page.encode("utf-8", "surrogatepass"), "text/html")


@given(st.text("abc xyz0189", min_size=1, max_size=40).filter(str.strip), st.integers(0, 300))
def test_text_survives_any_depth(words: str, depth: int) -> None:
    text = text_of("<div><b><td>" * depth + words)
    assert " ".join(text.replace("*", " ").replace("|", " ").split()) == " ".join(words.split())


def _check(body: bytes, content_type: str) -> None:
    try:
        text = convert(body, content_type, URL, 100)
    except Unusable as error:
        text = str(error)
    text.encode()
    assert text
    assert "\x00" not in text


def test_a_process_that_dies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(converter, "__file__", str(tmp_path / "none.py"))
    with pytest.raises(Unreadable, match=r"failed: .*none\.py"):
        converted(Page(URL, "text/html", b"x", True), 100)
