"""Mend errors of LiteLLM that hide what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_MISSING_KEY = re.compile(r"missing credentials|api[_ -]key .*(must be set|missing|not set|required)", re.IGNORECASE)


@contextmanager
def explained(model: Any) -> Iterator[None]:
    """Say which variables a missing key is looked for in; LiteLLM calls that a fault of the server, to be retried."""
    try:
        yield
    except Exception as error:
        if model.api_key is None and _MISSING_KEY.search(str(error)):
            raise PermissionError(_advice(model)) from error
        raise


def _advice(model: Any) -> str:
    import litellm

    missing = [name for target in model.targets() for name in litellm.validate_environment(target)["missing_keys"]]
    names = " and ".join(dict.fromkeys(missing)) or "the provider's environment variable"
    return f"No credentials for {model.model_id}: set {names}, or pass api_key=…."
