"""The tagged form of numpy's, pandas' and Pillow's values.

Travels into sandboxes as source, see `codec`. A library is used only where its values are: whoever made one has
imported it already, and whoever reads one imports it here.
"""

import base64
import io
import re
import sys
from typing import Any

from smolagents.errors import SerializationError

MAX_PIXELS = 64_000_000
_DTYPE = re.compile(r"[<>=|]?[A-Za-z]+\d*(\[\d*[A-Za-z]+\])?")
# Not a list: pandas would repeat the value for every row that the index claims.
_NO_COLUMN = "a column must be a list of values"
_OF_PANDAS = ("Timestamp", "Timedelta")


def encode_library(value: Any, encoder: Any) -> Any:
    """Return the tagged form of a library's value, or None for any other value."""
    for name, encode in _LIBRARY_ENCODERS.items():
        library = sys.modules.get(name)
        encoded = None if library is None else encode(value, encoder, library)
        if encoded is not None:
            return encoded
    return None


def _encode_numpy(value: Any, encoder: Any, numpy: Any) -> Any:
    if isinstance(value, numpy.ndarray):
        return _array(value, encoder)
    if not isinstance(value, numpy.generic):
        return None
    plain = value.item()
    if isinstance(plain, numpy.generic) or value.dtype.kind in "mM":  # Python has no such number, or a coarser one
        return dict(_array(numpy.asarray(value), encoder), __type__="numpy_scalar")
    return encoder.encode(plain)


def _array(array: Any, encoder: Any) -> Any:
    kind = array.dtype.kind
    if kind in "VT" or hasattr(array, "mask"):
        raise TypeError(f"arrays of type {array.dtype}, with fields, masks or long strings, have no plain form")
    data = encoder.items(array.ravel()) if kind == "O" else base64.b64encode(array.tobytes()).decode("ascii")
    return {"__type__": "ndarray", "dtype": array.dtype.str, "shape": list(array.shape), "data": data}


def _encode_image(value: Any, encoder: Any, image: Any) -> Any:
    if not isinstance(value, image.Image):
        return None
    png = io.BytesIO()
    value.save(png, format="PNG")
    return {"__type__": "PIL.Image", "data": base64.b64encode(png.getvalue()).decode("ascii")}


def _encode_pandas(value: Any, encoder: Any, pandas: Any) -> Any:
    if value is pandas.NA or value is pandas.NaT:
        return {"__type__": "pandas." + ("NA" if value is pandas.NA else "NaT")}
    for name in _OF_PANDAS:
        if isinstance(value, getattr(pandas, name)):
            return {"__type__": "pandas." + name, "data": value.isoformat()}
    if isinstance(value, pandas.DataFrame):
        columns = [value.iloc[:, position] for position in range(value.shape[1])]
        data = [column for _, column in encoder.children("[column {}]", enumerate(columns), _column)]
        labels = {"columns": _index(value.columns, encoder), "index": _index(value.index, encoder)}
        return {"__type__": "DataFrame", "data": data, **labels}
    if isinstance(value, pandas.Series):
        labels = {"name": encoder.encode(value.name), "index": _index(value.index, encoder)}
        return {"__type__": "Series", "data": _column(value, encoder), **labels}
    return {"__type__": "Index", "data": _index(value, encoder)} if isinstance(value, pandas.Index) else None


def _column(series: Any, encoder: Any) -> Any:
    """Return the values of a Series without its index."""
    dtype = series.dtype
    if type(dtype).__name__ == "CategoricalDtype":
        categories = _column(dtype.categories.to_series(), encoder)
        return {
            "codes": _array(series.cat.codes.to_numpy(), encoder),
            "categories": categories,
            "ordered": bool(dtype.ordered),
        }
    if isinstance(dtype, sys.modules["numpy"].dtype) and dtype.kind != "O":
        return _array(series.to_numpy(), encoder)
    return {"dtype": str(dtype), "values": encoder.items(series)}


def _index(index: Any, encoder: Any) -> Any:
    kind = type(index).__name__
    if kind == "RangeIndex":
        return {"range": [index.start, index.stop, index.step], "name": encoder.encode(index.name)}
    if kind == "MultiIndex":
        return {"rows": encoder.items(index), "names": encoder.items(index.names)}
    return {"labels": _column(index.to_series(), encoder), "name": encoder.encode(index.name)}


_LIBRARY_ENCODERS = {"numpy": _encode_numpy, "PIL.Image": _encode_image, "pandas": _encode_pandas}


def _decode_array(data: Any, decode: Any) -> Any:
    numpy = _library("numpy")
    dtype = _dtype(data["dtype"], numpy)
    values = data["data"]
    if isinstance(values, str):
        array = numpy.frombuffer(bytearray(base64.b64decode(values, validate=True)), dtype=dtype)
    elif dtype.kind == "O":
        array = numpy.empty(len(values), dtype=object)
        for position, item in enumerate(decode(values)):
            array[position] = item
    else:  # as upstream writes it: nested lists; the length of strings is theirs, whatever the type says
        return numpy.array(decode(values), dtype=dtype.kind if dtype.kind in "SU" else dtype)
    return array.reshape([int(length) for length in data["shape"]])


def _decode_scalar(data: Any, decode: Any) -> Any:
    return _decode_array(data, decode)[()]


def _dtype(name: Any, numpy: Any) -> Any:
    if not isinstance(name, str) or _DTYPE.fullmatch(name) is None:
        raise ValueError(f"{name!r} is no type of array items")
    return numpy.dtype(name)


def _decode_image(data: Any, decode: Any) -> Any:
    image = _library("PIL.Image")
    png = base64.b64decode(data["data"], validate=True)
    width, height = int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
    if width * height > MAX_PIXELS:  # a few bytes can claim any size
        raise ValueError(f"an image of {width} x {height} pixels is too large")
    opened = image.open(io.BytesIO(png), formats=["PNG"])
    opened.load()
    return opened


def _decode_pandas_value(data: Any, decode: Any) -> Any:
    pandas = _library("pandas")
    name = data["__type__"].rpartition(".")[2]
    return getattr(pandas, name)(str(data["data"])) if name in _OF_PANDAS else getattr(pandas, name)


def _decode_frame(data: Any, decode: Any) -> Any:
    pandas = _library("pandas")
    index = _decode_index(data["index"], decode)
    columns = {position: _decode_column(column, decode, index) for position, column in enumerate(data["data"])}
    frame = pandas.DataFrame(columns, index=index)
    frame.columns = _decode_index(data["columns"], decode)
    return frame


def _decode_series(data: Any, decode: Any) -> Any:
    series = _decode_column(data["data"], decode, _decode_index(data["index"], decode))
    series.name = decode(data["name"])
    return series


def _decode_column(data: Any, decode: Any, index: Any = None) -> Any:
    pandas = _library("pandas")
    if "codes" in data:
        categories = pandas.Index(_decode_column(data["categories"], decode))
        codes = _flat(_decode_array(data["codes"], decode))
        values = pandas.Categorical.from_codes(codes, categories=categories, ordered=bool(data["ordered"]))
        return pandas.Series(values, index=index)
    if "values" in data:
        values = decode(data["values"])
        if not isinstance(values, list):
            raise TypeError(_NO_COLUMN)
        return pandas.Series(values, index=index, dtype=str(data["dtype"]))
    return pandas.Series(_flat(_decode_array(data, decode)), index=index)


def _flat(array: Any) -> Any:
    if array.ndim != 1:
        raise ValueError(_NO_COLUMN)
    return array


def _decode_index(data: Any, decode: Any) -> Any:
    pandas = _library("pandas")
    if "range" in data:
        return pandas.RangeIndex(*(int(number) for number in data["range"]), name=decode(data["name"]))
    if "rows" in data:
        return pandas.MultiIndex.from_tuples(decode(data["rows"]), names=decode(data["names"]))
    return pandas.Index(_decode_column(data["labels"], decode), name=decode(data["name"]))


def _library(name: str) -> Any:
    try:
        __import__(name)
    except ImportError as error:
        package = "pillow" if name == "PIL.Image" else name
        raise SerializationError(
            f"This value needs {package}, which is not installed here: pip install {package}"
        ) from error
    return sys.modules[name]


LIBRARY_DECODERS = {
    "DataFrame": _decode_frame,
    "Index": lambda data, decode: _decode_index(data["data"], decode),
    "PIL.Image": _decode_image,
    "Series": _decode_series,
    "ndarray": _decode_array,
    "numpy_scalar": _decode_scalar,
    "pandas.NA": _decode_pandas_value,
    "pandas.NaT": _decode_pandas_value,
    "pandas.Timedelta": _decode_pandas_value,
    "pandas.Timestamp": _decode_pandas_value,
}
