# ruff: noqa: E501 (templates of programs)
"""Random programs, as hypothesis strategies: what they compute, print and raise is the same in any Python."""

from __future__ import annotations

from hypothesis import strategies as st

NAMES = ["a", "b", "c", "items", "text", "table"]
ATOMS = st.one_of(
    st.integers(-20, 20).map(repr),
    st.floats(-5, 5).map(repr),
    st.sampled_from(
        ["'x'", "'ab c'", "''", "True", "None", "[]", "[1, 2, 3]", "(1, 'z')", "{'k': 1}", "{1, 2}", "b'q'"]
    ),
    st.sampled_from(NAMES),
)
OPERATORS = [
    "+",
    "-",
    "*",
    "//",
    "/",
    "%",
    "**",
    "<<",
    ">>",
    "&",
    "|",
    "^",
    "==",
    "!=",
    "<",
    ">=",
    "and",
    "or",
    "in",
    "is",
]


def _expressions(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, st.sampled_from(OPERATORS), inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
        st.tuples(inner, inner).map(lambda p: f"[{p[0]}, {p[1]}]"),
        st.tuples(inner, inner).map(lambda p: f"[*{p[0]}, *{p[1]}]"),
        st.tuples(inner, inner).map(lambda p: f"{p[0]}[{p[1]}]"),
        st.tuples(inner, inner, inner).map(lambda p: f"({p[0]} if {p[1]} else {p[2]})"),
        st.tuples(inner, inner).map(lambda p: f"[{p[0]} for a in {p[1]}]"),
        st.tuples(inner, inner).map(lambda p: f"sorted(str(b) for b in {p[0]} if {p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"(lambda a, b=2: {p[0]})({p[1]})"),
        st.tuples(inner, st.sampled_from(["", ":>5", "!r", "!r:>8", ":{3}"])).map(lambda p: f"f'{{{p[0]}{p[1]}}}|'".replace("f'", 'f"""').replace("|'", '|"""')),
        st.tuples(st.sampled_from(["len", "str", "repr", "list", "tuple", "sum", "sorted", "bool", "abs", "type", "int", "bytes", "max", "hash", "iter"]), inner).map(
            lambda p: f"{p[0]}({p[1]})" if p[0] not in ("type", "hash", "iter") else f"({p[0]}({p[1]}) is None)"
        ),
        st.tuples(inner, st.sampled_from([".upper()", ".replace('x', 'yy')", ".count(1)", ".join('ab')", ".real", ".ljust(4)", ".get('k')", ".copy()", ".extend([1])", ".format(1)", ".nope", ".split()"])).map(
            lambda p: f"({p[0]}){p[1]}"
        ),
        st.tuples(inner, inner).map(lambda p: f"'%s-%s' % ({p[0]}, {p[1]})"),
        inner.map(lambda e: f"(a := {e})"),
        inner.map(lambda e: f"(not {e})"),
        inner.map(lambda e: f"(-{e})"),
    )  # fmt: skip


EXPRESSIONS = st.recursive(ATOMS, _expressions, max_leaves=6)


def _indent(block: list[str]) -> str:
    return "\n".join("    " + line for statement in block for line in statement.splitlines())


def _statements(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    block = st.lists(inner, min_size=1, max_size=3).map(_indent)
    return st.one_of(
        st.tuples(EXPRESSIONS, block, block).map(lambda p: f"if {p[0]}:\n{p[1]}\nelse:\n{p[2]}"),
        st.tuples(st.sampled_from(NAMES), EXPRESSIONS, block).map(lambda p: f"for {p[0]} in list({p[1]})[:4]:\n{p[2]}"),
        block.map(lambda b: f"n = 0\nwhile n < 3:\n    n += 1\n{b}"),
        st.tuples(block, block, block).map(
            lambda p: f"try:\n{p[0]}\nexcept (TypeError, ValueError) as error:\n    print(type(error).__name__)\n{p[1]}\nfinally:\n{p[2]}"
        ),
        st.tuples(block, EXPRESSIONS, EXPRESSIONS).map(
            lambda p: f"def f(a, b=0, *c, **d):\n{p[0]}\n    return {p[1]}\nprint(f({p[2]}))"
        ),
        st.tuples(block, EXPRESSIONS).map(lambda p: f"def g(items):\n    for a in items:\n        yield a\n{p[0]}\nprint(list(g({p[1]}))[:5])"),
        st.tuples(EXPRESSIONS, EXPRESSIONS).map(
            lambda p: f"class K:\n    z = {p[0]}\n    def __init__(self, v):\n        self._v = v\n        self.w = {p[1]}\n    def get(self):\n        self.w *= 2\n        return self._v\nprint(K(1).get(), K.z)"
        ),
        st.tuples(EXPRESSIONS, block, block).map(
            lambda p: f"match {p[0]}:\n    case [a, *b]:\n{_deeper(p[1])}\n    case {{'k': c}} | int(c):\n{_deeper(p[2])}\n    case _:\n        print('other')"
        ),
    )  # fmt: skip


def _deeper(block: str) -> str:
    return "\n".join("    " + line for line in block.splitlines())


SIMPLE = st.one_of(
    st.tuples(st.sampled_from(NAMES), EXPRESSIONS).map(lambda p: f"{p[0]} = {p[1]}"),
    st.tuples(st.sampled_from(NAMES), st.sampled_from(["+", "-", "*", "%", "//", "<<", "**", "|"]), EXPRESSIONS).map(
        lambda p: f"{p[0]} {p[1]}= {p[2]}"
    ),
    st.tuples(st.sampled_from(NAMES), EXPRESSIONS, EXPRESSIONS).map(lambda p: f"{p[0]}[{p[1]}] = {p[2]}"),
    st.tuples(EXPRESSIONS).map(lambda p: f"a, *b = {p[0]}"),
    EXPRESSIONS.map(lambda e: f"print({e})"),
    EXPRESSIONS,
)
STATEMENTS = st.recursive(SIMPLE, _statements, max_leaves=5)
SETUP = "a, b, c = 1, 2.5, -3\nitems = [3, 1, 2]\ntext = 'some text'\ntable = {'k': [1], 2: 'two'}"
PROGRAMS = st.lists(STATEMENTS, min_size=1, max_size=5).map(lambda block: "\n".join([SETUP, *block]))
