"""Ollama keeps the end of a prompt that is longer than its context, and says nothing: so this does."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

DEFAULT_CONTEXT = 4096  # tokens; what Ollama's server takes when nobody says otherwise
CHARACTERS_PER_TOKEN = 4


def warn_of_small_context(model_id: str | None, parameters: Mapping[str, Any]) -> None:
    """Warn if the prompt, in round figures, leaves no room in the context.

    Args:
        model_id: The model, for the warning.
        parameters: Those of the completion: `messages`, `tools`, and `num_ctx` (tokens) if it was given.
    """
    context = parameters.get("num_ctx") or DEFAULT_CONTEXT
    contents = [message["content"] for message in parameters["messages"]]
    tokens = (len(str(contents)) + len(str(parameters.get("tools", "")))) // CHARACTERS_PER_TOKEN
    if tokens > context:
        enough = 1 << (2 * tokens).bit_length()
        warnings.warn(
            f"The prompt has some {tokens:,} tokens, and {model_id} has a context of {context:,}: Ollama drops the "
            f"beginning, with the instructions. Pass LiteLLMModel(…, num_ctx={enough}).",
            stacklevel=4,
        )
