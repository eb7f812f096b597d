"""Model servers on this machine: which of them answer, and which models they have."""

from __future__ import annotations

import json
import os
import re
from typing import NamedTuple

DEFAULT_SERVERS = {
    "ollama": "http://127.0.0.1:11434",
    "llamacpp": "http://127.0.0.1:8080",
    "vllm": "http://127.0.0.1:8000",
    "lmstudio": "http://127.0.0.1:1234",
}
TITLES = {"ollama": "Ollama", "llamacpp": "llama.cpp", "vllm": "vLLM", "lmstudio": "LM Studio"}
COMMANDS = {
    # Its default of 4,096 tokens is less than an agent needs, and what does not fit is dropped without a word.
    "ollama": "OLLAMA_CONTEXT_LENGTH=32768 ollama serve & ollama pull llama3.2",
    "llamacpp": "llama-server -m MODEL.gguf",
    "vllm": "vllm serve MODEL",
    "lmstudio": "lms server start",
}

_SECONDS = 1.0  # a server on this machine that takes longer only to list its models is of no use
_SECONDS_AFAR = 10.0
_LONGEST_LISTING = 1_000_000  # bytes


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


def _ask(title: str, api_base: str, api_key: str | None = None) -> Server | None:
    from http.client import HTTPException
    from urllib.parse import urlsplit
    from urllib.request import ProxyHandler, Request, build_opener

    headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
    try:
        is_local = urlsplit(api_base).hostname in ("localhost", "127.0.0.1", "::1")
        opener = build_opener(*[ProxyHandler({})] if is_local else [])  # a proxy can't reach this machine
        request = Request(f"{api_base}/models", headers=headers)
        with opener.open(request, timeout=_SECONDS if is_local else _SECONDS_AFAR) as response:
            listing = json.loads(response.read(_LONGEST_LISTING))["data"]
        models = [str(model["id"]) for model in listing]
    except (OSError, HTTPException, ValueError, KeyError, TypeError):  # nobody there, or something else on that port
        return None
    return Server(title, api_base, [model for model in models if "embed" not in model.lower()])
