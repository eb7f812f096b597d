"""What this package adds to the command line; light, since hooks are loaded with every run."""

from __future__ import annotations

from smolagents.hooks import CommandRegistry, hookimpl


@hookimpl
def register_commands(registry: CommandRegistry) -> None:
    """Offer `smolagents hub`."""
    registry.add("hub", _hub, help="look at tools and agents on the Hugging Face Hub before they run here")


def _hub(arguments: list[str]) -> int:
    from smolagents_models_hf.command import hub_main

    return hub_main(arguments)
