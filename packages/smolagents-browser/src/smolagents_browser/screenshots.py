"""After each step the model sees the page as it is now, and none as it was: pictures are the dearest of its input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from smolagents import ActionStep

from smolagents_browser.errors import BrowserError

if TYPE_CHECKING:
    from smolagents_browser.browser import Browser

_MARK = "smolagents_browser"
_URL_SHOWN = 2000


def show_page(step: ActionStep, agent: Any, browser: Browser) -> None:
    """Put a screenshot and what is new in the browser into a step, and take the screenshots out of earlier steps.

    Args:
        step: The step that has just ended.
        agent: The agent whose step it is.
        browser: The browser.
    """
    for earlier in agent.memory.steps:
        if isinstance(earlier, ActionStep) and any(map(_is_ours, earlier.observations_images or ())):
            kept = [image for image in earlier.observations_images or () if not _is_ours(image)]
            earlier.observations_images = kept or None
    lines = []
    try:
        url, image = browser.perform(lambda: (browser.driver.current_url, browser.screenshot()))
    except BrowserError as error:
        lines.append(f"There is no screenshot: {error}")
    else:
        lines.append(f"Current url: {url[:_URL_SHOWN]}")
        if getattr(agent.model, "supports_vision", True) is not False:
            image.info[_MARK] = True
            step.observations_images = [*(step.observations_images or ()), image]
    notes, browser.notes = browser.notes, []
    step.observations = "\n".join(filter(None, [step.observations, *notes, *lines]))


def _is_ours(image: Any) -> bool:
    return _MARK in getattr(image, "info", {})
