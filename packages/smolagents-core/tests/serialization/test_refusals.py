"""What doesn't cross: the error says where it is; hostile data runs nothing and takes no more than it weighs."""

import base64
import json
import pickle
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from smolagents.serialization import SafeSerializer, SerializationError


@dataclass
class Job:
    handler: Any


@pytest.mark.parametrize(
    ("value", "where", "kind"),
    [
        (len, "value,", "builtin_function_or_method"),
        ({"rows": [1, {"f": (0, object())}]}, "value['rows'][1]['f'][1],", "type object"),
        ({(1, 2): len}, "value[(1, 2)],", "builtin_function_or_method"),
        ([Job(handler=Path.cwd)], "value[0].handler,", "method"),
        ({"x": ValueError("no")}, "value['x'],", "ValueError"),
        ({"a": np.zeros(1, dtype="i4,f4")}, "value['a'],", "numpy.ndarray"),
        ({"a": np.ma.masked_array([1], [True])}, "value['a'],", "MaskedArray"),
        ({"p": PIL.Image.new("HSV", (1, 1))}, "value['p'],", "PIL.Image.Image"),
        ([int], "value[0],", "type"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_error_names_the_place_and_the_type(value: Any, where: str, kind: str) -> None:
    with pytest.raises(SerializationError, match="Cannot safely serialize") as caught:
        SafeSerializer.dumps(value)
    assert where in str(caught.value)
    assert kind in str(caught.value)


def test_cycles_are_found_and_shared_parts_are_none() -> None:
    shared = [1]
    assert SafeSerializer.loads(SafeSerializer.dumps([shared, shared])) == [[1], [1]]
    knot: dict[str, Any] = {"a": [1]}
    knot["a"].append(knot)
    with pytest.raises(SerializationError, match=r"value\['a'\]\[1\].*contains itself"):
        SafeSerializer.dumps(knot)


def test_depth_is_bounded_both_ways() -> None:
    deep: list[Any] = []
    for _ in range(90):
        deep = [deep]
    assert SafeSerializer.loads(SafeSerializer.dumps(deep)) == deep
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(SerializationError, match="nested deeper than 100 levels"):
        SafeSerializer.dumps(deep)
    with pytest.raises(SerializationError):
        SafeSerializer.loads("safe:" + "[" * 100_000 + "]" * 100_000)
    tuples = '{"__type__":"tuple","data":[' * 50_000 + "]}" * 50_000
    with pytest.raises(SerializationError):
        SafeSerializer.loads("safe:" + tuples)
    while deep:  # a list this deep can't be freed by recursion
        deep = deep[0]


def test_object_that_raises_is_refused() -> None:
    class Moody(dict[str, int]):
        def items(self) -> Any:
            raise RuntimeError("not today")

    with pytest.raises(SerializationError, match=r"value\[0\].*Moody.*not today"):
        SafeSerializer.dumps([Moody()])


class Bomb:
    def __reduce__(self) -> Any:
        return (Path(Bomb.canary).touch, ())

    canary = ""


def test_pickle_is_refused_and_does_not_run(tmp_path: Path) -> None:
    Bomb.canary = str(tmp_path / "ran")
    plain = base64.b64encode(pickle.dumps(Bomb())).decode()
    for text in (f"pickle:{plain}", plain):
        with pytest.raises(SerializationError, match="Pickle data rejected"):
            SafeSerializer.loads(text)
        namespace: dict[str, Any] = {}
        exec(SafeSerializer.get_deserializer_code(allow_pickle=False), namespace)
        with pytest.raises(namespace["SerializationError"]):
            namespace["_deserialize"](text)
    assert not Path(Bomb.canary).exists()
    with pytest.warns(FutureWarning, match="any code"):
        SafeSerializer.loads(plain, allow_pickle=True)
    assert Path(Bomb.canary).exists()


def test_pickle_when_allowed() -> None:
    with pytest.warns(FutureWarning, match=r"value\[0\]"):
        text = SafeSerializer.dumps([Job(Job)], allow_pickle=True)
    assert text.startswith("pickle:")
    with pytest.warns(FutureWarning):
        assert SafeSerializer.loads(text, allow_pickle=True) == [Job(Job)]
    assert SafeSerializer.dumps([1], allow_pickle=True) == "safe:[1]"
    with pytest.warns(FutureWarning), pytest.raises(SerializationError, match="Nor can it be pickled"):
        SafeSerializer.dumps(lambda: 1, allow_pickle=True)


def test_unreadable_data_when_pickle_is_allowed() -> None:
    with pytest.warns(FutureWarning), pytest.raises(SerializationError, match="can't be read"):
        SafeSerializer.loads("strange:data", allow_pickle=True)


HOSTILE = [
    {"__type__": "object"},
    {"__type__": ["tuple"]},
    {"__type__": None},
    {"__type__": "tuple"},
    {"__type__": "tuple", "data": "abc"},
    {"__type__": "tuple", "data": 5},
    {"__type__": "set", "data": [[1]]},
    {"__type__": "dict_with_complex_keys", "data": [[1, 2, 3]]},
    {"__type__": "dict_with_complex_keys", "data": [[{}, 1]]},
    {"__type__": "bytes", "data": "not base64!"},
    {"__type__": "int", "data": "9" * 10_000 + "z"},
    {"__type__": "float", "data": 1},
    {"__type__": "complex", "real": "1", "imag": 0},
    {"__type__": "datetime", "data": "tomorrow"},
    {"__type__": "timedelta", "total_seconds": 1e300},
    {"__type__": "Decimal", "data": "x"},
    {"__type__": "Fraction", "data": ["1e999999999", "1"]},
    {"__type__": "Fraction", "data": [1, 0]},
    {"__type__": "range", "data": [0, 1, 0]},
    {"__type__": "Path", "data": 3},
    {"__type__": "dataclass", "data": 1, "class_name": "A", "module": "b"},
    {"__type__": "ndarray", "data": "", "dtype": "f8", "shape": [10**12]},
    {"__type__": "ndarray", "data": "AAAA", "dtype": "O", "shape": [1]},
    {"__type__": "ndarray", "data": ["a"], "dtype": "O", "shape": [10**12]},
    {"__type__": "ndarray", "data": [1], "dtype": "i4,(1000000000,)f8"},
    {"__type__": "ndarray", "data": ["a"], "dtype": {"names": ["a"], "formats": ["f8"]}},
    {"__type__": "PIL.Image", "data": "AAAA"},
    {"__type__": "pandas.Timestamp", "data": "never"},
    {"__type__": "Series", "data": [], "index": {"range": [0, 10**12, 1], "name": None}, "name": None},
    {
        "__type__": "Series",
        "name": None,
        "data": {"__type__": "ndarray", "data": "AAAAAAAAAAA=", "dtype": "<f8", "shape": []},
        "index": {"range": [0, 10**12, 1], "name": None},
    },
    {
        "__type__": "Series",
        "name": None,
        "data": {"dtype": "float64", "values": 0},
        "index": {"range": [0, 10**9, 1], "name": None},
    },
    {
        "__type__": "DataFrame",
        "data": [{"dtype": "int8", "values": [1]}],
        "columns": {"range": [0, 1, 1], "name": None},
        "index": {"range": [0, 10**9, 1], "name": None},
    },
]


@pytest.mark.parametrize("data", HOSTILE, ids=lambda data: json.dumps(data)[:60])
def test_hostile_data_is_one_clear_error(data: dict[str, Any]) -> None:
    with pytest.raises(SerializationError):
        SafeSerializer.loads("safe:" + json.dumps([data]))


@pytest.mark.parametrize("text", ["safe:", "safe:{", "safe:" + "9" * 10_000, b"safe:1", None, 3])
def test_broken_text_is_one_clear_error(text: Any) -> None:
    with pytest.raises(SerializationError):
        SafeSerializer.loads(text)


def _bomb_of(width: int, height: int) -> str:
    import zlib

    def chunk(name: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")

    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\x00\x00\x00"
    png = (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )
    return base64.b64encode(png).decode()


@pytest.mark.skipif(sys.platform != "linux", reason="measures with Linux' address space limit")
def test_small_hostile_input_takes_little_memory() -> None:
    inputs = [
        {"__type__": "PIL.Image", "data": _bomb_of(30_000, 30_000)},
        {"__type__": "ndarray", "data": ["a", "b"], "dtype": "<U250000000"},
        {"__type__": "ndarray", "data": ["a", "b"], "dtype": "S2000000000"},
        {"__type__": "DataFrame", "data": [], "columns": {"range": [0, 0, 1], "name": None},
         "index": {"range": [0, 10**12, 1], "name": None}},
        *HOSTILE,
    ]  # fmt: skip
    program = """
import json, resource, sys
import numpy, pandas, PIL.Image
from smolagents.serialization import SafeSerializer, SerializationError
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 300_000_000,) * 2)
for data in json.load(sys.stdin):
    try:
        SafeSerializer.from_json_safe(data)
    except SerializationError as error:
        assert "MemoryError" not in str(error), (data, error)
"""
    done = subprocess.run([sys.executable, "-c", program], input=json.dumps(inputs), text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
