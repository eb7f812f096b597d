"""What every model is: it takes messages and returns a message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from smolagents.messages import (
    ChatMessage,
    ChatMessageToolCall,
    ChatMessageToolCallFunction,
    MessageRole,
    parse_json_if_needed,
    tool_role_conversions,
)
from smolagents.models.cleaning import get_clean_message_list
from smolagents.models.schema import get_tool_json_schema
from smolagents.models.stopping import supports_stop_parameter

if TYPE_CHECKING:
    from typing import Self

    from smolagents.tools import Tool

    Messages = Sequence[ChatMessage | dict[str, Any]]


class _RemoveParameter:
    """Stand for a parameter that must not be sent."""

    def __repr__(self) -> str:
        return "REMOVE_PARAMETER"

    def __reduce__(self) -> str:
        return "REMOVE_PARAMETER"


# Give this as the value of a parameter to keep a model from sending it, e.g. `OpenAIModel(…, stop=REMOVE_PARAMETER)`.
REMOVE_PARAMETER = _RemoveParameter()

# The form of answer that a CodeAgent asks for with use_structured_outputs_internally=True.
CODEAGENT_RESPONSE_FORMAT: dict[str, Any] = {
    "type": "json_schema",
    "json_schema": {
        "name": "ThoughtAndCodeAnswer",
        "strict": True,
        "schema": {
            "type": "object",
            "title": "ThoughtAndCodeAnswer",
            "properties": {
                "thought": {"type": "string", "title": "Thought", "description": "What to do next, and why."},
                "code": {"type": "string", "title": "Code", "description": "The Python code that does it."},
            },
            "required": ["thought", "code"],
            "additionalProperties": False,
        },
    },
}


class Model:
    """Take a conversation and return the next message; the base of all models.

    A subclass defines `generate`, and may define `generate_stream` (an iterator of `ChatMessageStreamDelta`) and the
    coroutine `agenerate` and async iterator `agenerate_stream`; async agents call `generate` in a thread where it has
    none. A subclass that defines `generate_text(prompt, **kwargs) -> str` alone works too. Nothing may change the
    messages: the agent's memory holds the same objects.

    Args:
        flatten_messages_as_text: Send every content as a string, for APIs that know no parts.
        tool_name_key: Key of the tool's name where the model writes tool calls as JSON text.
        tool_arguments_key: Key of the arguments there.
        model_id: Name of the model at its provider.
        **kwargs: Parameters of every completion request, e.g. `temperature=0.2`; they win over those of a call.
            `REMOVE_PARAMETER` as a value keeps a parameter from being sent.
    """

    # Defaults of the class, so that a subclass whose `__init__` doesn't call ours works.
    flatten_messages_as_text: bool = False
    tool_name_key: str = "name"
    tool_arguments_key: str = "arguments"
    model_id: str | None = None
    kwargs: Mapping[str, Any] = MappingProxyType({})
    # Whether agents give images and sounds of the task to the model; a subclass may compute it.
    supports_vision: bool = True
    supports_audio: bool = False

    def __init__(
        self,
        flatten_messages_as_text: bool = False,
        tool_name_key: str = "name",
        tool_arguments_key: str = "arguments",
        model_id: str | None = None,
        **kwargs: Any,
    ) -> None:
        self.flatten_messages_as_text = flatten_messages_as_text
        self.tool_name_key = tool_name_key
        self.tool_arguments_key = tool_arguments_key
        self.model_id = model_id
        self.kwargs = kwargs

    def generate(
        self,
        messages: Messages,
        stop_sequences: list[str] | None = None,
        response_format: dict[str, Any] | None = None,
        tools_to_call_from: list[Tool] | None = None,
        **kwargs: Any,
    ) -> ChatMessage:
        """Return the model's answer to the messages.

        Args:
            messages: The conversation.
            stop_sequences: Texts that end the answer; they are not part of it.
            response_format: The form of answer to ask for, e.g. a JSON schema, as in the OpenAI API.
            tools_to_call_from: Tools that the model is to call one of, or several.
            **kwargs: More parameters of this completion request.
        """
        if hasattr(self, "generate_text"):
            from smolagents.models.adapters import generate_from_text

            return generate_from_text(self, messages, stop_sequences)
        raise NotImplementedError(
            f"{type(self).__name__} must define generate(messages, stop_sequences=None, response_format=None, "
            "tools_to_call_from=None, **kwargs) -> ChatMessage, or generate_text(prompt, **kwargs) -> str."
        )

    def __call__(self, *args: Any, **kwargs: Any) -> ChatMessage:
        """Return what `generate` returns."""
        return self.generate(*args, **kwargs)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(model_id={self.model_id!r})"

    @property
    def supports_stop_parameter(self) -> bool:
        """Tell whether the model's API takes stop sequences; where not, the answer is cut afterwards."""
        return supports_stop_parameter(self.model_id or "")

    def _prepare_completion_kwargs(
        self,
        messages: Messages,
        stop_sequences: list[str] | None = None,
        response_format: dict[str, Any] | None = None,
        tools_to_call_from: list[Tool] | None = None,
        custom_role_conversions: Mapping[Any, Any] | None = None,
        convert_images_to_image_urls: bool = False,
        tool_choice: str | dict[str, Any] | None = "required",
        **kwargs: Any,
    ) -> dict[str, Any]:
        """Return the parameters of a completion request: those of the call, over them those of the model."""
        parameters: dict[str, Any] = {
            "messages": get_clean_message_list(
                messages,
                role_conversions=custom_role_conversions or tool_role_conversions,
                convert_images_to_image_urls=convert_images_to_image_urls,
                flatten_messages_as_text=kwargs.pop("flatten_messages_as_text", self.flatten_messages_as_text),
            )
        }
        if stop_sequences is not None and self.supports_stop_parameter:
            parameters["stop"] = stop_sequences
        if response_format is not None:
            parameters["response_format"] = response_format
        if tools_to_call_from:
            parameters["tools"] = [get_tool_json_schema(tool) for tool in tools_to_call_from]
            parameters["tool_choice"] = tool_choice
        parameters |= kwargs
        parameters |= self.kwargs
        if parameters.get("tool_choice") is None or "tools" not in parameters:
            parameters.pop("tool_choice", None)
        return {name: value for name, value in parameters.items() if value is not REMOVE_PARAMETER}

    def parse_tool_calls(self, message: ChatMessage) -> ChatMessage:
        """Give the message its tool calls: decode the arguments of native ones, else find them in the text.

        Raises:
            ValueError: The text holds no tool call; the error tells the model how to write one.
        """
        message.role = MessageRole.ASSISTANT
        if not message.tool_calls:
            message.tool_calls = self._tool_calls_in_text(message)
        for call in message.tool_calls:
            call.function.arguments = parse_json_if_needed(call.function.arguments)
        return message

    def _tool_calls_in_text(self, message: ChatMessage) -> list[ChatMessageToolCall]:
        import uuid

        from smolagents.models.adapters import text_of
        from smolagents.parsing import parse_tool_calls_from_text

        text = text_of(message)
        assert text, "The message holds no content and no tool calls."
        found = parse_tool_calls_from_text(text, self.tool_name_key, self.tool_arguments_key)
        # Ids that depend on nothing but the text: a recorded run is the same when it is replayed.
        return [
            ChatMessageToolCall(
                function=ChatMessageToolCallFunction(name=name, arguments=arguments),
                id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"{position} {name} {arguments}")),
                type="function",
            )
            for position, (name, arguments) in enumerate(found)
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return what was configured as plain data that `from_dict` takes; no credentials."""
        from smolagents.models.configuration import configuration

        return configuration(self)

    @classmethod
    def from_dict(cls, model_dictionary: dict[str, Any]) -> Self:
        """Return the model that `to_dict` described; credentials come from the environment."""
        from smolagents.models.configuration import restored

        return cls(**restored(model_dictionary))
