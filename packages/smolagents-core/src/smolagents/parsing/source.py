"""Judge and mend a piece of text that should be Python source."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator

# What stands alone on the first or last line of a block although it is no code: a fence, a tag, a language's name.
_FENCE = r"(?:`{3,}|~{3,})"
_STRAY_FIRST = re.compile(rf"\A(?:{_FENCE}[ \t]*[\w.{{}}]*|python[\d.]*|py3?|tool_code|</?[\w|]+>)[ \t]*\n", re.I)
_STRAY_LAST = re.compile(rf"\n[ \t]*(?:{_FENCE}|</?[\w|]+>?|\[/\w+\])[ \t]*\Z", re.I)
_LANGUAGE_FIRST = re.compile(r"\A(?:python[\d.]*|py3?|tool_code)[ \t]*\n", re.I)

_TYPOGRAPHY = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "\u00a0": " ", "\u202f": " "})
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
_UNUSUAL = re.compile("[“”„‘’\u00a0\u202f\u200b\u200c\u200d\u2060\ufeff]")

# Node types that prose does not hold by accident ("Answer: 42" is an annotation, "well-known" a subtraction).
_DEEDS = re.compile(
    "Assign|AugAssign|NamedExpr|Import|ImportFrom|FunctionDef|AsyncFunctionDef|ClassDef|If|For|AsyncFor|While|With"
    "|AsyncWith|Try|TryStar|Match|Await|ListComp|SetComp|DictComp|GeneratorExp|JoinedStr"
)


def parse(source: str) -> ast.Module | None:
    """Return the syntax tree, or None if this is no Python."""
    import ast

    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def ends_in_string(source: str) -> bool:
    """Tell whether code stops inside a string literal."""
    import ast

    try:
        ast.parse(source.strip())
    except SyntaxError as error:
        return error.msg.startswith("unterminated")
    except (ValueError, RecursionError, MemoryError):
        pass
    return False


def is_program(source: str) -> bool:
    """Tell whether text is a program, rather than prose, a name or a value that happens to parse."""
    import ast

    if not source.strip() or (tree := parse(source)) is None:
        return False
    lines = source.split("\n")
    return any(_does_something(node, lines) for node in ast.walk(tree))


def _does_something(node: ast.AST, lines: list[str]) -> bool:
    kind = type(node).__name__
    if kind == "AnnAssign":
        return node.value is not None  # type: ignore[attr-defined]
    if kind == "Call":  # "Paris (France)" parses as a call, but nobody writes one like this
        function: ast.expr = node.func  # type: ignore[attr-defined]
        line = lines[(function.end_lineno or 1) - 1].encode()
        return not line[function.end_col_offset :][:1].isspace()
    return _DEEDS.fullmatch(kind) is not None


def trim(text: str) -> str:
    """Return a block of code without blank lines around it and without common indentation."""
    text = text.strip("\n")
    if text[:1] in (" ", "\t"):
        import textwrap

        text = textwrap.dedent(text)
    return text.strip()


def tidy(text: str) -> str:
    """Return a block of code as it was meant: trimmed, and mended where that makes it Python.

    Stray fences and tags, typographic quotes and invisible characters stay if the code is Python with them.
    """
    text = _LANGUAGE_FIRST.sub("", trim(text))
    last_line = text[text.rfind("\n") :]
    if (text.isascii() or not _UNUSUAL.search(text)) and not (_STRAY_FIRST.match(text) or _STRAY_LAST.match(last_line)):
        return text
    return next((mended for mended in _mendings(text) if parse(mended) is not None), text)


def _mendings(text: str) -> Iterator[str]:
    yield text
    bare = _STRAY_FIRST.sub("", text)
    for _ in range(2):
        bare = _STRAY_LAST.sub("", bare)
    yield bare
    yield text.translate(_INVISIBLE).translate(_TYPOGRAPHY)
    yield bare.translate(_INVISIBLE).translate(_TYPOGRAPHY)
