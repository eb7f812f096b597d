"""The logger prints what its level lets through; the monitor counts."""

import io
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console
from smolagents.monitoring import AgentLogger, LogLevel, Monitor, Timing, TokenUsage


def logger_to(file: io.StringIO, terminal: bool = False, level: LogLevel = LogLevel.INFO) -> AgentLogger:
    console = Console(file=file, width=60, force_terminal=terminal, color_system="truecolor" if terminal else None)
    return AgentLogger(level, console)


def agent(**changes: Any) -> Any:
    tool = SimpleNamespace(
        name="web_search",
        description="Search the web.\nSecond line.",
        inputs={"query": {"type": "string"}, "count": {"type": "integer", "nullable": True}},
        output_type="string",
    )
    fields = {"name": None, "description": None, "model": SimpleNamespace(model_id="gpt-x"), "managed_agents": {}}
    return SimpleNamespace(**(fields | {"tools": {"web_search": tool}} | changes))


def test_plain_output_has_no_colours_and_no_boxes() -> None:
    file = io.StringIO()
    logger = logger_to(file, level=LogLevel.DEBUG)
    logger.log_task("Count [the] sheep", "Model - gpt-x", title="shepherd")
    logger.log_rule("Step 1")
    logger.log_code("Executing parsed code:", "x = items[0]\nprint(x)")
    logger.log_markdown("# Title\n[red]text[/red]", title="Output")
    logger.log_error("Error at items[0]: [/bold]")
    logger.log_messages(
        [{"role": "user", "content": [{"type": "image", "image": object()}, {"type": "text", "text": "é"}]}]
    )
    logger.visualize_agent_tree(agent(managed_agents={"bob": agent(name="bob", description="Helps.")}))
    text = file.getvalue()
    assert text.isprintable() or set(text) - {"\n"} <= set(map(chr, range(32, 0x2500)))
    assert "\x1b" not in text
    for expected in (
        "New run - shepherd",
        "Count [the] sheep",
        "== Step 1 ==",
        "    x = items[0]\n    print(x)\n",
        "[red]text[/red]",
        "Error at items[0]: [/bold]",
        '"text": "é"',
        "web_search(query: string, count: integer = None) -> string: Search the web.",
        "        bob: SimpleNamespace | gpt-x",
    ):
        assert expected in text


def test_a_dumb_terminal_gets_plain_output() -> None:
    file = io.StringIO()
    logger = AgentLogger(console=Console(file=file, force_terminal=True, _environ={"TERM": "dumb"}))
    logger.log_task("Count", "gpt-x")
    logger.log_rule("Step 1")
    assert file.getvalue() == "== New run ==\nCount\n(gpt-x)\n\n== Step 1 ==\n"


def test_a_task_without_a_subtitle() -> None:
    file = io.StringIO()
    logger_to(file).log_task("Count", "")
    assert file.getvalue() == "== New run ==\nCount\n"


def test_long_lines_are_not_broken_outside_a_terminal() -> None:
    file = io.StringIO()
    logger_to(file).log_code("Code:", "x = '" + "long " * 50 + "'")
    assert "long " * 50 in file.getvalue()


def test_a_terminal_gets_colours_and_rules() -> None:
    file = io.StringIO()
    logger = logger_to(file, terminal=True)
    logger.log_rule("Step 1")
    logger.log_code("Code:", "def f():\n    return [1]")
    text = file.getvalue()
    assert "\x1b[" in text
    assert "━━" in text
    assert "│" not in text  # nothing beside the code that a copy would catch


@pytest.mark.parametrize(
    ("level", "shown"),
    [
        (LogLevel.OFF, []),
        (LogLevel.ERROR, ["error"]),
        (LogLevel.INFO, ["error", "info", "text level"]),
        (LogLevel.DEBUG, ["error", "info", "debug", "text level"]),
    ],
)
def test_levels(level: LogLevel, shown: list[str]) -> None:
    file = io.StringIO()
    logger = logger_to(file, level=level)
    logger.log_error("error")
    logger.log("info")
    logger.log("debug", level=LogLevel.DEBUG)
    logger.log("text level", level="info")
    assert file.getvalue().splitlines() == shown


def test_log_passes_markup_and_keywords_to_rich() -> None:
    file = io.StringIO()
    logger = logger_to(file)
    logger.log("[bold]a[/bold]", "b", sep="-")
    assert file.getvalue() == "a-b\n"


def test_the_console_can_capture_and_be_replaced() -> None:
    logger = AgentLogger()
    with logger.console.capture() as capture:
        logger.log_code("Executing parsed code:", "secret = [3]")
    assert "secret = [3]" in capture.get()
    file = io.StringIO()
    logger.console = Console(file=file)
    logger.log("elsewhere")
    assert file.getvalue() == "elsewhere\n"


def test_a_silent_logger_never_imports_rich() -> None:
    program = """
import sys
from smolagents.console_listener import ConsoleListener
from smolagents.events import RunStarted, StepStarted
from smolagents.monitoring import AgentLogger, LogLevel, Monitor, Timing
from smolagents.steps import ActionStep
logger = AgentLogger(LogLevel.ERROR)
listener = ConsoleListener(logger)
step = ActionStep(1, Timing(0, 1))
for event in (RunStarted("task", "model"), StepStarted(1), step):
    listener(event)
Monitor(None, logger).update_metrics(step)
logger.log("x"), logger.log_task("x", "y"), logger.log_rule("x"), logger.log_code("x", "y"), logger.log_markdown("x")
logger.log_messages([])
print("rich" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def step(seconds: float | None, usage: TokenUsage | None) -> Any:
    return SimpleNamespace(timing=Timing(0.0, seconds), token_usage=usage)


def test_the_monitor_counts_and_prints() -> None:
    file = io.StringIO()
    monitor = Monitor(None, logger_to(file))
    monitor.update_metrics(step(1.5, TokenUsage(1000, 20, cached_input_tokens=800, cost=0.01)))
    monitor.update_metrics(step(0.25, None))
    monitor.update_metrics(step(2.0, TokenUsage(500, 10, reasoning_tokens=4, cost=1.5)))
    totals = "Input tokens: 1,500 (800 cached) | Output tokens: 30 (4 reasoning) | Cost: $1.51"
    assert file.getvalue().splitlines() == [
        "[Step 1: Duration 1.50 seconds | Input tokens: 1,000 (800 cached) | Output tokens: 20 | Cost: $0.0100]",
        "[Step 2: Duration 0.25 seconds]",
        f"[Step 3: Duration 2.00 seconds | {totals}]",
    ]
    assert (monitor.total_input_token_count, monitor.total_output_token_count) == (1500, 30)
    assert monitor.step_durations == [1.5, 0.25, 2.0]
    assert monitor.get_total_token_counts() == TokenUsage(
        1500, 30, cached_input_tokens=800, reasoning_tokens=4, cost=pytest.approx(1.51)
    )
    monitor.reset()
    assert monitor.step_durations == []
    assert monitor.get_total_token_counts() == TokenUsage(input_tokens=0, output_tokens=0)


def test_a_subclass_sees_what_the_level_would_hide() -> None:
    class Recorder(AgentLogger):
        def log(self, *args: Any, level: Any = LogLevel.INFO, **kwargs: Any) -> None:
            seen.append(str(args[0]))

    seen: list[str] = []
    Monitor(None, Recorder(LogLevel.OFF)).update_metrics(step(1.0, None))
    assert seen == ["[Step 1: Duration 1.00 seconds]"]
