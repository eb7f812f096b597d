"""`PipelineTool`: a tool around a model of transformers."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from smolagents.agent_types import handle_agent_input_types, handle_agent_output_types
from smolagents.tools.base import Tool


class PipelineTool(Tool):
    """Give agents a transformers model: subclass it, set the classes and write `encode` and `decode`.

    Nothing is loaded before the first call.

    Args:
        model: The model, or the name of its checkpoint; None: `default_checkpoint`.
        pre_processor: What prepares the input, or the name of its checkpoint; None: that of the model.
        post_processor: What makes sense of the output, or the name of its checkpoint; None: the pre-processor.
        device: Where the model runs; None: the best there is.
        device_map: How accelerate spreads the model over devices.
        model_kwargs: Further arguments of the model's `from_pretrained`.
        token: Access token for the Hugging Face Hub.
        **hub_kwargs: Where to download from (`revision`, `cache_dir`, …).

    Raises:
        ImportError: torch, transformers or accelerate is not installed.
        ValueError: There is neither a model nor a default checkpoint.
    """

    pre_processor_class: Any = None
    model_class: Any = None
    post_processor_class: Any = None
    default_checkpoint: str | None = None
    name = "pipeline"
    description = "Runs a transformers model on the prompt."
    inputs = {"prompt": {"type": "string", "description": "The input of the model"}}
    output_type = "string"
    skip_forward_signature_validation = True

    def __init__(
        self,
        model: Any = None,
        pre_processor: Any = None,
        post_processor: Any = None,
        device: Any = None,
        device_map: Any = None,
        model_kwargs: dict[str, Any] | None = None,
        token: str | None = None,
        **hub_kwargs: Any,
    ) -> None:
        for package in ("torch", "transformers", "accelerate"):
            _imported(package)
        if model is None and self.default_checkpoint is None:
            raise ValueError(f"{type(self).__name__} has no default_checkpoint: pass `model=` or set one in the class.")
        self.model: Any = self.default_checkpoint if model is None else model
        self.pre_processor: Any = self.model if pre_processor is None else pre_processor
        self.post_processor: Any = post_processor
        self.device = device
        self.device_map = device_map
        self.model_kwargs = dict(model_kwargs or {})
        if device_map is not None:
            self.model_kwargs["device_map"] = device_map
        self.hub_kwargs = {**hub_kwargs, "token": token}
        super().__init__()

    def setup(self) -> None:
        """Load the pre-processor, the model and the post-processor, and put the model on its device."""
        transformers = _imported("transformers")
        if isinstance(self.pre_processor, str):
            loader = self.pre_processor_class or transformers.AutoProcessor
            self.pre_processor = loader.from_pretrained(self.pre_processor, **self.hub_kwargs)
        if isinstance(self.model, str):
            loader = self.model_class or transformers.AutoModel
            self.model = loader.from_pretrained(self.model, **self.model_kwargs, **self.hub_kwargs)
        if self.post_processor is None:
            self.post_processor = self.pre_processor
        elif isinstance(self.post_processor, str):
            loader = self.post_processor_class or transformers.AutoProcessor
            self.post_processor = loader.from_pretrained(self.post_processor, **self.hub_kwargs)
        if self.device is None:
            spread = getattr(self.model, "hf_device_map", None)
            self.device = (
                next(iter(spread.values())) if spread else _imported("accelerate").PartialState().default_device
            )
        if self.device_map is None:
            self.model.to(self.device)
        super().setup()

    def encode(self, raw_inputs: Any) -> Any:
        """Return the model's inputs, made of the tool's."""
        return self.pre_processor(raw_inputs)

    def forward(self, inputs: Any) -> Any:
        """Return the model's outputs."""
        with _imported("torch").no_grad():
            return self.model(**inputs)

    def decode(self, outputs: Any) -> Any:
        """Return the tool's output, made of the model's."""
        return self.post_processor(outputs)

    def __call__(self, *args: Any, sanitize_inputs_outputs: bool = False, **kwargs: Any) -> Any:
        """Encode the input, run the model and decode its output.

        Args:
            *args: The inputs of `encode`, or one dictionary of them.
            sanitize_inputs_outputs: Return the output as an agent type.
            **kwargs: The inputs of `encode` by name.
        """
        if not self.is_initialized:
            self._set_up_once()
        args, kwargs = self._unpacked(args, kwargs)
        args, kwargs = handle_agent_input_types(*args, **kwargs)
        move = _imported("accelerate.utils").send_to_device
        outputs = self.forward(move(self.encode(*args, **kwargs), self.device))
        decoded = self.decode(move(outputs, "cpu"))
        return handle_agent_output_types(decoded, self.output_type) if sanitize_inputs_outputs else decoded


def _imported(module: str) -> Any:
    try:
        return import_module(module)
    except ImportError as error:
        raise ImportError(
            f"A PipelineTool runs a model on this machine and needs {module.partition('.')[0]}: "
            "pip install torch transformers accelerate"
        ) from error
