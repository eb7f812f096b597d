"""The real engine on a CPU; no tests where vLLM is missing, as it has a lane of its own: scripts/test-vllm."""

import os
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

IS_INSTALLED = find_spec("vllm") is not None
collect_ignore_glob = [] if IS_INSTALLED else ["*.py"]

if IS_INSTALLED:
    # In this process, without a GPU, silent, and without asking anybody.
    os.environ |= {
        "VLLM_TARGET_DEVICE": "cpu",
        "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
        "VLLM_LOGGING_LEVEL": "ERROR",
        "VLLM_NO_USAGE_STATS": "1",
        "HF_HUB_OFFLINE": "1",
    }
    if find_spec("vllm._C") is None:  # a build for GPUs
        sys.path.insert(0, str(Path(__file__).parent))
        import cpu_kernels

        cpu_kernels.install()

ENGINE = {
    "dtype": "float32",
    "enforce_eager": True,
    "max_model_len": 8192,
    "kv_cache_memory_bytes": 2**26,
    "max_num_seqs": 4,
    "compilation_config": {"custom_ops": ["none"]},
    "structured_outputs_config": {"disable_any_whitespace": True, "backend": "xgrammar"},
}


@pytest.fixture
def make_vllm() -> Iterator[Callable[..., Any]]:
    """Return a function that makes a model from a folder; the engines of a test end with it."""
    from smolagents import VLLMModel

    made: list[Any] = []

    def make(folder: Path | str, model_kwargs: dict[str, Any] | None = None, **options: Any) -> Any:
        made.append(VLLMModel(str(folder), model_kwargs={**ENGINE, **(model_kwargs or {})}, **options))
        return made[-1]

    yield make
    for model in made:
        model.cleanup()
