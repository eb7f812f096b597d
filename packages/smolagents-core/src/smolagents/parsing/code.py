"""Find the code in a model's output: a ladder of spellings, from the configured tags down to a bare program."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from smolagents.parsing.blocks import Block, fenced, tag, tagged
from smolagents.parsing.reasoning import strip_reasoning, without_markers
from smolagents.parsing.source import is_program, parse, tidy, trim

_PYTHON = re.compile(r"\W*(?:i?python[\d.]*|py3?|pycon|tool_code|code|python_interpreter|execute)\b.*", re.I | re.S)
_JSON = re.compile(r"\W*json\b.*", re.I | re.S)
_JSON_FIRST = re.compile(r"\s*(?:`{3,}\s*json\s*)?\{", re.I)
_ONE_LINE_FENCE = re.compile(r"(?<!`)`{3,}+(?:[ \t]*(?:python3?|py|tool_code)\b)?([^\n`]+)`{3,}", re.I)

# Tags that models were trained on, or mistake ours for.
_KNOWN_TAGS = (
    (r"(?i)<code(?:\s[^<>]*)?>", r"(?i)</code>"),
    (r"(?i)<(?:python|py|tool_code|python_code|execute|execute_python)>", r"</\w+>"),
    (r"(?i)\[PYTHON\]", r"(?i)\[/PYTHON\]"),
    (r"<\|python_tag\|>", r"<\|e(?:om|ot)_id\|>"),
    (r"<parameter(?:=| name=\")code\"?>", r"</parameter>"),
)


def extract_code_from_text(text: str, code_block_tags: tuple[str, str]) -> str | None:
    """Return the code in all complete blocks between the tags, a blank line between two, or None if there is none.

    Args:
        text: What the model wrote.
        code_block_tags: Regular expressions of the opening and the closing tag.
    """
    speech = strip_reasoning(text, code_block_tags)
    return _join(block for block in _own_blocks(speech, code_block_tags) if block.closed)


def parse_code_blobs(text: str, code_block_tags: tuple[str, str]) -> str:
    """Return the code that the model wants to run.

    Args:
        text: What the model wrote.
        code_block_tags: Regular expressions of the opening and the closing tag.

    Raises:
        ValueError: There is no code; the message tells the model how to write it.
    """
    text = text.replace("\r\n", "\n")
    if _JSON_FIRST.match(text) and (code := _in_json(text)):
        return code
    speech = strip_reasoning(text, code_block_tags)
    code = _find(speech, code_block_tags)
    if not code and (everything := without_markers(text)) != speech:
        code = _find(everything, code_block_tags)
    if not code:
        raise ValueError(_advice(text, code_block_tags))
    return code


def _find(text: str, tags: tuple[str, str]) -> str | None:
    if _JSON_FIRST.match(text) and (code := _in_json(text)):
        return code
    blocks = _own_blocks(text, tags)
    own = _join(blocks)
    # A single word between tags in the middle of a line may be prose about code.
    if own and (any("\n" in block.body for block in blocks) or is_program(own)):
        return own
    rungs: tuple[Callable[[str], str | None], ...] = (
        _in_python_fences,
        _in_known_tags,
        _in_json,
        _in_other_fences,
        lambda text: own,
        lambda text: _without_opening(text, tags),
        lambda text: program if is_program(program := tidy(text)) else None,
    )
    return next((code for rung in rungs if (code := rung(text))), None)


def _own_blocks(text: str, tags: tuple[str, str]) -> list[Block]:
    """Return the complete blocks, or else the one that lacks its closing tag."""
    opening, closing = (tag(expression) for expression in tags)
    blocks = _outside_of_fences(list(tagged(text, opening, closing)), text)
    for block in blocks:
        mentions = list(opening.finditer(block.body))
        if mentions and parse(tidy(block.body)) is None:  # "I will write it in <code> tags."
            block.body = block.body[mentions[-1].end() :]
    return [block for block in blocks if block.closed] or blocks


def _outside_of_fences(blocks: list[Block], text: str) -> list[Block]:
    """Leave out the blocks whose tags stand in strings of fenced code."""
    if not blocks or not re.search("```|~~~", text[: blocks[0].start]):
        return blocks
    fences = [fence for fence in fenced(text) if is_program(trim(fence.body))]
    return [block for block in blocks if not any(fence.start < block.start < fence.end for fence in fences)]


def _in_python_fences(text: str) -> str | None:
    blocks = [block for block in fenced(text) if _PYTHON.fullmatch(block.info)]
    return _join([block for block in blocks if block.closed] or blocks[-1:])


def _in_other_fences(text: str) -> str | None:
    """Return the blocks without a language (or with a wrong one) that are programs."""
    bodies = [f"{block.info}\n{block.body}" if block.info else block.body for block in fenced(text)]
    bodies += [block.body for block in fenced(text) if block.info and not _JSON.fullmatch(block.info)]
    return _join_programs(bodies) or _join_programs(match[1] for match in _ONE_LINE_FENCE.finditer(text))


def _in_known_tags(text: str) -> str | None:
    for opening, closing in _KNOWN_TAGS:
        if code := _join_programs(block.body for block in tagged(text, tag(opening), tag(closing))):
            return code
    return None


def _in_json(text: str) -> str | None:
    """Return the code in `{"thought": …, "code": …}`, or in a JSON call of a tool that runs code."""
    if "code" not in text:
        return None
    from smolagents.parsing.loose_json import values_in

    for value, _, _ in values_in(text):
        for _ in range(3):
            if not isinstance(value, dict):
                break
            if isinstance(code := value.get("code"), str):
                return _join([Block("", code, 0, 0, closed=True)])
            value = next((value[key] for key in ("arguments", "parameters", "function") if key in value), None)
    return None


def _without_opening(text: str, tags: tuple[str, str]) -> str | None:
    """Return the program that ends at a closing tag, after prose that ends at some line."""
    end = tag(tags[1]).search(text) or re.search(r"^[ \t]*(?:`{3,}|~{3,})[ \t]*$|</code>", text, re.M)
    if end is None:
        return None
    lines = text[: end.start()].split("\n")
    starts = [0] + [number + 1 for number, line in enumerate(lines) if not line.strip() or line.rstrip().endswith(":")]
    for start in starts[:_MAX_STARTS]:
        if is_program(program := tidy("\n".join(lines[start:]))):
            return program
    return None


# Where prose before the code may end is tried this often.
_MAX_STARTS = 20


def _join_programs(bodies: Iterable[str]) -> str | None:
    return "\n\n".join(program for body in bodies if is_program(program := tidy(body))) or None


def _join(blocks: Iterable[Block]) -> str | None:
    """Return the code of the blocks; what is fenced inside of a block is taken out of its fence."""
    programs = []
    for block in blocks:
        code = tidy(block.body)
        if "```" in code and parse(code) is None:
            code = _join_programs(inner.body for inner in fenced(code)) or code
        programs.append(code)
    return "\n\n".join(program for program in programs if program) or None


def _advice(text: str, tags: tuple[str, str]) -> str:
    opening, closing = tags
    if "final" in text.lower() and "answer" in text.lower():
        return (
            "There is no code in your output. It looks as if you want to give your final answer: call `final_answer` "
            f'with it, in code between the tags. For example:\n{opening}\nfinal_answer("YOUR ANSWER")\n{closing}'
        )
    return (
        "There is no code in your output, and only code is run. Write a short thought, then the code between the tags. "
        f'For example:\nThought: what this step does and why.\n{opening}\nprint("PYTHON CODE")\n{closing}'
    )
