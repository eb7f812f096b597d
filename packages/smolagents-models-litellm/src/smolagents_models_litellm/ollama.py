"""Keep Ollama from cutting prompts: it drops the oldest messages of one that outgrows its context, and says nothing."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Mapping
from typing import Any

PREFIX = "ollama"  # "ollama/…" and "ollama_chat/…"
DEFAULT_CONTEXT = 4096  # tokens; what Ollama takes where nobody says otherwise
SMALLEST_CONTEXT = 2048  # tokens; what every model can have
ROOM_FOR_ANSWER = 1024  # tokens
_SECONDS = 10.0


class OllamaContext:
    """Ask Ollama for as much context as a model's prompts need.

    A larger context takes more memory, and Ollama loads the model anew whenever the size changes: so it grows with the
    prompts, by doubling, up to what the model can have, and never shrinks.

    Args:
        model_id: The model, as LiteLLM names it.
        api_base: URL of the server; else the variable OLLAMA_API_BASE, else Ollama's own default.
        api_key: Key of a server that wants one.
    """

    def __init__(self, model_id: str, api_base: str | None = None, api_key: str | None = None) -> None:
        self._model_id = model_id
        self._api_base = api_base
        self._api_key = api_key
        self._size = 0
        self._sizes: tuple[int, int | None] | None = None

    def fit(self, parameters: dict[str, Any]) -> None:
        """Set the `num_ctx` of a completion where it has none and needs more than the default.

        Args:
            parameters: Those of the completion; they are changed.

        Warns:
            UserWarning: The prompt is longer than the context that was asked for, or that the model can have.
        """
        tokens = prompt_tokens(parameters)
        if parameters.get("num_ctx"):
            return warn_if_cut(self._model_id, tokens, parameters["num_ctx"])
        needed = tokens + (parameters.get("max_tokens") or ROOM_FOR_ANSWER)
        if needed > SMALLEST_CONTEXT:
            self._grow(needed)
            warn_if_cut(self._model_id, tokens, self._size)
        if self._sizes is not None and self._size > self._sizes[0]:
            parameters["num_ctx"] = self._size
        return None

    def _grow(self, needed: int) -> None:
        if self._sizes is None:
            self._sizes = self._ask()
        default, largest = self._sizes
        self._size = max(self._size, default)
        while self._size < needed:
            self._size *= 2
        self._size = min(self._size, largest or self._size)

    def _ask(self) -> tuple[int, int | None]:
        """Return the context that the model has by default, and the largest that it can have if the server tells."""
        from urllib.request import Request, urlopen

        server = (self._api_base or os.environ.get("OLLAMA_API_BASE") or "http://localhost:11434").rstrip("/")
        body = json.dumps({"model": self._model_id.partition("/")[2]}).encode()
        headers = {"Content-Type": "application/json"}
        if self._api_key:
            headers["Authorization"] = f"Bearer {self._api_key}"
        try:
            with urlopen(Request(f"{server}/api/show", body, headers), timeout=_SECONDS) as response:
                shown = json.load(response)
        except (OSError, ValueError):  # the completion that follows fails for the same reason, and tells it
            return DEFAULT_CONTEXT, None
        set_by_modelfile = [line.split()[1] for line in shown.get("parameters", "").splitlines() if "num_ctx" in line]
        largest = [size for name, size in shown.get("model_info", {}).items() if name.endswith(".context_length")]
        return int(next(iter(set_by_modelfile), DEFAULT_CONTEXT)), next(iter(largest), None)


def prompt_tokens(parameters: Mapping[str, Any]) -> int:
    """Return about how many tokens a prompt has; each model counts a little differently."""
    import litellm

    count: int = litellm.token_counter(
        messages=parameters["messages"], tools=parameters.get("tools"), use_default_image_token_count=True
    )
    return count


def warn_if_cut(model_id: str, tokens: int, context: int) -> None:
    """Warn if a prompt of so many tokens doesn't fit into the context."""
    if tokens > context:
        warnings.warn(
            f"The prompt has some {tokens:,} tokens, but the context of {model_id} has {context:,}: Ollama drops the "
            "oldest messages without telling, so the model answers to a part of the conversation. Give it more with "
            "num_ctx=<tokens>, or take a model with a larger context, or a shorter task.",
            stacklevel=2,
        )
