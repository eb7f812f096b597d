"""Get tools by name or from the Hugging Face Hub. The Hub's client belongs to smolagents-models-hf."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from smolagents import plugins
from smolagents.errors import BrokenPluginError, MissingPluginError
from smolagents.plugins.catalogue import current
from smolagents.plugins.names import CORE, CORE_TOOLS
from smolagents.plugins.reports import named
from smolagents.tools.base import BaseTool, Tool

if TYPE_CHECKING:
    from types import ModuleType

_DOWNLOAD_OPTIONS = ("revision", "cache_dir", "force_download", "proxies", "local_files_only", "subfolder")


def load_tool(
    repo_id: str,
    model_repo_id: str | None = None,
    token: str | None = None,
    trust_remote_code: bool = False,
    **kwargs: Any,
) -> Tool:
    """Return a tool by its name, by the task that it solves or from the Hugging Face Hub.

    Args:
        repo_id: A tool's name ("web_search"), a task ("speech_to_text", "translation", "document_question_answering",
            "image_question_answering"), or a Space of the Hub, `user/name`.
        model_repo_id: Model that the tool uses instead of its own choice.
        token: Access token for the Hub.
        trust_remote_code: Run the code of the Space here: read it first.
        **kwargs: Options of the download and arguments of the tool's class.

    Raises:
        ValueError: The code is not trusted.
        ImportError: No installed distribution brings this tool, and the message says how to install the one that does;
            or what is behind the name is no tool.
    """
    if model_repo_id is not None:
        kwargs["model"] = model_repo_id
    if "/" in repo_id:
        return tool_from_hub(Tool, repo_id, token, trust_remote_code, kwargs)
    found = plugins.resolve(CORE_TOOLS.get(repo_id, repo_id), "tools")
    makes_tools = issubclass(found, BaseTool) if isinstance(found, type) else callable(found)
    if makes_tools and not isinstance(found, BaseTool):
        found = found(**kwargs, **({"token": token} if token is not None else {}))
    if not isinstance(found, BaseTool):
        raise _no_tool(repo_id, found)
    tool: Tool = found  # type: ignore[assignment]  # agents take any BaseTool
    return tool


def _no_tool(name: str, found: Any) -> MissingPluginError:
    """Return the error that says whose the object is that a plugin offers in place of a tool."""
    kind = f"the class {found.__name__}" if isinstance(found, type) else f"of type {type(found).__name__}"
    entry = current().find(name, ("tools",))
    if entry is None:
        owner = "of smolagents-core" if name in CORE else "of a plugin's hook register_tools"
        return MissingPluginError(f"{name} {owner} is no tool but {kind}")
    return BrokenPluginError(
        f"{named(entry)} ({entry.value}) is no tool but {kind}. "
        f"Details: python -m smolagents plugins check {entry.distribution}"
    )


def tool_from_hub(
    cls: type[Tool], repo_id: str, token: str | None, trust_remote_code: bool, kwargs: dict[str, Any]
) -> Tool:
    """Download a tool's code and run it; `kwargs` are the download's options and the arguments of the tool's class."""
    if not trust_remote_code:
        raise ValueError(
            f"Loading the tool {repo_id} from the Hub runs its code on this machine. Read the code (smolagents hub "
            f"show --code {repo_id}, or https://huggingface.co/spaces/{repo_id}/tree/main) and, if you trust it, pass "
            "`trust_remote_code=True`."
        )
    download = {key: kwargs.pop(key) for key in _DOWNLOAD_OPTIONS if key in kwargs}
    return cls.from_code(hub().download_tool(repo_id, token, **download), **kwargs)


def hub() -> ModuleType:
    """Return the package that talks to the Hugging Face Hub."""
    return plugins.package("smolagents-models-hf")


def launch_gradio_demo(tool: Tool) -> None:
    """Serve a tool as a web page. Needs smolagents-ui-gradio."""
    plugins.package("smolagents-ui-gradio").launch_gradio_demo(tool)
