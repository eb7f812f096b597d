"""Amazon Bedrock's Converse API, by boto3."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from smolagents.messages import ChatMessage
from smolagents.models import CompletionModel

from smolagents_models_bedrock import wire
from smolagents_models_bedrock.errors import explained

if TYPE_CHECKING:
    from smolagents import Tool

    Messages = Sequence[ChatMessage | dict[str, Any]]

KEY_VARIABLE = "AWS_BEARER_TOKEN_BEDROCK"
_SECRETS = ("aws_secret_access_key", "aws_session_token")


class AmazonBedrockModel(CompletionModel):
    """Call a model through the Converse API of Amazon Bedrock.

    Parameters have their usual names (`temperature`, `max_tokens`, `top_p`) or those of Converse (`inferenceConfig`,
    `guardrailConfig`, `additionalModelRequestFields`, …); others, such as `top_k`, are sent as the model's own fields.

    Args:
        model_id: Id of a model or an inference profile, e.g. "us.amazon.nova-pro-v1:0", or an ARN.
        client: Client of boto3 for "bedrock-runtime" to use instead of one of our own.
        client_kwargs: Arguments of `boto3.client`, e.g. `{"region_name": "us-east-1"}`; else AWS_REGION or what
            boto3 finds in its own variables and files.
        custom_role_conversions: As in `ApiModel`. A model that takes no system prompt needs
            `{"system": "user", "tool-call": "assistant", "tool-response": "user"}`.
        api_key: A Bedrock API key; else the environment variable AWS_BEARER_TOKEN_BEDROCK, else AWS credentials as
            boto3 finds them.
        **kwargs: As in `ApiModel` and `Model`.
    """

    _streaming: Mapping[str, Any] = {}

    def __init__(
        self,
        model_id: str,
        client: Any | None = None,
        client_kwargs: dict[str, Any] | None = None,
        custom_role_conversions: Mapping[Any, Any] | None = None,
        *,
        api_key: str | None = None,
        **kwargs: Any,
    ) -> None:
        self.client_kwargs = client_kwargs or {}
        self.api_key = api_key or (None if "aws_access_key_id" in self.client_kwargs else os.environ.get(KEY_VARIABLE))
        super().__init__(model_id=model_id, custom_role_conversions=custom_role_conversions, client=client, **kwargs)

    def create_client(self) -> Any:
        """Return a client of boto3.

        Raises:
            ValueError: No region is set.
        """
        import boto3
        from botocore import UNSIGNED
        from botocore.config import Config

        options = dict(self.client_kwargs)
        if "AWS_DEFAULT_REGION" not in os.environ and "AWS_REGION" in os.environ:  # boto3 reads the first only
            options.setdefault("region_name", os.environ["AWS_REGION"])
        # ApiModel tries again where that helps; boto3 doing so too would multiply the attempts.
        config = Config(retries={"total_max_attempts": 1}, **({"signature_version": UNSIGNED} if self.api_key else {}))
        options["config"] = config.merge(options["config"]) if "config" in options else config
        with explained():
            client = boto3.client("bedrock-runtime", **options)
        if self.api_key:
            client.meta.events.register("before-send.bedrock-runtime", self._authorize)
        return client

    def _parameters(
        self,
        messages: Messages,
        stop_sequences: list[str] | None,
        response_format: dict[str, Any] | None,
        tools_to_call_from: list[Tool] | None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        if response_format is not None:
            raise ValueError(
                "Amazon Bedrock takes no response_format: leave out use_structured_outputs_internally, or ask for the "
                "form by a tool."
            )
        parameters = self._prepare_completion_kwargs(
            messages=messages,
            stop_sequences=stop_sequences,
            tools_to_call_from=tools_to_call_from,
            custom_role_conversions=self.custom_role_conversions,
            **kwargs,
        )
        return {"modelId": self.model_id, **wire.request(parameters)}

    def _explained(self) -> AbstractContextManager[None]:
        return explained()

    def _complete(self, **parameters: Any) -> Any:
        return self.client.converse(**parameters)

    def _begin_stream(self, **parameters: Any) -> Any:
        return self.client.converse_stream(**parameters)["stream"]

    def _read(self, response: Any, stop_sequences: list[str] | None) -> ChatMessage:
        return wire.answer(response, stop_sequences)

    def _reader(self, stop_sequences: list[str] | None) -> wire.EventReader:
        return wire.EventReader(stop_sequences)

    def _authorize(self, request: Any, **_: Any) -> None:
        request.headers["Authorization"] = f"Bearer {self.api_key}"

    def _credentials(self) -> Iterable[str]:
        candidates = (self.api_key, *(self.client_kwargs.get(name) for name in _SECRETS))
        return [secret for secret in candidates if isinstance(secret, str)]


AmazonBedrockServerModel = AmazonBedrockModel
