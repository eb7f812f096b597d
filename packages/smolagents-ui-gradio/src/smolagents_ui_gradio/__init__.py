"""A web page for agents and tools, on Gradio."""

from importlib import import_module
from typing import TYPE_CHECKING

__all__ = ["GradioUI", "launch_gradio_demo", "pull_messages_from_step", "stream_to_gradio", "tool_from_gradio"]

if TYPE_CHECKING:
    from smolagents_ui_gradio.messages import pull_messages_from_step
    from smolagents_ui_gradio.page import GradioUI
    from smolagents_ui_gradio.streaming import stream_to_gradio
    from smolagents_ui_gradio.tools import launch_gradio_demo, tool_from_gradio
else:
    _MODULES = {
        "GradioUI": "page",
        "launch_gradio_demo": "tools",
        "pull_messages_from_step": "messages",
        "stream_to_gradio": "streaming",
        "tool_from_gradio": "tools",
    }

    def __getattr__(name: str) -> object:
        # Not before they are used: runs that only ask this package for its command would wait for all of it.
        if name in _MODULES:
            return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
