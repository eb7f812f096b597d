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

    def __getattr__(name: str) -> Any:
        if name == "HfApiModel":
            import warnings

            warnings.warn("HfApiModel is called InferenceClientModel now", DeprecationWarning, stacklevel=2)
            name = "InferenceClientModel"
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
