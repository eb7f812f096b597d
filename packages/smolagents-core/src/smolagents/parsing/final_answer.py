"""Mend code that uses the name of the `final_answer` tool for a variable of its own."""

from __future__ import annotations

import re

_NAME = "final_answer"
_RENAMED = "final_answer_variable"
_ASSIGNED = re.compile(r"\bfinal_answer\s*(?:[-+*/%&|^@:]|<<|>>)?=|\bfinal_answer\s*:|\bfor\s+final_answer\b")
_CALLED = re.compile(r"(?<![\w.])final_answer\s*\(")
_IN_F_STRING = re.compile(r"\{\{|\}\}|\{[^{}]*\}")
_READ = re.compile(r"(?<![\w.'\"])final_answer(?![\w'\"]|\s*\()")


def fix_final_answer_code(code: str) -> str:
    """Rename a variable called `final_answer` in code that also calls the tool of that name.

    Models write `final_answer = …` and then `final_answer(final_answer)`, which would call their own value.
    """
    if not (_ASSIGNED.search(code) and _CALLED.search(code)):
        return code
    import io
    import tokenize

    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(code).readline))
    except (tokenize.TokenError, SyntaxError):  # the interpreter reports it
        return code
    lines = code.splitlines(keepends=True)
    assigned = False
    depth = 0
    edits: list[tuple[int, int, int, str]] = []
    for before, token, after in zip([tokens[0], *tokens], tokens, [*tokens[1:], tokens[-1]], strict=False):
        depth += (token.string in ("(", "[", "{")) - (token.string in (")", "]", "}"))
        row, column = token.start
        if token.type == tokenize.STRING and _NAME in token.string and "f" in _prefix(token.string):
            text = _IN_F_STRING.sub(lambda part: _READ.sub(_RENAMED, part[0]), token.string)
            if token.end[0] == row:
                edits.append((row, column, token.end[1], text))
        elif token.string == _NAME and before.string != "." and after.string != "(":
            if depth and after.string == "=":  # an argument's name
                continue
            assigned |= after.string.endswith("=") and after.string not in ("==", "!=", "<=", ">=")
            assigned |= after.string == ":" or before.string == "for"
            edits.append((row, column, token.end[1], _RENAMED))
    if not assigned:
        return code
    for row, start, end, text in reversed(edits):
        lines[row - 1] = lines[row - 1][:start] + text + lines[row - 1][end:]
    return "".join(lines)


def _prefix(string: str) -> str:
    return string[: min(string.find(quote) for quote in "\"'" if quote in string)].lower()
