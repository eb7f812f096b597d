"""Library functions whose result can be much larger than what they are given."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from smolagents.errors import InterpreterError
from smolagents.interpreter.sizes import as_int, size_of
from smolagents.interpreter.standins import stand_in
from smolagents.interpreter.stdlib_compression import COMPRESSION_MODULES
from smolagents.interpreter.stdlib_copy import rebuilt

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session

# Below so many characters nothing that is made of a text takes much.
FREE_TEXT = 100_000
MAX_INDENT = 1000
# What the tree of Python source takes for each character.
PARSED = 450
# What a parsed value takes for each mark of JSON, and an unpacked one for each byte.
MARK = 64
UNPACKED = 40
# Compatibility forms are up to 18 characters long, of four bytes.
NORMALIZED = 72


def random_names(session: Session, original: Any) -> dict[str, Any]:
    """Return the session's `random`: with a generator of its own."""
    generator = original.Random()
    replaced = {
        name: getattr(generator, name) for name in original.__all__ if name[:1].islower() and hasattr(generator, name)
    }

    def limited(name: str) -> Any:
        def guarded(k: Any) -> Any:
            session.sizes.count(k)
            return getattr(generator, name)(k)

        return guarded

    def choices(population: Any, weights: Any = None, *, cum_weights: Any = None, k: int = 1) -> list[Any]:
        """Return k elements, chosen with replacement."""
        session.sizes.count(k, 8)
        session.budget.charge(as_int(k) or 0)
        return list(generator.choices(population, weights, cum_weights=cum_weights, k=k))

    def sample(population: Any, k: int, *, counts: Any = None) -> list[Any]:
        """Return k elements, chosen without replacement."""
        session.sizes.count(k, 8)
        return list(generator.sample(population, k, counts=counts))

    return {
        **replaced,
        "getrandbits": limited("getrandbits"),
        "randbytes": limited("randbytes"),
        "choices": choices,
        "sample": sample,
    }


def json_names(session: Session, original: Any) -> dict[str, Any]:
    """Return the session's `json`."""

    def check_text(text: Any) -> None:
        if isinstance(text, (str, bytes, bytearray)) and len(text) > FREE_TEXT:
            marks = (",", "[", "{", ":") if isinstance(text, str) else (b",", b"[", b"{", b":")
            session.budget.take(len(text) + MARK * sum(map(text.count, marks)))  # type: ignore[arg-type]

    class JSONEncoder(original.JSONEncoder):  # type: ignore[misc]
        def encode(self, o: Any) -> str:
            session.text.check(o)
            if self.indent is None:
                return str(super().encode(o))
            return str(session.join("", list(self.iterencode(o))))

        def iterencode(self, o: Any, _one_shot: bool = False) -> Iterable[str]:
            session.text.check(o)
            if (as_int(self.indent) or size_of(self.indent)) > MAX_INDENT:
                raise InterpreterError(f"the indentation is too large: at most {MAX_INDENT} characters")
            chunks: Iterable[str] = super().iterencode(o, _one_shot)
            return chunks

    class JSONDecoder(original.JSONDecoder):  # type: ignore[misc]
        def raw_decode(self, s: str, idx: int = 0) -> Any:
            check_text(s)
            return super().raw_decode(s, idx)

    def dumps(obj: Any, *, cls: Any = None, indent: Any = None, **options: Any) -> str:
        """Return an object's JSON."""
        if cls is None and indent is None:
            session.text.check(obj)
            return str(original.dumps(obj, **options))
        return str(original.dumps(obj, cls=cls or JSONEncoder, indent=indent, **options))

    def dump(obj: Any, fp: Any, *, cls: Any = None, **options: Any) -> None:
        """Write an object's JSON to a file object."""
        original.dump(obj, fp, cls=cls or JSONEncoder, **options)

    def loads(s: Any, **options: Any) -> Any:
        """Return the object that JSON describes."""
        check_text(s)
        return original.loads(s, **options)

    def load(fp: Any, **options: Any) -> Any:
        """Return the object that a file object's JSON describes."""
        return loads(fp.read(), **options)

    for kind in (JSONEncoder, JSONDecoder):
        kind.__qualname__, kind.__module__ = kind.__name__, kind.__mro__[1].__module__
    functions = {"dumps": dumps, "dump": dump, "loads": loads, "load": load}
    return {**functions, "JSONEncoder": JSONEncoder, "JSONDecoder": JSONDecoder}


def string_names(session: Session, original: Any) -> dict[str, Any]:
    """Return the session's `string`."""

    class Values:
        """Give a template its values as text, as long as they are not too much."""

        def __init__(self, values: Any) -> None:
            self.values = values
            self.size = 0

        def __getitem__(self, name: str) -> str:
            text = session.text.str(self.values[name])
            self.size += size_of(text)
            session.sizes.check(self.size)
            return text

    class Template(original.Template):  # type: ignore[misc]
        def substitute(self, mapping: Any = {}, /, **values: Any) -> str:  # noqa: B006 (nothing changes it)
            return str(super().substitute(Values(ChainMap(values, mapping))))

        def safe_substitute(self, mapping: Any = {}, /, **values: Any) -> str:  # noqa: B006
            return str(super().safe_substitute(Values(ChainMap(values, mapping))))

    Template.__qualname__, Template.__module__ = "Template", "string"
    return {"Template": Template}


def struct_names(session: Session, original: Any) -> dict[str, Any]:
    """Return the session's `struct`."""

    def sized(function: Callable[..., Any], factor: int) -> Callable[..., Any]:
        def guarded(format: Any, *args: Any) -> Any:
            session.sizes.check(original.calcsize(format) * factor)
            return function(format, *args)

        return guarded

    return {
        "pack": sized(original.pack, 1),
        "unpack": sized(original.unpack, UNPACKED),
        "unpack_from": sized(original.unpack_from, UNPACKED),
        "iter_unpack": sized(original.iter_unpack, UNPACKED),
        "Struct": stand_in(original.Struct, sized(original.Struct, UNPACKED)),
    }


def textwrap_names(session: Session, original: Any) -> dict[str, Any]:
    """Return the session's `textwrap`."""

    class TextWrapper(original.TextWrapper):  # type: ignore[misc]
        def _munge_whitespace(self, text: str) -> str:
            if self.expand_tabs:
                session.sizes.check(text.count("\t") * (as_int(self.tabsize) or 0) + len(text))
            return str(super()._munge_whitespace(text))

    def wrap(text: str, width: int = 70, **options: Any) -> list[str]:
        """Break a paragraph into lines."""
        return list(TextWrapper(width=width, **options).wrap(text))

    def fill(text: str, width: int = 70, **options: Any) -> str:
        """Break a paragraph into lines, in one text."""
        return str(TextWrapper(width=width, **options).fill(text))

    def shorten(text: str, width: int, **options: Any) -> str:
        """Cut a paragraph to a width."""
        return str(TextWrapper(width=width, max_lines=1, **options).fill(" ".join(text.strip().split())))

    TextWrapper.__qualname__, TextWrapper.__module__ = "TextWrapper", "textwrap"
    return {"TextWrapper": TextWrapper, "wrap": wrap, "fill": fill, "shorten": shorten}


def growing(factors: dict[str, int]) -> Callable[[Session, Any], dict[str, Any]]:
    """Return replacements of functions by how many times the bytes of their arguments they need."""

    def names(session: Session, original: Any) -> dict[str, Any]:
        def guarded(name: str, factor: int) -> Callable[..., Any]:
            function = getattr(original, name)

            def call(*args: Any, **options: Any) -> Any:
                session.sizes.check(sum(max(size_of(arg), as_int(arg) or 0) for arg in args) * factor)
                return function(*args, **options)

            call.__name__ = call.__qualname__ = name
            call.__doc__ = function.__doc__
            return call

        return {name: guarded(name, factor) for name, factor in factors.items() if hasattr(original, name)}

    return names


def pprint_names(session: Session, original: Any) -> dict[str, Any]:
    """Return the session's `pprint`."""

    class PrettyPrinter(original.PrettyPrinter):  # type: ignore[misc]
        def __init__(self, indent: Any = 1, *args: Any, **options: Any) -> None:
            if (as_int(indent) or 0) > MAX_INDENT:
                raise InterpreterError(f"the indentation is too large: at most {MAX_INDENT} characters")
            super().__init__(indent, *args, **options)

    PrettyPrinter.__qualname__, PrettyPrinter.__module__ = "PrettyPrinter", "pprint"
    namespace = {**original.__dict__, "PrettyPrinter": PrettyPrinter}
    made = {name: rebuilt(getattr(original, name), namespace) for name in ("pformat", "pp", "pprint")}
    namespace.update(made)
    return {**made, "PrettyPrinter": PrettyPrinter}


def ast_names(session: Session, original: Any) -> dict[str, Any]:
    """Return the session's `ast`."""

    def sized(name: str) -> Callable[..., Any]:
        function = getattr(original, name)

        def guarded(source: Any, *args: Any, **options: Any) -> Any:
            session.budget.take(size_of(source) * PARSED)
            return function(source, *args, **options)

        guarded.__name__, guarded.__doc__ = name, function.__doc__
        return guarded

    return {name: sized(name) for name in ("parse", "literal_eval")}


def locale_names(session: Session, original: Any) -> dict[str, Any]:
    """Return the session's `locale`."""

    def format_string(f: Any, val: Any, grouping: bool = False, monetary: bool = False) -> str:
        """Format values by a text with `%`."""
        session.text.check_widths(f, val)
        return str(original.format_string(f, val, grouping, monetary))

    return {"format_string": format_string}


unicodedata_names = growing({"normalize": NORMALIZED // 8})
base64_names = growing(
    dict.fromkeys(("a85encode", "a85decode", "b85encode", "b85decode", "z85encode", "z85decode"), 12)
)
html_names = growing({"escape": 6})
secrets_names = growing({"token_bytes": 1, "token_hex": 2, "token_urlsafe": 2})

SIZED_MODULES: dict[str, Callable[[Session, Any], dict[str, Any]]] = {
    **COMPRESSION_MODULES,
    "ast": ast_names,
    "base64": base64_names,
    "html": html_names,
    "json": json_names,
    "locale": locale_names,
    "pprint": pprint_names,
    "random": random_names,
    "secrets": secrets_names,
    "string": string_names,
    "struct": struct_names,
    "textwrap": textwrap_names,
    "unicodedata": unicodedata_names,
}
