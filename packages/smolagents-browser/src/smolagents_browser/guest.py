"""What the agent's code finds of helium: elements to name, and words for what is a tool or is not there.

This is source that runs where the agent's code runs, in every executor, under the same guards. An element is the text
that the tools take; it knows nothing of a browser. Nothing here gives the code more than the tools do.
"""

from __future__ import annotations

from functools import cache

SOURCE = '''
class HTMLElement(str):
    def __new__(cls, text=None, **places):
        words = [] if text is None else [repr(str(text))]
        for name, other in places.items():
            if other is not None:
                words.append(f"{name}={other!s}" if isinstance(other, HTMLElement) else f"{name}={other!r}")
        return str.__new__(cls, f"{cls.__name__}({', '.join(words)})")

    def __repr__(self):
        return str(self)

    def exists(self):
        return bool(find_elements(str(self)))

    def _about(self, name):
        found = find_elements(str(self))
        if not found:
            raise LookupError(f"{self} is not visible on this page")
        return found[0][name]

    @property
    def text(self):
        return self._about("text")

    @property
    def value(self):
        value = self._about("value")
        return self.text if value is None else value

    @property
    def href(self):
        return self._about("href")

    @property
    def tag_name(self):
        return self._about("tag")

    @property
    def x(self):
        return self._about("x")

    @property
    def y(self):
        return self._about("y")

    @property
    def width(self):
        return self._about("width")

    @property
    def height(self):
        return self._about("height")

    @property
    def web_element(self):
        return self

    def get_attribute(self, name):
        return self._about("attributes").get(name)

    def is_enabled(self):
        return self._about("enabled")

    def is_displayed(self):
        return self.exists()

    def is_checked(self):
        return self._about("checked")

    def is_selected(self):
        return self._about("checked")

    def click(self):
        return click(str(self))

    def send_keys(self, keys):
        return write(keys, into=str(self))


class S(HTMLElement):
    pass


class Text(HTMLElement):
    pass


class Link(HTMLElement):
    pass


class ListItem(HTMLElement):
    pass


class Button(HTMLElement):
    pass


class Image(HTMLElement):
    pass


class TextField(HTMLElement):
    pass


class ComboBox(HTMLElement):
    pass


class CheckBox(HTMLElement):
    pass


class RadioButton(HTMLElement):
    pass


class Element(HTMLElement):
    """One of those that find_all has found."""

    def __new__(cls, about):
        made = str.__new__(cls, f"Element({about['id']})")
        made._known = about
        return made

    def _about(self, name):
        return self._known[name]

    def exists(self):
        return True


def find_all(element):
    return [Element(about) for about in find_elements(str(element))]


def wait_until(condition_fn, timeout_secs=10, interval_secs=0.5):
    import time

    end = time.monotonic() + min(timeout_secs, 30)
    while not condition_fn():
        if time.monotonic() > end:
            raise TimeoutError(f"it has not come true within {min(timeout_secs, 30)} seconds")
        time.sleep(max(interval_secs, 0.1))
    return True


class Window(str):
    pass


class Config:
    implicit_wait_secs = 4


def not_offered(name, instead):
    def refuse(*args, **kwargs):
        raise NotImplementedError(f"{name} is not available here. {instead}")

    return refuse
'''

_RUNNING = "The browser is running already: use go_to(url), click(element), write(text, into=...) and the other tools."
_DIALOGS = "Dialogs of the page are dismissed by themselves, and the observation says what they said."
_FILES = "Files of this machine can't be sent to pages."
_MOUSE = "There are click, doubleclick, rightclick and hover."
_NOT_OFFERED = {
    **dict.fromkeys(("start_chrome", "start_firefox", "set_driver", "get_driver", "kill_browser"), _RUNNING),
    **dict.fromkeys(("attach_file", "drag_file"), _FILES),
    **dict.fromkeys(("drag", "press_mouse_on", "release_mouse_over", "Point"), _MOUSE),
    "Alert": _DIALOGS,
    "highlight": "Nobody would see it.",
    "scroll_left": "Scroll with scroll_right(num_pixels=-100).",
}

_ELEMENTS = ("S", "Text", "Link", "ListItem", "Button", "Image", "TextField", "ComboBox", "CheckBox", "RadioButton")
DEFINED = ("HTMLElement", *_ELEMENTS, "Window", "Config", "find_all", "wait_until")
TOOLS = (
    *("go_to", "click", "doubleclick", "rightclick", "hover", "write", "press", "select", "refresh", "switch_to"),
    *("scroll_down", "scroll_up", "scroll_right"),
)


@cache
def source() -> str:
    """Return the program that defines helium's names, and `helium` itself as a class that holds them."""
    from selenium.webdriver import Keys

    keys = {name: value for name, value in vars(Keys).items() if name.isupper() and isinstance(value, str)}
    lines = [SOURCE, *(f"{name} = {value!a}" for name, value in keys.items())]
    lines += [f"{name} = not_offered({name!r}, {instead!r})" for name, instead in _NOT_OFFERED.items()]
    names = [*DEFINED, *TOOLS, *_NOT_OFFERED, *keys]
    lines += ["class helium:", *(f"    {name} = {name}" for name in names)]
    lines += [f"selenium = not_offered('selenium', {_RUNNING!r})", "Keys = helium"]
    return "\n".join(lines)
