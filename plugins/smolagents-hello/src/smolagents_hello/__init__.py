"""The plugin of the tutorial: a model, a tool and a hook, on one page."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from smolagents import ChatMessage, MessageRole, Model, TokenUsage, Tool
from smolagents.hooks import hookimpl

if TYPE_CHECKING:
    from smolagents import MultiStepAgent, RunResult

logger = logging.getLogger(__name__)


class HelloTool(Tool):
    """Greet somebody in one of several languages."""

    name = "hello"
    description = "Returns a greeting for a person."
    inputs = {
        "name": {"type": "string", "description": "Whom to greet."},
        "language": {"type": "string", "description": "Language of the greeting.", "enum": ["de", "en", "fr"]},
    }
    output_type = "string"

    def forward(self, name: str, language: str) -> str:
        """Return the greeting."""
        greetings = {"de": "Hallo", "en": "Hello", "fr": "Bonjour"}
        return f"{greetings[language]}, {name}!"


class HelloModel(Model):
    """Answer every task with a greeting: a model that needs no network, no account and no time."""

    def generate(
        self,
        messages: Any,
        stop_sequences: list[str] | None = None,
        response_format: dict[str, Any] | None = None,
        tools_to_call_from: list[Tool] | None = None,
        **kwargs: Any,
    ) -> ChatMessage:
        """Return a code action that gives the greeting as the final answer."""
        text = 'I only ever say hello.\n<code>\nfinal_answer("Hello, world!")\n</code>'
        for stop in stop_sequences or ():
            text = text.partition(stop)[0]
        usage = TokenUsage(input_tokens=len(str(messages).split()), output_tokens=len(text.split()))
        return ChatMessage(role=MessageRole.ASSISTANT, content=text, token_usage=usage)


@hookimpl
def run_finished(agent: MultiStepAgent, result: RunResult | None, error: BaseException | None) -> None:
    """Log how each run ended."""
    logger.info("%s ended: %s", type(agent).__name__, error or (result and result.output))
