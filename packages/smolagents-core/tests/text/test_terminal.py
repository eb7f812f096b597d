"""What models, tools and web pages write shows in a terminal as text, and gives it no orders."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from rich.console import Console
from smolagents.agent_tree import Branch, as_tree
from smolagents.console_listener import ConsoleListener
from smolagents.events import ActionOutput, ModelReplied, RunStarted, StepStarted, ToolOutput
from smolagents.messages import ChatMessage, ChatMessageStreamDelta, MessageRole
from smolagents.monitoring import AgentLogger, LogLevel, Timing
from smolagents.steps import ActionStep, FinalAnswerStep, PlanningStep, ToolCall
from smolagents.terminal import escape_controls

EVIL = "a\x1b]0;evil\x07\x1b[2Jb\x9b5mc\x08d\x7fe\tf"
SHOWN = r"a\x1b]0;evil\x07\x1b[2Jb\x9b5mc\x08d\x7fe"

CALLS: dict[str, Callable[[AgentLogger], Any]] = {
    "log": lambda logger: logger.log(EVIL.replace("[", r"\[")),
    "text": lambda logger: logger.log_text(EVIL),
    "error": lambda logger: logger.log_error(EVIL),
    "markdown": lambda logger: logger.log_markdown(EVIL),
    "markdown_title": lambda logger: logger.log_markdown("x", title=EVIL),
    "code": lambda logger: logger.log_code("x", EVIL),
    "code_title": lambda logger: logger.log_code(EVIL, "x"),
    "rule": lambda logger: logger.log_rule(EVIL),
    "task": lambda logger: logger.log_task(EVIL, ""),
    "task_subtitle": lambda logger: logger.log_task("x", EVIL),
    "task_title": lambda logger: logger.log_task("x", "", title=EVIL),
}


def logger_to(file: io.StringIO, terminal: bool, colours: bool = False) -> AgentLogger:
    console = Console(file=file, width=100, force_terminal=terminal, color_system="truecolor" if colours else None)
    return AgentLogger(LogLevel.DEBUG, console)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_every_method_of_the_logger(call: Callable[[AgentLogger], Any]) -> None:
    file = io.StringIO()
    call(logger_to(file, terminal=True))
    assert SHOWN in file.getvalue()
    assert escape_controls(file.getvalue()) == file.getvalue()


def test_messages() -> None:
    file = io.StringIO()
    logger_to(file, terminal=True).log_messages([{"role": "user", "content": "a\x9b2Jb\x1bc"}])
    assert r"a\x9b2Jb\u001bc" in file.getvalue()


def test_a_tree_of_strangers() -> None:
    file = io.StringIO()
    Console(file=file, width=100, color_system=None).print(as_tree(Branch("x", "", [Branch(EVIL)])))
    assert SHOWN in file.getvalue()


@pytest.mark.parametrize("call", [CALLS["log"], CALLS["text"]], ids=["log", "text"])
def test_pipes_and_files_get_what_there_is(call: Callable[[AgentLogger], Any]) -> None:
    file = io.StringIO()
    call(logger_to(file, terminal=False))
    assert "\x1b]0;evil" in file.getvalue()
    assert "\x1b[2Jb\x9b5mc" in file.getvalue()


def test_the_styles_of_the_logger_stay() -> None:
    file = io.StringIO()
    logger = logger_to(file, terminal=True, colours=True)
    logger.log("[red]red[/red]")
    logger.log_error("an error")
    logger.log_rule("Step 1")
    assert "\x1b[31mred\x1b[0m" in file.getvalue()
    assert "\x1b[1;31man error\x1b[0m" in file.getvalue()
    assert r"\x1b" not in file.getvalue()


@pytest.mark.parametrize("streamed", [False, True])
def test_the_events_of_a_run(streamed: bool) -> None:
    file = io.StringIO()
    console = Console(file=file, width=100, height=20, force_terminal=True, color_system="truecolor")
    listener = ConsoleListener(AgentLogger(LogLevel.DEBUG, console))
    reply = ChatMessage(MessageRole.ASSISTANT, EVIL)
    call = ToolCall("search", {"query": 1}, f"call_{EVIL}")
    step = ActionStep(1, Timing(0.0, 1.0), code_action=EVIL, observations=f"Execution logs:\n{EVIL}")
    events: list[Any] = [
        RunStarted(EVIL, EVIL, EVIL),
        StepStarted(1),
        *([ChatMessageStreamDelta(content=EVIL)] if streamed else []),
        ModelReplied(reply),
        call,
        ToolCall(EVIL, EVIL, "call_2"),
        ToolCall("python_interpreter", EVIL, "call_3"),
        ToolOutput("call_1", EVIL, False, EVIL, call),
        ActionOutput(None, False),
        step,
        PlanningStep([], reply, EVIL, Timing(0.0, 1.0)),
        FinalAnswerStep(EVIL),
    ]
    for event in events:
        listener(event)
    listener.close()
    assert file.getvalue().count(r"\x1b]0;evil\x07") >= len(events) - 4
    for order in ("\x1b]", "\x07", "\x1b[2J", "\x9b", "\x08", "\x7f"):
        assert order not in file.getvalue()


def test_ends_of_lines_are_no_orders() -> None:
    assert escape_controls("a\r\nb\n\tc") == "a\r\nb\n\tc"
    assert escape_controls("good\rbad") == r"good\x0dbad"
    assert escape_controls("é\x9c") == r"é\x9c"
