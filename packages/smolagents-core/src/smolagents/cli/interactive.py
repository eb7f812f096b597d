"""The questions that `smolagent` asks when it gets no task."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from smolagents import plugins
from smolagents.cli.arguments import Options, split_list
from smolagents.cli.choice import Choice, choose_model
from smolagents.cli.imports import check_imports
from smolagents.cli.models import installed_types, model_class
from smolagents.cli.problems import UsageError, one_line
from smolagents.cli.tools import DEFAULT, find_tool, known_tools
from smolagents.models.providers import PROVIDERS

if TYPE_CHECKING:
    from rich.console import Console

leopard_prompt = "How many seconds would it take for a leopard at full speed to run through Pont des Arts?"


class Answers(NamedTuple):
    """Hold what the user has answered."""

    prompt: str
    tools: list[str]
    model_type: str
    model_id: str | None
    provider: str | None
    api_base: str | None
    api_key: str | None
    imports: list[str]
    action_type: str


def interactive_mode() -> Answers:
    """Ask in the terminal for the kind of agent, its tools, its model and the task."""
    return _ask(Options())


def ask_for_options(given: Options) -> Options:
    """Return options with what the user answers; what they say already is the suggested answer."""
    answers = _ask(given)._asdict()
    if given.model:
        answers = {name: value for name, value in answers.items() if name not in ("model_type", "model_id")}
    return Options(**vars(given) | answers)


def _ask(given: Options) -> Answers:
    from getpass import getpass

    from rich.prompt import Confirm, Prompt

    from smolagents.cli import console

    console.print("[bold]smolagent[/bold]: a few questions, then the work. Enter takes the suggestion in brackets.\n")
    action_type = Prompt.ask(
        "Type of agent", choices=["code", "tool_calling"], default=given.action_type, console=console
    )
    tools = _tools(given, console)
    chosen = choose_model(given) if given.model else _ask_for_model(given, console)
    provider, api_base, api_key = chosen.provider, chosen.api_base, chosen.api_key
    imports = list(given.imports or [])
    if Confirm.ask("More options?", default=False, console=console):
        provider = _text("Inference provider", provider, console)
        api_base = _text("Address of the API", api_base, console)
        api_key = getpass("Key of the API (not shown): ") or api_key
        if action_type == "code":
            imports = _list("Modules that the code may import", imports, check_imports, console)
    task = _text("Task", leopard_prompt, console) or leopard_prompt
    return Answers(task, tools, chosen.model_type, chosen.model_id, provider, api_base, api_key, imports, action_type)


def _tools(given: Options, console: Console) -> list[str]:
    from rich.table import Table

    table = Table("Tool", "From", title="Tools", title_justify="left")
    for name, distribution in known_tools().items():
        table.add_row(name, distribution)
    console.print(table)
    suggested = [DEFAULT] if given.tools is None and plugins.available(DEFAULT) else given.tools or []
    return _list("Tools", suggested, lambda names: [find_tool(name) for name in names], console)


def _ask_for_model(given: Options, console: Console) -> Choice:
    types = installed_types()
    console.print(f"Installed classes of models: {', '.join(types)}", markup=False)
    try:
        suggested = choose_model(given)
        console.print(f"Suggested: {suggested}", markup=False)
    except UsageError:
        if types == ["ReplayModel"]:  # which only plays recordings: there is nothing to ask
            raise
        usual = [provider.model_type for provider in PROVIDERS if provider.model_type in types]
        suggested = Choice(next(name for name in [*usual, *types] if name != "ReplayModel"))
        console.print("No key in the environment and no local server: give the key under 'More options'.", markup=False)
    model_type = _checked("Class of the model", suggested.model_type, model_class, console)
    if model_type != suggested.model_type:
        suggested = Choice(model_type)
    return replace(suggested, model_id=_text("Name of the model", suggested.model_id, console))


def _text(question: str, suggested: str | None, console: Console) -> str | None:
    from rich.prompt import Prompt

    answer = Prompt.ask(question, default=suggested or "", show_default=bool(suggested), console=console)
    return answer.strip() or None


def _checked(question: str, suggested: str, check: Callable[[str], object], console: Console) -> str:
    """Ask until the answer can be used."""
    while True:
        answer = _text(question, suggested, console) or suggested
        try:
            check(answer)
        except (ValueError, ImportError) as error:
            console.print(one_line(error), style="red", markup=False)
        else:
            return answer


def _list(question: str, suggested: list[str], check: Callable[[list[str]], object], console: Console) -> list[str]:
    def names(answer: str) -> list[str]:
        return [] if answer == "none" else split_list([answer]) or []

    answer = _checked(f"{question}, or none", " ".join(suggested) or "none", lambda text: check(names(text)), console)
    return names(answer)
