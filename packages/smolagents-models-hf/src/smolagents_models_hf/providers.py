"""Which inference providers hold a model to a JSON schema."""

from __future__ import annotations

# Those that document it. A provider that ignores the schema would let an agent read text as JSON.
STRUCTURED_OUTPUT_PROVIDERS = (
    "auto",
    "baseten",
    "cerebras",
    "cohere",
    "deepinfra",
    "fireworks-ai",
    "groq",
    "hf-inference",
    "nebius",
    "novita",
    "nscale",
    "openai",
    "ovhcloud",
    "sambanova",
    "scaleway",
    "together",
)


def check_response_format(provider: str | None) -> None:
    """Raise where a form of the answer can't be asked for.

    Raises:
        ValueError: The provider is not known to take a `response_format`.
    """
    if provider is not None and provider not in STRUCTURED_OUTPUT_PROVIDERS:
        raise ValueError(
            "InferenceClientModel only supports structured outputs with these providers: "
            f"{', '.join(STRUCTURED_OUTPUT_PROVIDERS)}; not with {provider}. Choose one of them, or leave out "
            "response_format (of an agent: use_structured_outputs_internally)."
        )
