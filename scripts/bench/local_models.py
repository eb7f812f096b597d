"""Local models: what a token costs in TransformersModel and in transformers' own generate, by a tiny model."""

import logging
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from _measure import interleaved, option, ratio, table

TOKENS = 256
MESSAGES = [{"role": "user", "content": "Hello, who are you?"}]


def main(arguments: list[str]) -> None:
    """Print the CPU time of a token; needs the environment of scripts/test-torch: .cache/venv-torch/bin/python."""
    import torch
    from smolagents import TransformersModel
    from smolagents_testing.tiny_models import make_tiny_model

    torch.set_num_threads(1)
    logging.getLogger("smolagents.models").setLevel(logging.ERROR)  # every answer here is cut off
    rounds = option(arguments, "--rounds", 15)
    with tempfile.TemporaryDirectory() as scratch:
        model = TransformersModel(str(make_tiny_model(Path(scratch))), max_new_tokens=TOKENS, min_new_tokens=TOKENS)
    chat = {"add_generation_prompt": True, "return_tensors": "pt", "return_dict": True}

    def plain() -> None:
        inputs = model.tokenizer.apply_chat_template(MESSAGES, **chat)
        output = model.model.generate(**inputs, max_new_tokens=TOKENS, min_new_tokens=TOKENS)
        model.tokenizer.decode(output[0])

    contenders = {
        "transformers' `generate`": plain,
        "`generate`": lambda: model.generate(MESSAGES),
        "`generate` with two stop sequences": lambda: model.generate(MESSAGES, ["</code>", "Observation:"]),
        "`generate_stream`": lambda: list(model.generate_stream(MESSAGES)),
    }
    medians = interleaved({name: timed(call) for name, call in contenders.items()}, rounds)
    first = medians["transformers' `generate`"]
    rows = [
        [name, f"{seconds / TOKENS * 1000:.3f} ms", f"{TOKENS / seconds:.0f}", ratio(seconds, first)]
        for name, seconds in medians.items()
    ]
    title = f"A tiny model, CPU time of one thread, answers of {TOKENS} tokens, median of {rounds} rounds"
    table(title, ["what", "per token", "tokens/s", "ratio"], rows)


def timed(call: Callable[[], object]) -> Callable[[], float]:
    """Return a function that tells the CPU time of a call, in all threads: the wall's would measure the neighbours."""
    call()

    def measure() -> float:
        start = time.process_time()
        call()
        return time.process_time() - start

    return measure
