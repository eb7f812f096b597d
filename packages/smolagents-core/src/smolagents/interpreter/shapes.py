"""What source tells about the size of values before it runs."""

from __future__ import annotations

import ast
from typing import Any

from smolagents.interpreter.large import LISTS
from smolagents.interpreter.operators import number

SHORT_SLICE = 4096
LIST_NAMES = frozenset(make.__name__ for make in LISTS)
# Methods of patterns that make many objects of their argument.
TAKES_TEXT = frozenset({"split", "findall"})
LAZY = frozenset({"map", "filter", "range", "zip", "enumerate", "reversed"})
VIEWS = frozenset({"keys", "values", "items"})
UNKNOWN = (ast.BinOp, ast.Attribute, ast.Subscript, ast.JoinedStr, ast.IfExp, ast.BoolOp, ast.Starred)


def is_known_small(arguments: list[Any]) -> bool:
    """Tell whether making arguments can't be what ends the session's calm.

    A function is found before its arguments are made, so they may become large while it still is the one for the calm.
    """
    for argument in arguments:
        if type(argument) is ast.Call:
            func: Any = argument.func
            known = func.id in LAZY if type(func) is ast.Name else type(func) is ast.Attribute and func.attr in VIEWS
            if not known:
                return False
        elif type(argument) in UNKNOWN:
            return False
    return True


def is_short(part: ast.Slice) -> bool:
    """Tell whether a slice has few elements, whatever it is taken of."""
    start = 0 if part.lower is None else number(part.lower)
    stop = 0 if part.upper is None else number(part.upper)
    if type(start) is not int or type(stop) is not int or part.step is not None:
        return False
    both = part.lower is not None and part.upper is not None
    if part.upper is None:
        return -SHORT_SLICE < start < 0
    return 0 <= stop - start < SHORT_SLICE and (start < 0) == (stop < 0 if both else False)
