"""From a text such as `openai/gpt-4.1` to a model: one spelling for programs and for the command line."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from typing import Any

from smolagents import plugins
from smolagents.models.base import Model
from smolagents.models.providers import LITELLM_PREFIXES, PREFIXES, default_model_id
from smolagents.models.registry import MODEL_REGISTRY
from smolagents.models.servers import COMMANDS, DEFAULT_SERVERS, TITLES, addresses, models_at
from smolagents.spelling import near_miss

NO_KEY = "none"  # the OpenAI client wants a key; a local server must not get the one in the environment


@dataclass(frozen=True)
class ModelSpec:
    """Say which model a text stands for.

    Args:
        model_type: Its class.
        model_id: Its name; None for the class's default.
        api_base: Address of its API.
        api_key: Key of the API.
        model: The model itself, where a plugin has made it.
    """

    model_type: str
    model_id: str | None = None
    api_base: str | None = None
    api_key: str | None = field(default=None, repr=False)
    model: Model | None = None


def resolve_model(spec: str, **options: Any) -> Model:
    """Return a new model for a text such as `openai/gpt-4.1`, `ollama/llama3.2` or `LiteLLMModel/groq/llama-3.3-70b`.

    Args:
        spec: A provider, a local server, or a class of models, then a slash and the model's name there; or what the
            `resolve_model` hook of a plugin knows. Without a name the provider's default is taken, if it has one.
        **options: More arguments of the model's class, such as `temperature=0.2`.

    Raises:
        ValueError: Nobody knows the text, or the server that it names does not answer; says what can be done.
        MissingPluginError: The class is known, and its distribution is not installed; has the `pip install …`.
    """
    found = read_spec(spec, options.get("api_base"))
    if found.model is not None:
        if options:
            raise ValueError(f"{spec!r} is made by a plugin, which takes no options: leave out {', '.join(options)}")
        return found.model
    given = {"model_id": found.model_id, "api_base": found.api_base, "api_key": found.api_key}
    arguments = {name: value for name, value in given.items() if value is not None}
    model_class = MODEL_REGISTRY[found.model_type]
    required = inspect.signature(model_class).parameters.get("model_id")
    if "model_id" not in {*arguments, *options} and required is not None and required.default is required.empty:
        raise ValueError(f"{spec!r} names no model: write {spec.rstrip('/')}/ID")
    model: Model = model_class(**{**arguments, **options})
    return model


def read_spec(spec: str, api_base: str | None = None) -> ModelSpec:
    """Return what a text stands for.

    Args:
        spec: As in `resolve_model`.
        api_base: Where the server is that the text may name, if not at its usual address.

    Raises:
        ValueError: Nobody knows it, or the server that it names does not answer.
    """
    prefix, _, rest = spec.partition("/")
    model_id = rest or None
    if prefix in DEFAULT_SERVERS:
        return _on_server(prefix, model_id, api_base)
    if prefix in LITELLM_PREFIXES:
        return ModelSpec("LiteLLMModel", spec if model_id else default_model_id("LiteLLMModel"))
    if prefix in PREFIXES:
        return ModelSpec(PREFIXES[prefix], model_id or default_model_id(PREFIXES[prefix]))
    if prefix in MODEL_REGISTRY.known():
        return ModelSpec(prefix, model_id or default_model_id(prefix))
    model = plugins.resolve_model(spec)
    if model is not None:
        return ModelSpec(type(model).__name__, getattr(model, "model_id", None) or spec, model=model)
    known = [*PREFIXES, *LITELLM_PREFIXES, *DEFAULT_SERVERS, *MODEL_REGISTRY.known()]
    hint = near_miss(prefix, known) or (f" If it is one of the Hugging Face Hub: hf/{spec}." if prefix and rest else "")
    raise ValueError(
        f"unknown model {spec!r}.{hint} "
        "A model is named as PREFIX/ID, such as openai/gpt-4.1 or ollama/llama3.2, or by its class: OpenAIModel/gpt-4.1"
    )


def _on_server(name: str, model_id: str | None, api_base: str | None) -> ModelSpec:
    api_base = api_base or addresses().get(name, DEFAULT_SERVERS[name]) + "/v1"
    models = models_at(api_base)
    in_process = name == "vllm" and model_id is not None and not models
    if in_process and plugins.available("VLLMModel"):
        return ModelSpec("VLLMModel", model_id)
    if not in_process and not plugins.available("OpenAIModel"):
        plugins.resolve("OpenAIModel")  # says what to install
    if not models:
        command = COMMANDS[name].replace("MODEL", model_id or "MODEL")
        ways = [f"start it: {command}", "say where it is: api_base (--api-base)"]
        if in_process:
            ways.append(f"run the model in this process: pip install {plugins.FIRST_PARTY['VLLMModel']}")
        raise ValueError(f"{TITLES[name]} does not answer at {api_base} with a model. You can {'; or '.join(ways)}")
    if model_id is None:
        return ModelSpec("OpenAIModel", models[0], api_base, NO_KEY)
    names = {*models, *(model.removesuffix(":latest") for model in models)}
    if name == "ollama" and model_id not in names:
        hint = near_miss(model_id, sorted(names, key=len))
        raise ValueError(f"Ollama has no model {model_id}.{hint} Get it: ollama pull {model_id}")
    return ModelSpec("OpenAIModel", model_id, api_base, NO_KEY)
