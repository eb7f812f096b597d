"""The logger that prints a run, and the monitor that counts what it uses."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import IntEnum
from typing import TYPE_CHECKING, Any, TextIO, cast

from smolagents.terminal import escape_controls
from smolagents.usage import Timing, TokenUsage

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

__all__ = ["YELLOW_HEX", "AgentLogger", "LogLevel", "Monitor", "Timing", "TokenUsage"]

YELLOW_HEX = "#d4b702"


class LogLevel(IntEnum):
    """Say how much a run prints."""

    OFF = -1
    ERROR = 0
    INFO = 1
    DEBUG = 2


class AgentLogger:
    """Print what an agent does: panels, rules and colours in a terminal, plain lines everywhere else.

    A terminal gets no control characters but those of the logger's own styles: text comes from models and web pages.

    Args:
        level: What has a higher level than this is not printed.
        console: Where to print; standard output by default.
    """

    def __init__(self, level: LogLevel = LogLevel.INFO, console: Console | None = None) -> None:
        self.level = level
        self._console = console

    @property
    def console(self) -> Console:
        """Return the console, which is made at the first use: a silent run never imports `rich`."""
        if self._console is None:
            from rich.console import Console

            self._console = Console(highlight=False, file=cast("TextIO", _Output()))
        return self._console

    @console.setter
    def console(self, console: Console) -> None:
        self._console = console

    @property
    def is_plain(self) -> bool:
        """Tell whether the output goes to a file, a pipe or a dumb terminal, where boxes and colours are noise."""
        console = self.console
        return not (console.is_terminal or console.is_jupyter) or console.is_dumb_terminal

    def shows(self, level: int | str) -> bool:
        """Tell whether something of this level is printed."""
        return (LogLevel[level.upper()] if isinstance(level, str) else level) <= self.level

    def log(self, *args: Any, level: int | str | LogLevel = LogLevel.INFO, **kwargs: Any) -> None:
        """Print anything that `rich` can print.

        Args:
            *args: Text (with `rich` markup) or renderables.
            level: The level from which this is printed, as a number or a name.
            **kwargs: Passed to `Console.print`.
        """
        if self.shows(level):
            if self.console.is_terminal:
                args = tuple(escape_controls(arg) if isinstance(arg, str) else arg for arg in args)
            self.console.print(*args, **kwargs)

    def log_text(self, text: str, level: int | str = LogLevel.INFO, style: str | None = None, end: str = "\n") -> None:
        """Print text as it is: no markup, and no line breaks of our own outside a terminal."""
        if self.shows(level):
            plain = self.is_plain
            self.log(text, level=level, style=style, end=end, markup=False, highlight=False, soft_wrap=plain)

    def log_error(self, error_message: str) -> None:
        """Print an error, in red, at every level but OFF."""
        self.log_text(error_message, level=LogLevel.ERROR, style="bold red")

    def log_markdown(
        self, content: str, title: str | None = None, level: int | str = LogLevel.INFO, style: str = YELLOW_HEX
    ) -> None:
        """Print Markdown, with highlighting in a terminal, below a title if there is one."""
        if not self.shows(level):
            return
        if self.is_plain:
            self._log_section(title, content, level)
            return
        parts: list[RenderableType] = [] if title is None else [_rule(title, style, align="left")]
        self._log_all([*parts, _highlighted(content, "markdown")], level)

    def log_code(self, title: str, content: str, level: int = LogLevel.INFO) -> None:
        """Print Python code with highlighting, without anything beside it that a copy would catch."""
        if not self.shows(level):
            return
        if self.is_plain:
            self._log_section(title, content, level)
            return
        from rich.rule import Rule

        body = _highlighted(content, "python")
        self._log_all([_rule(title, "dim", align="left"), body, Rule(style="dim")], level)

    def log_rule(self, title: str, level: int = LogLevel.INFO) -> None:
        """Print a line across the console with a title in it."""
        if not self.shows(level):
            return
        if self.is_plain:
            self.log_text(f"\n== {title} ==", level)
        else:
            self.log(_rule(title, YELLOW_HEX), level=level)

    def log_task(self, content: str, subtitle: str, title: str | None = None, level: LogLevel = LogLevel.INFO) -> None:
        """Print the task at the start of a run.

        Args:
            content: The task.
            subtitle: What works on it: the model, usually.
            title: The agent's name.
            level: The level from which this is printed.
        """
        if not self.shows(level):
            return
        heading = "New run" if title is None else f"New run - {title}"
        if self.is_plain:
            self.log_text(f"== {heading} ==\n{content}" + (f"\n({subtitle})" if subtitle else ""), level)
            return
        from rich.panel import Panel
        from rich.text import Text

        panel = Panel(
            Text(f"\n{escape_controls(content)}\n", style="bold"),
            title=Text(escape_controls(heading), style="bold"),
            subtitle=Text(escape_controls(subtitle)),
            border_style=YELLOW_HEX,
            subtitle_align="left",
        )
        self.log(panel, level=level)

    def log_messages(self, messages: Sequence[Any], level: LogLevel = LogLevel.DEBUG) -> None:
        """Print messages for a model as JSON, images left out."""
        if not self.shows(level):
            return
        import json

        text = "\n".join(json.dumps(_readable(message), indent=4, ensure_ascii=False) for message in messages)
        self.log_markdown(text, level=level) if self.is_plain else self.log(_highlighted(text, "json"), level=level)

    def visualize_agent_tree(self, agent: Any) -> None:
        """Print an agent, its tools and the agents that it manages as a tree."""
        from smolagents.agent_tree import as_lines, as_tree, describe_agent

        branch = describe_agent(agent)
        if self.is_plain:
            self.log_text("\n".join(as_lines(branch)), level=LogLevel.ERROR)
        else:
            self.log(as_tree(branch), level=LogLevel.ERROR)

    def _log_section(self, title: str | None, content: str, level: int | str) -> None:
        self.log_text(content if title is None else f"{title}\n{_indented(content)}", level)

    def _log_all(self, parts: list[RenderableType], level: int | str) -> None:
        from rich.console import Group

        self.log(Group(*parts), level=level)


class Monitor:
    """Count the tokens and the time of an agent's steps.

    Args:
        tracked_model: The model whose tokens are counted.
        logger: Where each step's figures are printed.
    """

    def __init__(self, tracked_model: Any, logger: AgentLogger) -> None:
        self.tracked_model = tracked_model
        self.logger = logger
        self.reset()

    @property
    def total_input_token_count(self) -> int:
        """Return the tokens that the steps sent."""
        return self._usage.input_tokens

    @property
    def total_output_token_count(self) -> int:
        """Return the tokens that the steps got back."""
        return self._usage.output_tokens

    def get_total_token_counts(self) -> TokenUsage:
        """Return what all steps together have used."""
        return self._usage

    def reset(self) -> None:
        """Set all counts to zero."""
        self.step_durations: list[float | None] = []
        self._usage = TokenUsage(input_tokens=0, output_tokens=0)

    def update_metrics(self, step_log: Any) -> None:
        """Count a step that has ended and print its figures.

        Args:
            step_log: An `ActionStep`, or anything with its `timing` and `token_usage`.
        """
        self.step_durations.append(step_log.timing.duration)
        if step_log.token_usage is not None:
            self._usage = self._usage + step_log.token_usage
        if is_silent(self.logger, LogLevel.INFO):
            return
        self.logger.log(self._figures(step_log), level=LogLevel.INFO, style="dim", markup=False, soft_wrap=True)

    def _figures(self, step_log: Any) -> str:
        duration = self.step_durations[-1]
        figures = [f"Duration {duration:.2f} seconds" if duration is not None else "Duration unknown"]
        used = self._usage
        if step_log.token_usage is not None and used.total_tokens:
            cached = f" ({used.cached_input_tokens:,} cached)" if used.cached_input_tokens else ""
            reasoning = f" ({used.reasoning_tokens:,} reasoning)" if used.reasoning_tokens else ""
            figures.append(f"Input tokens: {used.input_tokens:,}{cached}")
            figures.append(f"Output tokens: {used.output_tokens:,}{reasoning}")
            if used.cost is not None:
                figures.append(f"Cost: {format_cost(used.cost)}")
        return f"[Step {len(self.step_durations)}: {' | '.join(figures)}]"


def format_cost(dollars: float) -> str:
    """Return a price with as many decimals as it needs to say something."""
    return f"${dollars:.2f}" if dollars >= 1 else f"${dollars:.4f}"


def is_silent(logger: AgentLogger, level: int) -> bool:
    """Tell whether a logger would drop a message of this level, so that nobody need compose it.

    Only our own logger is known to drop it: a program's subclass may want to see everything.
    """
    return type(logger) is AgentLogger and logger.level < level


class _Output:
    """Stand for whatever `sys.stdout` is at the time, and escape what it can't encode: no run may fail for a letter."""

    @property
    def rich_proxied_file(self) -> _Output:
        """Return this object, where a live display of `rich` would take the bare stream from behind its own."""
        return self

    def write(self, text: str) -> int:
        try:
            return int(self._stream.write(text))
        except UnicodeEncodeError:
            encoding = self._stream.encoding or "utf-8"
            return int(self._stream.write(text.encode(encoding, "backslashreplace").decode(encoding)))

    @property
    def _stream(self) -> Any:
        return getattr(sys.stdout, "rich_proxied_file", sys.stdout)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _rule(title: str, style: str, align: Any = "center") -> RenderableType:
    from rich.rule import Rule
    from rich.text import Text

    text = Text(escape_controls(title), style="bold")
    return Rule(text, style=style, align=align, characters="─" if align == "left" else "━")


def _highlighted(text: str, language: str) -> RenderableType:
    from rich.syntax import Syntax

    text = escape_controls(text)
    return Syntax(text, lexer=language, theme="ansi_dark", background_color="default", word_wrap=True)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" if line else "" for line in text.split("\n"))


def _readable(message: Any) -> Any:
    """Return a message as plain data without its raw reply and with a word in place of each image."""
    from smolagents.utils import make_json_serializable

    data = message.dict() if hasattr(message, "dict") else dict(message)
    data.pop("raw", None)
    if isinstance(data.get("content"), list):
        data["content"] = [
            {"type": part["type"], part["type"]: "(left out)"} if part.get("type") in ("image", "image_url") else part
            for part in data["content"]
        ]
    return make_json_serializable(data)
