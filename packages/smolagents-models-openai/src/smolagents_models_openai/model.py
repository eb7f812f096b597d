"""OpenAI's chat completions, at OpenAI or at any server that speaks the same protocol."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any

from smolagents.models import AsyncCompletionModel, ClientPerLoop
from smolagents.models.completing import makes_both_clients

from smolagents_models_openai.errors import explained

_OWN_ARGUMENTS = {"api_key", "base_url", "organization", "project", "api_version", "azure_endpoint"}


class OpenAIModel(AsyncCompletionModel):
    """Call a model through the API of OpenAI.

    Args:
        model_id: Name of the model, e.g. "gpt-5-mini".
        api_base: URL of another server with the same API, e.g. "http://localhost:11434/v1" for Ollama.
        api_key: Key of the API; else the environment variable OPENAI_API_KEY.
        organization: Organization that pays; else OPENAI_ORG_ID.
        project: Project that pays; else OPENAI_PROJECT_ID.
        client_kwargs: More arguments of `openai.OpenAI`, e.g. `{"timeout": 60}` (seconds).
        custom_role_conversions: As in `ApiModel`.
        flatten_messages_as_text: Send every content as a string, for servers that know no parts.
        **kwargs: As in `ApiModel` and `Model`: parameters of every completion, e.g. `temperature=0.2`.
    """

    def __init__(
        self,
        model_id: str,
        api_base: str | None = None,
        api_key: str | None = None,
        organization: str | None = None,
        project: str | None = None,
        client_kwargs: dict[str, Any] | None = None,
        custom_role_conversions: Mapping[Any, Any] | None = None,
        flatten_messages_as_text: bool = False,
        **kwargs: Any,
    ) -> None:
        self.api_base = api_base
        self.organization = organization
        self.project = project
        # ApiModel tries again where that helps; the SDK doing so too would multiply the attempts.
        self.client_kwargs = {
            "max_retries": 0,
            **(client_kwargs or {}),
            "api_key": api_key,
            "base_url": api_base,
            "organization": organization,
            "project": project,
        }
        super().__init__(
            model_id=model_id,
            custom_role_conversions=custom_role_conversions,
            flatten_messages_as_text=flatten_messages_as_text,
            **kwargs,
        )
        self.supports_audio = "audio" in model_id
        self._client_given = kwargs.get("client") is not None
        self._async_clients = ClientPerLoop(self.create_async_client, lambda client: client.close())

    def create_client(self) -> Any:
        """Return a client of the `openai` SDK."""
        import openai

        client = openai.OpenAI(**self.client_kwargs)
        return client if "http_client" in self.client_kwargs else closing_by_itself(client)

    def create_async_client(self) -> Any:
        """Return an async client of the `openai` SDK."""
        import openai

        return openai.AsyncOpenAI(**self.client_kwargs)

    def to_dict(self) -> dict[str, Any]:
        """Return what was configured as plain data; see `Model.to_dict`."""
        data = super().to_dict()
        # The rest of client_kwargs repeats the constructor's other arguments.
        given = {name: value for name, value in data.pop("client_kwargs", {}).items() if name not in _OWN_ARGUMENTS}
        if given.get("max_retries") == 0:
            del given["max_retries"]
        return {**data, "client_kwargs": given} if given else data

    def _credentials(self) -> Iterable[str]:
        candidates = (self.client_kwargs.get("api_key"), getattr(self.client, "api_key", None))
        return [key for key in candidates if isinstance(key, str)]

    def _explained(self) -> AbstractContextManager[None]:
        return explained(self.client)

    @property
    def _has_async_twin(self) -> bool:
        """Tell whether `create_async_client` makes the async form of our client: not of one that somebody else made."""
        is_sdk = type(self.client).__module__.partition(".")[0] == "openai"
        own = not self._client_given and "http_client" not in self.client_kwargs
        return is_sdk and own and makes_both_clients(self)

    def _complete(self, **parameters: Any) -> Any:
        return self.client.chat.completions.create(**parameters)

    async def _acomplete(self, **parameters: Any) -> Any:
        client = await self._async_clients.get()
        return await client.chat.completions.create(**parameters)


def closing_by_itself(client: Any) -> Any:
    """Return a client of the SDK, which closes its connections when it goes.

    It goes by the garbage collector, which takes its parts in any order: a connection that is taken before the client
    has closed it is a ResourceWarning. A weak reference is told before any part is taken.

    Args:
        client: An `openai.OpenAI` that made its own `http_client`.
    """
    http_client = getattr(client, "_client", None)
    if http_client is not None:  # what stands for the SDK in somebody's tests has none
        weakref.finalize(client, http_client.close).atexit = False
    return client
