"""Each tool keeps the promises of every tool."""

from typing import ClassVar

import pytest
from smolagents import Tool
from smolagents_browser import Browser, browser_tools
from smolagents_testing import ToolConformance
from smolagents_testing.shop_site import ShopSite


class InTheShop(ToolConformance):
    saveable = False
    name: ClassVar[str]
    browser: ClassVar[Browser]

    @pytest.fixture(autouse=True)
    def here(self, browser: Browser, shop: ShopSite) -> None:
        browser.driver.get(f"{shop.url}/men")
        type(self).browser = browser

    def make_tool(self) -> Tool:
        return {tool.name: tool for tool in browser_tools(self.browser)}[self.name]


class TestGoTo(InTheShop):
    name = "go_to"
    call_arguments = {"url": "about.invalid"}

    @pytest.fixture(autouse=True)
    def address(self, shop: ShopSite) -> None:
        type(self).call_arguments = {"url": f"{shop.url}/journal"}


class TestRefresh(InTheShop):
    name = "refresh"


class TestSwitchTo(InTheShop):
    name = "switch_to"
    call_arguments = {"window": "Men"}


class TestClosePopups(InTheShop):
    name = "close_popups"


class TestClick(InTheShop):
    name = "click"
    call_arguments = {"element": 'Link("Men")'}


class TestHover(InTheShop):
    name = "hover"
    call_arguments = {"element": "Sale"}


class TestWrite(InTheShop):
    name = "write"
    call_arguments = {"text": "x"}


class TestPress(InTheShop):
    name = "press"
    call_arguments = {"key": "TAB"}


class TestSelect(InTheShop):
    name = "select"
    call_arguments = {"combo_box": 'ComboBox("Shopping from")', "value": "France"}


class TestFindElements(InTheShop):
    name = "find_elements"
    call_arguments = {"element": "Link()"}


class TestReadPage(InTheShop):
    name = "read_page"


class TestSearch(InTheShop):
    name = "search_item_ctrl_f"
    call_arguments = {"text": "new in", "nth_result": 1}


class TestScrollDown(InTheShop):
    name = "scroll_down"
    call_arguments = {"num_pixels": 10}
