"""Which identifiers and attributes source may contain."""

from __future__ import annotations

import ast
from typing import Any, NoReturn

from smolagents.errors import InterpreterError
from smolagents.interpreter.consuming_methods import CONSUMING
from smolagents.interpreter.policy import (
    ASSIGNABLE_DUNDERS,
    CONDITIONAL_ATTRIBUTES,
    DEFINABLE_DUNDERS,
    DENIED_ATTRIBUTES,
    GUEST_DUNDERS,
    LOOP_METHODS,
    READABLE_DUNDERS,
    READABLE_NAMES,
    RESERVED_NAMES,
    RISKY_ATTRIBUTES,
    words,
)

# Methods whose result can be much larger than what they work on, or that walk attributes. The guard gets the
# object and the arguments: `text.join(parts)` becomes `<join>(text, parts)`.
METHOD_GUARDS = {"join": "<join>", "replace": "<replace>", "format": "<format_method>", "extend": "<extend>",
                 "remove": "<remove>", "count": "<count>", "index": "<index>", "update": "<update>"}  # fmt: skip
SIZED_METHODS = words(
    "join replace format format_map extend ljust rjust center zfill expandtabs translate to_bytes from_bytes "
    "elements sub subn seek write writelines sample getrandbits randbytes register strptime rsplit re "
    "decompress digest hexdigest expand strftime"
).union(LOOP_METHODS, CONSUMING)
ANNOTATION_NODES = (
    ast.Name, ast.Attribute, ast.Subscript, ast.Tuple, ast.List, ast.Constant, ast.BinOp, ast.BitOr, ast.Load,
    ast.Expression, ast.Starred, ast.UnaryOp, ast.USub,
)  # fmt: skip


class Refusal(InterpreterError):
    """Refuse source before it runs; carries the node."""

    def __init__(self, message: str, node: Any) -> None:
        super().__init__(message)
        self.node = node


class NameRules:
    """Judge names and attributes, each one once.

    Args:
        extra_guarded: Public attribute names that need a guard in this session, as host objects hold modules there.
    """

    storable_dunders = frozenset({"__name__", "__doc__", "__dict__", "__qualname__", "__wrapped__"})
    method_guards = METHOD_GUARDS

    def __init__(self, extra_guarded: frozenset[str] = frozenset()) -> None:
        self.extra_guarded = extra_guarded
        self.fine_names: set[str] = set()  # read so far, and harmless wherever they are read
        self.attributes: dict[str, bool] = {}  # judged so far

    def refuse(self, message: str, node: Any) -> NoReturn:
        """Refuse the action because of a node."""
        raise Refusal(message, node)

    def refuse_syntax(self, message: str, node: Any) -> NoReturn:
        """Refuse the action as CPython's compiler would."""
        raise SyntaxError(message, (None, node.lineno, node.col_offset + 1, None))

    @staticmethod
    def is_dunder(identifier: str) -> bool:
        """Tell whether a name has two underscores on both sides."""
        return identifier[:2] == "__" and identifier[-2:] == "__" and len(identifier) > 4

    @staticmethod
    def is_private(identifier: str) -> bool:
        """Tell whether a name begins with an underscore and is no dunder."""
        return identifier[:1] == "_" and not (identifier[:2] == "__" and identifier[-2:] == "__")

    def check_name(self, identifier: str, node: Any) -> None:
        """Refuse reading a name of the interpreter's own."""
        if identifier in RESERVED_NAMES or (
            self.is_dunder(identifier) and identifier not in READABLE_NAMES and identifier not in DEFINABLE_DUNDERS
        ):
            self.refuse(f"Forbidden access to name: {identifier}", node)

    def check_binding(self, identifier: str, node: Any, scope: str) -> None:
        """Refuse binding a name of the interpreter's own; a function may name the methods of a class that it makes."""
        if identifier in RESERVED_NAMES:
            self.refuse(f"Forbidden assignment to name: {identifier}", node)
        if self.is_dunder(identifier):
            allowed = scope in ("class", "function") and identifier in DEFINABLE_DUNDERS
            if not allowed and not (scope == "class" and identifier in ASSIGNABLE_DUNDERS):
                where = "a class can't define it" if scope == "class" else "choose another name"
                self.refuse(f"Forbidden assignment to dunder name: {identifier} ({where})", node)

    def check_keyword(self, identifier: str, node: Any) -> None:
        """Refuse a keyword argument with a dunder name."""
        if self.is_dunder(identifier):
            self.refuse(f"Forbidden access to dunder attribute: {identifier}", node)

    def attribute_is_guarded(self, attribute: str, node: Any) -> bool:
        """Tell whether an attribute needs a guard at run time; refuse one that no object may show."""
        guarded = self.attributes.get(attribute)
        if guarded is None:
            guarded = self.attributes[attribute] = self._judge(attribute, node)
        return guarded

    def _judge(self, attribute: str, node: Any) -> bool:
        if attribute in DENIED_ATTRIBUTES:
            self.refuse(f"Forbidden access to attribute: {attribute}", node)
        if self.is_dunder(attribute):
            if attribute in READABLE_DUNDERS:
                return False
            if (
                attribute in GUEST_DUNDERS
                or attribute in DEFINABLE_DUNDERS
                or attribute in ("__cause__", "__context__")
            ):
                return True
            self.refuse(f"Forbidden access to dunder attribute: {attribute}", node)
        return (
            attribute[:1] == "_"
            or attribute in SIZED_METHODS
            or attribute in RISKY_ATTRIBUTES
            or attribute in CONDITIONAL_ATTRIBUTES
            or attribute in self.extra_guarded
        )

    def is_risky(self, attribute: str) -> bool:
        """Tell whether a public attribute needs a guard only because of what host objects may hold there."""
        if attribute in SIZED_METHODS or attribute in CONDITIONAL_ATTRIBUTES:
            return False
        return attribute in RISKY_ATTRIBUTES or attribute in self.extra_guarded

    def check_pattern_attribute(self, attribute: str, node: Any, deeper: bool, compared: bool) -> bool:
        """Tell whether what a class pattern captures from an attribute needs a guard; refuse one that can't get it.

        Args:
            attribute: The attribute's name.
            node: Where it is.
            deeper: Whether the pattern reads attributes of what the attribute holds.
            compared: Whether it compares that with values, whose `__eq__` would get it.
        """
        reaches_outside = attribute in RISKY_ATTRIBUTES or attribute in self.extra_guarded
        refused = attribute[:1] == "_" or attribute in CONDITIONAL_ATTRIBUTES or (deeper and reaches_outside)
        if refused or (compared and (attribute in SIZED_METHODS or attribute in self.extra_guarded)):
            self.refuse(f"Forbidden access to attribute in a pattern: {attribute}", node)
        return self.attribute_is_guarded(attribute, node)

    def check_pattern_value(self, attribute: str, node: Any) -> None:
        """Refuse a dotted name in a pattern, where no guard can be put in, if its attribute needs one."""
        if self.attribute_is_guarded(attribute, node):
            self.refuse(f"Forbidden access to attribute in a pattern: {attribute} (compare in an if instead)", node)

    def check_annotation(self, node: ast.expr) -> None:
        """Refuse text in an annotation that is more than a type: library code may evaluate it."""
        for part in ast.walk(node):
            if type(part) is ast.Constant and type(part.value) is str:
                try:
                    tree = ast.parse(part.value, mode="eval")
                except (SyntaxError, ValueError, MemoryError, RecursionError):
                    continue  # no expression, so nothing can evaluate it
                for inner in ast.walk(tree):
                    if type(inner) not in ANNOTATION_NODES:
                        self.refuse("Text in an annotation must be a plain type.", node)
                    if type(inner) is ast.Name:
                        self.check_name(inner.id, node)
                    elif type(inner) is ast.Attribute and (
                        inner.attr[:1] == "_" or self.attribute_is_guarded(inner.attr, node)
                    ):
                        self.refuse(f"Forbidden access to attribute: {inner.attr}", node)
