"""The serializer for values that go to or come from a sandbox, with pickle for those who allow it.

Travels into sandboxes as source, see `codec`.
"""

import base64
import warnings
from typing import Any

from smolagents.errors import SerializationError
from smolagents.serialization.codec import SAFE_PREFIX, dumps_safe, from_json_safe, loads_safe, to_json_safe

PICKLE_PREFIX = "pickle:"


class SafeSerializer:
    """Turn values into text and back: tagged JSON, and pickle only where both sides are trusted."""

    SAFE_PREFIX = SAFE_PREFIX
    to_json_safe = staticmethod(to_json_safe)
    from_json_safe = staticmethod(from_json_safe)

    @staticmethod
    def dumps(obj: Any, allow_pickle: bool = False) -> str:
        """Return a value as text.

        Args:
            obj: The value.
            allow_pickle: Pickle what has no plain form. Whoever can change a pickle can run code where it is read.

        Raises:
            SerializationError: Something in the value has no plain form; says where it is and what.
        """
        try:
            return dumps_safe(obj)
        except SerializationError as error:
            if not allow_pickle:
                raise
            why = str(error)
        _warn(f"A value was pickled ({why})")
        import pickle

        try:
            return PICKLE_PREFIX + base64.b64encode(pickle.dumps(obj)).decode("ascii")
        except Exception as error:
            raise SerializationError(f"{why} Nor can it be pickled: {error}") from error

    @staticmethod
    def loads(data: str, allow_pickle: bool = False) -> Any:
        """Return the value that `dumps` made the text from.

        Args:
            data: The text. One without a prefix is taken as a pickle.
            allow_pickle: Read pickles too, which lets whoever wrote the text run any code here.

        Raises:
            SerializationError: The text can't be read, or it is a pickle and those are not allowed.
        """
        if not isinstance(data, str):
            raise SerializationError(f"Serialized data is text, not {type(data).__name__}")
        if data.startswith(SAFE_PREFIX):
            return loads_safe(data)
        if not allow_pickle:
            raise SerializationError(
                "Pickle data rejected: allow_pickle=False. Reading a pickle can run any code; pass allow_pickle=True "
                "only if you trust whoever wrote it."
            )
        _warn("A value was read from a pickle")
        text = data[len(PICKLE_PREFIX) :] if data.startswith(PICKLE_PREFIX) else data
        import pickle

        try:
            return pickle.loads(base64.b64decode(text, validate=True))
        except Exception as error:
            raise SerializationError(f"The data can't be read: {type(error).__name__}: {error}") from error


def _warn(what: str) -> None:
    warnings.warn(
        what + ". Pickle lets the other side run any code here, and allow_pickle may go away: use plain data instead.",
        FutureWarning,
        stacklevel=3,
    )
