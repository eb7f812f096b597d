"""Leave out the parts of a model's output in which it thinks aloud."""

from __future__ import annotations

import re

from smolagents.parsing.blocks import Block, fenced, tag, tagged
from smolagents.parsing.loose_json import values_in
from smolagents.parsing.source import parse, tidy

# <think> and its relatives, Mistral's [THINK], Command A's <|START_THINKING|>, Kimi's ◁think▷.
_NAMES = r"(?:think|thinking|thoughts?|reasoning|reflection|scratchpad|seed:think)"
_OPENING = rf"<{_NAMES}>|\[THINK\]|<\|START_THINKING\|>|◁think▷"
_CLOSING = rf"</{_NAMES}>|\[/THINK\]|<\|END_THINKING\|>|◁/think▷"
_MARKER = re.compile(rf"(?P<opening>{_OPENING})|{_CLOSING}", re.I)
_END = re.compile(_CLOSING, re.I)
# Whether one of these is in a text is known much faster than where the first mark is.
_ENDS = (
    *("think>", "think]", "think▷", "thinking>", "thinking|>", "thought>", "thoughts>"),
    *("reasoning>", "reflection>", "scratchpad>"),
)

# gpt-oss writes messages on channels: "analysis" is reasoning, the others are speech.
_TOKEN = re.compile(r"<\|(?:start\|>assistant|(?:channel|constrain)\|>[^<]*|(?:message|end|call|return)\|>)")
_HARMONY = re.compile(
    r"<\|channel\|>(?P<channel>\w*)(?P<header>[^<]*(?:<\|constrain\|>[^<]*)?)<\|message\|>"
    r"(?P<text>(?:[^<]|<(?!\|(?:end|call|return|start|channel)\|>))*+)"
)


def strip_reasoning(text: str, code_block_tags: tuple[str, str] | None = None) -> str:
    """Return the output without its reasoning sections.

    Marks inside blocks of code and JSON are data and stay. A section that is never closed stays too.

    Args:
        text: What the model wrote.
        code_block_tags: Regular expressions of the tags around code; Markdown fences count in any case.
    """
    if is_harmony(text):
        text = _speech(text)
    return _outside_of_reasoning(text, code_block_tags) if _has_marks(text) else text


def _has_marks(text: str) -> bool:
    lowered = text.lower()
    return any(end in lowered for end in _ENDS)


def without_markers(text: str) -> str:
    """Return the output with its reasoning, but without the marks around that."""
    return _MARKER.sub("\n", _TOKEN.sub("\n", text) if is_harmony(text) else text)


def is_harmony(text: str) -> bool:
    """Tell whether the output is in the raw notation of gpt-oss."""
    return text.lstrip().startswith(("<|channel|>", "<|start|>"))


def _speech(text: str) -> str:
    parts = []
    for message in _HARMONY.finditer(text):
        if "to=python" in message["header"]:
            parts.append(f"```python\n{message['text']}\n```")
        elif message["channel"] != "analysis":
            parts.append(message["text"])
    return "\n".join(parts)


def _outside_of_reasoning(text: str, code_block_tags: tuple[str, str] | None) -> str:
    kept: list[str] = []
    blocks = _protected(text, code_block_tags)
    position = 0
    mark = _MARKER.search(text)
    while mark:
        while blocks and blocks[-1].start < position:
            blocks.pop()
        if blocks and blocks[-1].start < mark.start():
            block = blocks.pop()
            kept.append(text[position : block.end])
            position = block.end
        elif not mark["opening"]:  # it opened in the prompt: all so far was reasoning
            kept.clear()
            position = mark.end()
        elif end := _END.search(text, mark.end()):
            kept.append(text[position : mark.start()] + "\n")
            position = end.end()
        else:
            kept.append(text[position : mark.start()] + "\n")
            position = mark.end()
            break
        if mark.start() < position:
            mark = _MARKER.search(text, position)
    return "".join(kept) + text[position:]


def _protected(text: str, code_block_tags: tuple[str, str] | None) -> list[Block]:
    """Return the closed blocks of code and of JSON, in which marks are data, the last one first."""
    found = [block for block in fenced(text) if _is_code(block)]
    found += [Block("json", "", start, end, closed=True) for _, start, end in values_in(text)]
    if code_block_tags is not None:
        opening, closing = (tag(expression) for expression in code_block_tags)
        found += [block for block in tagged(text, opening, closing) if _is_code(block)]
    return sorted(found, key=lambda block: -block.start)


def _is_code(block: Block) -> bool:
    # An opening tag that the reasoning only mentions reaches over the end of the reasoning to the next closing tag.
    return block.closed and (_END.search(block.body) is None or parse(tidy(block.body)) is not None)
