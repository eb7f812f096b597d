"""Questions about documents."""

from __future__ import annotations

from typing import Any

from smolagents.parser_program import Unusable

from smolagents_tools_media.files import shown
from smolagents_tools_media.images import read_pages
from smolagents_tools_media.vision import VisionTool


class DocumentQuestionAnsweringTool(VisionTool):
    """Look at pages of a document and answer a question about them, by a model that takes images.

    Args:
        model: The model, or the name of a checkpoint that transformers runs on this machine; None: a small one.
        private_hosts: Hosts that documents may come from though their addresses are not public, as they stand in URLs.

    Raises:
        ValueError: The model takes text alone.
        ImportError: A checkpoint is to be run, and smolagents-models-transformers is not installed.
    """

    name = "document_question_answering"
    description = (
        "Answers a question about a document, a PDF file or an image of a page: its text, tables, forms and figures. "
        "It looks at ten pages of a longer document, and says so."
    )
    inputs = {
        "document": {"type": "any", "description": "The document: a path, a URL, or a variable that holds an image."},
        "question": {"type": "string", "description": "The question."},
        "first_page": {"type": "integer", "description": "The page to begin with, by default 1.", "nullable": True},
    }
    output_type = "string"

    def forward(self, document: Any, question: str, first_page: int | None = None) -> str:
        """Return the model's answer, or why the document can't be read: the agent may try another one."""
        try:
            pages = read_pages(document, first_page or 1, self.private_hosts)
        except Unusable as error:
            return f"The document {shown(document)} can't be used: {error}"
        answer = self.ask(pages.images, question)
        last = pages.first + len(pages.images) - 1
        if len(pages.images) == pages.total:
            return answer
        more = f" Pass first_page={last + 1} for those that follow." if last < pages.total else ""
        return f"{answer}\n\n[This is from pages {pages.first} to {last} of {pages.total}.{more}]"
