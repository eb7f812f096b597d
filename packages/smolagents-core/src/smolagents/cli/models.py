"""From what the command line says of a model to the model."""

from __future__ import annotations

import inspect
import os
from typing import TYPE_CHECKING, Any

from smolagents.cli.problems import UsageError, near_miss, one_line

if TYPE_CHECKING:
    from smolagents.models import Model

FIREWORKS = "https://api.fireworks.ai/inference/v1"

# How the constructors of the different classes call what the command line has one option for.
_PARAMETERS = {
    "api_base": ("api_base", "base_url", "azure_endpoint"),
    "api_key": ("api_key", "token"),
    "provider": ("provider",),
}


def load_model(
    model_type: str,
    model_id: str | None,
    api_base: str | None = None,
    api_key: str | None = None,
    provider: str | None = None,
) -> Model:
    """Return a new model.

    Args:
        model_type: Name of its class: one of core or of an installed plugin.
        model_id: The model's name for its provider, or a path; None for the class's own default.
        api_base: Address of the API.
        api_key: Key of the API; by default the class looks for it in the environment.
        provider: Inference provider.

    Raises:
        ValueError: The class is unknown, lacks one of the options, or can't be used with them.
        MissingPluginError: The class is known, and its distribution is not installed.
    """
    loaded = model_class(model_type)
    if model_type in ("OpenAIModel", "OpenAIServerModel") and not (api_base or api_key):
        api_base, api_key = _fireworks()
    if model_type in ("InferenceClientModel", "HfApiModel") and not os.environ.get("HF_TOKEN"):
        api_key = api_key or os.environ.get("HF_API_KEY")
    options = {"api_base": api_base, "api_key": api_key, "provider": provider}
    arguments = _arguments(loaded, model_type, model_id, options)
    try:
        model: Model = loaded(**arguments)
    except Exception as error:
        named = f"{model_type} {model_id or ''}".rstrip()
        raise UsageError(f"{named} can't be used: {one_line(error, [api_key])}") from error
    return model


def model_class(model_type: str) -> Any:
    """Return the class (or factory) of models that has a name.

    Raises:
        UsageError: Nobody has one of this name.
        MissingPluginError: Its distribution is not installed.
    """
    from smolagents.models import MODEL_REGISTRY

    known = MODEL_REGISTRY.known()
    found = MODEL_REGISTRY[model_type] if model_type in known else None
    if not callable(found):
        raise UsageError(
            f"Unsupported model type: {model_type}.{near_miss(model_type, known)} "
            f"Installed: {', '.join(installed_types())}"
        )
    return found


def installed_types() -> list[str]:
    """Return the classes of models that core and the installed plugins have, the newest names only."""
    from smolagents.models import MODEL_REGISTRY

    old_names = ("HfApiModel", "OpenAIServerModel", "AzureOpenAIServerModel", "AmazonBedrockServerModel")
    return [name for name in MODEL_REGISTRY if name not in old_names]


def _fireworks() -> tuple[str | None, str | None]:
    """Return address and key of Fireworks AI where its key is set and OpenAI's is not."""
    key = None if os.environ.get("OPENAI_API_KEY") else os.environ.get("FIREWORKS_API_KEY")
    return (FIREWORKS, key) if key else (None, None)


def _arguments(loaded: Any, model_type: str, model_id: str | None, options: dict[str, str | None]) -> dict[str, Any]:
    """Fit the options to the constructor's parameters.

    Only parameters that it names count: what else a model takes in its **kwargs goes to the provider with each call.
    """
    parameters = inspect.signature(loaded).parameters
    arguments: dict[str, Any] = {}
    if model_id is not None:
        arguments["model_id"] = model_id
    elif "model_id" in parameters and parameters["model_id"].default is inspect.Parameter.empty:
        raise UsageError(f"{model_type} needs the name of a model: --model-id NAME")
    for option, value in options.items():
        name = next((name for name in _PARAMETERS[option] if name in parameters), None)
        if value is not None and name is None:
            raise UsageError(f"{model_type} has no use for --{option.replace('_', '-')}: leave it out")
        if value is not None and name is not None:
            arguments[name] = value
    if "device_map" in parameters and "torch_dtype" in parameters:  # local inference: use the accelerator that is there
        arguments["device_map"] = "auto"
    return arguments
