"""What crosses and comes back as it was."""

import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import json
import math
import pathlib
import uuid
from typing import Any

import numpy as np
import pandas as pd
import PIL.Image
import pytest
from hypothesis import given, settings, strategies as st
from smolagents.agent_types import AgentImage, AgentText
from smolagents.serialization import SafeSerializer

HOUR = datetime.timezone(datetime.timedelta(hours=1))


def there_and_back(value: Any) -> Any:
    text = SafeSerializer.dumps(value)
    assert text.startswith("safe:")
    json.loads(text[len("safe:") :], parse_constant=lambda constant: pytest.fail(f"{constant} is not JSON"))
    return SafeSerializer.loads(text)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        -7,
        10**5000,
        1.5,
        math.inf,
        -math.inf,
        "text with \ud800 and \0",
        [1, [2, []]],
        {"a": {"b": [None]}},
        (1, (2, 3)),
        {1, 2},
        frozenset({(1, 2), "x"}),
        b"\x00\xff",
        bytearray(b"abc"),
        1 + 2j,
        complex(math.inf, 1),
        {1: "a", (2, 3): "b", None: "c"},
        {"__type__": "tuple", "data": [1]},
        datetime.datetime(2024, 2, 29, 23, 59, 59, 999999),
        datetime.datetime(2024, 2, 29, tzinfo=HOUR),
        datetime.date(1, 1, 1),
        datetime.time(1, 2, 3, tzinfo=HOUR),
        datetime.timedelta.max,
        datetime.timedelta(microseconds=-1),
        decimal.Decimal("1.10"),
        decimal.Decimal("-Infinity"),
        fractions.Fraction(1, 3),
        range(0, 10**15, 7),
        collections.deque([1, (2,)]),
        uuid.UUID(int=5),
        pathlib.Path("/tmp/a b"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_plain_python(value: Any) -> None:
    back = there_and_back(value)
    assert back == value
    assert type(back) is type(value)


def test_types_inside_containers_survive() -> None:
    assert repr(there_and_back({"x": [(1, {2})], 3: b""})) == repr({"x": [(1, {2})], 3: b""})
    assert math.isnan(there_and_back([math.nan])[0])


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.decimals(allow_nan=False)
    | st.datetimes(timezones=st.none() | st.just(HOUR))
    | st.timedeltas()
    | st.fractions(),
    lambda children: (
        st.lists(children)
        | st.lists(children).map(tuple)
        | st.dictionaries(st.text() | st.integers() | st.just("__type__"), children)
        | st.sets(st.integers() | st.text())
    ),
)


@settings(max_examples=100, deadline=None)
@given(plain)
def test_anything_plain_comes_back_equal(value: Any) -> None:
    back = there_and_back(value)
    assert back == value
    assert type(back) is type(value)


class Colour(enum.Enum):
    RED = (1, 2)


class Level(enum.IntEnum):
    LOW = 1


Point = collections.namedtuple("Point", "x y")


@dataclasses.dataclass
class Order:
    item: str
    when: datetime.date
    parts: tuple["Order", ...] = ()


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (Colour.RED, (1, 2)),
        (Level.LOW, 1),
        (Point(1, (2,)), (1, (2,))),
        (collections.OrderedDict(a=1), {"a": 1}),
        (collections.Counter("aab"), {"a": 2, "b": 1}),
        (AgentText("hello"), "hello"),
        (np.float64(1.5), 1.5),
        (np.int8(3), 3),
        (np.bool_(True), True),
        (np.str_("x"), "x"),
    ],
    ids=repr,
)
def test_what_comes_back_as_plain_data(value: Any, plain: Any) -> None:
    back = there_and_back(value)
    assert back == plain
    assert type(back) is type(plain)


def test_dataclass_comes_back_as_dict_that_names_it() -> None:
    day = datetime.date(2024, 1, 1)
    inner = {"__dataclass__": "Order", "__module__": __name__, "item": "nut", "when": day, "parts": ()}
    assert there_and_back(Order("bolt", day, (Order("nut", day),))) == {**inner, "item": "bolt", "parts": (inner,)}


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6, dtype="int16").reshape(2, 3),
        np.arange(6)[::-2],
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.array(5),
        np.zeros((0, 3)),
        np.array([1 + 2j, math.nan]),
        np.array(["a", "längst"]),
        np.array([b"a"]),
        np.array([True]),
        np.array(["2020-01-01"], dtype="datetime64[D]"),
        np.array([{"a": (1,)}, [1, 2], None], dtype=object),
        np.array([1.5], dtype=">f4"),
    ],
    ids=lambda array: f"{array.dtype}{array.shape}",
)
def test_arrays(array: Any) -> None:
    back = there_and_back(array)
    assert back.dtype == array.dtype
    np.testing.assert_array_equal(back, array)
    assert back.flags.writeable


def test_scalar_that_python_has_no_number_for() -> None:
    moment = np.datetime64("2020-01-01T00:00:00.000000001")
    assert there_and_back(moment) == moment
    assert there_and_back([np.longdouble("1.1")]) == [np.longdouble("1.1")]


def test_array_as_upstream_writes_it() -> None:
    written = {"__type__": "ndarray", "data": [[1, 2], [3, 4]], "dtype": "int32"}
    np.testing.assert_array_equal(SafeSerializer.from_json_safe(written), np.array([[1, 2], [3, 4]], dtype="int32"))
    assert SafeSerializer.from_json_safe({"__type__": "timedelta", "total_seconds": 1.5}).total_seconds() == 1.5


FRAME = pd.DataFrame(
    {
        "number": [1, 2, 3],
        "text": ["x", None, "z"],
        "moment": pd.to_datetime(["2020-01-01", "2021-01-01", None]),
        "here": pd.to_datetime(["2020-01-01", "2021-07-01", None]).tz_localize("Europe/Berlin"),
        "kind": pd.Categorical(["u", "v", "u"], categories=["v", "u"], ordered=True),
        "maybe": pd.array([1, None, 3], dtype="Int64"),
        "share": [1.5, math.nan, math.inf],
        "any": [{"q": (1, 2)}, [1], None],
        "span": pd.to_timedelta([1, 2, 3], unit="s"),
    }
)


@pytest.mark.parametrize(
    "frame",
    [
        FRAME,
        FRAME.set_index("text"),
        FRAME.set_index(["number", "text"]),
        FRAME.set_index("here"),
        FRAME.iloc[:0],
        FRAME[["number", "number"]],
        FRAME.T,
        pd.DataFrame(),
        pd.DataFrame({("a", 1): [1], ("a", 2): [2]}),
        pd.DataFrame({1: [2]}, index=pd.RangeIndex(5, 6, name="row")),
    ],
    ids=[
        "all kinds of columns",
        "text index",
        "two-level index",
        "time index",
        "no rows",
        "one name twice",
        "transposed",
        "empty",
        "two-level columns",
        "range index",
    ],
)
def test_data_frames(frame: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(there_and_back(frame), frame)


@pytest.mark.parametrize("column", FRAME.columns)
def test_series_and_index(column: str) -> None:
    pd.testing.assert_series_equal(there_and_back({"s": FRAME[column]})["s"], FRAME[column])
    if column != "any":
        index = pd.Index(FRAME[column])
        pd.testing.assert_index_equal(there_and_back(index), index)


def test_values_of_pandas() -> None:
    moment = pd.Timestamp("2020-01-01T00:00:00.123456789", tz="UTC")
    assert there_and_back([moment, pd.Timedelta("1ns")]) == [moment, pd.Timedelta("1ns")]
    assert there_and_back(pd.NaT) is pd.NaT
    assert there_and_back(pd.NA) is pd.NA


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_images(mode: str) -> None:
    image = PIL.Image.effect_noise((5, 4), 50).convert("RGB" if mode == "I;16" else mode)
    if mode == "I;16":
        image = PIL.Image.fromarray(np.arange(20, dtype="uint16").reshape(4, 5))
    back = there_and_back({"picture": image})["picture"]
    assert (back.mode, back.size, back.tobytes()) == (image.mode, image.size, image.tobytes())


def test_agent_image() -> None:
    image = PIL.Image.new("RGB", (2, 2), "red")
    assert there_and_back(AgentImage(image)).tobytes() == image.tobytes()
