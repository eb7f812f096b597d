"""Tools and agents as Spaces of the Hugging Face Hub: upload them and download them. Nothing here runs their code."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smolagents_models_hf.errors import explained_repository

if TYPE_CHECKING:
    from smolagents import Tool
    from smolagents.agents import MultiStepAgent

TOOL_FILE = "tool.py"
AGENT_FILE = "agent.json"
_NEW_CARD = "---\ntitle: {title}\nsdk: gradio\napp_file: app.py\n---\n"


def download_tool(repo_id: str, token: bool | str | None = None, **options: Any) -> str:
    """Return the code of the tool in a Space.

    Args:
        repo_id: Name of the Space, `user/name`.
        token: Access token; None: the one that is logged in.
        **options: More arguments of `huggingface_hub.hf_hub_download`, e.g. `revision`.

    Raises:
        ValueError: The Space holds no tool.
    """
    import huggingface_hub
    from huggingface_hub.errors import RemoteEntryNotFoundError

    with explained_repository(repo_id, "Space", token):
        try:
            path = huggingface_hub.hf_hub_download(repo_id, TOOL_FILE, repo_type="space", token=token, **options)
        except RemoteEntryNotFoundError as error:
            raise ValueError(
                f"The Space {repo_id} holds no tool: it has no {TOOL_FILE}. An agent is loaded with load_agent(…); a "
                "Space that does something else is called with Tool.from_space(…)."
            ) from error
    return Path(path).read_text("utf-8")


def download_agent(repo_id: str, token: bool | str | None = None, **options: Any) -> str:
    """Return the folder that an agent in a Space was downloaded to.

    Args:
        repo_id: Name of the Space, `user/name`.
        token: Access token; None: the one that is logged in.
        **options: More arguments of `huggingface_hub.snapshot_download`, e.g. `revision`.

    Raises:
        ValueError: The Space holds no agent.
    """
    import huggingface_hub

    with explained_repository(repo_id, "Space", token):
        folder: str = huggingface_hub.snapshot_download(repo_id, repo_type="space", token=token, **options)
    if not Path(folder, AGENT_FILE).is_file():
        raise ValueError(
            f"The Space {repo_id} holds no agent: it has no {AGENT_FILE}. A tool is loaded with load_tool(…)."
        )
    return folder


def collection_spaces(collection_slug: str, token: bool | str | None = None) -> list[str]:
    """Return the names of the Spaces of a collection."""
    import huggingface_hub

    with explained_repository(collection_slug, "collection", token):
        items = huggingface_hub.get_collection(collection_slug, token=token).items
    return [item.item_id for item in items if item.item_type == "space"]


def push_tool(
    tool: Tool,
    repo_id: str,
    commit_message: str = "Upload tool",
    private: bool | None = None,
    token: bool | str | None = None,
    create_pr: bool = False,
) -> str:
    """Upload a tool as a Space, with an app that serves it, and return the URL of the commit.

    Raises:
        ValueError: The tool's code would not stand alone.
    """
    return _push(tool.save, "tool", repo_id, commit_message, private, token, create_pr)


def push_agent(
    agent: MultiStepAgent,
    repo_id: str,
    commit_message: str = "Upload agent",
    private: bool | None = None,
    token: bool | str | None = None,
    create_pr: bool = False,
) -> str:
    """Upload an agent as a Space, with an app that serves it, and return the URL of the commit.

    Raises:
        ValueError: The code of one of its tools would not stand alone.
    """
    return _push(agent.save, "agent", repo_id, commit_message, private, token, create_pr)


def push_to_hub(obj: Tool | MultiStepAgent, repo_id: str, **options: Any) -> str:
    """Upload a tool or an agent as a Space of the Hugging Face Hub and return the URL of the commit.

    Args:
        obj: The tool or agent.
        repo_id: Name of the Space, `user/name`.
        **options: As in `Tool.push_to_hub`: `commit_message`, `private`, `token`, `create_pr`.

    Raises:
        TypeError: It is neither.
    """
    if not hasattr(obj, "push_to_hub"):
        raise TypeError(f"Tools and agents can be pushed to the Hub, not a {type(obj).__name__}.")
    return obj.push_to_hub(repo_id, **options)


def _push(
    save: Callable[[Path], None],
    kind: str,
    repo_id: str,
    commit_message: str,
    private: bool | None,
    token: bool | str | None,
    create_pr: bool,
) -> str:
    import huggingface_hub

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "space")
        save(folder)  # before anything happens on the Hub: what can't be saved leaves no empty Space there
        with explained_repository(repo_id, "Space", token):
            space = huggingface_hub.create_repo(
                repo_id, token=token, private=private, exist_ok=True, repo_type="space", space_sdk="gradio"
            )
            page = _page(space.repo_id, Path(scratch, "cache"), token)
            (folder / "README.md").write_text(_tagged(page, kind), "utf-8", newline="")
            commit: str = huggingface_hub.upload_folder(
                repo_id=space.repo_id,
                folder_path=folder,
                commit_message=commit_message,
                token=token,
                create_pr=create_pr,
                repo_type="space",
            )
    return commit


def _page(repo_id: str, cache: Path, token: bool | str | None) -> str:
    """Return the README.md of a Space, or a new one."""
    import huggingface_hub
    from huggingface_hub.errors import RemoteEntryNotFoundError

    try:
        # Not to the SDK's own cache, which would take a folder with this one file for all of the Space.
        path = huggingface_hub.hf_hub_download(repo_id, "README.md", repo_type="space", token=token, cache_dir=cache)
    except RemoteEntryNotFoundError:
        return _NEW_CARD.format(title=repo_id.partition("/")[2])
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


def _tagged(page: str, kind: str) -> str:
    """Return a page with our tags, by which the Hub finds tools and agents; the rest of it stays."""
    import huggingface_hub

    card = huggingface_hub.RepoCard(page)
    card.data["tags"] = list(dict.fromkeys([*(card.data.get("tags") or ()), "smolagents", kind]))
    return str(card)
