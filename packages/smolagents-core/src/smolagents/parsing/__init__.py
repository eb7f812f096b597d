"""Find the action in what a model wrote: Python code or tool calls, in whatever dress it comes."""

from smolagents.parsing.code import extract_code_from_text, parse_code_blobs
from smolagents.parsing.final_answer import fix_final_answer_code
from smolagents.parsing.reasoning import strip_reasoning
from smolagents.parsing.tool_calls import parse_tool_calls_from_text

__all__ = [
    "extract_code_from_text",
    "fix_final_answer_code",
    "parse_code_blobs",
    "parse_tool_calls_from_text",
    "strip_reasoning",
]
