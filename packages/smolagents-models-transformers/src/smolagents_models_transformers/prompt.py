"""From messages to the tokens that a model reads, by its chat template."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from smolagents.media import load_image
from smolagents.messages import ChatMessage


def set_images_aside(messages: Iterable[ChatMessage | dict[str, Any]]) -> Iterator[ChatMessage]:
    """Yield the messages with every image as it is, in a part that nobody encodes for the web."""
    for message in messages:
        if isinstance(message, dict):
            message = ChatMessage.from_dict(message)
        content = message.content
        if isinstance(content, list):
            content = [_aside(part) for part in content]
        yield ChatMessage(message.role, content, message.tool_calls)


def _aside(part: dict[str, Any]) -> dict[str, Any]:
    if part["type"] == "image":
        return {"type": "picture", "picture": part["image"]}
    if part["type"] == "image_url":
        return {"type": "picture", "picture": part["image_url"]["url"]}
    return part


def as_parts(messages: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return clean messages the way processors take them: every content a list of parts, every image one of PIL."""
    return [{"role": message["role"], "content": [*map(_part, _parts(message["content"]))]} for message in messages]


def _parts(content: str | list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _part(part: dict[str, Any]) -> dict[str, Any]:
    return {"type": "image", "image": load_image(part["picture"])} if part["type"] == "picture" else part


class ChatTemplate:
    """Write conversations the way a model was trained to read them.

    Args:
        model_id: Name of the model, for errors.
        renderer: Its tokenizer, or its processor where it takes images.
        options: More arguments of `apply_chat_template`.
    """

    def __init__(self, model_id: str, renderer: Any, options: Mapping[str, Any]) -> None:
        self.model_id = model_id
        self._renderer = renderer
        self._options = options

    @property
    def takes_tools(self) -> bool:
        """Tell whether the template writes tools into the prompt."""
        return any(re.search(r"\btools\b", template) for template in self._templates())

    def inputs(self, messages: list[dict[str, Any]], tools: list[dict[str, Any]] | None) -> Any:
        """Return the input of the model: its tokens as tensors, and its images.

        Raises:
            ValueError: The model has no chat template, or its template refuses the conversation.
        """
        from jinja2 import TemplateError

        if not self._templates():
            raise ValueError(
                f"{self.model_id} has no chat template, so that it takes no messages: use a model for chats (often "
                "named …-Instruct or …-it), or pass apply_chat_template_kwargs={'chat_template': '…'}."
            )
        options = {"add_generation_prompt": True, "tokenize": True, "return_dict": True, "return_tensors": "pt"}
        try:
            return self._renderer.apply_chat_template(messages, tools=tools, **{**options, **self._options})
        except TemplateError as error:
            raise ValueError(
                f"The chat template of {self.model_id} refuses the conversation: {error}. Where it knows no system "
                "prompt, pass custom_role_conversions={'system': 'user', 'tool-call': 'assistant', "
                "'tool-response': 'user'}."
            ) from error

    def _templates(self) -> list[str]:
        tokenizer = getattr(self._renderer, "tokenizer", self._renderer)
        candidates = (self._options.get("chat_template"), self._renderer.chat_template, tokenizer.chat_template)
        template = next(filter(None, candidates), None)
        # A model with several templates has them by name.
        return list(map(str, template.values() if isinstance(template, dict) else [template] if template else []))
