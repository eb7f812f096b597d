"""What a tool may act on, as text: `Sale`, `Link("Sale")`, `Button("Buy", below="Coat")`, `S("#price")`, `Element(7)`.

The text is read as data. Elements of helium are made of it in this process; a sandbox never holds one.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

MAX_CHARACTERS = 2000
KINDS = ("S", "Text", "Link", "ListItem", "Button", "Image", "TextField", "ComboBox", "CheckBox", "RadioButton")
FOUND = "Element"
_PLACES = ("below", "to_right_of", "above", "to_left_of")


def read_target(text: str, found: Mapping[int, Any]) -> Any:
    """Return what a target stands for: helium's element, an element that was found before, or the text itself.

    Args:
        text: The target.
        found: Elements that `find_elements` has numbered.

    Raises:
        ValueError: It looks like an element and is none.
    """
    text = "".join(text)  # code may have made a class of its own of it
    if len(text) > MAX_CHARACTERS:
        raise ValueError(f"The target has {len(text)} characters, of at most {MAX_CHARACTERS}.")
    name, bracket, _ = text.partition("(")
    if not bracket or name.strip() not in (*KINDS, FOUND):
        return text
    try:
        call = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return text  # the words on a button may look like that
    return _element(call, found)


def _element(node: ast.AST, found: Mapping[int, Any]) -> Any:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        raise ValueError(f"{ast.unparse(node)!r} is no element: write one such as Link('Sale').")
    values = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
    if len(values) < len(node.args) or len(values) > 1:
        raise ValueError(f"{ast.unparse(node)!r}: an element has one text, such as Link('Sale'), and places by name.")
    if node.func.id == FOUND:
        return _found(values, found)
    if node.func.id not in KINDS or not all(isinstance(value, str) for value in values):
        raise ValueError(f"{ast.unparse(node)!r} is no element. There are {', '.join(KINDS)}, each with a text.")
    unknown = [str(keyword.arg) for keyword in node.keywords if keyword.arg not in _PLACES]
    if unknown:
        raise ValueError(f"{node.func.id} has no {unknown[0]}: places are {', '.join(_PLACES)}.")
    import helium

    places = {str(keyword.arg): _element(keyword.value, found) for keyword in node.keywords}
    if node.func.id == "S" and not values:
        raise ValueError("S needs a CSS selector or an XPath: S('.price'), S('//h1').")
    return getattr(helium, node.func.id)(*values, **places)


def _found(values: list[Any], found: Mapping[int, Any]) -> Any:
    number = values[0] if values else None
    if not isinstance(number, int) or number not in found:
        raise ValueError(f"There is no element {number}: it was on a page that is gone. Find it again.")
    return found[number]
