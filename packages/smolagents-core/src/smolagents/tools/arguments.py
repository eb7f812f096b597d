"""Check the arguments of a tool call, and build the Python values that the tool's type hints ask for."""

from __future__ import annotations

import collections.abc
import dataclasses
import enum
import inspect
import types
import typing
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from smolagents.errors import TypeHintParsingException
from smolagents.tools.schema import fields_of, is_pydantic_model, json_type, schema_of_hint, strip_hint, type_hints

if TYPE_CHECKING:
    from smolagents.tools.base import Tool

Builder = Callable[[Any], Any]

_MEDIA = {"audio", "image"}


def validate_tool_arguments(tool: Tool, arguments: Any) -> None:
    """Check arguments against a tool's inputs.

    An integer does for a number, None for what is nullable, and a path or URL for an image or audio. Arguments that are
    no dictionary stand for the first input.

    Raises:
        ValueError: An argument is unknown or missing.
        TypeError: An argument has another type than its input.
    """
    if not isinstance(arguments, dict):
        if not tool.inputs:
            raise ValueError(f"Argument {arguments!r} is not in the tool's input schema: it takes no arguments")
        name, schema = next(iter(tool.inputs.items()))
        if not _fits(arguments, schema):
            raise TypeError(f"Argument has type '{json_type(arguments)}' but should be '{schema['type']}' ({name})")
        return
    for name, value in arguments.items():
        if name not in tool.inputs:
            raise ValueError(f"Argument {name} is not in the tool's input schema, which has: {list(tool.inputs)}")
        if not _fits(value, tool.inputs[name]):
            raise TypeError(
                f"Argument {name} has type '{json_type(value)}' but should be '{tool.inputs[name]['type']}'"
            )
    for name, schema in tool.inputs.items():
        if name not in arguments and not schema.get("nullable"):
            raise ValueError(f"Argument {name} is required")


def _fits(value: Any, schema: Mapping[str, Any]) -> bool:
    expected = schema["type"]
    allowed = expected if isinstance(expected, list) else [expected]
    actual = json_type(value)
    return (
        actual in allowed
        or "any" in allowed
        or (actual == "integer" and "number" in allowed)
        or (actual == "string" and not _MEDIA.isdisjoint(allowed))
        or (actual == "null" and bool(schema.get("nullable")))
    )


class ArgumentBuilder:
    """Turn the arguments of a call, plain JSON values, into what the type hints of a function declare.

    Args:
        names: The function's parameters, in order.
        builders: How to build the value of those that JSON has no type for.
    """

    def __init__(self, names: list[str], builders: dict[str, Builder]) -> None:
        self.names = names
        self.builders = builders

    def __call__(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return the positional and the keyword arguments with their values built."""
        built = [self._build(name, value) for name, value in zip(self.names, args, strict=False)]
        return (
            (*built, *args[len(self.names) :]),
            {name: self._build(name, value) for name, value in kwargs.items()},
        )

    def _build(self, name: str, value: Any) -> Any:
        builder = self.builders.get(name)
        if builder is None or value is None:
            return value
        try:
            return builder(value)
        except (TypeError, ValueError, KeyError) as error:
            raise ValueError(f"Argument {name}: {error}") from error


def argument_builder(function: Callable[..., Any]) -> ArgumentBuilder | None:
    """Return what builds the arguments of a function, or None if they can go in as they come."""
    try:
        hints = type_hints(function)
        names = [name for name in inspect.signature(function).parameters if name != "self"]
    except (TypeHintParsingException, ValueError):  # hints that nobody can resolve leave nothing to build
        return None
    builders = {name: builder for name in names if (builder := _builder(hints.get(name, Any)))}
    return ArgumentBuilder(names, builders) if builders else None


def _builder(hint: Any) -> Builder | None:
    """Return what builds a value of this type from JSON, or None if JSON values already have it."""
    hint = strip_hint(hint)
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return _union_builder([arg for arg in args if arg is not types.NoneType])
    if origin is typing.Literal:
        members = {arg.value: arg for arg in args if isinstance(arg, enum.Enum)}
        return (lambda value: members.get(value, value)) if members else None
    if origin in (dict, collections.abc.Mapping, collections.abc.MutableMapping):
        return _dict_builder(_builder(args[1]))
    if origin or hint in (set, frozenset, tuple):
        return _sequence_builder(origin or hint, args)
    if not isinstance(hint, type):
        return None
    if issubclass(hint, enum.Enum):
        return hint
    if is_pydantic_model(hint):
        return lambda value: value if isinstance(value, hint) else hint.model_validate(value)  # type: ignore[attr-defined]
    if typing.is_typeddict(hint):
        return _fields_builder(dict, hint)
    if dataclasses.is_dataclass(hint):
        return _fields_builder(hint, hint)
    return None


def _union_builder(members: list[Any]) -> Builder | None:
    builders = [_builder(member) for member in members]
    if not any(builders):
        return None
    if len(members) == 1:
        return builders[0]
    plain = [schema_of_hint(member) for member, builder in zip(members, builders, strict=True) if builder is None]

    def build(value: Any) -> Any:
        if any(_fits(value, schema) for schema in plain):
            return value
        reasons = []
        for builder in builders:
            if builder is not None:
                try:
                    return builder(value)
                except (TypeError, ValueError, KeyError) as error:
                    reasons.append(str(error))
        raise ValueError("; ".join(reasons))

    return build


def _dict_builder(builder: Builder | None) -> Builder | None:
    if builder is None:
        return None
    return lambda value: {key: builder(item) for key, item in value.items()} if isinstance(value, Mapping) else value


def _sequence_builder(kind: Any, args: tuple[Any, ...]) -> Builder | None:
    items = [None if arg is Ellipsis else _builder(arg) for arg in args]
    make = kind if kind in (set, frozenset, tuple) else list
    if make is list and not any(items):
        return None
    if kind is tuple and Ellipsis not in args and any(items):

        def build_each(value: Any) -> Any:
            if not isinstance(value, (list, tuple)) or len(value) != len(items):
                return value
            return tuple(item(part) if item else part for item, part in zip(items, value, strict=True))

        return build_each
    item = items[0] if items else None

    def build(value: Any) -> Any:
        if not isinstance(value, (list, tuple, set, frozenset)):
            return value
        return make(item(part) if item else part for part in value)

    return build


def _fields_builder(make: Callable[..., Any], cls: type) -> Builder:
    fields = fields_of(cls)
    required = [name for name, (_, needed) in fields.items() if needed]

    @cache
    def builders() -> dict[str, Builder]:  # not before the first call: a class may contain itself
        return {name: builder for name, (hint, _) in fields.items() if (builder := _builder(hint))}

    def build(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        unknown = [name for name in value if name not in fields]
        missing = [name for name in required if name not in value]
        if unknown or missing:
            problem = f"unknown: {unknown}" if unknown else f"missing: {missing}"
            raise ValueError(f"a {cls.__name__} has the fields {list(fields)}, {problem}")
        return make(**ArgumentBuilder([], builders())((), value)[1])

    return build
