"""Run an agent for the command line."""

from __future__ import annotations

from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

from smolagents.cli.arguments import Options, split_list
from smolagents.cli.building import Built, build_agent
from smolagents.cli.interruption import Interruption
from smolagents.cli.outcome import Outcome, Progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from smolagents.cli.reports import Report


def run_smolagent(
    prompt: str,
    tools: list[str],
    model_type: str,
    model_id: str,
    api_base: str | None = None,
    api_key: str | None = None,
    imports: list[str] | None = None,
    provider: str | None = None,
    action_type: str = "code",
) -> None:
    """Let an agent do a task and print what it does, as `smolagent` does.

    Args:
        prompt: The task.
        tools: Names of tools, or of Spaces as `user/space`.
        model_type: Class of the model.
        model_id: The model's name for its provider.
        api_base: Address of the API.
        api_key: Key of the API.
        imports: Modules that the code may import.
        provider: Inference provider.
        action_type: "code" or "tool_calling".

    Raises:
        ValueError: Something in the arguments is unknown or can't be used.
        MissingPluginError: Something is known, and its distribution is not installed.
        AgentError: The model failed, or the run was interrupted.
    """
    options = Options(
        prompt=prompt,
        tools=split_list(tools),
        model_type=model_type,
        model_id=model_id,
        api_base=api_base,
        api_key=api_key,
        imports=split_list(imports),
        provider=provider,
        action_type=action_type,
    )
    outcome = execute(options, prompt)
    if outcome.error is not None:
        raise outcome.error


def execute(options: Options, task: str, build: Callable[[Options], Built] | None = None) -> Outcome:
    """Build an agent, let it do the task, report it and return what came of it.

    Args:
        options: What the command line says.
        task: The task.
        build: Makes the agent; by default the one that the options of `smolagent` describe.

    Raises:
        ValueError: Something in the options is unknown or can't be used.
        MissingPluginError: Something is known, and its distribution is not installed.
    """
    if options.action_type not in ("code", "tool_calling"):
        raise ValueError(f"Unsupported action type: {options.action_type}. Known types: code, tool_calling")
    report = _report(options)
    with ExitStack() as stack:
        stack.enter_context(report.alone_on_stdout())
        built = (build or build_agent)(options)
        cleanup = getattr(built.agent, "cleanup", None)
        if cleanup is not None:
            stack.callback(cleanup)
        report.begin(built, task)
        outcome = _run(built, task, report)
        report.end(outcome)
    return outcome


def _run(built: Built, task: str, report: Report) -> Outcome:
    progress = Progress()
    error: BaseException | None = None
    with Interruption(built.agent, lambda: progress.waiting_for) as interruption:
        try:
            with closing(built.agent.run(task, stream=True)) as events:
                for event in events:
                    progress.note(event)
                    report.event(event)
        except (Exception, KeyboardInterrupt) as problem:
            error = problem
    return progress.outcome(error, interruption.requested or isinstance(error, KeyboardInterrupt))


def _report(options: Options) -> Report:
    if options.json or options.quiet:
        options.verbosity_level = -1
    if options.json:
        from smolagents.cli.json_events import JsonReport

        return JsonReport(options.verbosity_level, [options.api_key])
    from smolagents.cli.reports import QuietReport, Report

    return (QuietReport if options.quiet else Report)(options.verbosity_level)
