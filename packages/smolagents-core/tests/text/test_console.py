"""The console shows a run: each thing once, in order, in a terminal and in a pipe."""

import io
from typing import Any

import pytest
from rich.console import Console
from smolagents import CodeAgent
from smolagents.console_listener import ConsoleListener
from smolagents.errors import AgentParsingError
from smolagents.events import ActionOutput, ModelReplied, RunStarted, StepStarted, ToolOutput
from smolagents.messages import ChatMessage, ChatMessageStreamDelta, MessageRole
from smolagents.monitoring import AgentLogger, LogLevel, Timing
from smolagents.steps import ActionStep, FinalAnswerStep, PlanningStep, ToolCall
from smolagents_testing import ScriptedModel, code

CODE = "values = [1, 2]\nprint(values[0])"
REPLY = f"Thought: I look at the first.\n<code>\n{CODE}\n</code>"


class Screen:
    """Keep what a listener prints."""

    def __init__(self, terminal: bool, level: LogLevel) -> None:
        self.file = io.StringIO()
        console = Console(file=self.file, width=70, height=20, force_terminal=terminal, color_system=None)
        self.logger = AgentLogger(level, console)
        self.listener = ConsoleListener(self.logger)

    def show(self, *events: Any) -> str:
        for event in events:
            self.listener(event)
        return self.file.getvalue()


def reply(text: str, streamed: bool) -> list[Any]:
    deltas = [ChatMessageStreamDelta(content=text[i : i + 5]) for i in range(0, len(text), 5)] if streamed else []
    return [*deltas, ModelReplied(ChatMessage(MessageRole.ASSISTANT, text))]


def code_step(streamed: bool = False, **fields: Any) -> list[Any]:
    step = ActionStep(
        1,
        Timing(0.0, 1.0),
        code_action=CODE,
        observations="Execution logs:\n1 [red]x[/red]\nLast output from code snippet:\nNone",
    )
    for name, value in fields.items():
        setattr(step, name, value)
    call = ToolCall("python_interpreter", CODE, "call_1")
    return [StepStarted(1), *reply(REPLY, streamed), call, ActionOutput(None, False), step]


def in_order(text: str, *parts: str) -> bool:
    position = 0
    for part in parts:
        position = text.find(part, position)
        if position < 0:
            return False
        position += len(part)
    return True


def test_a_run_in_a_pipe() -> None:
    text = Screen(False, LogLevel.INFO).show(RunStarted("Look [at] it", "Model - x"), *code_step())
    assert text == (
        "== New run ==\nLook [at] it\n(Model - x)\n\n== Step 1 ==\nExecuting parsed code:\n"
        "    values = [1, 2]\n    print(values[0])\nExecution logs:\n1 [red]x[/red]\n"
    )


@pytest.mark.parametrize("terminal", [False, True])
def test_the_reply_is_shown_at_debug_level_alone(terminal: bool) -> None:
    assert "I look at the first." not in Screen(terminal, LogLevel.INFO).show(*code_step())
    text = Screen(terminal, LogLevel.DEBUG).show(*code_step())
    assert in_order(text, "Step 1", "I look at the first.", "Executing parsed code:", "print(values[0])", "1 [red]x")


def test_a_streamed_reply_is_shown_as_it_comes_and_once_in_a_pipe() -> None:
    screen = Screen(False, LogLevel.DEBUG)
    events = code_step(streamed=True)
    assert screen.show(*events[:3]).endswith("Thought: I")
    text = screen.show(*events[3:])
    assert text.count("print(values[0])") == text.count("I look at the first.") == 1
    assert in_order(text, "== Step 1 ==", REPLY, "Execution logs:")


def test_a_streamed_reply_leaves_its_thought_and_its_code_once_in_a_terminal() -> None:
    screen = Screen(True, LogLevel.INFO)
    screen.show(*code_step(streamed=True))
    after_stream = screen.file.getvalue().rpartition("\x1b[2K")[2]  # the live display has been erased up to here
    assert after_stream.count("print(values[0])") == after_stream.count("I look at the first.") == 1
    assert "<code>" not in after_stream


def test_a_live_display_ends_when_the_run_is_left() -> None:
    screen = Screen(True, LogLevel.INFO)
    other = Screen(True, LogLevel.INFO)
    screen.show(ChatMessageStreamDelta(content="half a re"))
    other.show(*reply("shown without a live display", streamed=True), FinalAnswerStep("x"))
    screen.listener.close()
    screen.listener.close()
    assert screen.file.getvalue().endswith("\x1b[2K")
    assert "\x1b[2K" not in other.file.getvalue()
    assert "shown without a live display" in other.file.getvalue()
    third = Screen(True, LogLevel.INFO)
    third.show(*reply("again", streamed=True))
    assert "\x1b[2K" in third.file.getvalue()


def test_a_failed_parse_shows_the_streamed_reply_and_the_error() -> None:
    screen = Screen(True, LogLevel.INFO)
    step = ActionStep(1, Timing(0.0, 1.0), error=AgentParsingError("no code [here]"))
    screen.show(StepStarted(1), *reply("Just words.", streamed=True), step)
    after_stream = screen.file.getvalue().rpartition("\x1b[2K")[2]
    assert in_order(after_stream, "Just words.", "no code [here]")


def test_the_last_value_and_the_prints_before_an_error_are_shown() -> None:
    text = Screen(False, LogLevel.INFO).show(
        *code_step(observations="Execution logs:\nLast output from code snippet:\n[1]")
    )
    assert text.endswith("Out: [1]\n")
    failed = code_step(observations="Execution logs:\nbefore", error=AgentParsingError("it broke"))
    del failed[-2]
    text = Screen(False, LogLevel.INFO).show(*failed)
    assert text.endswith("Execution logs:\nbefore\nit broke\n")


def test_the_final_answer_is_shown_once() -> None:
    observations = "Execution logs:\nLast output from code snippet:\n[42]"
    events = code_step(observations=observations)
    events[-2] = ActionOutput([42], is_final_answer=True)
    text = Screen(False, LogLevel.INFO).show(*events, FinalAnswerStep([42]))
    assert text.count("42") == 1
    assert text.endswith("Final answer: [42]\n")


def test_an_answer_that_failed_a_check_is_not_called_final() -> None:
    events = code_step(
        observations="Execution logs:\nLast output from code snippet:\n[42]", error=AgentParsingError("Check f failed")
    )
    events[-2] = ActionOutput([42], is_final_answer=True)
    text = Screen(False, LogLevel.INFO).show(*events)
    assert "Final answer" not in text
    assert text.endswith("Out: [42]\nCheck f failed\n")


def test_an_answer_without_a_step_is_shown() -> None:
    assert Screen(False, LogLevel.INFO).show(FinalAnswerStep("at last")) == "Final answer: at last\n"


@pytest.mark.parametrize("terminal", [False, True])
def test_tool_calls(terminal: bool) -> None:
    calls = [ToolCall("search", {"query": word}, word) for word in ("rain", "sun")]
    outputs = [ToolOutput(call.id, "o", False, f"found [{call.id}]", call) for call in calls]
    step = ActionStep(1, Timing(0.0, 1.0), tool_calls=calls, observations="found")
    text = Screen(terminal, LogLevel.INFO).show(StepStarted(1), *calls, *outputs, ActionOutput(None, False), step)
    assert in_order(
        text,
        "Calling tool: 'search' with arguments: {'query': 'rain'}",
        "Calling tool: 'search' with arguments: {'query': 'sun'}",
        "Observations from 'search': found [rain]",
        "Observations from 'search': found [sun]",
    )


def test_the_final_answer_of_a_tool_call() -> None:
    call = ToolCall("final_answer", {"answer": 3}, "1")
    output = ToolOutput("1", 3, True, "3", call)
    step = ActionStep(1, Timing(0.0, 1.0), tool_calls=[call], observations="3")
    text = Screen(False, LogLevel.INFO).show(StepStarted(1), call, output, ActionOutput(3, True), step)
    assert text.endswith("with arguments: {'answer': 3}\nFinal answer: 3\n")


@pytest.mark.parametrize("streamed", [False, True])
def test_a_plan_is_shown_once(streamed: bool) -> None:
    plan = "1. Look\n2. Answer"
    message = ChatMessage(MessageRole.ASSISTANT, plan)
    step = PlanningStep([], message, f"The plan:\n```\n{plan}\n```", Timing(0.0, 1.0))
    text = Screen(False, LogLevel.INFO).show(*reply(plan, streamed), step)
    assert text.count("1. Look") == 1


@pytest.mark.parametrize(("level", "shown"), [(LogLevel.OFF, ""), (LogLevel.ERROR, "it broke\n")])
def test_errors_alone_at_error_level(level: LogLevel, shown: str) -> None:
    events = [RunStarted("task", "model"), *code_step(error=AgentParsingError("it broke")), FinalAnswerStep(1)]
    assert Screen(False, level).show(*events) == shown


def test_a_subclass_of_the_logger_gets_the_calls() -> None:
    class Recorder(AgentLogger):
        def log_task(self, *args: Any, **kwargs: Any) -> None:
            seen.append("task")

        def log_rule(self, title: str, level: int = LogLevel.INFO) -> None:
            seen.append(title)

        def log_code(self, title: str, content: str, level: int = LogLevel.INFO) -> None:
            seen.append(content)

        def log_error(self, error_message: str) -> None:
            seen.append(error_message)

        def log(self, *args: Any, **kwargs: Any) -> None:
            seen.extend(map(str, args))

    seen: list[str] = []
    listener = ConsoleListener(Recorder(LogLevel.INFO))
    for event in (RunStarted("t", "m"), *code_step(error=AgentParsingError("it broke"))):
        listener(event)
    assert seen == ["task", "Step 1", CODE, "Execution logs:", "1 [red]x[/red]", "it broke"]


@pytest.mark.parametrize(("line", "name"), [("import shutil", "shutil"), ("import numpy.random", "numpy.*")])
def test_a_refused_import_says_what_would_allow_it(line: str, name: str) -> None:
    screen = Screen(False, LogLevel.INFO)
    model = ScriptedModel([code(line), code("final_answer(1)")])
    CodeAgent(model=model, logger=screen.logger, additional_authorized_imports=["numpy"]).run("x")
    said = f'pass `additional_authorized_imports=["{name}"]` to the CodeAgent, or `--imports "{name}"` to smolagent.'
    assert said in " ".join(screen.file.getvalue().split())
