"""Make JSON schemas from type hints and docstrings."""

from __future__ import annotations

import collections.abc
import dataclasses
import enum
import inspect
import json
import re
import types
import typing
from collections.abc import Callable, Sequence
from typing import Any

from smolagents.errors import DocstringParsingException, TypeHintParsingException
from smolagents.tools.docstrings import parse_google_format_docstring

Schema = dict[str, Any]

# In this order: bool is an int.
_PLAIN: dict[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    tuple: "array",
    set: "array",
    frozenset: "array",
    dict: "object",
    types.NoneType: "null",
}
_ARRAYS = (
    list,
    set,
    frozenset,
    collections.abc.Sequence,
    collections.abc.MutableSequence,
    collections.abc.Iterable,
    collections.abc.Iterator,
    collections.abc.Generator,
    collections.abc.Collection,
    collections.abc.Set,
    collections.abc.MutableSet,
)
_OBJECTS = (dict, collections.abc.Mapping, collections.abc.MutableMapping)
# Classes that are known by where they live, so that their packages stay out of memory.
_FOREIGN = {
    ("PIL.Image", "Image"): "image",
    ("torch", "Tensor"): "audio",
    ("smolagents.agent_types", "AgentImage"): "image",
    ("smolagents.agent_types", "AgentAudio"): "audio",
    ("smolagents.agent_types", "AgentText"): "string",
}
_CHOICES = re.compile(r"\s*\(choices:\s*(.*?)\)\s*$", re.DOTALL | re.IGNORECASE)


def get_json_schema(function: Callable[..., Any]) -> Schema:
    """Describe a function the way function-calling APIs take it, from its type hints and its docstring.

    An argument's description may end with `(choices: ["a", "b"])`.

    Raises:
        TypeHintParsingException: An argument has no type hint, or one that has no JSON schema.
        DocstringParsingException: The docstring does not describe the function and each of its arguments.
    """
    name = getattr(function, "__name__", type(function).__name__)
    document = inspect.getdoc(function)
    if not document:
        raise DocstringParsingException(
            f"Cannot generate JSON schema for {name} because it has no docstring! Describe in it what the function "
            "does and, under `Args:`, each argument."
        )
    description, argument_texts, result_text = parse_google_format_docstring(document)
    parameters = schema_of_parameters(function)
    result = parameters.pop("return", None)
    for argument, schema in parameters["properties"].items():
        text = (argument_texts or {}).get(argument)
        if not text:
            raise DocstringParsingException(
                f"Cannot generate JSON schema for {name} because the docstring has no description for the argument "
                f"'{argument}'. Add to it:\n    Args:\n        {argument}: …"
            )
        choices = _CHOICES.search(text)
        if choices:
            schema["enum"] = _parse_choices(name, argument, choices[1])
            text = text[: choices.start()].rstrip()
        kind = {"type": schema.pop("type")} if "type" in schema else {}
        parameters["properties"][argument] = {**kind, "description": text, **schema}
    output: Schema = {"name": name, "description": description or "", "parameters": parameters}
    if result is not None:
        output["return"] = {**result, "description": result_text} if result_text else result
    return {"type": "function", "function": output}


def schema_of_parameters(function: Callable[..., Any]) -> Schema:
    """Return the JSON schema of a function's parameters, with that of its result under `return` if it has a hint."""
    hints = type_hints(function)
    properties: dict[str, Schema] = {}
    required: list[str] = []
    for name, parameter in inspect.signature(function).parameters.items():
        if name == "self":
            continue
        if name not in hints:
            raise TypeHintParsingException(
                f"Argument {name} is missing a type hint in function {getattr(function, '__name__', function)}. "
                f"Write, for example, `{name}: str`."
            )
        properties[name] = schema_of_hint(hints[name])
        if parameter.default is parameter.empty:
            required.append(name)
        else:
            properties[name]["nullable"] = True
    schema: Schema = {"type": "object", "properties": properties}
    if required:
        schema["required"] = required
    if "return" in hints:
        schema["return"] = schema_of_hint(hints["return"])
    return schema


def type_hints(function: Callable[..., Any]) -> dict[str, Any]:
    """Return a function's type hints, with text resolved to what it names."""
    try:
        return typing.get_type_hints(inspect.unwrap(getattr(function, "__func__", function)))
    except (NameError, AttributeError, SyntaxError, TypeError) as error:
        name = getattr(function, "__name__", function)
        raise TypeHintParsingException(
            f"Couldn't parse a type hint of {name}: {error}. Define the type at the top level of the module, before it."
        ) from error


def schema_of_hint(hint: Any, inside: tuple[Any, ...] = ()) -> Schema:
    """Return the JSON schema of a type hint.

    Args:
        hint: A type, or anything else that may stand in an annotation.
        inside: The classes whose fields are being described: one that contains itself is any object.

    Raises:
        TypeHintParsingException: The hint has no JSON schema.
    """
    hint = strip_hint(hint)
    if hint is Any:
        return {"type": "any"}
    if hint is None:
        return {"type": "null"}
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return _schema_of_values(args)
    if origin in (typing.Union, types.UnionType):
        return _schema_of_union(args, inside)
    container = origin or hint
    if container is tuple and args:
        return _schema_of_tuple(args, inside)
    if container in _ARRAYS:
        unique = {"uniqueItems": True} if container in (set, frozenset) and args else {}
        return {"type": "array", **_nested("items", args[:1], inside), **unique}
    if container in _OBJECTS:
        return {"type": "object", **_nested("additionalProperties", args[1:2], inside)}
    if isinstance(container, type) and (origin is None or container.__module__ not in ("builtins", "collections.abc")):
        return _schema_of_class(container, inside)
    raise TypeHintParsingException(
        f"Couldn't parse this type hint, likely due to a custom class or object: {hint}. Use a type that JSON can "
        "express (str, int, float, bool, list, dict, Literal, Enum, a dataclass …) or Any."
    )


def strip_hint(hint: Any) -> Any:
    """Return what an alias, a `NewType` or an `Annotated` stands for."""
    while True:
        if typing.get_origin(hint) is typing.Annotated:
            hint = typing.get_args(hint)[0]
        elif isinstance(hint, typing.NewType):
            hint = hint.__supertype__
        elif type(hint).__name__ == "TypeAliasType":
            hint = hint.__value__
        else:
            return hint


def is_pydantic_model(cls: Any) -> bool:
    """Tell whether a class is a model of pydantic."""
    return isinstance(cls, type) and hasattr(cls, "model_json_schema") and hasattr(cls, "model_validate")


def fields_of(cls: type) -> dict[str, tuple[Any, bool]]:
    """Return the type hint of each field of a TypedDict or a dataclass, and whether the field must be given."""
    hints = typing.get_type_hints(cls)
    if typing.is_typeddict(cls):
        return {name: (hint, name in cls.__required_keys__) for name, hint in hints.items()}  # type: ignore[attr-defined]
    missing = dataclasses.MISSING
    return {
        field.name: (hints[field.name], field.default is missing and field.default_factory is missing)
        for field in dataclasses.fields(cls)
        if field.init
    }


def _schema_of_class(cls: type, inside: tuple[Any, ...]) -> Schema:
    if issubclass(cls, enum.Enum):
        return _schema_of_values([member.value for member in cls])
    if cls in inside:
        return {"type": "object"}
    if typing.is_typeddict(cls) or dataclasses.is_dataclass(cls):
        fields = fields_of(cls)
        properties = {name: schema_of_hint(hint, (*inside, cls)) for name, (hint, _) in fields.items()}
        required = [name for name, (_, needed) in fields.items() if needed]
        return {"type": "object", "properties": properties, **({"required": required} if required else {})}
    if is_pydantic_model(cls):
        return _without_references(cls.model_json_schema())  # type: ignore[attr-defined]
    return {"type": _json_type_of_class(cls)}


def _json_type_of_class(cls: type) -> str:
    foreign = next((kind for base in cls.__mro__ if (kind := _FOREIGN.get((base.__module__, base.__name__)))), None)
    return foreign or next((kind for plain, kind in _PLAIN.items() if issubclass(cls, plain)), "object")


def _schema_of_values(values: Sequence[Any]) -> Schema:
    choices = [value.value if isinstance(value, enum.Enum) else value for value in values if value is not None]
    kinds = sorted({json_type(value) for value in choices})
    schema: Schema = {"type": kinds[0] if len(kinds) == 1 else kinds, "enum": choices}
    if len(choices) < len(values):
        schema["nullable"] = True
    return schema


def _schema_of_union(args: tuple[Any, ...], inside: tuple[Any, ...]) -> Schema:
    schemas = [schema_of_hint(arg, inside) for arg in args if arg is not types.NoneType]
    if len(schemas) == 1:
        schema = schemas[0]
    elif any(schema == {"type": "any"} for schema in schemas):
        schema = {"type": "any"}
    elif all(set(schema) == {"type"} and isinstance(schema["type"], str) for schema in schemas):
        kinds = sorted({schema["type"] for schema in schemas})
        schema = {"type": kinds if len(kinds) > 1 else kinds[0]}
    else:
        schema = {"anyOf": schemas}
    if types.NoneType in args:
        schema["nullable"] = True
    return schema


def _schema_of_tuple(args: tuple[Any, ...], inside: tuple[Any, ...]) -> Schema:
    if args[-1] is Ellipsis:
        return {"type": "array", **_nested("items", args[:1], inside)}
    return {"type": "array", "prefixItems": [schema_of_hint(arg, inside) for arg in args]}


def _nested(key: str, args: tuple[Any, ...], inside: tuple[Any, ...]) -> Schema:
    """Return the schema of a container's content; nothing for Any, which JSON schema has no word for."""
    if not args or isinstance(args[0], typing.TypeVar):
        return {}
    schema = schema_of_hint(args[0], inside)
    return {} if schema == {"type": "any"} else {key: schema}


def _without_references(schema: Schema) -> Schema:
    """Return a schema with its `$ref`s replaced by what they point to, so that it can stand inside another one."""
    definitions = schema.pop("$defs", {})

    def resolved(node: Any, inside: tuple[str, ...]) -> Any:
        if isinstance(node, list):
            return [resolved(item, inside) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" not in node:
            return {key: resolved(value, inside) for key, value in node.items()}
        name = node["$ref"].rpartition("/")[2]
        rest = {key: value for key, value in node.items() if key != "$ref"}
        if name in inside:
            return {"type": "object", **rest}
        return {**resolved(definitions[name], (*inside, name)), **rest}

    if "$ref" in schema:  # pydantic describes a recursive model this way
        return typing.cast(Schema, resolved(schema, ()))
    return typing.cast(Schema, resolved(schema, (schema.get("title", ""),)))


def json_type(value: Any) -> str:
    """Return the type of a value as tools name it: a JSON type, `image` or `audio`; `object` for anything else."""
    if isinstance(value, enum.Enum):
        return json_type(value.value)
    return _json_type_of_class(type(value))


def _parse_choices(function: str, argument: str, text: str) -> list[Any]:
    try:
        choices = json.loads(text)
    except ValueError as error:
        raise DocstringParsingException(
            f"The choices of argument '{argument}' of {function} are no JSON list: {text}. "
            'Write them like (choices: ["a", "b"]).'
        ) from error
    if not isinstance(choices, list):
        raise DocstringParsingException(f"The choices of argument '{argument}' of {function} are no JSON list: {text}")
    return [choice.strip() if isinstance(choice, str) else choice for choice in choices]
