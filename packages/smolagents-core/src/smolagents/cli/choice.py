"""Which model does the work: the one that the user names, else the first that can be used as things are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from smolagents.cli.arguments import Options
from smolagents.cli.problems import UsageError, near_miss
from smolagents.cli.providers import LITELLM_PREFIXES, PREFIXES, PROVIDERS, default_model_id
from smolagents.cli.servers import DEFAULT_SERVERS, TITLES, addresses, models_at, running_servers

if TYPE_CHECKING:
    from smolagents.models import Model

_UPSTREAM_DEFAULT = "InferenceClientModel"  # what a `--model-id` alone has always been for
_NO_KEY = "none"  # the OpenAI client wants a key; a server that was found must not get the one in the environment


@dataclass(frozen=True)
class Choice:
    """Hold a model that was chosen and is not loaded yet.

    Args:
        model_type: Its class.
        model_id: Its name; None for the class's default.
        api_base: Address of its API.
        api_key: Key of the API.
        provider: Inference provider.
        why: Why it was chosen, where the user has not named it.
        model: The model itself, where a plugin has made it.
    """

    model_type: str
    model_id: str | None = None
    api_base: str | None = None
    api_key: str | None = field(default=None, repr=False)
    provider: str | None = None
    why: str = ""
    model: Model | None = None

    def __str__(self) -> str:
        named = " ".join(filter(None, [self.model_type, self.model_id]))
        return f"{named} ({self.why})" if self.why else named

    def load(self) -> Model:
        """Return the model.

        Raises:
            ValueError: It can't be used; says why.
            MissingPluginError: Its distribution is not installed.
        """
        from smolagents import cli  # a program may have put another `load_model` there

        if self.model is not None:
            return self.model
        return cli.load_model(
            self.model_type,
            self.model_id,
            api_base=self.api_base,
            api_key=self.api_key,
            provider=self.provider,
        )


def choose_model(options: Options) -> Choice:
    """Return the model that the options name, or the first one that can be used.

    Raises:
        UsageError: The options name none that is known, or there is none to use.
    """
    spec = os.environ.get("SMOLAGENTS_MODEL")
    if options.model:
        choice = _from_spec(options.model)
    elif options.model_type or options.model_id or options.api_base or options.provider:
        choice = _from_type_and_id(options)
    elif spec:
        try:
            choice = replace(_from_spec(spec), why="SMOLAGENTS_MODEL names it")
        except UsageError as error:
            raise UsageError(f"SMOLAGENTS_MODEL: {error}") from error
    else:
        usable = next(usable_models(), None)
        if usable is None:
            raise UsageError(_ways_out())
        choice = usable
    return _with_address(choice, options)


def usable_models() -> Iterator[Choice]:
    """Yield the models that can be used as things are: those with a key in the environment, then local servers."""
    from smolagents import plugins

    for provider in PROVIDERS:
        if provider.is_set and plugins.available(provider.model_type):
            are_set = " and ".join(provider.variables) + (" is set" if len(provider.variables) == 1 else " are set")
            yield Choice(provider.model_type, default_model_id(provider.model_type), why=are_set)
    if plugins.available("OpenAIModel"):
        for server in running_servers():
            why = f"{server.title} answers at {server.api_base}"
            yield Choice("OpenAIModel", server.models[0], server.api_base, _NO_KEY, why=why)


def _from_type_and_id(options: Options) -> Choice:
    from smolagents import plugins

    model_type, model_id = options.model_type, options.model_id
    if model_type is None and options.api_base:
        model_type = "OpenAIModel"
    if model_type is None:
        by_key = None if plugins.available(_UPSTREAM_DEFAULT) else next(usable_models(), None)
        if by_key is not None:
            return replace(by_key, model_id=model_id)
        model_type = _UPSTREAM_DEFAULT
    if model_id is None and options.api_base:
        model_id = _listed_first(options.api_base, options.api_key)
    elif model_id is None:
        model_id = default_model_id(model_type)
    return Choice(model_type, model_id)


def _listed_first(api_base: str, api_key: str | None) -> str:
    models = models_at(api_base, api_key or os.environ.get("OPENAI_API_KEY"))
    if not models:
        raise UsageError(f"{api_base} lists no models at {api_base.rstrip('/')}/models: name one with --model-id")
    return models[0]


def _from_spec(spec: str) -> Choice:
    """Return what a text such as `openai/gpt-4.1` stands for: a prefix, a class or something that a plugin knows."""
    from smolagents import plugins
    from smolagents.models import MODEL_REGISTRY

    prefix, _, rest = spec.partition("/")
    model_id = rest or None
    if prefix in DEFAULT_SERVERS:
        return _on_server(prefix, model_id)
    if prefix in LITELLM_PREFIXES:
        return Choice("LiteLLMModel", spec if model_id else default_model_id("LiteLLMModel"))
    if prefix in PREFIXES:
        return Choice(PREFIXES[prefix], model_id or default_model_id(PREFIXES[prefix]))
    if prefix in MODEL_REGISTRY:
        return Choice(prefix, model_id or default_model_id(prefix))
    model = plugins.resolve_model(spec)
    if model is not None:
        return Choice(type(model).__name__, getattr(model, "model_id", None) or spec, model=model)
    known = [*PREFIXES, *LITELLM_PREFIXES, *DEFAULT_SERVERS, *MODEL_REGISTRY]
    raise UsageError(
        f"unknown model {spec!r}.{near_miss(prefix, known)} "
        "A model is named as PREFIX/ID, such as openai/gpt-4.1 or ollama/llama3.2, or by its class: OpenAIModel/gpt-4.1"
    )


def _on_server(name: str, model_id: str | None) -> Choice:
    api_base = addresses().get(name, DEFAULT_SERVERS[name]) + "/v1"
    models = models_at(api_base)
    if not models:
        raise UsageError(f"{TITLES[name]} does not answer at {api_base} with a model: start it, or give --api-base URL")
    if model_id is None:
        return Choice("OpenAIModel", models[0], api_base, _NO_KEY)
    if name == "ollama" and model_id not in models and f"{model_id}:latest" not in models:
        raise UsageError(f"Ollama has no model {model_id}.{near_miss(model_id, models)} Get it: ollama pull {model_id}")
    return Choice("OpenAIModel", model_id, api_base, _NO_KEY)


def _with_address(choice: Choice, options: Options) -> Choice:
    """Add what the options say of the API."""
    key = options.api_key or choice.api_key
    if options.api_base and choice.model_type.startswith("OpenAI") and not os.environ.get("OPENAI_API_KEY"):
        key = key or _NO_KEY
    return replace(
        choice,
        api_base=options.api_base or choice.api_base,
        api_key=key,
        provider=options.provider or choice.provider,
    )


def _ways_out() -> str:
    """Say that there is no model, and how to get one in three ways, the first of which fits what is there already."""
    from smolagents import plugins

    keyed = next((provider for provider in PROVIDERS if provider.is_set), PROVIDERS[0])
    first = [] if keyed.is_set else [f"export {keyed.variables[0]}=…"]
    if not plugins.available(keyed.model_type):
        first.append(f"pip install {plugins.FIRST_PARTY[keyed.model_type]}")
    server = [] if plugins.available("OpenAIModel") else ["pip install smolagents-models-openai"]
    server.append("ollama serve & ollama pull llama3.2")
    looked = ", ".join(addresses().values()) or "nowhere"
    has = f"{keyed.variables[0]} is set" if keyed.is_set else "a provider's key"
    return (
        "no model to work with. Three ways out:\n"
        f"  1. {has}:  {' && '.join(first)}\n"
        f"  2. a local server (looked at {looked}):  {' && '.join(server)}\n"
        '  3. name one:  smolagent "…" --model openai/gpt-4.1 --api-key …, or: export SMOLAGENTS_MODEL=…'
    )
