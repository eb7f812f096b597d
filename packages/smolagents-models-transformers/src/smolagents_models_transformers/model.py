"""Language models on this machine, by transformers."""

from __future__ import annotations

import logging
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from smolagents.concurrency import in_thread
from smolagents.messages import ChatMessage, ChatMessageStreamDelta, MessageRole, tool_role_conversions
from smolagents.models import Model
from smolagents.usage import TokenUsage

from smolagents_models_transformers.answer import AnswerWriter
from smolagents_models_transformers.background import aproduced, produced
from smolagents_models_transformers.loading import is_loading_option, load
from smolagents_models_transformers.prompt import ChatTemplate, as_parts, set_images_aside
from smolagents_models_transformers.settings import context_of, ends_of, generation_options, plain, seeded

if TYPE_CHECKING:
    from smolagents import Tool

    Messages = Sequence[ChatMessage | dict[str, Any]]
    Request = tuple[Messages, list[str] | None, dict[str, Any] | None, list[Tool] | None, dict[str, Any]]
    Emit = Callable[[ChatMessageStreamDelta], None]

_logger = logging.getLogger("smolagents.models")


class TransformersModel(Model):
    """Run a language model on this machine with transformers.

    Weights are loaded at once. One model serves many threads and tasks, one answer after the other.

    Args:
        model_id: Name on the Hugging Face Hub, e.g. "Qwen/Qwen3-4B-Instruct-2507", or path of a folder.
        device_map: Where the weights go: "cuda", "mps", "cpu", "auto" (spread over what there is), or a dict; by
            default the accelerator if there is one, else the CPU.
        torch_dtype: Type of the weights, e.g. "bfloat16"; by default that in which they were saved.
        trust_remote_code: Whether Python files that come with the model may run on this machine.
        model_kwargs: More arguments of `from_pretrained`, e.g. `{"quantization_config": …}`.
        max_new_tokens: Tokens after which an answer ends in any case.
        max_tokens: The same under the name that other models have for it; goes before `max_new_tokens`.
        apply_chat_template_kwargs: More arguments of the chat template, e.g. `{"enable_thinking": False}`.
        custom_role_conversions: Roles to replace before the chat template sees them, for templates without a system
            prompt, say; this replaces the default, which makes tool calls the assistant's and their results the user's.
        **kwargs: As in `Model`: parameters of every `generate` of transformers, e.g. `temperature=0.2`; and `seed`.
            Arguments of `from_pretrained` may stand here too: `quantization_config`, `load_in_4bit`, `load_in_8bit`,
            `bnb_4bit_…`, `dtype`, `attn_implementation`, `revision`, `subfolder`, `cache_dir`, `local_files_only`,
            `token`.

    Raises:
        ValueError: There is no model_id, or two arguments contradict each other.
    """

    custom_role_conversions: Mapping[Any, Any] = tool_role_conversions

    def __init__(
        self,
        model_id: str | None = None,
        device_map: Any | None = None,
        torch_dtype: Any | None = None,
        trust_remote_code: bool = False,
        model_kwargs: dict[str, Any] | None = None,
        max_new_tokens: int = 4096,
        max_tokens: int | None = None,
        apply_chat_template_kwargs: dict[str, Any] | None = None,
        *,
        custom_role_conversions: Mapping[Any, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        if not model_id:
            raise ValueError("Name a model: TransformersModel('Qwen/Qwen3-4B-Instruct-2507'), or the path of a folder.")
        loading = {name: kwargs.pop(name) for name in list(kwargs) if is_loading_option(name)}
        super().__init__(model_id=str(model_id), **kwargs)
        options = {**(model_kwargs or {}), **loading}
        self.model, self.tokenizer, self.processor = load(
            str(model_id), device_map, torch_dtype, trust_remote_code, options
        )
        self.device_map = plain(device_map)
        self.torch_dtype = plain(torch_dtype)
        self.trust_remote_code = trust_remote_code
        self.model_kwargs = plain(options)
        self.max_tokens = max_tokens
        self.max_new_tokens = max_new_tokens if max_tokens is None else max_tokens
        self.apply_chat_template_kwargs = apply_chat_template_kwargs or {}
        self.custom_role_conversions = custom_role_conversions or tool_role_conversions
        self.supports_vision = self.processor is not None
        self._lock = threading.Lock()
        self._warned_of_tools = False

    def generate(
        self,
        messages: Messages,
        stop_sequences: list[str] | None = None,
        response_format: dict[str, Any] | None = None,
        tools_to_call_from: list[Tool] | None = None,
        **kwargs: Any,
    ) -> ChatMessage:
        """Return the model's answer; see `Model.generate`.

        Raises:
            ValueError: The model can't do what is asked for: a `response_format`, a conversation that is longer than
                its context or that its chat template refuses, images for a model of text.
        """
        return self._answer(messages, stop_sequences, response_format, tools_to_call_from, kwargs)

    def generate_stream(
        self,
        messages: Messages,
        stop_sequences: list[str] | None = None,
        response_format: dict[str, Any] | None = None,
        tools_to_call_from: list[Tool] | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatMessageStreamDelta]:
        """Yield the model's answer in pieces, its usage last; to close the iterator ends the model."""
        request = (messages, stop_sequences, response_format, tools_to_call_from, kwargs)
        yield from produced(partial(self._stream, request))

    async def agenerate(
        self,
        messages: Messages,
        stop_sequences: list[str] | None = None,
        response_format: dict[str, Any] | None = None,
        tools_to_call_from: list[Tool] | None = None,
        **kwargs: Any,
    ) -> ChatMessage:
        """Do the same as `generate` without blocking the event loop; to cancel the task ends the model."""
        request = (messages, stop_sequences, response_format, tools_to_call_from, kwargs)
        cancelled = threading.Event()
        try:
            return await in_thread(self._answer, *request, cancelled=cancelled)
        finally:
            cancelled.set()

    async def agenerate_stream(
        self,
        messages: Messages,
        stop_sequences: list[str] | None = None,
        response_format: dict[str, Any] | None = None,
        tools_to_call_from: list[Tool] | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatMessageStreamDelta]:
        """Do the same as `generate_stream` without blocking the event loop."""
        request = (messages, stop_sequences, response_format, tools_to_call_from, kwargs)
        deltas = aproduced(partial(self._stream, request))
        try:
            async for delta in deltas:
                yield delta
        finally:
            await deltas.aclose()

    def make_stopping_criteria(self, stop_sequences: list[str], tokenizer: Any) -> Any:
        """Return `stopping_criteria` that end transformers' `generate` at any of the texts."""
        from transformers import StoppingCriteriaList

        return StoppingCriteriaList([AnswerWriter(tokenizer, stop_sequences)])

    def _stream(self, request: Request, emit: Emit, cancelled: threading.Event) -> None:
        message = self._answer(
            *request, emit=lambda text: emit(ChatMessageStreamDelta(content=text)), cancelled=cancelled
        )
        emit(ChatMessageStreamDelta(content="", token_usage=message.token_usage))

    def _answer(
        self,
        messages: Messages,
        stop_sequences: list[str] | None,
        response_format: dict[str, Any] | None,
        tools_to_call_from: list[Tool] | None,
        kwargs: dict[str, Any],
        emit: Callable[[str], None] | None = None,
        cancelled: threading.Event | None = None,
    ) -> ChatMessage:
        parameters = self._prepare_completion_kwargs(
            messages=list(set_images_aside(messages)),
            response_format=response_format,
            tools_to_call_from=tools_to_call_from,
            custom_role_conversions=self.custom_role_conversions,
            **{"tool_choice": None, "flatten_messages_as_text": self._takes_text_alone, **kwargs},
        )
        if parameters.pop("response_format", None) is not None:
            raise ValueError(
                "TransformersModel takes no response_format, as it can't hold a model to a form: leave out "
                "use_structured_outputs_internally, or ask for the form by a tool."
            )
        stop = parameters.pop("stop", None) or []
        stops = [*(stop_sequences or []), *([stop] if isinstance(stop, str) else stop)]
        seed, own_criteria = parameters.pop("seed", None), parameters.pop("stopping_criteria", None) or []
        with self._turn(cancelled):
            inputs = self._inputs(parameters.pop("messages"), parameters.pop("tools", None))
            length = inputs["input_ids"].shape[-1]
            options = self._options(parameters, length)
            writer = AnswerWriter(self.tokenizer, stops, length, ends_of(self.model), emit, cancelled)
            with seeded(seed, self.model.device):
                output = self.model.generate(**inputs, stopping_criteria=[*own_criteria, writer], **options)
            writer.read(getattr(output, "sequences", output)[0])
            text = writer.finish()
        self._warn_if_cut_off(writer, options)
        raw = {"out": text, "completion_kwargs": options}
        usage = TokenUsage(length, len(writer.tokens))
        return ChatMessage(MessageRole.ASSISTANT, text, raw=raw, token_usage=usage)

    @contextmanager
    def _turn(self, cancelled: threading.Event | None) -> Iterator[None]:
        """Wait until the model is free: it and its tokenizer can't work for two threads at once."""
        while not self._lock.acquire(timeout=0.1 if cancelled else -1):
            if cancelled is not None and cancelled.is_set():
                raise CancelledError
        try:
            yield
        finally:
            self._lock.release()

    def _inputs(self, messages: list[dict[str, Any]], tools: list[dict[str, Any]] | None) -> Any:
        template = ChatTemplate(self.model_id or "", self.processor or self.tokenizer, self.apply_chat_template_kwargs)
        if tools and not template.takes_tools:
            if not self._warned_of_tools:
                self._warned_of_tools = True
                _logger.warning(
                    "The chat template of %s takes no tools: the model knows of them what its messages say.",
                    self.model_id,
                )
            tools = None
        inputs = template.inputs(messages if self._takes_text_alone else as_parts(messages), tools)
        return inputs.to(self.model.device)

    def _options(self, parameters: Mapping[str, Any], length: int) -> dict[str, Any]:
        """Return the arguments of `generate` beside the prompt.

        Raises:
            ValueError: The prompt leaves no room for an answer.
        """
        context = context_of(self.model)
        if context is not None and length >= context:
            raise ValueError(
                f"The prompt has {length} tokens, and {self.model_id} has a context of {context}: shorten the task or "
                "the outputs of tools, or take a model with a longer context."
            )
        options = generation_options(parameters, self.max_new_tokens)
        if context is not None:
            options["max_new_tokens"] = min(options["max_new_tokens"], context - length)
        if self.tokenizer.pad_token_id is None:  # transformers would say on every call that it takes the end's token
            options.setdefault("pad_token_id", next(iter(ends_of(self.model)), None))
        return options

    def _warn_if_cut_off(self, writer: AnswerWriter, options: Mapping[str, Any]) -> None:
        if writer.ended or len(writer.tokens) < options["max_new_tokens"]:
            return
        _logger.warning(
            "An answer of %s was cut off after %s tokens: %s.",
            self.model_id,
            len(writer.tokens),
            "its context is full" if writer.length == context_of(self.model) else "allow more with max_new_tokens=…",
        )

    @property
    def _takes_text_alone(self) -> bool:
        return self.flatten_messages_as_text or not self.supports_vision
