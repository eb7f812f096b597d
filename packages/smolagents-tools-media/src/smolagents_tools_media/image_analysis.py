"""Questions about images."""

from __future__ import annotations

from typing import Any

from smolagents.parser_program import Unusable

from smolagents_tools_media.files import shown
from smolagents_tools_media.images import read_image
from smolagents_tools_media.vision import VisionTool


class ImageAnalysisTool(VisionTool):
    """Look at an image and answer a question about it, by a model that takes images.

    Args:
        model: The model, or the name of a checkpoint that transformers runs on this machine; None: a small one.
        private_hosts: Hosts that images may come from though their addresses are not public, as they stand in URLs.

    Raises:
        ValueError: The model takes text alone.
        ImportError: A checkpoint is to be run, and smolagents-models-transformers is not installed.
    """

    name = "image_analysis"
    description = "Looks at an image and answers a question about it. It can also read text in the image."
    inputs = {
        "image": {"type": "any", "description": "The image: a variable that holds one, a path or a URL."},
        "question": {"type": "string", "description": "The question, or what to describe.", "nullable": True},
    }
    output_type = "string"

    def forward(self, image: Any, question: str | None = None) -> str:
        """Return the model's answer, or why the image can't be read: the agent may try another one."""
        try:
            return self.ask([read_image(image, self.private_hosts)], question or "Describe this image.")
        except Unusable as error:
            return f"The image {shown(image)} can't be used: {error}"
