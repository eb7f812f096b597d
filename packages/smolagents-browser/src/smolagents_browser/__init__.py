"""An agent that works in a web browser and sees it: Chromium, driven by helium."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

_MODULES = {
    "Browser": "browser",
    "BrowserError": "errors",
    "HeliumExecutor": "executor",
    "NoBrowser": "programs",
    "browser_tools": "tools",
    "close_popups": "standalone",
    "go_back": "standalone",
    "helium_instructions": "instructions",
    "initialize_agent": "agent",
    "initialize_driver": "current",
    "main": "command",
    "parse_arguments": "command",
    "run_webagent": "command",
    "save_screenshot": "current",
    "search_item_ctrl_f": "standalone",
}

__all__ = [
    "Browser",
    "BrowserError",
    "HeliumExecutor",
    "NoBrowser",
    "browser_tools",
    "close_popups",
    "go_back",
    "helium_instructions",
    "initialize_agent",
    "initialize_driver",
    "main",
    "parse_arguments",
    "run_webagent",
    "save_screenshot",
    "search_item_ctrl_f",
]

if TYPE_CHECKING:
    from smolagents_browser.agent import initialize_agent
    from smolagents_browser.browser import Browser
    from smolagents_browser.command import main, parse_arguments, run_webagent
    from smolagents_browser.current import initialize_driver, save_screenshot
    from smolagents_browser.errors import BrowserError
    from smolagents_browser.executor import HeliumExecutor
    from smolagents_browser.instructions import helium_instructions
    from smolagents_browser.programs import NoBrowser
    from smolagents_browser.standalone import close_popups, go_back, search_item_ctrl_f
    from smolagents_browser.tools import browser_tools
else:

    def __getattr__(name: str) -> Any:
        # One by one, so that `webagent --help` does not wait for what a run needs.
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        value = globals()[name] = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
        return value
