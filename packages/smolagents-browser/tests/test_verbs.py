"""What the tools do in the shop."""

from collections.abc import Callable
from typing import Any

import pytest
from smolagents_browser import Browser, BrowserError, browser as browser_module
from smolagents_testing.shop_site import BURIED, ShopSite, shown_in
from smolagents_testing.waiting import PATIENCE_SECONDS

Tools = dict[str, Callable[..., Any]]


def test_popups_are_closed_without_agreeing(browser: Browser, shop: ShopSite, tools: Tools) -> None:
    tools["go_to"](shop.url)
    assert shown_in(browser.screenshot()) == "newsletter"
    said = tools["close_popups"]()
    assert said.startswith("Pressed Escape. Clicked 'Only necessary cookies' of 'We use cookies")
    assert shown_in(browser.screenshot()) == "home"
    cookies = {cookie["name"]: cookie["value"] for cookie in browser.driver.get_cookies()}
    assert cookies["cookies"] == "none"
    assert tools["close_popups"]() == "Pressed Escape. Nothing seems to lie over the page now."


def test_a_popup_that_only_agrees_stays(browser: Browser, tools: Tools) -> None:
    page = (
        "<div role=dialog style='position:fixed;top:0;width:300px;height:99px'>Terms <button>Accept all</button></div>"
    )
    browser.driver.get("data:text/html;charset=utf-8," + page)
    assert tools["close_popups"]() == "Pressed Escape. Left open: 'Terms Accept all'. Its buttons: 'Accept all'."


@pytest.mark.parametrize(
    "button",
    [
        "<button>×</button>",
        "<button aria-label='Close dialog'><svg/></button>",
        "<a href class='modal-close'>Z</a>",
    ],
)
def test_ways_to_close(browser: Browser, tools: Tools, button: str) -> None:
    style = "position:fixed;inset:20px;background:pink;z-index:9"
    script = "for (const e of document.querySelectorAll('button, a')) e.onclick = () => box.remove()"
    browser.driver.get(
        f"data:text/html;charset=utf-8,<div id=box style='{style}'>Hi {button}</div><script>{script}</script>"
    )
    assert "Clicked" in tools["close_popups"]()
    assert browser.script("return document.getElementById('box')") is None


def test_a_headline_that_stays_is_no_popup(browser: Browser, tools: Tools) -> None:
    browser.driver.get(
        "data:text/html,<header style='position:fixed;top:0;width:99%'>Shop <button>Close</button></header>"
    )
    assert tools["close_popups"]() == "Pressed Escape. Nothing seems to lie over the page now."


def test_back_and_no_further(shop: ShopSite, tools: Tools) -> None:
    tools["go_to"](f"{shop.url}/men")
    tools["click"]('Link("Sale")')
    assert tools["go_back"]() == f"Now at 'Men', {shop.url}/men"
    with pytest.raises(BrowserError, match="There is no page to go back to"):
        tools["go_back"]()


def test_text_far_below_is_scrolled_to(browser: Browser, shop: ShopSite, tools: Tools) -> None:
    tools["go_to"](f"{shop.url}/journal")
    said = tools["search_item_ctrl_f"]("ATELIER  in Lyon")
    assert said.startswith("Found 'ATELIER in Lyon' 1 times on this page. Scrolled to number 1: …")
    assert BURIED in said
    assert browser.script("return getSelection().toString()") == "atelier in Lyon"
    top, height = browser.script(
        "return [getSelection().getRangeAt(0).getBoundingClientRect().top, innerHeight]",
    )
    assert 0 < top < height
    assert "240 times" not in tools["search_item_ctrl_f"]("loom", nth_result=241)
    assert browser.script("return getSelection().anchorNode.data") == "The loom rests."
    with pytest.raises(LookupError, match="'loom' is on this page 241 times: there is no place number 242"):
        tools["search_item_ctrl_f"]("loom", 242)
    with pytest.raises(LookupError, match="'silk' is not in the text of this page"):
        tools["search_item_ctrl_f"]("silk")
    with pytest.raises(ValueError, match="1 for the first"):
        tools["search_item_ctrl_f"]("loom", 0)


def test_text_across_elements_is_found_and_hidden_text_is_not(browser: Browser, tools: Tools) -> None:
    browser.driver.get(
        "data:text/html,<p>Free%0A   <b>returns</b> always (1.5 days)</p><p>Free</p><p style='display:none'>secret</p>"
    )
    assert "Found 'free returns always' 1 times" in tools["search_item_ctrl_f"]("free returns always")
    assert "Found '(1.5' 1 times" in tools["search_item_ctrl_f"]("(1.5")
    with pytest.raises(LookupError):
        tools["search_item_ctrl_f"]("days) Free")
    with pytest.raises(LookupError):
        tools["search_item_ctrl_f"]("secret")


def test_tabs(browser: Browser, shop: ShopSite, tools: Tools) -> None:
    tools["go_to"](f"{shop.url}/journal")
    assert tools["click"]("Size guide") == f"Now at 'Size guide', {shop.url}/sizes"
    assert browser.notes == ["A new tab was opened, and is shown now."]
    assert shown_in(browser.screenshot()) == "sizes"
    assert tools["switch_to"]("journal") == f"Now at 'Journal', {shop.url}/journal"
    with pytest.raises(LookupError, match=r"There are: 'Journal', 'Size guide'\."):
        tools["switch_to"]("Checkout")
    tools["switch_to"]("Size")
    assert tools["go_back"]() == f"Now at 'Journal', {shop.url}/journal"
    assert browser.notes[-1] == "The tab had no page before this one and was closed."


def test_elements(shop: ShopSite, tools: Tools) -> None:
    tools["go_to"](f"{shop.url}/men/sale?country=FR")
    first, second = tools["find_elements"]('S(".item a")')
    assert (first["tag"], first["text"], first["href"]) == ("a", "Linen shirt", f"{shop.url}/item/linen-shirt")
    assert second["attributes"] == {"href": "/item/wool-coat"}
    assert [found["text"] for found in tools["find_elements"]('Text("165", to_right_of="Wool coat")')] == ["165,00 €"]
    assert tools["find_elements"]('Link("Silk")') == []
    assert "Now at 'Wool coat'" in tools["click"](f"Element({second['id']})")
    with pytest.raises(BrowserError, match="the element is gone"):
        tools["click"](f"Element({second['id']})")
    with pytest.raises(ValueError, match="There is no element 999999"):
        tools["click"]("Element(999999)")


def test_elements_in_frames(browser: Browser, tools: Tools) -> None:
    frame = "<button onclick='this.textContent = `Done`'>Inner</button>"
    browser.driver.get(f'data:text/html;charset=utf-8,<button>Outer</button><iframe srcdoc="{frame}"></iframe>')
    outer, inner = tools["find_elements"]("Button()")
    assert (outer["text"], inner["text"]) == ("Outer", "Inner")
    tools["click"](f"Element({inner['id']})")
    tools["click"](f"Element({outer['id']})")
    assert tools["find_elements"](f"Element({inner['id']})")[0]["text"] == "Done"


def test_what_is_not_there(shop: ShopSite, tools: Tools) -> None:
    tools["go_to"](f"{shop.url}/men")
    with pytest.raises(LookupError, match=r'Link\("Sail"\) is not visible on this page\. Did you mean Sale\?'):
        tools["click"]('Link("Sail")')
    with pytest.raises(LookupError, match=r"There are, among others: 'Home', 'Men', .*'Denim jacket'"):
        tools["click"]("Trousers")


def test_typing(browser: Browser, tools: Tools) -> None:
    browser.driver.get(
        "data:text/html,<label for=city>City</label><input id=city value=Paris "
        "onkeydown='if (event.key == `Enter`) document.title = value'><textarea placeholder=Notes></textarea>"
    )
    tools["write"]("Lyon", into="City")
    assert browser.script("return city.value") == "Lyon"
    tools["write"](" (69)")
    assert "Now at 'Lyon (69)'" in tools["press"]("ENTER")
    tools["press"]("CONTROL+a")
    tools["press"]("DELETE")
    assert browser.script("return city.value") == ""
    tools["press"]("\ue008a")  # SHIFT + "a" of helium
    assert browser.script("return city.value") == "A"
    tools["write"]("a\nb", 'S("textarea")')
    assert browser.script("return document.querySelector('textarea').value") == "a\nb"


def test_lists_to_choose_from(browser: Browser, shop: ShopSite, tools: Tools) -> None:
    tools["go_to"](f"{shop.url}/item/linen-shirt")
    assert "$39.00" in tools["read_page"]()
    assert (
        tools["select"]('ComboBox("Shopping from")', "France") == f"Now at 'Linen shirt', {browser.driver.current_url}"
    )
    assert "36,00 €" in tools["read_page"]()
    with pytest.raises(BrowserError, match="Atlantis"):
        tools["select"]("Shopping from", "Atlantis")


def test_scrolling(shop: ShopSite, tools: Tools) -> None:
    tools["go_to"](f"{shop.url}/journal")
    assert tools["scroll_down"]() == "Scrolled to 100 pixels from the top."
    assert tools["scroll_down"](num_pixels=1200) == "Scrolled to 1300 pixels from the top."
    assert tools["scroll_up"](300) == "Scrolled to 1000 pixels from the top."


def test_what_lies_over_an_element_is_told(browser: Browser, shop: ShopSite, tools: Tools) -> None:
    tools["go_to"](shop.url)
    tools["click"]("Men")
    assert browser.notes[0].startswith("Men was covered by '<dialog> Our newsletter")
    assert shown_in(browser.screenshot()) == "newsletter"


def test_hovering_and_other_buttons(browser: Browser, tools: Tools) -> None:
    browser.driver.get(
        "data:text/html;charset=utf-8,<p onmouseover='document.title += `over`' ondblclick='document.title += `twice`' "
        "oncontextmenu='document.title += `right`'>Here</p>"
    )
    for tool in ("hover", "doubleclick", "rightclick"):
        tools[tool]("Here")
    assert browser.driver.title == "overtwiceright"


def test_pictures_that_come_late_are_waited_for(
    browser: Browser, shop: ShopSite, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser_module, "REST_SECONDS", PATIENCE_SECONDS)
    tools["go_to"](f"{shop.url}/late")
    assert shown_in(browser.perform(browser.screenshot)) == "home"


def test_addresses_that_make_no_sense(tools: Tools) -> None:
    with pytest.raises(ValueError, match="Port out of range"):
        tools["go_to"]("http://shop.example:99999/")
    with pytest.raises(BrowserError, match="can't be opened: it is no valid address"):
        tools["go_to"]("http://shop\0.example/")


def test_refreshing(shop: ShopSite, tools: Tools) -> None:
    tools["go_to"](f"{shop.url}/men")
    tools["refresh"]()
    assert shop.paths().count("/men") == 2
