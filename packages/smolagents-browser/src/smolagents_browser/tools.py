"""What a browser can do, as tools: under helium's names and with its arguments, so that code for helium calls them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from smolagents import Tool, tool

from smolagents_browser import popups, verbs
from smolagents_browser.browser import Browser

BrowserOf = Callable[[], Browser]


def browser_tools(browser: Browser) -> list[Tool]:
    """Return the tools of an agent that works with a browser.

    They take turns, and can't be saved: the browser is part of your program.

    Args:
        browser: The browser, which somebody else closes.
    """
    return tools_of(lambda: browser)


def tools_of(browser: BrowserOf) -> list[Tool]:
    """Return tools that work with the browser that is the one when they are called."""
    made = [*_moving(browser), *_mouse(browser), *_keyboard(browser), *_reading(browser), *_scrolling(browser)]
    for one in made:
        one.sequential = True
    return made


def _moving(browser: BrowserOf) -> list[Tool]:
    @tool
    def go_to(url: str) -> str:
        """Open a web page in the browser.

        Args:
            url: Its address, such as example.com/shop.
        """
        return verbs.go_to(browser(), url)

    @tool
    def go_back() -> str:
        """Go back to the page before this one; a tab without one is closed."""
        return verbs.go_back(browser())

    @tool
    def refresh() -> str:
        """Load the page that is shown again."""
        return verbs.refresh(browser())

    @tool
    def switch_to(window: str) -> str:
        """Show another tab of the browser.

        Args:
            window: What its title begins with.
        """
        return verbs.switch_to(browser(), window)

    @tool
    def close_popups() -> str:
        """Close what lies over the page, such as dialogs and cookie banners, without agreeing to anything.

        Presses Escape, then buttons that refuse or close. Tells what was done, and what is left with which buttons.
        """
        return popups.close_popups(browser())

    return [go_to, go_back, refresh, switch_to, close_popups]


def _mouse(browser: BrowserOf) -> list[Tool]:
    @tool
    def click(element: str) -> str:
        """Click something on the page.

        Args:
            element: The text on it, or an element such as Link("Sale"), Button("Buy", below="Trousers"), S("#buy").
        """
        return verbs.act(browser(), "click", element)

    @tool
    def doubleclick(element: str) -> str:
        """Click something on the page twice.

        Args:
            element: The text on it, or an element such as ListItem("Report").
        """
        return verbs.act(browser(), "doubleclick", element)

    @tool
    def rightclick(element: str) -> str:
        """Click something on the page with the right button of the mouse.

        Args:
            element: The text on it, or an element such as Image("Map").
        """
        return verbs.act(browser(), "rightclick", element)

    @tool
    def hover(element: str) -> str:
        """Move the mouse over something on the page, for instance to open a menu.

        Args:
            element: The text on it, or an element such as Link("Men").
        """
        return verbs.act(browser(), "hover", element)

    return [click, doubleclick, rightclick, hover]


def _keyboard(browser: BrowserOf) -> list[Tool]:
    @tool
    def write(text: str, into: str | None = None) -> str:
        """Type text with the keyboard.

        Args:
            text: What to type.
            into: The field to type it into, in place of what it holds: its label, or an element such as
                TextField("Name") or S("@q"). Without it, the text goes where the cursor is.
        """
        return verbs.write(browser(), text, into)

    @tool
    def press(key: str) -> str:
        """Press a key, or several together.

        Args:
            key: Such as ENTER, TAB, ESCAPE, PAGE_DOWN, a or CONTROL+a; in Python also CONTROL + "a".
        """
        return verbs.press(browser(), key)

    @tool
    def select(combo_box: str, value: str) -> str:
        """Choose a value in a drop-down list.

        Args:
            combo_box: Its label, or an element such as ComboBox("Country") or S("#country").
            value: The text of the value to choose.
        """
        return verbs.act(browser(), "select", combo_box, value)

    return [write, press, select]


def _reading(browser: BrowserOf) -> list[Tool]:
    @tool
    def find_elements(element: str) -> list[dict[str, Any]]:
        """Find all visible elements of a kind; each is a dict with tag, text, value, href, attributes, x, y and more.

        Args:
            element: Such as Link("Sale"), Text("€"), S(".price"), or Link() for all links.
        """
        return verbs.find_elements(browser(), element)

    @tool
    def read_page() -> str:
        """Return the address, the title and the text of the page that is shown, also of what has to be scrolled to."""
        return verbs.read_page(browser())

    @tool
    def search_item_ctrl_f(text: str, nth_result: int = 1) -> str:
        """Search for a text on the page, as with Ctrl+F: scroll to it, and tell how many times it is there.

        Args:
            text: The text; upper and lower case are the same.
            nth_result: Which of the places to scroll to.
        """
        return verbs.search_item_ctrl_f(browser(), text, nth_result)

    return [find_elements, read_page, search_item_ctrl_f]


def _scrolling(browser: BrowserOf) -> list[Tool]:
    @tool
    def scroll_down(num_pixels: int = 100) -> str:
        """Scroll the page down.

        Args:
            num_pixels: How far; what the screenshot shows is about 1200 high.
        """
        return verbs.scroll(browser(), 0, num_pixels)

    @tool
    def scroll_up(num_pixels: int = 100) -> str:
        """Scroll the page up.

        Args:
            num_pixels: How far.
        """
        return verbs.scroll(browser(), 0, -num_pixels)

    @tool
    def scroll_right(num_pixels: int = 100) -> str:
        """Scroll the page to the right.

        Args:
            num_pixels: How far; less than 0 scrolls to the left.
        """
        return verbs.scroll(browser(), num_pixels, 0)

    return [scroll_down, scroll_up, scroll_right]
