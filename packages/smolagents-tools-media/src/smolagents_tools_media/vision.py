"""`VisionTool`: what tools share that ask a model about images."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from smolagents import plugins
from smolagents.messages import ChatMessage, MessageRole, text_of
from smolagents.tools import Tool

if TYPE_CHECKING:
    import PIL.Image
    from smolagents.models import Model

CHECKPOINT = "HuggingFaceTB/SmolVLM-500M-Instruct"
"""The model that runs on this machine where none is named."""

_MAX_NEW_TOKENS = 1024


class VisionTool(Tool):
    """Ask a model that takes images; subclass it and write `forward`.

    Args:
        model: The model, or the name of a checkpoint that transformers runs on this machine; None: `CHECKPOINT`.
        private_hosts: Hosts that images may come from though their addresses are not public, as they stand in URLs.

    Raises:
        ValueError: The model takes text alone.
        ImportError: A checkpoint is to be run, and smolagents-models-transformers is not installed.
    """

    def __init__(self, model: Model | str | None = None, private_hosts: Collection[str] | None = None) -> None:
        super().__init__()
        self.model: Any = CHECKPOINT if model is None else model
        self.private_hosts = tuple(private_hosts or ())
        if isinstance(self.model, str) and not plugins.available("TransformersModel"):
            raise ImportError(
                f"{type(self).__name__} runs {self.model} on this machine and needs transformers: "
                "pip install 'smolagents-tools-media[transformers]'. Or pass another model: model=OpenAIModel('…')."
            )
        _check_that_it_sees(self.model)

    def setup(self) -> None:
        """Load the checkpoint."""
        if isinstance(self.model, str):
            model = plugins.resolve("TransformersModel")(self.model, max_new_tokens=_MAX_NEW_TOKENS)
            _check_that_it_sees(model)
            self.model = model
        super().setup()

    def ask(self, images: Iterable[PIL.Image.Image], text: str) -> str:
        """Return what the model says about images."""
        content: list[dict[str, Any]] = [{"type": "image", "image": image} for image in images]
        content.append({"type": "text", "text": text})
        return text_of(self.model.generate([ChatMessage(MessageRole.USER, content)])).strip()


def _check_that_it_sees(model: Any) -> None:
    if getattr(model, "supports_vision", True) is False:
        raise ValueError(f"{model.model_id} takes no images: pass a model that does, such as model={CHECKPOINT!r}.")
