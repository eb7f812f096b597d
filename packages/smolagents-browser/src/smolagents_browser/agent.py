"""The agent that works in a browser and sees it."""

from __future__ import annotations

from functools import partial
from typing import Any

from smolagents import CodeAgent, plugins
from smolagents.steps import ActionStep

from smolagents_browser.browser import Browser
from smolagents_browser.current import current_browser, initialize_driver
from smolagents_browser.errors import BrowserError
from smolagents_browser.executor import HeliumExecutor
from smolagents_browser.instructions import helium_instructions
from smolagents_browser.screenshots import show_page
from smolagents_browser.tools import browser_tools

ACTION_SECONDS = 180.0
_SEARCH = "web_search"


def initialize_agent(model: Any, browser: Browser | None = None, **options: Any) -> CodeAgent:
    """Return an agent that works with a browser: its code speaks helium, and it sees a screenshot after each step.

    Args:
        model: A model that takes images.
        browser: The browser, which you close; by default that of `initialize_driver`, started if need be.
        **options: Arguments of `CodeAgent`. `tools` come in addition, and `executor_type` is "process" where this
            machine can isolate one: the browser stays with your program, whatever runs the code.
    """
    browser = browser or _current_or_new()
    tools = [*browser_tools(browser), *_search(), *options.pop("tools", ())]
    extra = options.pop("instructions", None)
    options.setdefault("executor_type", "process" if plugins.available("process") else "local")
    options.setdefault("timeout", ACTION_SECONDS)
    callbacks = _callbacks(options.pop("step_callbacks", None))
    callbacks.setdefault(ActionStep, []).append(partial(show_page, browser=browser))
    agent = CodeAgent(
        tools=tools,
        model=model,
        instructions="\n".join(filter(None, [helium_instructions, extra])),
        step_callbacks=callbacks,
        **options,
    )
    assert agent.python_executor is not None
    agent.python_executor = HeliumExecutor(agent.python_executor)
    return agent


def _callbacks(given: Any) -> dict[Any, list[Any]]:
    if isinstance(given, dict):
        return {kind: list(found) if isinstance(found, list) else [found] for kind, found in given.items()}
    return {ActionStep: list(given or ())}


def _search() -> list[Any]:
    return [plugins.resolve(_SEARCH)()] if plugins.available(_SEARCH) else []


def _current_or_new() -> Browser:
    try:
        return current_browser()
    except BrowserError:
        initialize_driver()
        return current_browser()
