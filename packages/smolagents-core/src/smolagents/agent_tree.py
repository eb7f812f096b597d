"""Draw an agent, its tools and the agents that it manages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from smolagents.terminal import escape_controls

if TYPE_CHECKING:
    from rich.tree import Tree


@dataclass
class Branch:
    """Hold one line of the tree and what hangs below it."""

    label: str
    style: str = ""
    branches: list[Branch] = field(default_factory=list)


def describe_agent(agent: Any) -> Branch:
    """Return an agent with its tools, imports and managed agents as a tree of lines."""
    model_id = getattr(agent.model, "model_id", None) or type(agent.model).__name__
    name = f"{agent.name}: " if getattr(agent, "name", None) else ""
    root = Branch(f"{name}{type(agent).__name__} | {model_id}", "bold yellow")
    if getattr(agent, "description", None):
        root.branches.append(Branch(agent.description))
    imports = getattr(agent, "additional_authorized_imports", None)
    if imports:
        root.branches.append(Branch(f"Imports: {', '.join(imports)}"))
    if agent.tools:
        root.branches.append(Branch("Tools", "bold", [_describe_tool(tool) for tool in agent.tools.values()]))
    if agent.managed_agents:
        team = [describe_agent(managed) for managed in agent.managed_agents.values()]
        root.branches.append(Branch("Managed agents", "bold", team))
    return root


def _describe_tool(tool: Any) -> Branch:
    inputs = ", ".join(
        f"{name}: {given.get('type', 'any')}{' = None' if given.get('nullable') else ''}"
        for name, given in getattr(tool, "inputs", {}).items()
    )
    summary = next(iter(str(getattr(tool, "description", "")).strip().splitlines()), "")
    return Branch(f"{tool.name}({inputs}) -> {getattr(tool, 'output_type', 'any')}: {summary}")


def as_lines(branch: Branch, depth: int = 0) -> Iterator[str]:
    """Yield the tree as indented text."""
    yield "    " * depth + branch.label
    for below in branch.branches:
        yield from as_lines(below, depth + 1)


def as_tree(branch: Branch) -> Tree:
    """Return the tree as one that `rich` draws."""
    from rich.text import Text
    from rich.tree import Tree

    tree = Tree(Text(escape_controls(branch.label), style=branch.style), guide_style="dim")
    tree.children.extend(as_tree(below) for below in branch.branches)
    return tree
