"""Load a model, and what turns messages into its tokens, by transformers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

# Arguments of `from_pretrained` that people also give to the constructor itself; `generate` knows none of them.
LOADING = frozenset(
    {"attn_implementation", "cache_dir", "dtype", "local_files_only", "quantization_config", "revision", "subfolder"}
    | {"token"}
)
# Those of them that say which files to take: tokenizer and processor come from there too.
_FILES = frozenset({"cache_dir", "local_files_only", "revision", "subfolder", "token"})


class Loaded(NamedTuple):
    """Hold a loaded model.

    Args:
        model: The model of transformers.
        tokenizer: Its tokenizer.
        processor: Its processor, which also takes images; None for a model of text.
    """

    model: Any
    tokenizer: Any
    processor: Any | None


def load(
    model_id: str, device_map: Any, torch_dtype: Any, trust_remote_code: bool, model_kwargs: Mapping[str, Any]
) -> Loaded:
    """Load a model that takes images if it is one, else a model of text.

    Args:
        model_id: Name on the Hugging Face Hub, or path of a folder.
        device_map: Where the weights go, as in `from_pretrained`; None for the accelerator, else the CPU.
        torch_dtype: Type of the weights, e.g. "bfloat16"; None for the type in which they were saved.
        trust_remote_code: Whether Python files that come with the model may run.
        model_kwargs: More arguments of `from_pretrained`.

    Raises:
        ValueError: Two arguments contradict each other.
        OSError: There is no such model.
    """
    transformers = _transformers()
    options = {"trust_remote_code": trust_remote_code, **_with_quantization(model_kwargs)}
    options.setdefault("device_map", device_map if device_map is not None else _best_device())
    if "dtype" not in options:
        options.setdefault("torch_dtype", torch_dtype if torch_dtype is not None else "auto")
    elif torch_dtype is not None:
        raise ValueError("dtype and torch_dtype are one argument under two names: pass one of them.")
    files = {name: value for name, value in options.items() if name in _FILES}
    try:
        model = transformers.AutoModelForImageTextToText.from_pretrained(model_id, **options)
    except OSError as error:
        if model_id not in str(error):
            error.args = (f"{model_id} is no folder here, and it can't be taken from the Hugging Face Hub: {error}",)
        raise
    except ValueError as error:
        if "Unrecognized configuration class" not in str(error):
            raise
        model = transformers.AutoModelForCausalLM.from_pretrained(model_id, **options)
        tokenizer = transformers.AutoTokenizer.from_pretrained(model_id, trust_remote_code=trust_remote_code, **files)
        return Loaded(model, tokenizer, None)
    processor = transformers.AutoProcessor.from_pretrained(model_id, trust_remote_code=trust_remote_code, **files)
    # A model that could take images may come with a tokenizer alone.
    takes_images = hasattr(processor, "image_processor")
    return Loaded(model, getattr(processor, "tokenizer", processor), processor if takes_images else None)


def is_loading_option(name: str) -> bool:
    """Tell whether a keyword of the constructor is for `from_pretrained`; the others are for `generate`."""
    return name in LOADING or _is_quantization(name)


def _is_quantization(name: str) -> bool:
    return name in ("load_in_4bit", "load_in_8bit") or name.startswith(("bnb_4bit_", "llm_int8_"))


def _with_quantization(model_kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments with those of bitsandbytes, where there are any, as its configuration."""
    settings = {name: value for name, value in model_kwargs.items() if _is_quantization(name)}
    if not settings:
        return dict(model_kwargs)
    if "quantization_config" in model_kwargs:
        raise ValueError(f"Put {', '.join(settings)} into the quantization_config, or leave that out.")
    others = {name: value for name, value in model_kwargs.items() if name not in settings}
    return {**others, "quantization_config": _transformers().BitsAndBytesConfig(**settings)}


def _transformers() -> Any:
    import transformers

    return transformers


def _best_device() -> str:
    import torch

    if not torch.accelerator.is_available():
        return "cpu"
    accelerator = torch.accelerator.current_accelerator()
    return "cpu" if accelerator is None else accelerator.type
