"""What a model and its author read when an action fails in Monty."""

from __future__ import annotations

import re
from typing import Any

MAX_FRAMES = 6
ELSEWHERE = 'Write it another way; an executor with all of Python would be executor_type="process".'
_UNSUPPORTED = re.compile(r"The monty syntax parser does not yet support (?:the )?(.+)")
_IN_BUILTIN = re.compile(r"external function '(\w+)' cannot suspend in this synchronous context")


def failure_text(error: Any, raised: BaseException | None) -> str:
    """Return why an action failed, and at which lines of the model's code.

    Args:
        error: The SDK's MontyRuntimeError or MontySyntaxError.
        raised: What a tool raised last; Monty does not know classes of the host.
    """
    cause = error.exception()
    name, message = type(cause).__name__, str(cause)
    frames = error.traceback()
    line = frames[0].line if frames else 1
    source = (frames[0].source_line or "").strip() if frames else ""
    if found := _UNSUPPORTED.fullmatch(message):
        return f"Code parsing failed on line {line} due to: Monty has no {found[1]}. {ELSEWHERE}\n{source}"
    if name == "SyntaxError" and not frames[0].function_name:
        return f"Code parsing failed on line {line} due to: {name}: {message}\n{source}"
    if raised is not None and str(raised) == message:
        name = type(raised).__name__
    text = f"Code execution failed at line '{source}' due to: {name}: {message}{_advice(name, message)}"
    for index, frame in enumerate(frames):
        if len(frames) <= MAX_FRAMES or index < 2 or index >= len(frames) - MAX_FRAMES + 2:
            place = "" if frame.function_name in (None, "<module>") else f", in {frame.function_name}"
            text += f"\n  line {frame.line}{place}: {(frame.source_line or '').strip()}"
    return text


def _advice(name: str, message: str) -> str:
    """Return what helps where Monty lacks something that Python has."""
    if name == "ModuleNotFoundError":
        return f". Monty has few modules. {ELSEWHERE}"
    if found := _IN_BUILTIN.fullmatch(message):
        return f". Monty's builtins can't call tools: call {found[1]}() in a loop or a comprehension."
    if message.startswith("Internal error in monty"):
        return f". {ELSEWHERE}"
    return ""
