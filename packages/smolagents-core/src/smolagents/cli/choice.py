"""Which model does the work: the one that the user names, else the first that can be used as things are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from smolagents.cli.arguments import Options
from smolagents.cli.problems import UsageError
from smolagents.models.providers import PROVIDERS, default_model_id
from smolagents.models.resolving import NO_KEY, ModelSpec, read_spec
from smolagents.models.servers import COMMANDS, addresses, check_address, models_at, running_servers

if TYPE_CHECKING:
    from smolagents.models import Model

_UPSTREAM_DEFAULT = "InferenceClientModel"  # what a `--model-id` alone has always been for


@dataclass(frozen=True)
class Choice(ModelSpec):
    """Hold a model that was chosen and is not loaded yet.

    Args:
        provider: Inference provider.
        why: Why it was chosen, where the user has not named it.
    """

    provider: str | None = None
    why: str = ""

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
    if options.api_base is not None:
        _check_address(options.api_base)
    if options.model:
        choice = _from_spec(options.model, options.api_base)
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
            yield Choice("OpenAIModel", server.models[0], server.api_base, NO_KEY, why=why)


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


def _check_address(api_base: str) -> None:
    try:
        check_address(api_base, "--api-base")
    except ValueError as error:
        raise UsageError(str(error)) from error


def _listed_first(api_base: str, api_key: str | None) -> str:
    models = models_at(api_base, api_key or os.environ.get("OPENAI_API_KEY"))
    if not models:
        raise UsageError(f"{api_base} lists no models at {api_base.rstrip('/')}/models: name one with --model-id")
    return models[0]


def _from_spec(spec: str, api_base: str | None = None) -> Choice:
    """Return what a text such as `openai/gpt-4.1` stands for."""
    try:
        found = read_spec(spec, api_base)
    except ValueError as error:
        raise UsageError(str(error)) from error
    return Choice(**vars(found))


def _with_address(choice: Choice, options: Options) -> Choice:
    """Add what the options say of the API."""
    key = options.api_key or choice.api_key
    if options.api_base and choice.model_type.startswith("OpenAI") and not os.environ.get("OPENAI_API_KEY"):
        key = key or NO_KEY
    return replace(
        choice,
        api_base=options.api_base or choice.api_base,
        api_key=key,
        provider=options.provider or choice.provider,
    )


def _ways_out() -> str:
    """Say that there is no model, and how to get one in three ways, the first of which fits what is there already."""
    keyed = next((provider for provider in PROVIDERS if provider.is_set), PROVIDERS[0])
    first = _steps(keyed.model_type, *([] if keyed.is_set else [f"export {keyed.variables[0]}=…"]))
    server = _steps("OpenAIModel", COMMANDS["ollama"])
    looked = ", ".join(addresses().values()) or "nowhere"
    has = f"{keyed.variables[0]} is set" if keyed.is_set else "a provider's key"
    return (
        "no model to work with. Three ways out:\n"
        f"  1. {has}:  {first}\n"
        f"  2. a local server (looked at {looked}):  {server}\n"
        '  3. name one:  smolagent "…" --model openai/gpt-4.1 --api-key …, or: export SMOLAGENTS_MODEL=…'
    )


def _steps(model_type: str, *commands: str) -> str:
    """Return the commands that get a class of models and then what it works with, or say why it can't be used."""
    from smolagents import plugins
    from smolagents.plugins.catalogue import current

    entry = current().find(model_type, ("models",))
    if entry is not None and entry.state != "ok":
        return f"{model_type} of {entry.distribution} is installed, but {entry.detail}"
    install = [] if entry is not None else [f"pip install {plugins.FIRST_PARTY[model_type]}"]
    return " && ".join([*install, *commands])
