"""What can be done in a browser: helium's verbs, and a few that it lacks."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from smolagents.spelling import near_miss

from smolagents_browser import scripts
from smolagents_browser.errors import BrowserError
from smolagents_browser.targets import read_target

if TYPE_CHECKING:
    from smolagents_browser.browser import Browser

MAX_ELEMENTS = 200
MAX_PAGE_CHARACTERS = 20_000
MAX_URL_CHARACTERS = 4000
MAX_TITLE_CHARACTERS = 300
_LISTED = 12
_SCHEMES = ("http", "https")


def go_to(browser: Browser, url: str) -> str:
    """Open an address."""
    address = whole_address(browser, url)

    def open_it() -> None:
        from selenium.common.exceptions import InvalidArgumentException, WebDriverException

        try:
            browser.driver.get(address)
        except InvalidArgumentException:
            raise BrowserError(f"{address!r} can't be opened: it is no valid address.") from None
        except WebDriverException as error:
            reason = browser.why_refused(address) or browser.why_refused(browser.driver.current_url)
            if reason is None and "ERR_SOCKS_CONNECTION_FAILED" in str(error.msg):
                reason = "there is no such host, or it does not answer"
            if reason is None:
                raise
            raise BrowserError(f"{address} can't be opened: {reason}.") from None

    return browser.act(open_it)


def whole_address(browser: Browser, url: str) -> str:
    """Return an address with its scheme.

    Raises:
        ValueError: It is none of the web.
    """
    url = "".join(url).strip()
    if "://" not in url and not url.lower().startswith(("about:", "data:", "javascript:", "file:", "blob:")):
        url = f"https://{url}"
    parts = urlsplit(url)
    if parts.scheme.lower() not in _SCHEMES or not parts.hostname:
        raise ValueError(f"{url[:200]!r} is no address of the web: only http:// and https:// can be opened.")
    _ = parts.port  # raises if it is none
    if len(url) > MAX_URL_CHARACTERS:
        raise ValueError(f"The address has {len(url)} characters, of at most {MAX_URL_CHARACTERS}.")
    return url


def act(browser: Browser, verb: str, target: str, *arguments: Any) -> str:
    """Do what one of helium's functions does to an element, such as `click`."""

    def do_it() -> None:
        import helium

        element = read_target(target, browser.found)
        covering = _covering(browser, element, target)
        getattr(helium, verb)(element, *arguments)
        if covering:
            browser.notes.append(f"{target} was covered by {covering!r}, which may have got the {verb} instead.")

    return browser.act(do_it)


def _covering(browser: Browser, element: Any, target: str) -> str | None:
    """Return what lies over an element; waits until there is such an element.

    Raises:
        LookupError: There is none.
    """
    covering: str | None = browser.driver.execute_script(scripts.COVERED_BY, web_element(browser, element, target))
    return covering


def web_element(browser: Browser, element: Any, target: str, text_is: str = "Text") -> Any:
    """Return selenium's element for what `read_target` has returned.

    Args:
        browser: The browser.
        element: The element.
        target: How it was named.
        text_is: What a text alone names.

    Raises:
        LookupError: There is none.
    """
    import helium

    if isinstance(element, str):
        element = getattr(helium, text_is)(element)
    if not isinstance(element, helium.HTMLElement):
        browser.enter(browser.frame_of(element))
        return element
    try:
        return element.web_element
    except LookupError:
        words = target.partition("(")[2].strip("'\"() ") or target
        texts = [text for text in browser.script(scripts.CLICKABLE_TEXTS) if text]
        hint = near_miss(words, texts)
        if not hint and texts:
            hint = f" There are, among others: {', '.join(map(repr, dict.fromkeys(texts[:_LISTED])))}."
        raise LookupError(f"{target} is not visible on this page.{hint}") from None


def write(browser: Browser, text: str, into: str | None = None) -> str:
    """Type text: into a field, in place of what it holds, or where the cursor is."""

    def type_it() -> None:
        from selenium.webdriver import ActionChains

        if into is not None:
            field = web_element(browser, read_target(into, browser.found), into, "TextField")
            state = browser.driver.execute_script(scripts.FOCUS, field)
            if state == "file":
                raise BrowserError("Files of this machine can't be sent to pages.")
            if state != "ok":
                field.click()
        # Keys, one by one: an element that is given text as a whole may turn out to be one for files.
        ActionChains(browser.driver).send_keys("".join(text)).perform()

    return browser.act(type_it)


def press(browser: Browser, key: str) -> str:
    """Press a key, or several together."""

    def press_it() -> None:
        from selenium.webdriver import ActionChains

        modifiers, rest = _keys("".join(key))
        chain = ActionChains(browser.driver)
        for modifier in modifiers:
            chain.key_down(modifier)
        if rest:
            chain.send_keys(rest)
        for modifier in reversed(modifiers):
            chain.key_up(modifier)
        chain.perform()

    return browser.act(press_it)


def _keys(text: str) -> tuple[list[str], str]:
    """Return the keys to hold down and those to press, from helium's constants or from names: `CONTROL+a`."""
    from selenium.webdriver import Keys

    held = {getattr(Keys, name) for name in ("CONTROL", "SHIFT", "ALT", "META", "COMMAND")}
    names = {name: value for name, value in vars(Keys).items() if name.isupper()} | {"CTRL": Keys.CONTROL}
    parts = text.split("+") if len(text) > 1 else [text]
    if all(part.upper() in names or len(part) == 1 for part in parts):
        text = "".join(names.get(part.upper(), part) for part in parts)
    return [character for character in text if character in held], "".join(c for c in text if c not in held)


def scroll(browser: Browser, right: int, down: int) -> str:
    """Scroll the page by so many pixels."""
    move = "scrollBy({left: arguments[0], top: arguments[1], behavior: 'instant'}); return Math.round(scrollY);"
    return browser.perform(lambda: f"Scrolled to {browser.script(move, int(right), int(down))} pixels from the top.")


def refresh(browser: Browser) -> str:
    """Load the page again."""

    return browser.act(lambda: browser.driver.refresh())


def go_back(browser: Browser) -> str:
    """Go to the page before this one: that of the tab's history, or the tab that this one was opened from."""

    def back() -> None:
        if _has_page_before(browser):
            browser.driver.back()
        elif len(handles := browser.driver.window_handles) > 1:
            browser.driver.close()
            browser.driver.switch_to.window(
                [handle for handle in handles if handle in browser.driver.window_handles][-1]
            )
            browser.notes.append("The tab had no page before this one and was closed.")
        else:
            raise BrowserError("There is no page to go back to.")

    return browser.act(back)


def _has_page_before(browser: Browser) -> bool:
    if browser.process is None:  # somebody's own, which may be another browser than Chromium
        return True
    history = browser.cdp("Page.getNavigationHistory")
    before = history["entries"][: history["currentIndex"]]
    return bool(before) and urlsplit(before[-1]["url"]).scheme in _SCHEMES


def switch_to(browser: Browser, title: str) -> str:
    """Show the tab whose title begins so."""

    def switch() -> None:
        driver, wanted, titles = browser.driver, "".join(title).casefold(), []
        here = driver.current_window_handle
        for handle in driver.window_handles:
            driver.switch_to.window(handle)
            titles.append(driver.title[:MAX_TITLE_CHARACTERS])
            if titles[-1].casefold().startswith(wanted):
                return
        driver.switch_to.window(here)
        raise LookupError(f"No tab has a title that begins with {title!r}. There are: {', '.join(map(repr, titles))}.")

    return browser.act(switch)


def find_elements(browser: Browser, target: str) -> list[dict[str, Any]]:
    """Return what there is of an element on the page."""

    def find() -> list[dict[str, Any]]:
        import helium

        element = read_target(target, browser.found)
        if isinstance(element, str):
            element = helium.Text(element)
        if not isinstance(element, helium.HTMLElement):
            return _described(browser, [element], browser.frame_of(element))
        found: list[dict[str, Any]] = []
        elements = helium.find_all(element)[:MAX_ELEMENTS]
        for frame, group in groupby(elements, lambda one: one._impl.first_occurrence.frame_index):
            found += _described(browser, [one.web_element for one in group], frame)
        return found

    return browser.perform(find)


def _described(browser: Browser, elements: list[Any], frame: list[int]) -> list[dict[str, Any]]:
    browser.enter(frame)
    described = browser.driver.execute_script(scripts.DESCRIBE, elements)
    return [{**about, "id": browser.number(one, frame)} for one, about in zip(elements, described, strict=True)]


def read_page(browser: Browser) -> str:
    """Return the text of the page."""

    def read() -> str:
        text: str = browser.script(scripts.READ_PAGE, MAX_PAGE_CHARACTERS + 1)
        cut = "" if len(text) <= MAX_PAGE_CHARACTERS else f"\n(cut after {MAX_PAGE_CHARACTERS} characters)"
        return f"{browser.place()}\n{text[:MAX_PAGE_CHARACTERS]}{cut}"

    return browser.perform(read)


def search_item_ctrl_f(browser: Browser, text: str, nth_result: int = 1) -> str:
    """Scroll to where a text is on the page."""
    wanted = " ".join("".join(text).split())
    if not wanted or nth_result < 1:
        raise ValueError("Give a text to look for, and which place it is: 1 for the first.")
    found = browser.perform(lambda: browser.script(scripts.SEARCH, wanted, int(nth_result)))
    count = found["count"]
    if count == 0:
        raise LookupError(f"{wanted!r} is not in the text of this page.")
    if nth_result > count:
        raise LookupError(f"{wanted!r} is on this page {count} times: there is no place number {nth_result}.")
    around = " ".join(found["around"].split())
    return f"Found {wanted!r} {count} times on this page. Scrolled to number {nth_result}: …{around}…"
