"""Settings of a model: those that its own files hold, those of a call, and how they are saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

_SAMPLING = ("temperature", "top_p", "top_k", "min_p", "typical_p")


def generation_options(parameters: Mapping[str, Any], max_new_tokens: int) -> dict[str, Any]:
    """Return the arguments of `generate` for the parameters of a completion request.

    Names that the APIs of models have for them are understood: `max_tokens`, and `temperature=0` for the likeliest
    token. Whoever sets how to sample wants sampling, which transformers leaves off for some models.

    Args:
        parameters: What was asked for.
        max_new_tokens: Tokens after which an answer ends, where the parameters don't say.
    """
    options = dict(parameters)
    limits = [options.pop(name, None) for name in ("max_new_tokens", "max_tokens", "max_completion_tokens")]
    options["max_new_tokens"] = next((limit for limit in limits if limit is not None), max_new_tokens)
    if "do_sample" not in options:
        if options.get("temperature") == 0:
            del options["temperature"]
            options["do_sample"] = False
        elif any(options.get(name) is not None for name in _SAMPLING):
            options["do_sample"] = True
    return options


@contextmanager
def seeded(seed: int | None, device: torch.device) -> Iterator[None]:
    """Let random numbers follow from a seed, on this device and here alone."""
    if seed is None:
        yield
        return
    import torch

    accelerators = {} if device.type == "cpu" else {"device_type": device.type}
    with torch.random.fork_rng(devices=[device] if accelerators else [], **accelerators):
        torch.manual_seed(seed)
        yield


def context_of(model: Any) -> int | None:
    """Return how many tokens prompt and answer may have together; None where the model has no limit of its own."""
    config = model.config
    text = config.get_text_config() if hasattr(config, "get_text_config") else config
    limit = getattr(text, "max_position_embeddings", None)
    return limit if isinstance(limit, int) else None


def ends_of(model: Any) -> list[int]:
    """Return the tokens that end an answer."""
    ends = getattr(model.generation_config, "eos_token_id", None)
    return [end for end in (ends if isinstance(ends, (list, tuple)) else [ends]) if isinstance(end, int)]


def plain(value: Any) -> Any:
    """Return an object of torch or transformers as what JSON can hold and `from_pretrained` takes as well."""
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    if hasattr(value, "to_dict"):  # the configuration of a quantization
        return plain(value.to_dict())
    if type(value).__module__.partition(".")[0] == "torch":  # torch.bfloat16, torch.device("cuda:0")
        return str(value).removeprefix("torch.")
    return value
