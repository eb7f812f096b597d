"""`webagent`: from its arguments to its exit code."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any

from smolagents.cli.arguments import Options, common_parser, parse_with, split_list
from smolagents.cli.streams import run_with_streams

if TYPE_CHECKING:
    from smolagents.cli.building import Built

PROGRAM = "webagent"
MODEL_TYPE, MODEL_ID = "LiteLLMModel", "gpt-4o"


class WebOptions(Options):
    """Hold what a command line of `webagent` says."""

    headless: bool | None = None
    private_hosts: list[str] | None = None


def main(argv: list[str] | None = None) -> int:
    """Run `webagent` with these arguments, or with those of the process, and return the exit code.

    Exit codes: 0 an answer, 1 the run failed or used up its steps, 2 bad usage, 130 interrupted.
    """
    return run_with_streams(_webagent, PROGRAM, sys.argv[1:] if argv is None else argv)


def _webagent(arguments: list[str]) -> int:
    named = arguments[: arguments.index("--")] if "--" in arguments else arguments
    if "-h" in named or "--help" in named:
        from smolagents_browser.help import WEBAGENT

        sys.stdout.write(WEBAGENT)
        return 0
    if "--version" in named:
        from importlib.metadata import version

        print(f"smolagents-browser {version('smolagents-browser')} (Python {sys.version.split()[0]})")
        return 0
    from smolagents.cli.command import run_command

    options = parse_arguments(arguments)
    with ExitStack() as stack:
        return run_command(options, PROGRAM, build=partial(_build, stack))


def parse_arguments(argv: list[str] | None = None) -> WebOptions:
    """Return what a command line says, that of the process by default; one that makes no sense ends the program."""
    parser = common_parser(PROGRAM)
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("--headless", action="store_true", default=None)
    shown.add_argument("--window", dest="headless", action="store_false", default=None)
    parser.add_argument("--private-hosts", nargs="*", action="extend")
    found = parse_with(parser, sys.argv[1:] if argv is None else argv)
    options = WebOptions(**vars(found))
    options.private_hosts = split_list(options.private_hosts)
    return options


def run_webagent(
    prompt: str,
    model_type: str = MODEL_TYPE,
    model_id: str | None = None,
    provider: str | None = None,
    api_base: str | None = None,
    api_key: str | None = None,
) -> None:
    """Let an agent do a task in a browser and print what it does, as `webagent` does.

    Args:
        prompt: The task.
        model_type: Class of the model.
        model_id: The model's name for its provider.
        provider: Inference provider.
        api_base: Address of the API.
        api_key: Key of the API.

    Raises:
        ValueError: Something in the arguments can't be used, or there is no browser.
        MissingPluginError: The model's distribution is not installed.
        AgentError: The model failed, or the run was interrupted.
    """
    from smolagents.cli.running import execute

    options = WebOptions(
        prompt=prompt, model_type=model_type, model_id=model_id, provider=provider, api_base=api_base, api_key=api_key
    )
    with ExitStack() as stack:
        outcome = execute(options, prompt, partial(_build, stack))
    if outcome.error is not None:
        raise outcome.error


def _build(stack: ExitStack, options: Options) -> Built:
    """Return the agent, after starting the browser, which ends with the stack."""
    from smolagents.cli.building import Built
    from smolagents.cli.choice import choose_model
    from smolagents.cli.problems import UsageError, one_line

    from smolagents_browser.agent import initialize_agent
    from smolagents_browser.browser import Browser

    assert isinstance(options, WebOptions)
    choice = choose_model(_with_model(options))
    model = choice.load()
    notes = []
    if getattr(model, "supports_vision", True) is False:
        notes.append("this model takes no images: it works with the text of pages alone")
    browser = stack.enter_context(Browser.start(options.headless, options.private_hosts or ()))
    if browser.process is not None and not browser.process.sandboxed:
        notes.append(
            "Chromium runs without its own sandbox, since you are root: use another user for sites you don't trust"
        )
    chosen: dict[str, Any] = {"executor_type": options.executor} if options.executor else {}
    if options.max_steps is not None:
        chosen["max_steps"] = options.max_steps
    watched = options.verbosity_level > 0 and not (options.json or options.quiet)
    try:
        agent = initialize_agent(
            model,
            browser,
            verbosity_level=options.verbosity_level,
            stream_outputs=watched and hasattr(model, "generate_stream"),
            **chosen,
        )
    except ImportError:
        raise
    except Exception as error:  # an executor that is unknown, or without its daemon or account
        raise UsageError(one_line(error)) from error
    return Built(agent, choice, agent.executor_type, notes)


def _with_model(options: WebOptions) -> WebOptions:
    """Return options that name a model, the usual one if nobody has named another."""
    named = options.model or os.environ.get("SMOLAGENTS_MODEL")
    others = (options.model_type, options.model_id, options.provider, options.api_base)
    if options.model or (named and not any(others)):
        return options
    model_type = options.model_type or MODEL_TYPE
    usual = MODEL_ID if model_type in (MODEL_TYPE, "OpenAIModel", "OpenAIServerModel") else None
    return WebOptions(**vars(options) | {"model_type": model_type, "model_id": options.model_id or usual})
