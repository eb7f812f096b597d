"""Find the action in what a model wrote: Python code or tool calls, in whatever dress it comes."""

from typing import TYPE_CHECKING

__all__ = [
    "extract_code_from_text",
    "fix_final_answer_code",
    "parse_code_blobs",
    "parse_tool_calls_from_text",
    "strip_reasoning",
]

if TYPE_CHECKING:
    from smolagents.parsing.code import extract_code_from_text, parse_code_blobs
    from smolagents.parsing.final_answer import fix_final_answer_code
    from smolagents.parsing.reasoning import strip_reasoning
    from smolagents.parsing.tool_calls import parse_tool_calls_from_text
else:
    # The modules compile many expressions, so each is loaded when it is first needed.
    _MODULES = {
        "extract_code_from_text": "code",
        "fix_final_answer_code": "final_answer",
        "parse_code_blobs": "code",
        "parse_tool_calls_from_text": "tool_calls",
        "strip_reasoning": "reasoning",
    }

    def __getattr__(name):
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        found = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
        globals()[name] = found
        return found
