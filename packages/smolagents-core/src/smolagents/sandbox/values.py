"""Values as they stand in messages: the safe serializer's JSON, and pickle only where the user allows it.

This file travels into sandboxes as source: CPython 3.8 and its standard library alone.
"""

import base64
from typing import Any

from smolagents.errors import SerializationError
from smolagents.serialization.codec import from_json_safe, to_json_safe

PICKLED = "pickle"


def crossing(value: Any, allow_pickle: bool = False) -> Any:
    """Return JSON data that stands for a value.

    Raises:
        SerializationError: The value has no plain form.
    """
    try:
        return to_json_safe(value)
    except SerializationError:
        if not allow_pickle:
            raise
    import pickle

    try:
        return {"__type__": PICKLED, "data": base64.b64encode(pickle.dumps(value)).decode("ascii")}
    except Exception as error:
        raise SerializationError(f"The value can't even be pickled: {error}") from error


def arriving(data: Any, allow_pickle: bool = False) -> Any:
    """Return the value that `crossing` made the data from.

    Raises:
        SerializationError: The data is none of ours, or it is a pickle and those are not allowed.
    """
    if allow_pickle and type(data) is dict and data.get("__type__") == PICKLED:
        import pickle

        return pickle.loads(base64.b64decode(data["data"]))
    return from_json_safe(data)
