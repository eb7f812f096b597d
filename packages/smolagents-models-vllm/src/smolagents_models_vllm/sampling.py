"""Say to vLLM what an answer is to be: how long, how likely, and of what form."""

from __future__ import annotations

from typing import Any

MAX_TOKENS = 4096
"""Tokens of an answer where neither the user nor the model's files say: vLLM's own 16 would cut any action."""


def sampling_params(parameters: dict[str, Any], stop_sequences: list[str], defaults: dict[str, Any]) -> Any:
    """Return the `vllm.SamplingParams` of a completion.

    Args:
        parameters: By vLLM's names, and `max_new_tokens` and `response_format`.
        stop_sequences: Texts that end the answer.
        defaults: What the model's files recommend.

    Raises:
        TypeError: vLLM has no such parameter.
        ValueError: The form of answer is none that vLLM knows.
    """
    import vllm

    options = {"temperature": 0.0, "max_tokens": MAX_TOKENS, **defaults, **parameters}
    if "max_new_tokens" in options:
        options["max_tokens"] = options.pop("max_new_tokens")
    form = structured_outputs(options.pop("response_format", None))
    if form is not None:
        options["structured_outputs"] = form
    return vllm.SamplingParams(stop=stop_sequences, **options)


def structured_outputs(response_format: dict[str, Any] | None) -> Any:
    """Return vLLM's constraint for a form of answer in the layout of the OpenAI API; None for plain text.

    Raises:
        ValueError: It is no form of that API.
    """
    from vllm.sampling_params import StructuredOutputsParams

    match response_format:
        case None | {"type": "text"}:
            return None
        case {"type": "json_object"}:
            return StructuredOutputsParams(json_object=True)
        case {"type": "json_schema", "json_schema": {"schema": dict(schema)}}:
            return StructuredOutputsParams(json=schema)
    raise ValueError(
        f"VLLMModel knows no response_format {response_format!r}: give {{'type': 'json_schema', 'json_schema': "
        "{'name': …, 'schema': {…}}}, or what vLLM itself takes by structured_outputs=StructuredOutputsParams(…)."
    )
