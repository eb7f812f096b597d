"""Language models in this process, by vLLM's engine."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from inspect import signature
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from smolagents.messages import ChatMessage, MessageRole
from smolagents.models import Model, remove_content_after_stop_sequences
from smolagents.usage import TokenUsage

from smolagents_models_vllm.sampling import sampling_params

if TYPE_CHECKING:
    from smolagents import Tool

    Messages = Sequence[ChatMessage | dict[str, Any]]


class VLLMModel(Model):
    """Run a language model in vLLM's engine, which belongs to this process.

    Calls from several threads take turns. Parameters of a completion are those of `vllm.SamplingParams` (`temperature`,
    `max_tokens`, `top_p`, `seed`, …) and of `vllm.LLM.chat` (`lora_request`, …), and `max_new_tokens`.

    Args:
        model_id: Repository on the Hugging Face Hub, e.g. "Qwen/Qwen3-4B-Instruct-2507", or a folder.
        model_kwargs: More arguments of `vllm.LLM`, e.g. `{"max_model_len": 32768, "gpu_memory_utilization": 0.5}`.
        apply_chat_template_kwargs: More arguments of the chat template, e.g. `{"enable_thinking": False}`.
        **kwargs: As in `Model`: parameters of every completion, e.g. `max_tokens=1000`.
    """

    model_kwargs: Mapping[str, Any] = MappingProxyType({})
    apply_chat_template_kwargs: Mapping[str, Any] = MappingProxyType({})

    def __init__(
        self,
        model_id: str,
        model_kwargs: dict[str, Any] | None = None,
        apply_chat_template_kwargs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        import vllm

        super().__init__(model_id=model_id, **kwargs)
        self.model_kwargs = model_kwargs or {}
        self.apply_chat_template_kwargs = apply_chat_template_kwargs or {}
        self._lock = threading.Lock()
        self.model: Any = vllm.LLM(model=model_id, **self.model_kwargs)
        self.tokenizer = self.model.get_tokenizer()
        config = self.model.llm_engine.model_config
        self.supports_vision = bool(config.is_multimodal_model)
        self._recommended: dict[str, Any] = config.get_diff_sampling_param()

    def generate(
        self,
        messages: Messages,
        stop_sequences: list[str] | None = None,
        response_format: dict[str, Any] | None = None,
        tools_to_call_from: list[Tool] | None = None,
        **kwargs: Any,
    ) -> ChatMessage:
        """Return the model's answer, held to the `response_format` if there is one; see `Model.generate`.

        Raises:
            RuntimeError: The engine was freed by `cleanup`.
        """
        parameters = self._prepare_completion_kwargs(
            messages=messages,
            response_format=response_format,
            tools_to_call_from=tools_to_call_from,
            convert_images_to_image_urls=True,
            **{"tool_choice": None, **kwargs},
        )
        stop = parameters.pop("stop", None) or []
        stops = [*(stop_sequences or []), *([stop] if isinstance(stop, str) else stop)]
        with self._lock:
            (output,) = self._chat(parameters, stops)
        answer = output.outputs[0]
        return ChatMessage(
            MessageRole.ASSISTANT,
            # vLLM ends at the first that it finds, which need not be the first in the text.
            remove_content_after_stop_sequences(answer.text, stops),
            raw=output,
            token_usage=TokenUsage(
                len(output.prompt_token_ids),
                len(answer.token_ids),
                cached_input_tokens=output.num_cached_tokens or 0,
            ),
        )

    def cleanup(self) -> None:
        """Free the engine and the memory that it holds; the model is of no use after that."""
        from vllm.distributed import cleanup_dist_env_and_memory

        with self._lock:
            if self.model is None:
                return
            self.model.llm_engine.engine_core.shutdown()
            self.model = None
            cleanup_dist_env_and_memory()

    def _chat(self, parameters: dict[str, Any], stops: list[str]) -> Any:
        if self.model is None:
            raise RuntimeError(f"{self!r} was freed by cleanup(): make a new VLLMModel.")
        own = signature(self.model.chat).parameters
        template = {"add_generation_prompt": True, **self.apply_chat_template_kwargs}
        options = {name: parameters.pop(name) for name in list(parameters) if name in own}
        options |= {name: template.pop(name) for name in list(template) if name in own}
        sampling = sampling_params(parameters, stops, self._recommended)
        return self.model.chat(
            sampling_params=sampling,
            chat_template_kwargs=template or None,
            **{"use_tqdm": False, **options},
        )
