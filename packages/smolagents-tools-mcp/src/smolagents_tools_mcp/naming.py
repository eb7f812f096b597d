"""Names for the tools of servers, which call them as they like: distinct, and none that code means something by."""

from __future__ import annotations

import builtins
from collections import Counter
from collections.abc import Sequence

from smolagents.tools.json_schema import distinct, identifier

# A tool of such a name would stand in for what the code of a model means by it.
_TAKEN = frozenset(dir(builtins)) | {"final_answer"}


def tool_names(found: Sequence[tuple[str, str]]) -> list[str]:
    """Return what agents call tools, each given by the name of its server and its own.

    The server's name stands in front where two tools have one name, and where it is one of Python's or `final_answer`.
    """
    own = [identifier(name) for _, name in found]
    number = Counter(own)
    wanted = [
        identifier(f"{server}_{name}") if number[name] > 1 or _is_taken(name) else name
        for (server, _), name in zip(found, own, strict=True)
    ]
    return distinct(wanted, _TAKEN)


def _is_taken(name: str) -> bool:
    return name in _TAKEN or name.startswith("__")
