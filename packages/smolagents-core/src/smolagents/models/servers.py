"""Model servers on this machine: which of them answer, and which models they have."""

from __future__ import annotations

import json
import os
import re
from typing import Any, NamedTuple

DEFAULT_SERVERS = {
    "ollama": "http://127.0.0.1:11434",
    "llamacpp": "http://127.0.0.1:8080",
    "vllm": "http://127.0.0.1:8000",
    "lmstudio": "http://127.0.0.1:1234",
}
TITLES = {"ollama": "Ollama", "llamacpp": "llama.cpp", "vllm": "vLLM", "lmstudio": "LM Studio"}
COMMANDS = {
    # Its default of 4,096 tokens is less than an agent needs, and what does not fit is dropped without a word. A model
    # can be pulled as soon as it serves, not sooner.
    "ollama": "OLLAMA_CONTEXT_LENGTH=32768 ollama serve, then in another terminal: ollama pull llama3.2",
    "llamacpp": "llama-server -m MODEL.gguf",
    "vllm": "vllm serve MODEL",
    "lmstudio": "lms server start",
}

_SECONDS = 1.0  # a server on this machine that takes longer only to list its models is of no use
_SECONDS_AFAR = 10.0
_LONGEST_ANSWER = 10_000_000  # bytes
_USUAL_CONTEXT = 4096  # tokens; what Ollama takes on most machines where nobody says otherwise
_ENOUGH_CONTEXT = 16_000  # tokens; the prompts of an agent with a few tools, and some steps
_ADVISED_CONTEXT = 32_768


class Server(NamedTuple):
    """Describe a server that answers.

    Args:
        title: The name of its program, as far as its port or its user tells it.
        api_base: Address of its OpenAI-compatible API.
        models: The models that it lists and that can chat.
    """

    title: str
    api_base: str
    models: list[str]


def check_address(address: str, argument: str = "api_base") -> None:
    """Check that an address of an API is one.

    Args:
        address: What was given.
        argument: The name of what it was given for.

    Raises:
        ValueError: It is no URL of HTTP.
    """
    from urllib.parse import urlsplit

    try:
        url = urlsplit(address)
        valid = url.scheme in ("http", "https") and bool(url.hostname) and (url.port or 1) > 0
    except ValueError:  # a port that is no number
        valid = False
    if not valid:
        host_alone = re.fullmatch(r"[\w.-]+(:\d+)?(/\S*)?", address) and re.search(r"[.:]|localhost", address)
        meant = f" Did you mean http://{address}?" if host_alone else ""
        raise ValueError(
            f"{argument} {address!r} is no address.{meant} Write it as https://HOST/v1 or http://HOST:PORT/v1"
        )


def addresses() -> dict[str, str]:
    """Return where to look for servers, by name: the usual ports, or what SMOLAGENTS_LOCAL_SERVERS lists.

    That variable holds addresses, or `name=address`, separated by commas; set and empty it means none.
    """
    listed = os.environ.get("SMOLAGENTS_LOCAL_SERVERS")
    if listed is None:
        return DEFAULT_SERVERS
    servers = {}
    for item in listed.replace(",", " ").split():
        name, equals, address = item.partition("=")
        servers[name if equals else item] = (address if equals else item).rstrip("/")
    return servers


def running_servers() -> list[Server]:
    """Return the servers that answer and have a model, in the order of `addresses`."""
    from concurrent.futures import ThreadPoolExecutor

    places = addresses()
    if not places:
        return []
    titles = [TITLES.get(name, "a server" if "://" in name else name) for name in places]
    with ThreadPoolExecutor(len(places)) as threads:
        found = threads.map(_ask, titles, [f"{address}/v1" for address in places.values()])
        return [server for server in found if server is not None and server.models]


def models_at(api_base: str, api_key: str | None = None) -> list[str]:
    """Return the models that the server behind an address lists; none if it does not answer."""
    server = _ask("", api_base.rstrip("/"), api_key)
    return server.models if server is not None else []


def advice_on_context(api_base: str, model_id: str) -> str:
    """Return what to do where an Ollama server gives a model less context than an agent needs, else an empty text.

    Its OpenAI-compatible API has no parameter for that.

    Args:
        api_base: Address of an OpenAI-compatible API.
        model_id: The model.
    """
    server = api_base.rstrip("/").removesuffix("/v1")
    if not server.startswith("http://") or not isinstance(_fetched(f"{server}/api/version"), dict):
        return ""
    context = _context_of(server, model_id)
    if context is not None and context >= _ENOUGH_CONTEXT:
        return ""
    gives = "may give" if context is None else "gives"
    return (
        f"Ollama {gives} {model_id} no more than {context or _USUAL_CONTEXT:,} tokens of context, and drops what does "
        f"not fit without a word: start it with OLLAMA_CONTEXT_LENGTH={_ADVISED_CONTEXT} ollama serve"
    )


def _context_of(server: str, model_id: str) -> int | None:
    """Return the context that an Ollama server gives a model; None if that shows only once the model is loaded."""
    shown = _fetched(f"{server}/api/show", {"model": model_id}) or {}
    loaded = _fetched(f"{server}/api/ps") or {}
    try:
        lines = [line.split() for line in shown.get("parameters", "").splitlines()]
        set_by_modelfile = [int(line[1]) for line in lines if line[0] == "num_ctx"]
        names = (model_id, f"{model_id}:latest")
        found = [int(model["context_length"]) for model in loaded.get("models", ()) if model["name"] in names]
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):  # another version of Ollama
        return None
    return next(iter([*found, *set_by_modelfile]), None)


def _ask(title: str, api_base: str, api_key: str | None = None) -> Server | None:
    listing = _fetched(f"{api_base}/models", api_key=api_key)
    try:
        models = [str(model["id"]) for model in listing["data"]]
    except (KeyError, TypeError):  # something else on that port
        return None
    return Server(title, api_base, [model for model in models if "embed" not in model.lower()])


def _fetched(url: str, body: object = None, api_key: str | None = None) -> Any:
    """Return the JSON that a server answers with; None if it does not."""
    from http.client import HTTPException
    from urllib.parse import urlsplit
    from urllib.request import ProxyHandler, Request, build_opener

    headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
    data = None if body is None else json.dumps(body).encode()
    try:
        is_local = urlsplit(url).hostname in ("localhost", "127.0.0.1", "::1")
        opener = build_opener(*[ProxyHandler({})] if is_local else [])  # a proxy can't reach this machine
        with opener.open(Request(url, data, headers), timeout=_SECONDS if is_local else _SECONDS_AFAR) as response:
            return json.loads(response.read(_LONGEST_ANSWER))
    except (OSError, HTTPException, ValueError):
        return None
