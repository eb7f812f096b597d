"""Language models in this process, by mlx-lm."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from smolagents.concurrency import in_thread
from smolagents.messages import ChatMessage, ChatMessageStreamDelta, MessageRole
from smolagents.models import Model
from smolagents.models.stopping import StreamCutter
from smolagents.usage import TokenUsage

from smolagents_models_mlx.options import generation_options
from smolagents_models_mlx.worker import Job, Worker

if TYPE_CHECKING:
    from smolagents import Tool

    Messages = Sequence[ChatMessage | dict[str, Any]]


class MLXModel(Model):
    """Run a language model in this process, on Apple silicon or wherever else MLX runs.

    Calls from several threads take turns. Parameters of a completion are those of mlx-lm (`max_tokens`, `max_kv_size`,
    `temp`, `top_p`, `repetition_penalty`, …), `temperature`, `max_new_tokens`, `stop` and `seed`.

    Args:
        model_id: Repository on the Hugging Face Hub, e.g. "mlx-community/Qwen3-4B-Instruct-2507-4bit", or a folder.
        trust_remote_code: Whether Python code of that repository may run here.
        load_kwargs: More arguments of `mlx_lm.load`, e.g. `{"adapter_path": "…"}`.
        apply_chat_template_kwargs: More arguments of the tokenizer's chat template, e.g. `{"enable_thinking": False}`.
        **kwargs: As in `Model`: parameters of every completion, e.g. `max_tokens=1000`.

    Raises:
        ImportError: MLX is not installed.
    """

    flatten_messages_as_text = True
    supports_vision = False
    load_kwargs: Mapping[str, Any] = MappingProxyType({})
    apply_chat_template_kwargs: Mapping[str, Any] = MappingProxyType({})

    def __init__(
        self,
        model_id: str,
        trust_remote_code: bool = False,
        load_kwargs: dict[str, Any] | None = None,
        apply_chat_template_kwargs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(model_id=model_id, **{"flatten_messages_as_text": True, **kwargs})
        self.trust_remote_code = trust_remote_code
        self.load_kwargs = load_kwargs or {}
        self.apply_chat_template_kwargs = apply_chat_template_kwargs or {}
        # What MLX has not computed yet belongs to the thread that asked for it, so that one thread does all of it.
        self._worker = Worker(at_end=_close_streams)
        ((self.model, self.tokenizer),) = self._worker.start(self._load)

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
            ValueError: A `response_format` is asked for, which mlx-lm can't enforce.
        """
        return _message(self._start(messages, stop_sequences, response_format, tools_to_call_from, **kwargs))

    def generate_stream(
        self,
        messages: Messages,
        stop_sequences: list[str] | None = None,
        response_format: dict[str, Any] | None = None,
        tools_to_call_from: list[Tool] | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatMessageStreamDelta]:
        """Yield the model's answer in pieces, its usage last; a stream that is closed ends the work on it."""
        yield from _deltas(self._start(messages, stop_sequences, response_format, tools_to_call_from, **kwargs))

    async def agenerate(
        self,
        messages: Messages,
        stop_sequences: list[str] | None = None,
        response_format: dict[str, Any] | None = None,
        tools_to_call_from: list[Tool] | None = None,
        **kwargs: Any,
    ) -> ChatMessage:
        """Do the same as `generate` without blocking the event loop; being cancelled ends the work."""
        responses = self._start(messages, stop_sequences, response_format, tools_to_call_from, **kwargs)
        try:
            return await in_thread(_message, responses)
        finally:
            responses.stop()

    async def agenerate_stream(
        self,
        messages: Messages,
        stop_sequences: list[str] | None = None,
        response_format: dict[str, Any] | None = None,
        tools_to_call_from: list[Tool] | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatMessageStreamDelta]:
        """Do the same as `generate_stream` without blocking the event loop."""
        responses = self._start(messages, stop_sequences, response_format, tools_to_call_from, **kwargs)
        deltas = _deltas(responses)
        try:
            while (delta := await in_thread(next, deltas, None)) is not None:
                yield delta
        finally:
            responses.stop()

    def _load(self) -> Generator[tuple[Any, Any], None, None]:
        try:
            import mlx_lm
        except ImportError as error:
            raise ImportError(
                f"MLXModel can't import mlx_lm: {error}. On macOS: pip install mlx-lm. "
                'On Linux MLX itself comes apart: pip install "mlx[cpu]" or "mlx[cuda13]".'
            ) from error
        trust = {"trust_remote_code": self.trust_remote_code}
        options = {**trust, **self.load_kwargs}
        options["tokenizer_config"] = {**trust, **(options.get("tokenizer_config") or {})}
        model, tokenizer, *_ = mlx_lm.load(str(self.model_id), **options)
        yield model, tokenizer

    def _start(
        self,
        messages: Messages,
        stop_sequences: list[str] | None,
        response_format: dict[str, Any] | None,
        tools_to_call_from: list[Tool] | None,
        **kwargs: Any,
    ) -> Job[Any]:
        """Let the worker begin to answer."""
        parameters = self._prepare_completion_kwargs(
            messages=messages,
            response_format=response_format,
            tools_to_call_from=tools_to_call_from,
            **{"tool_choice": None, **kwargs},
        )
        if parameters.pop("response_format", None) is not None:
            raise ValueError(
                "MLXModel takes no response_format, as mlx-lm can't hold a model to a form: leave out "
                "use_structured_outputs_internally, describe the form in the prompt, or ask for it by a tool."
            )
        stop = parameters.pop("stop", None) or []
        stops = [*(stop_sequences or []), *([stop] if isinstance(stop, str) else stop)]
        return self._worker.start(lambda: self._responses(stops, **parameters))

    def _responses(
        self,
        stop_sequences: Sequence[str],
        messages: list[dict[str, Any]],
        tools: list[dict[str, Any]] | None = None,
        **parameters: Any,
    ) -> Generator[Any, None, None]:
        """Yield what mlx-lm answers, cut at the first stop sequence; the last one has a `finish_reason`."""
        import mlx_lm

        prompt = self._prompt(messages, tools)
        cutter = StreamCutter(stop_sequences)
        stream: Any = mlx_lm.stream_generate(self.model, self.tokenizer, prompt, **generation_options(**parameters))
        with closing(stream):
            for response in stream:
                response.logprobs = None  # one number for each token that there is
                response.text = cutter.feed(response.text)
                if cutter.ended:
                    response.finish_reason = "stop"
                if response.finish_reason is not None:
                    response.text += cutter.rest()
                yield response
                if cutter.ended:
                    break

    def _prompt(self, messages: list[dict[str, Any]], tools: list[dict[str, Any]] | None) -> list[int]:
        options = {"tools": tools, "add_generation_prompt": True, **self.apply_chat_template_kwargs}
        if not self.tokenizer.has_chat_template and "chat_template" not in options:
            raise ValueError(
                f"{self.model_id} has no chat template, so that it can't take a conversation: use a model for chats "
                '(often named "…-Instruct"), or give one: apply_chat_template_kwargs={"chat_template": "…"}.'
            )
        prompt: list[int] = self.tokenizer.apply_chat_template(messages, **options)
        return prompt


def _close_streams() -> None:
    # A thread that ends with streams open makes the program abort at its end, now and then.
    if (core := sys.modules.get("mlx.core")) is not None:
        core.clear_streams()


def _deltas(responses: Job[Any]) -> Iterator[ChatMessageStreamDelta]:
    for response in responses:
        usage = None if response.finish_reason is None else _usage(response)
        if response.text or usage is not None:
            yield ChatMessageStreamDelta(content=response.text or None, token_usage=usage)


def _message(responses: Job[Any]) -> ChatMessage:
    *_, last = pieces = list(responses)
    text = "".join(piece.text for piece in pieces)
    return ChatMessage(MessageRole.ASSISTANT, text, raw=last, token_usage=_usage(last))


def _usage(response: Any) -> TokenUsage:
    return TokenUsage(response.prompt_tokens, response.generation_tokens)
