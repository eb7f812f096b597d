"""Find tool calls that a model wrote as text, in the notations of the usual model families."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from smolagents.parsing.blocks import fenced
from smolagents.parsing.loose_json import Unreadable, read, values_in
from smolagents.parsing.reasoning import is_harmony, strip_reasoning, without_markers
from smolagents.parsing.source import parse

ToolCall = tuple[str, Any]

# Notations that name the tool outside of the JSON with its arguments.
_NAMED = [
    re.compile(pattern, re.S | re.M)
    for pattern in (
        # Llama, Qwen3-Coder
        r"<function=(?P<name>[\w.-]+)>(?P<body>.*?)(?:</function>|\Z)",
        # Claude, MiniMax
        r"<(?:\w+:)?invoke name=\"(?P<name>[\w.-]+)\">(?P<body>.*?)(?:</(?:\w+:)?invoke>|\Z)",
        # DeepSeek
        r"<｜tool▁call▁begin｜>(?:function<｜tool▁sep｜>)?(?P<name>[\w.-]+)\s*(?:<｜tool▁sep｜>)?"
        r"(?P<body>.*?)(?:<｜tool▁call▁end｜>|\Z)",
        # Kimi
        r"<\|tool_call_begin\|>\s*(?P<name>[\w.:-]+)\s*<\|tool_call_argument_begin\|>"
        r"(?P<body>.*?)(?:<\|tool_call_end\|>|\Z)",
        # Mistral
        r"\[TOOL_CALLS\]\s*(?P<name>[\w.-]+)(?:\[CALL_ID\][^\[]*+)?(?:\[ARGS\])?\s*(?P<body>\{.*?)(?=\[TOOL_CALLS\]|\Z)",
        # GLM
        r"<tool_call>\s*(?P<name>[\w.-]+)\s*(?P<body>(?:<arg_key>.*?)?)(?:</tool_call>|\Z)",
        # ReAct
        r"^[ \t*_#>-]*+Action:[*_ \t]*+(?P<name>[\w.-]+)[ \t*_`]*+\n\s*+[*_]*+"
        r"(?:Action[ _]Input|Arguments|Input|Parameters)[*_]*+:[*_]*+(?P<body>.*?)"
        r"(?=^[ \t*_#>-]*+(?:Observation|Thought|Action)\b|\Z)",
        # ChatGLM
        r"\A\s*(?P<name>[A-Za-z_]\w*)[ \t]*\n\s*(?P<body>\{.*\})\s*\Z",
    )
]
# gpt-oss calls tools on a channel whose header names the tool.
_HARMONY = re.compile(
    r"<\|channel\|>[^<]*?\bto=(?P<name>[\w.-]+)[^<]*(?:<\|constrain\|>[^<]*)?<\|message\|>"
    r"(?P<body>.*?)(?:<\|(?:call|end)\|>|\Z)",
    re.S,
)
_PARAMETER = re.compile(
    r"<(?:\w+:)?parameter(?:=| name=\")(?P<key>[\w.-]+)\"?[^>]*>(?P<value>(?:(?!<(?:\w+:)?parameter[= ]).)*?)"
    r"</(?:\w+:)?parameter>"
    r"|<arg_key>(?P<arg_key>[^<]*)</arg_key>\s*<arg_value>(?P<arg_value>(?:(?!<arg_key>).)*?)</arg_value>",
    re.S,
)
_ACTION_LINE = re.compile(r"^[ \t*_#>-]*+Action:[*_` \t]*+(?P<call>\w.*?)`?[ \t]*$", re.M)

_NAMES = ("name", "tool", "tool_name", "function_name", "function", "action", "recipient_name")
_ARGUMENTS = ("arguments", "parameters", "args", "input", "tool_input", "action_input", "tool_arguments", "params")
_CONTAINERS = ("tool_calls", "tool_uses", "calls", "actions")
_NOT_ARGUMENTS = ("id", "type", "thought", "reasoning", "index", "call_id", "tool_call_id")


def parse_tool_calls_from_text(text: str, name_key: str = "name", arguments_key: str = "arguments") -> list[ToolCall]:
    """Return the tool calls in a model's output, each as the tool's name and its arguments.

    Args:
        text: What the model wrote.
        name_key: The key of the tool's name in JSON; the usual other ones are understood too.
        arguments_key: The key of its arguments.

    Raises:
        ValueError: There is no call; the message tells the model how to write one.
    """
    text = text.replace("\r\n", "\n")
    if is_harmony(text) and (found := _named(text, [_HARMONY])):
        return found.calls
    names, arguments = (name_key, *_NAMES), (arguments_key, *_ARGUMENTS)
    for version in (strip_reasoning(text), without_markers(text)):
        # What comes first decides: the other notation may be in a string of that.
        notations = [_named(version, _NAMED), _in_json(version, names, arguments)]
        first = min((found for found in notations if found), key=lambda found: found.position, default=None)
        if calls := first.calls if first else list(_in_python(version)):
            return calls
    raise ValueError(_advice(text, name_key, arguments_key))


@dataclass(slots=True)
class _Found:
    """Hold the calls in one notation and where the first of them stands."""

    position: int
    calls: list[ToolCall]


def _named(text: str, notations: list[re.Pattern[str]]) -> _Found | None:
    for notation in notations:
        if matches := list(notation.finditer(text)):
            calls = [(_plain(match["name"]), _arguments(match["body"])) for match in matches]
            return _Found(matches[0].start(), calls)
    return None


def _arguments(body: str) -> Any:
    if pairs := list(_PARAMETER.finditer(body)):
        keys = [(pair["key"] or pair["arg_key"] or "").strip() for pair in pairs]
        return dict(zip(keys, (_value(pair["value"] or pair["arg_value"] or "") for pair in pairs), strict=True))
    for value, _, _ in values_in(body):
        return value
    return body.strip() or {}


def _value(text: str) -> Any:
    """Return a parameter's text as the value that it stands for; what is no JSON is text."""
    import json

    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text.strip("\n")


def _in_json(text: str, names: tuple[str, ...], arguments: tuple[str, ...]) -> _Found | None:
    candidates = [
        (start, candidate) for value, start, _ in values_in(text) for candidate in _calls_of(value, names, arguments)
    ]
    # An object with a name but without arguments is a call only if no other is more of one.
    candidates = [found for found in candidates if found[1].is_complete] or candidates
    return _Found(candidates[0][0], [(call.name, call.arguments) for _, call in candidates]) if candidates else None


class _Candidate(NamedTuple):
    name: str
    arguments: Any
    is_complete: bool


def _calls_of(value: Any, names: tuple[str, ...], arguments: tuple[str, ...], depth: int = 4) -> Iterator[_Candidate]:
    if depth == 0 or not isinstance(value, dict | list):
        return
    if isinstance(value, list):
        for item in value:
            yield from _calls_of(item, names, arguments, depth - 1)
        return
    name_key = next((key for key in names if key in value), None)
    argument_key = next((key for key in arguments if key in value and key != name_key), None)
    name = value.get(name_key) if name_key else None
    if isinstance(name, str) and name.strip():
        rest = {key: item for key, item in value.items() if key not in (name_key, *_NOT_ARGUMENTS)}
        yield _Candidate(
            _plain(name), _decoded(value[argument_key]) if argument_key else rest, argument_key is not None
        )
    elif isinstance(name, dict):
        yield from _calls_of(name, names, arguments, depth - 1)
    else:
        for key in _CONTAINERS:
            yield from _calls_of(value.get(key), names, arguments, depth - 1)


def _decoded(arguments: Any) -> Any:
    """Return the arguments as data; some models write them as a string that holds JSON."""
    if arguments is None:
        return {}
    if isinstance(arguments, str) and arguments.lstrip().startswith("{"):
        try:
            return read(arguments)[0]
        except Unreadable:
            return arguments
    return arguments


def _in_python(text: str) -> Iterator[ToolCall]:
    """Yield calls in Python's notation: in a block, in an `Action:` line, or as the whole output."""
    sources = [block.body for block in fenced(text)] or [line["call"] for line in _ACTION_LINE.finditer(text)]
    for source in sources or [text]:
        tree = parse(source.strip().removeprefix("<|python_tag|>"))
        for statement in tree.body if tree else ():
            yield from _python_calls(getattr(statement, "value", None))


def _python_calls(node: Any) -> Iterator[ToolCall]:
    import ast

    if isinstance(node, ast.List | ast.Tuple):
        for element in node.elts:
            yield from _python_calls(element)
        return
    if not isinstance(node, ast.Call):
        return
    name = ast.unparse(node.func)
    if name == "print" and node.args:
        yield from _python_calls(node.args[0])
        return
    try:
        keywords = {keyword.arg: ast.literal_eval(keyword.value) for keyword in node.keywords if keyword.arg}
        positional = [ast.literal_eval(argument) for argument in node.args]
    except (ValueError, TypeError, RecursionError, MemoryError):
        return
    if not positional:
        yield _plain(name), keywords
    elif len(positional) == 1 and not keywords:
        yield _plain(name), positional[0]


def _plain(name: str) -> str:
    """Return a tool's name without the namespace (`functions.`) and the number (`:0`) that some models add."""
    return name.strip().split(":")[0].rsplit(".", 1)[-1]


def _advice(text: str, name_key: str, arguments_key: str) -> str:
    json_is_there = any(True for _ in values_in(text))
    found = f"has JSON in it, but no key '{name_key}' there names a tool" if json_is_there else "holds no JSON"
    return (
        f"There is no tool call in your output: it {found}. Call one of your tools by writing nothing but a JSON "
        "object with its name and its arguments:\n"
        f'{{"{name_key}": "TOOL_NAME", "{arguments_key}": {{"ARGUMENT": "VALUE"}}}}'
    )
