"""Turn values into tagged JSON and back, running nothing that the data says.

This file, `libraries` and `serializer` also travel into sandboxes as source. They need CPython 3.8 and its standard
library alone, hence no `from __future__`, and quotes around annotations that 3.8 can't evaluate.
"""

import base64
import dataclasses
import datetime
import enum
import json
import math
import reprlib
import sys
from collections import deque
from typing import Any

from smolagents.errors import SerializationError
from smolagents.serialization.libraries import LIBRARY_DECODERS, encode_library

SAFE_PREFIX = "safe:"
TAG = "__type__"
MAX_DEPTH = 100


def to_json_safe(obj: Any) -> Any:
    """Return plain JSON data that stands for a value.

    Raises:
        SerializationError: Something in it has no plain form; says where it is and what.
    """
    return _Encoder().encode(obj)


def from_json_safe(obj: Any) -> Any:
    """Return the value that `to_json_safe` made plain data from.

    Raises:
        SerializationError: The data has a form that `to_json_safe` doesn't make.
    """
    try:
        return _decode(obj)
    except RecursionError as error:
        raise SerializationError("The data is nested too deeply") from error


def dumps_safe(value: Any) -> str:
    """Return a value as text; raises as `to_json_safe` does."""
    return SAFE_PREFIX + json.dumps(to_json_safe(value), allow_nan=False)


def loads_safe(text: str) -> Any:
    """Return the value that `dumps_safe` made the text from; raises as `from_json_safe` does."""
    if not isinstance(text, str) or not text.startswith(SAFE_PREFIX):
        raise SerializationError(f"This is no safe data: it must be text that starts with {SAFE_PREFIX!r}")
    try:
        data = json.loads(text[len(SAFE_PREFIX) :])
    except (ValueError, RecursionError) as error:
        raise SerializationError(f"The data can't be read: {type(error).__name__}: {error}") from error
    return from_json_safe(data)


class _Encoder:
    """Encode one value, and remember the way to the part that is being encoded."""

    def __init__(self) -> None:
        self._path: list[tuple[str, Any]] = []
        self._open: set[int] = set()

    def encode(self, value: Any) -> Any:
        kind = type(value)
        if kind in _ATOMS:
            return value
        if kind is int:  # decimal digits of long numbers take quadratic time, and CPython refuses thousands of them
            return value if value.bit_length() <= 4096 else {TAG: "int", "data": hex(value)}
        if kind is float:
            return value if math.isfinite(value) else {TAG: "float", "data": repr(value)}
        if id(value) in self._open:
            raise self._refusal(value, "it contains itself")
        if len(self._path) > MAX_DEPTH:
            raise self._refusal(value, f"it is nested deeper than {MAX_DEPTH} levels")
        self._open.add(id(value))
        encode = _BY_CLASS.get(kind)
        try:
            encoded = self._encode_object(value) if encode is None else encode(value, self)
        except SerializationError:
            raise
        except Exception as error:
            raise self._refusal(value, f"{type(error).__name__}: {error}") from error
        self._open.discard(id(value))
        return encoded

    def items(self, values: Any) -> "list[Any]":
        """Return all items encoded."""
        return [item for _, item in self.children("[{}]", enumerate(values))]

    def children(self, label: str, pairs: Any, encode: Any = None) -> Any:
        """Yield the pairs with their second parts encoded."""
        self._path.append((label, None))
        for key, value in pairs:
            if type(value) in _ATOMS:
                yield key, value
                continue
            self._path[-1] = (label, key)
            yield key, self.encode(value) if encode is None else encode(value, self)
        self._path.pop()

    def _encode_object(self, value: Any) -> Any:
        if isinstance(value, enum.Enum):
            return self.encode(value.value)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = [(field.name, getattr(value, field.name)) for field in dataclasses.fields(value)]
            names = {"class_name": type(value).__name__, "module": type(value).__module__}
            return dict(names, __type__="dataclass", data=dict(self.children(".{}", fields)))
        encoded = encode_library(value, self)
        if encoded is not None:
            return encoded
        for kind, encode in _ENCODERS:
            if isinstance(value, kind):
                return encode(value, self)
        for (module, name), encode in _LATE_ENCODERS.items():
            late = getattr(sys.modules.get(module), name, None)
            if late is not None and isinstance(value, late):
                return encode(value, self)
        raise self._refusal(value)

    def _refusal(self, value: Any, why: str = "") -> SerializationError:
        kind = type(value)
        name = kind.__qualname__ if kind.__module__ == "builtins" else kind.__module__ + "." + kind.__qualname__
        where = "".join(label.format(key if label == ".{}" else reprlib.repr(key)) for label, key in self._path)
        return SerializationError(
            "Cannot safely serialize value{}, an object of type {}{}. Turn it into plain data first, such as numbers, "
            "text, lists and dicts.".format(where, name, ": " + why if why else "")
        )


def _encode_dict(value: Any, encoder: _Encoder) -> Any:
    children = encoder.children("[{}]", value.items())
    if all(type(key) is str for key in value) and TAG not in value:
        return dict(children)
    return {TAG: "dict_with_complex_keys", "data": [[encoder.encode(key), item] for key, item in children]}


def _encode_timedelta(value: Any, encoder: _Encoder) -> Any:
    # The seconds alone are a float, which is too coarse for centuries.
    exact = [value.days, value.seconds, value.microseconds]
    return {TAG: "timedelta", "total_seconds": value.total_seconds(), "exact": exact}


def _tagged(tag: str, plain: Any) -> Any:
    return lambda value, encoder: {TAG: tag, "data": plain(value)}


def _sequence(tag: str) -> Any:
    return lambda value, encoder: {TAG: tag, "data": encoder.items(value)}


def _base64(value: Any) -> str:
    return base64.b64encode(value).decode("ascii")


def _complex(value: Any, encoder: _Encoder) -> Any:
    return {TAG: "complex", "real": encoder.encode(value.real), "imag": encoder.encode(value.imag)}


# The first that fits wins: classes before their base classes.
_ENCODERS = (
    (dict, _encode_dict),
    (list, lambda value, encoder: encoder.items(value)),
    (tuple, _sequence("tuple")),
    (set, _sequence("set")),
    (frozenset, _sequence("frozenset")),
    (deque, _sequence("deque")),
    # Sounds and videos are texts too, the paths of their files; one that is in memory gets its file when asked for it.
    (str, lambda value, encoder: str.__str__(value) or str(value)),
    (int, lambda value, encoder: encoder.encode(int(value))),
    (float, lambda value, encoder: encoder.encode(float(value))),
    (complex, _complex),
    (bytes, _tagged("bytes", _base64)),
    (bytearray, _tagged("bytearray", _base64)),
    (datetime.datetime, _tagged("datetime", lambda value: value.isoformat())),
    (datetime.date, _tagged("date", lambda value: value.isoformat())),
    (datetime.time, _tagged("time", lambda value: value.isoformat())),
    (datetime.timedelta, _encode_timedelta),
    (range, _tagged("range", lambda value: [value.start, value.stop, value.step])),
)

# A worker starts sooner without these modules: whoever made a value has imported its own, and a reader imports it here.
_LATE_ENCODERS = {
    ("decimal", "Decimal"): _tagged("Decimal", str),
    ("fractions", "Fraction"): _tagged("Fraction", lambda value: [value.numerator, value.denominator]),
    ("pathlib", "PurePath"): _tagged("Path", str),
    ("uuid", "UUID"): _tagged("UUID", str),
}

_ATOMS = frozenset({type(None), bool, str})
_BY_CLASS = dict(_ENCODERS)  # most values are of these very classes, and need no search


def _decode(data: Any) -> Any:
    kind = type(data)
    if kind is list:
        return [_decode(item) for item in data]
    if kind is not dict:
        return data
    if TAG not in data:
        return {key: _decode(item) for key, item in data.items()}
    tag = data[TAG]
    decode = _DECODERS.get(tag) if isinstance(tag, str) else None
    if decode is None:
        raise SerializationError(f"Unknown kind of value in the data: {reprlib.repr(tag)}")
    try:
        return decode(data, _decode)
    except (SerializationError, RecursionError):
        raise
    except Exception as error:
        raise SerializationError(f"Bad data for a {tag}: {type(error).__name__}: {error}") from error


def _decode_dataclass(data: Any, decode: Any) -> Any:
    names = {"__dataclass__": str(data["class_name"]), "__module__": str(data["module"])}
    return dict(names, **decode(data["data"]))


def _decode_timedelta(data: Any, decode: Any) -> Any:
    exact = data.get("exact")
    return datetime.timedelta(seconds=data["total_seconds"]) if exact is None else datetime.timedelta(*exact)


def _parsed(parse: Any) -> Any:
    """Return a decoder that gives the text in the data to a parser."""

    def decode_text(data: Any, decode: Any) -> Any:
        if not isinstance(data["data"], str):
            raise TypeError("expected text, not {}".format(type(data["data"]).__name__))
        return parse(data["data"])

    return decode_text


def _made(make: Any) -> Any:
    """Return a decoder that gives the list in the data to a constructor."""

    def decode_list(data: Any, decode: Any) -> Any:
        if not isinstance(data["data"], list):
            raise TypeError("expected a list, not {}".format(type(data["data"]).__name__))
        return make(decode(data["data"]))

    return decode_list


def _late(module: str) -> Any:
    return __import__(module)


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


_DECODERS = dict(
    LIBRARY_DECODERS,
    tuple=_made(tuple),
    set=_made(set),
    frozenset=_made(frozenset),
    deque=_made(deque),
    dict_with_complex_keys=_made(dict),
    dataclass=_decode_dataclass,
    int=_parsed(lambda text: int(text, 16)),
    float=_parsed(float),
    complex=lambda data, decode: complex(decode(data["real"]), decode(data["imag"])),
    bytes=_parsed(_bytes),
    bytearray=_parsed(lambda text: bytearray(_bytes(text))),
    datetime=_parsed(datetime.datetime.fromisoformat),
    date=_parsed(datetime.date.fromisoformat),
    time=_parsed(datetime.time.fromisoformat),
    timedelta=_decode_timedelta,
    Decimal=_parsed(lambda text: _late("decimal").Decimal(text)),
    Fraction=_made(lambda numbers: _late("fractions").Fraction(*numbers)),
    range=_made(lambda numbers: range(*numbers)),
    Path=_parsed(lambda text: _late("pathlib").Path(text)),
    UUID=_parsed(lambda text: _late("uuid").UUID(text)),
)
