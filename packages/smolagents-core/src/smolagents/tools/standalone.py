"""Check that the source of a tool class stands alone, so that it can be saved and loaded elsewhere."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Container, Iterator
from typing import Any

from smolagents.tools.names import surroundings
from smolagents.tools.naming import is_valid_name
from smolagents.tools.source import get_source, undefined

_LITERAL = (
    ast.Constant,
    ast.Dict,
    ast.List,
    ast.Set,
    ast.Tuple,
    ast.UnaryOp,
    ast.BinOp,
    ast.JoinedStr,
    ast.FormattedValue,
    ast.Name,
    ast.Attribute,
    ast.Subscript,
    ast.operator,
    ast.unaryop,
    ast.expr_context,
)


def validate_tool_attributes(cls: type[Any], check_imports: bool = True, given: Container[str] = ()) -> None:
    """Check that a tool class can be saved.

    Its class attributes must be plain values, the parameters of `__init__` must have plain defaults, and what its
    methods use must be defined or imported in them, or be an import, a function or a class of its module.

    Args:
        cls: The class.
        check_imports: Check the names that the methods use.
        given: Parameters of `__init__` whose values are saved along.

    Raises:
        ValueError: The class breaks one of these rules; the message lists all that is wrong.
    """
    source = get_source(cls)
    node = next((node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)), None)
    if node is None:
        raise ValueError("Source code must define a class")
    errors = [*_attribute_errors(node, cls), *_init_errors(node, cls, given)]
    if check_imports:
        errors += [undefined(name) for name in surroundings(source, cls.__module__).missing]
    if errors:
        listed = "\n".join(f"- {error}" for error in errors)
        raise ValueError(f"Tool validation failed for {cls.__name__}:\n{listed}")


def _attribute_errors(node: ast.ClassDef, cls: type[Any]) -> Iterator[str]:
    complex_attributes = []
    for statement in node.body:
        if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            if not all(isinstance(part, _LITERAL) for part in ast.walk(statement.value)):
                complex_attributes += [ast.unparse(target) for target in targets]
            elif any(getattr(target, "id", None) == "name" for target in targets) and not is_valid_name(
                getattr(cls, "name", None)
            ):
                yield (
                    "Class attribute 'name' must be a valid Python identifier and not a reserved keyword, found "
                    f"{cls.name!r}"
                )
    if complex_attributes:
        yield (
            "Complex attributes should be defined in __init__, not as class attributes: "
            f"{', '.join(complex_attributes)}"
        )


def _init_errors(node: ast.ClassDef, cls: type[Any], given: Container[str]) -> Iterator[str]:
    parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]  # without self; a base class may have it
    required = [
        parameter.name
        for parameter in parameters
        if parameter.default is parameter.empty
        and parameter.name not in given
        and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]
    if required:
        yield (
            f"Parameters in __init__ must have default values, found required parameters: {', '.join(required)}. "
            "Values are saved along if they are plain (texts, numbers, lists, dictionaries) and no credentials"
        )
    init = next((part for part in node.body if isinstance(part, ast.FunctionDef) and part.name == "__init__"), None)
    if init is None:
        return
    positional = [*init.args.posonlyargs, *init.args.args]
    defaults = [
        *zip(reversed(positional), reversed(init.args.defaults), strict=False),
        *zip(init.args.kwonlyargs, init.args.kw_defaults, strict=True),
    ]
    computed = [argument.arg for argument, default in defaults if default is not None and not _is_literal(default)]
    if computed:
        yield f"Parameters in __init__ must have literal default values, found non-literal: {', '.join(computed)}"


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except ValueError:
        return False
    return True
