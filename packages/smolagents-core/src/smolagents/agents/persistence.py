"""Save agents and load them again. `saving.py` and `loading.py` do the work; what talks to the Hub is a plugin."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from smolagents import plugins

if TYPE_CHECKING:
    from types import ModuleType
    from typing import Self

    from smolagents.agents.base import MultiStepAgent

_DOWNLOAD_OPTIONS = ("revision", "cache_dir", "force_download", "proxies", "local_files_only")


class SavedAgent:
    """Give an agent its methods for saving and loading."""

    def to_dict(self) -> dict[str, Any]:
        """Return the agent as plain data that `from_dict` takes; no credentials.

        Functions of the program (callbacks, checks, an executor of its own) are left out with a warning.

        Raises:
            ValueError: The code of a tool would not stand alone; the message says what to change.
        """
        from smolagents.agents.saving import describe

        return describe(cast("MultiStepAgent", self))

    @classmethod
    def from_dict(cls, agent_dict: dict[str, Any], **kwargs: Any) -> Self:
        """Return the agent that `to_dict` described. The code of its tools is run: trust it first.

        Args:
            agent_dict: What `to_dict` returned.
            **kwargs: Arguments of the agent's class, instead of what is in the dict. The managed agents get those that
                make sense for them too, e.g. `model`.

        Raises:
            ValueError: The dict names a class of agents or models that is not in the catalogue.
            MissingPluginError: The model's distribution is not installed.
        """
        from smolagents.agents.loading import from_dict

        return cast("Self", from_dict(cast("type[MultiStepAgent]", cls), agent_dict, kwargs))

    def save(self, output_dir: str | Path, relative_path: str | None = None) -> None:
        """Write the agent to a folder: its settings, prompts, tools and managed agents, and an app that serves it.

        Args:
            output_dir: The folder; made if it does not exist.
            relative_path: For an agent that is saved inside the folder of another: its dotted path there.
        """
        from smolagents.agents.saving import save

        save(cast("MultiStepAgent", self), Path(output_dir), relative_path)

    @classmethod
    def from_folder(cls, folder: str | Path, **kwargs: Any) -> Self:
        """Return the agent that was saved to a folder. The code of its tools is run: trust it first.

        Args:
            folder: Where it was saved to.
            **kwargs: As in `from_dict`.

        Raises:
            FileNotFoundError: There is no saved agent.
            ValueError: As in `from_dict`.
            MissingPluginError: As in `from_dict`.
        """
        from smolagents.agents.loading import read_folder

        return cls.from_dict(read_folder(Path(folder)), **kwargs)

    @classmethod
    def from_hub(cls, repo_id: str, token: str | None = None, trust_remote_code: bool = False, **kwargs: Any) -> Self:
        """Load an agent from a Space of the Hugging Face Hub. Needs smolagents-models-hf.

        Args:
            repo_id: Name of the Space, `user/name`.
            token: Access token; None: the one that is logged in.
            trust_remote_code: Run the code of the Space's tools here: read it first.
            **kwargs: Where to download from (`revision`, `cache_dir`, `force_download`, `proxies`, `local_files_only`),
                and arguments as in `from_dict`.

        Raises:
            ValueError: The code is not trusted.
        """
        if not trust_remote_code:
            raise ValueError(
                f"Loading the agent {repo_id} from the Hub runs its tools' code on this machine. Read the code "
                f"(smolagents hub show --code {repo_id}, or https://huggingface.co/spaces/{repo_id}/tree/main) and, if "
                "you trust it, pass trust_remote_code=True."
            )
        download = {name: kwargs.pop(name) for name in _DOWNLOAD_OPTIONS if name in kwargs}
        return cls.from_folder(_hub().download_agent(repo_id, token, **download), **kwargs)

    def push_to_hub(
        self,
        repo_id: str,
        commit_message: str = "Upload agent",
        private: bool | None = None,
        token: bool | str | None = None,
        create_pr: bool = False,
    ) -> str:
        """Upload the agent as a Space of the Hugging Face Hub and return its URL. Needs smolagents-models-hf.

        Args:
            repo_id: Name of the Space, `user/name`.
            commit_message: What the upload is about.
            private: Make a new Space private; None: the account's default.
            token: Access token; None: the one that is logged in.
            create_pr: Propose the upload as a pull request.
        """
        url: str = _hub().push_agent(self, repo_id, commit_message, private, token, create_pr)
        return url


def load_agent(
    repo_or_folder: str | Path, token: str | None = None, trust_remote_code: bool = False, **kwargs: Any
) -> MultiStepAgent:
    """Return a saved agent, of the class that it was saved as.

    Args:
        repo_or_folder: A folder that an agent was saved to, or a Space of the Hugging Face Hub, `user/name`.
        token: Access token for the Hub; None: the one that is logged in.
        trust_remote_code: Run the code of the Space's tools here: read it first.
        **kwargs: As in `MultiStepAgent.from_hub`.

    Raises:
        ValueError: The code is not trusted, or the saved agent names a class that is not in the catalogue.
        FileNotFoundError: There is no saved agent.
        MissingPluginError: The distribution of the model, or the one that talks to the Hub, is not installed.
    """
    from smolagents.agents.base import MultiStepAgent

    folder = Path(repo_or_folder)
    if folder.is_dir() or isinstance(repo_or_folder, Path) or not _is_repository(repo_or_folder):
        return MultiStepAgent.from_folder(folder, **kwargs)
    return MultiStepAgent.from_hub(repo_or_folder, token=token, trust_remote_code=trust_remote_code, **kwargs)


def _is_repository(name: str) -> bool:
    import re

    return re.fullmatch(r"[\w-][\w.-]*/[\w.-]+", name) is not None


def _hub() -> ModuleType:
    return plugins.package("smolagents-models-hf")
