"""Find out what a Space of the Hub would run on this machine if it were loaded as a tool or an agent."""

from __future__ import annotations

import ast
import json
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from smolagents.tools import is_valid_name

from smolagents_models_hf.errors import explained_repository
from smolagents_models_hf.hub import AGENT_FILE, TOOL_FILE

# More than anybody reads, and less than what would fill this machine.
_MOST_BYTES = 1_000_000
# Names that lead to other code, or to the disk, without an import.
_TELLING_NAMES = frozenset(
    {"__builtins__", "__import__", "__loader__", "breakpoint", "compile", "eval", "exec", "globals", "input", "open"}
)
# What is told of an agent in a place of its own, and its prompts, which are text.
_TOLD_APART = frozenset(
    {
        "authorized_imports",
        "class",
        "executor_kwargs",
        "executor_type",
        "managed_agents",
        "model",
        "prompt_templates",
        "requirements",
        "tools",
    }
)


@dataclass(frozen=True)
class Part:
    """Describe code that loading runs.

    Args:
        path: Its file.
        code: The code.
        standard: What it imports of Python's own modules, anywhere in it.
        packages: What else it imports.
        uses: Names in it that deserve a look.
        problem: Why it can't be shown, or read as Python.
    """

    path: str
    code: str
    standard: list[str] = field(default_factory=list)
    packages: list[str] = field(default_factory=list)
    uses: list[str] = field(default_factory=list)
    problem: str = ""


@dataclass(frozen=True)
class Look:
    """Describe what is in a Space.

    Args:
        repo_id: Name of the Space.
        kinds: What is in it: "tool", "agent".
        revision: Hash of the commit that was looked at.
        files: Size of each file in bytes.
        parts: The code that loading runs.
        settings: For each agent, by its path, what it says about its model and its executor.
        requirements: The packages that the Space asks for.
    """

    repo_id: str
    kinds: list[str]
    revision: str
    files: dict[str, int]
    parts: list[Part]
    settings: dict[str, str]
    requirements: list[str]


class _TooLargeError(ValueError):
    """Report a file that is not fetched."""


def look_at(repo_id: str, revision: str | None = None, token: bool | str | None = None) -> Look:
    """Return what a Space would run here. Downloads its code and runs none of it.

    Args:
        repo_id: Name of the Space, `user/name`.
        revision: Branch or commit; None: the main branch.
        token: Access token; None: the one that is logged in.

    Raises:
        ValueError: The Space holds neither a tool nor an agent.
    """
    import huggingface_hub

    # The SDK's own cache would take the few files that are read here for all of the Space.
    with explained_repository(repo_id, "Space", token), tempfile.TemporaryDirectory() as cache:
        options: dict[str, Any] = {"repo_type": "space", "token": token, "cache_dir": cache}
        info = huggingface_hub.space_info(repo_id, revision=revision, files_metadata=True, token=token)
        files = {file.rfilename: file.size or 0 for file in info.siblings or ()}
        commit = str(info.sha)

        def read(path: str) -> str:
            if files[path] > _MOST_BYTES:
                raise _TooLargeError(f"{path} has {files[path]:,} bytes, and more than {_MOST_BYTES:,} are not fetched")
            # Of this commit, also where the branch moves on meanwhile.
            local: Any = huggingface_hub.hf_hub_download(repo_id, path, revision=commit, **options)
            return Path(local).read_text("utf-8", errors="replace")

        kinds: list[str] = []
        parts: list[Part] = []
        settings: dict[str, str] = {}
        if TOOL_FILE in files:
            kinds.append("tool")
            parts.append(_part(TOOL_FILE, read))
        if AGENT_FILE in files:
            kinds.append("agent")
            parts += _parts_of_agent("", files, read, settings)
        if not kinds:
            raise ValueError(f"The Space {repo_id} holds neither a tool ({TOOL_FILE}) nor an agent ({AGENT_FILE}).")
        wanted = _requirements(files, read)
    return Look(repo_id, kinds, commit, files, parts, settings, wanted)


def _requirements(files: dict[str, int], read: Callable[[str], str]) -> list[str]:
    if "requirements.txt" not in files:
        return []
    try:
        lines = read("requirements.txt").splitlines()
    except _TooLargeError as error:
        return [str(error)]
    return [line.strip() for line in lines if line.strip()]


def _parts_of_agent(
    folder: str,
    files: dict[str, int],
    read: Callable[[str], str],
    settings: dict[str, str],
    class_name: str | None = None,
) -> Iterator[Part]:
    """Yield the tools of an agent and of those that it manages, the files that loading reads."""
    path = f"{folder}{AGENT_FILE}"
    if path not in files:
        raise ValueError(f"The saved agent is not whole: it has no {path}.")
    try:
        described = json.loads(read(path))
        settings[folder or "."] = _settings(described, class_name or described.get("class"))
        tools, managed = list(described.get("tools") or ()), described.get("managed_agents") or {}
        members = {name: managed[name] for name in managed}
    except (json.JSONDecodeError, RecursionError, AttributeError, TypeError) as error:
        raise ValueError(f"{path} is not what an agent's save() writes: {type(error).__name__}: {error}") from error
    for name in (*tools, *members):
        if not is_valid_name(name):
            raise ValueError(f"{path} names {name!r}, which is no identifier.")
    for name in tools:
        tool = f"{folder}tools/{name}.py"
        if tool not in files:
            raise ValueError(f"The saved agent is not whole: it has no {tool}.")
        yield _part(tool, read)
    for name, class_of_member in members.items():
        yield from _parts_of_agent(f"{folder}managed_agents/{name}/", files, read, settings, str(class_of_member))


def _settings(described: dict[str, Any], class_name: Any) -> str:
    model = described.get("model") or {}
    given = json.dumps(model.get("data") or {}, ensure_ascii=False)
    parts = [f"{class_name}, model {model.get('class')} {given}"]
    if "authorized_imports" in described:
        parts.append(f"may import {', '.join(map(str, described['authorized_imports']))}")
    if described.get("executor_type") or described.get("executor_kwargs"):
        executor = described.get("executor_type") or "local"
        parts.append(f"executor {executor} {json.dumps(described.get('executor_kwargs') or {}, ensure_ascii=False)}")
    others = {name: value for name, value in described.items() if name not in _TOLD_APART and value is not None}
    if others:
        parts.append(f"with {json.dumps(others, ensure_ascii=False)}")
    return "; ".join(parts)


def _part(path: str, read: Callable[[str], str]) -> Part:
    try:
        code = read(path)
    except _TooLargeError as error:
        return Part(path, "", problem=str(error))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd literals, in the words of the code
            tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return Part(path, code, problem=f"it can't be read as Python: {type(error).__name__}: {error}")
    modules = sorted({name for node in ast.walk(tree) for name in _imported(node)})
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    is_standard = [name.partition(".")[0] in sys.stdlib_module_names for name in modules]
    return Part(
        path,
        code,
        standard=[name for name, standard in zip(modules, is_standard, strict=True) if standard],
        packages=[name for name, standard in zip(modules, is_standard, strict=True) if not standard],
        uses=sorted(names & _TELLING_NAMES),
    )


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield "." * node.level + (node.module or "")
