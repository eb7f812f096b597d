import logging

import pytest
from smolagents import ChatMessage, CodeAgent, MessageRole
from smolagents_hello import HelloModel, HelloTool
from smolagents_testing import ScriptedModel, ToolConformance, code


class TestHelloTool(ToolConformance):
    """All that the conformance kit checks."""

    call_arguments = {"name": "Ada", "language": "en"}

    def make_tool(self) -> HelloTool:
        return HelloTool()


@pytest.mark.parametrize(
    ("language", "greeting"), [("de", "Hallo, Ada!"), ("en", "Hello, Ada!"), ("fr", "Bonjour, Ada!")]
)
def test_the_tool_greets(language: str, greeting: str) -> None:
    assert HelloTool()("Ada", language) == greeting


def test_the_model_answers_any_task() -> None:
    assert CodeAgent(tools=[], model=HelloModel(), verbosity_level=-1).run("Greet me.") == "Hello, world!"


def test_the_model_keeps_to_stop_sequences_and_counts_words() -> None:
    messages = [ChatMessage(role=MessageRole.USER, content="Greet me.")]
    message = HelloModel().generate(messages, stop_sequences=["</code>"])
    assert message.role == MessageRole.ASSISTANT
    assert message.content.endswith('final_answer("Hello, world!")\n')
    assert message.token_usage.output_tokens == len(message.content.split())


def test_the_hook_logs_how_a_run_ended(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="smolagents_hello")
    CodeAgent(tools=[], model=ScriptedModel([code("final_answer(42)")]), verbosity_level=-1).run("Answer.")
    with pytest.raises(Exception, match="no network"):
        CodeAgent(tools=[], model=ScriptedModel([ConnectionError("no network")]), verbosity_level=-1).run("Answer.")
    ended, failed = (record.getMessage() for record in caplog.records if record.name == "smolagents_hello")
    assert ended == "CodeAgent ended: 42"
    assert "no network" in failed
