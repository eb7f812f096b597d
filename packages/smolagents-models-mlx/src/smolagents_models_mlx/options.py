"""Turn the parameters of a completion into the arguments that mlx-lm takes."""

from __future__ import annotations

from inspect import signature
from typing import Any

MAX_TOKENS = 4096
"""Tokens of an answer where nothing is said: mlx-lm's own 256 would cut most actions in the middle."""

_NAMES = {"temperature": "temp", "max_new_tokens": "max_tokens"}


def generation_options(**parameters: Any) -> dict[str, Any]:
    """Return the arguments of `mlx_lm.stream_generate`; those of its samplers and penalties are made into these.

    Raises:
        ValueError: There are a `sampler` and parameters of one.
    """
    from mlx_lm.sample_utils import make_logits_processors, make_sampler

    options: dict[str, Any] = {"max_tokens": MAX_TOKENS}
    options |= {_NAMES.get(name, name): value for name, value in parameters.items() if value is not None}
    seed = options.pop("seed", None)
    if seed is not None:
        import mlx.core

        mlx.core.random.seed(seed)
    sampling = _taken(options, make_sampler)
    if sampling and "sampler" in options:
        raise ValueError(f"give either a sampler or {', '.join(sampling)}: MLXModel can't use both")
    if sampling:
        # With mlx-lm's default, 0, the others would mean nothing.
        options["sampler"] = make_sampler(**{"temp": 1.0, **sampling})
    penalties = _taken(options, make_logits_processors)
    if penalties:
        options["logits_processors"] = [*options.get("logits_processors", ()), *make_logits_processors(**penalties)]
    return options


def _taken(options: dict[str, Any], maker: Any) -> dict[str, Any]:
    return {name: options.pop(name) for name in signature(maker).parameters if name in options}
