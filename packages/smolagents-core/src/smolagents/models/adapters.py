"""Let plain callables, and models that only write text, take part as models."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from smolagents.messages import ChatMessage, MessageRole, tool_role_conversions
from smolagents.models.base import Model
from smolagents.models.cleaning import get_clean_message_list
from smolagents.models.stopping import remove_content_after_stop_sequences

if TYPE_CHECKING:
    from smolagents.models.base import Messages


def as_model(model: Any) -> Any:
    """Return an object that agents can call as a model.

    Args:
        model: What has a method `generate` is returned as it is. What has `generate_text(prompt) -> str`, and a
            callable that takes the messages as dicts and returns a string or a message (or a coroutine of one), is
            adapted.

    Raises:
        TypeError: It is none of these.
    """
    if isinstance(model, type):
        raise TypeError(f"Pass an instance as the model, not its class: {model.__name__}(…).")
    if hasattr(model, "generate"):
        return model
    if hasattr(model, "generate_text"):
        adapted = Model(model_id=_name(model))
        adapted.generate_text = model.generate_text  # type: ignore[attr-defined]
        return adapted
    if callable(model):
        return AsyncCallableModel(model) if _is_coroutine_function(model) else CallableModel(model)
    raise TypeError(
        f"Not a model: {type(model).__name__}. A model has generate(messages, …) -> ChatMessage, or is a callable that "
        "takes a list of messages and returns a string."
    )


class CallableModel(Model):
    """Make a model of a function that takes messages as dicts and returns a string or a message.

    Args:
        function: Gets `stop_sequences`, `response_format` and `tools_to_call_from` too where it has such parameters.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(model_id=_name(function))
        self.function = function
        self._parameters = inspect.signature(function).parameters

    def generate(
        self,
        messages: Messages,
        stop_sequences: list[str] | None = None,
        response_format: dict[str, Any] | None = None,
        tools_to_call_from: list[Any] | None = None,
        **kwargs: Any,
    ) -> ChatMessage:
        """Return what the function answers."""
        options = {
            "stop_sequences": stop_sequences,
            "response_format": response_format,
            "tools_to_call_from": tools_to_call_from,
            **kwargs,
        }
        answer = self._call(messages, {name: options[name] for name in options if name in self._parameters})
        return _as_message(answer, stop_sequences)

    def _call(self, messages: Messages, options: dict[str, Any]) -> Any:
        return self.function(_plain(messages), **options)


class AsyncCallableModel(CallableModel):
    """Make a model of a coroutine function."""

    def _call(self, messages: Messages, options: dict[str, Any]) -> Any:
        from smolagents.concurrency import wait_for

        return wait_for(self.function(_plain(messages), **options))

    async def agenerate(
        self, messages: Messages, stop_sequences: list[str] | None = None, **kwargs: Any
    ) -> ChatMessage:
        """Return what the coroutine function answers."""
        options = {"stop_sequences": stop_sequences, **kwargs}
        accepted = {name: options[name] for name in options if name in self._parameters}
        return _as_message(await self.function(_plain(messages), **accepted), stop_sequences)


def generate_from_text(model: Any, messages: Messages, stop_sequences: list[str] | None) -> ChatMessage:
    """Return the answer of a model that only has `generate_text(prompt, **kwargs) -> str`.

    The conversation becomes one prompt; the system prompt goes separately where the method has such a parameter.
    """
    turns = [(message["role"], message["content"]) for message in _plain(messages, text_alone=True)]
    options = {}
    if "system_prompt" in inspect.signature(model.generate_text).parameters:
        options["system_prompt"] = "\n\n".join(text for role, text in turns if role == "system")
        turns = [(role, text) for role, text in turns if role != "system"]
    lines = [f"{role.capitalize()}: {text}" for role, text in turns]
    prompt = turns[0][1] if len(turns) == 1 else "\n\n".join([*lines, "Assistant:"])
    return _as_message(model.generate_text(prompt, **options), stop_sequences)


def text_of(message: ChatMessage) -> str:
    """Return the text of a message, its text parts joined by newlines."""
    if message.content is None or isinstance(message.content, str):
        return message.content or ""
    return "\n".join(part["text"] for part in message.content if part.get("type") == "text")


def _plain(messages: Messages, text_alone: bool = False) -> list[dict[str, Any]]:
    clean = get_clean_message_list(
        messages, tool_role_conversions, convert_images_to_image_urls=True, flatten_messages_as_text=text_alone
    )
    for message in clean:
        content = message["content"]
        if not isinstance(content, str) and all(part["type"] == "text" for part in content):
            message["content"] = "\n".join(part["text"] for part in content)
    return clean


def _as_message(answer: Any, stop_sequences: list[str] | None) -> ChatMessage:
    if isinstance(answer, ChatMessage):
        return answer
    if hasattr(answer, "content"):  # the message object of an SDK
        content, calls = answer.content, getattr(answer, "tool_calls", None)
        return ChatMessage(MessageRole.ASSISTANT, content, tool_calls=calls or None, raw=answer)
    if not isinstance(answer, str):
        raise TypeError(f"The model returned {type(answer).__name__}: return a string or a ChatMessage.")
    return ChatMessage(MessageRole.ASSISTANT, remove_content_after_stop_sequences(answer, stop_sequences))


def _is_coroutine_function(function: Any) -> bool:
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(type(function).__call__)


def _name(model: Any) -> str:
    return str(getattr(model, "model_id", None) or getattr(model, "__name__", None) or type(model).__name__)
