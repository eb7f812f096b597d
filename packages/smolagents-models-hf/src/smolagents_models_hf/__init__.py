"""Hugging Face: models behind its inference providers, and tools and agents on its Hub."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

# One by one, when asked for: the hooks of this package are loaded with every run, and a run uses little of it.
_MODULES = {
    "InferenceClientModel": "model",
    "collection_spaces": "hub",
    "download_agent": "hub",
    "download_tool": "hub",
    "push_agent": "hub",
    "push_to_hub": "hub",
    "push_tool": "hub",
    "tool_from_space": "spaces",
}

__all__ = [
    "HfApiModel",
    "InferenceClientModel",
    "collection_spaces",
    "download_agent",
    "download_tool",
    "push_agent",
    "push_to_hub",
    "push_tool",
    "tool_from_space",
]

if TYPE_CHECKING:
    from smolagents_models_hf.hub import (
        collection_spaces,
        download_agent,
        download_tool,
        push_agent,
        push_to_hub,
        push_tool,
    )
    from smolagents_models_hf.model import InferenceClientModel
    from smolagents_models_hf.spaces import tool_from_space

    HfApiModel = InferenceClientModel
else:
    _ON_THE_WAY = {"smolagents", "smolagents_models_hf", "importlib"}

    def __getattr__(name: str) -> Any:
        if name == "HfApiModel":
            import warnings

            message = "HfApiModel is called InferenceClientModel now"
            warnings.warn(message, DeprecationWarning, stacklevel=_level_of_program())
            name = "InferenceClientModel"
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)

    def _level_of_program() -> int:
        """Return how far up the stack the program is that asked for a name, by way of core or not."""
        import sys

        level, frame = 1, sys._getframe(1)
        while frame.f_back and frame.f_globals.get("__name__", "").split(".")[0] in _ON_THE_WAY:
            level, frame = level + 1, frame.f_back
        return level
