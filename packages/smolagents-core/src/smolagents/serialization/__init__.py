"""Values as text that crosses to and from a sandbox without running anything."""

from __future__ import annotations

from smolagents.errors import SerializationError
from smolagents.serialization.serializer import SafeSerializer as _Serializer

__all__ = ["SafeSerializer", "SerializationError"]


class SafeSerializer(_Serializer):
    """Turn values into text and back: tagged JSON, and pickle only where both sides are trusted."""

    @staticmethod
    def get_safe_serializer_code() -> str:
        """Return source that defines `SafeSerializer` and `SerializationError` where smolagents is not installed."""
        from smolagents.serialization import codec, libraries, serializer

        return _standalone(libraries, codec, serializer)

    @staticmethod
    def get_deserializer_code(allow_pickle: bool) -> str:
        """Return source that defines `_deserialize(data)` where smolagents is not installed.

        Args:
            allow_pickle: Let it read pickles too; without, the source holds nothing that could.
        """
        from smolagents.serialization import codec, libraries, serializer

        if allow_pickle:
            loads = "def _deserialize(data):\n    return SafeSerializer.loads(data, allow_pickle=True)\n"
            return f"{_standalone(libraries, codec, serializer)}\n\n{loads}"
        return f"{_standalone(libraries, codec)}\n\ndef _deserialize(data):\n    return loads_safe(data)\n"


def _standalone(*modules: object) -> str:
    """Return the source of modules as one: what they import from smolagents stands above them."""
    import inspect

    sources = [inspect.getsource(part) for part in (SerializationError, *modules)]  # type: ignore[arg-type]
    lines = "\n\n".join(sources).splitlines()
    return "\n".join(line for line in lines if not line.startswith("from smolagents.")) + "\n"
