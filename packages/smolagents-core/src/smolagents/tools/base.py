"""`Tool`: what an agent can call."""

from __future__ import annotations

import functools
import inspect
import threading
from abc import ABC, abstractmethod
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

from smolagents.agent_types import handle_agent_input_types, handle_agent_output_types
from smolagents.tools.arguments import ArgumentBuilder, argument_builder
from smolagents.tools.definition import check_definition

if TYPE_CHECKING:
    from pathlib import Path


class BaseTool(ABC):
    """Something with a name that agents call."""

    name: str

    @abstractmethod
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Do the tool's work."""


class Tool(BaseTool):
    """Give agents something to call: subclass it, set the attributes and write `forward`.

    Attributes:
        name: What the agent calls, an identifier.
        description: What the tool does and when to use it; the model reads it.
        inputs: For each parameter of `forward` its `type` (one of `AUTHORIZED_TYPES`, or several in a list) and
            `description`, and optionally `nullable`, `enum` and other words of JSON schema.
        output_type: One of `AUTHORIZED_TYPES`.
        output_schema: JSON schema of the result, for the model to read.
        sequential: Never run this tool beside other calls of the same message.
        serializable: The tool's source can be saved.
        is_async: `forward` is a coroutine function, so that a call returns an awaitable.
        is_initialized: `setup` has run.
    """

    name: str
    description: str
    inputs: dict[str, dict[str, Any]]
    output_type: str
    output_schema: dict[str, Any] | None = None
    sequential: bool = False
    serializable: bool = True
    is_async: bool = False
    is_initialized: bool = False
    _build_arguments: ArgumentBuilder | None = None
    _made_with: tuple[tuple[Any, ...], dict[str, Any]] = ((), {})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.is_initialized = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.is_async = inspect.iscoroutinefunction(cls.forward)
        init = cls.__init__

        @functools.wraps(init)
        def init_and_validate(self: Tool, *args: Any, **kwargs: Any) -> None:
            if type(self) is cls and (args or kwargs):
                self._made_with = args, kwargs  # for saving
            init(self, *args, **kwargs)
            if type(self) is cls:
                self.validate_arguments()

        cls.__init__ = init_and_validate  # type: ignore[method-assign]

    def validate_arguments(self) -> None:
        """Check the tool's attributes against each other and against `forward`; runs when a tool is made.

        Raises:
            TypeError: An attribute is missing or has the wrong type.
            ValueError: An input has a type that tools don't know.
            AssertionError: An input or the output is not described as it must be.
            Exception: The name is no identifier, or the parameters of `forward` are not the inputs.
        """
        check_definition(self)
        self._build_arguments = argument_builder(self.forward)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Do the tool's work; every subclass writes its own, with the inputs as parameters."""
        raise NotImplementedError(f"Write the method 'forward' in {type(self).__name__}.")

    def __call__(self, *args: Any, sanitize_inputs_outputs: bool = False, **kwargs: Any) -> Any:
        """Set the tool up if this is its first call, and run `forward`.

        Args:
            *args: The inputs, or one dictionary of them.
            sanitize_inputs_outputs: Take agent types as inputs and return the output as an agent type.
            **kwargs: The inputs by name.
        """
        if not self.is_initialized:
            self._set_up_once()
        args, kwargs = self._unpacked(args, kwargs)
        if sanitize_inputs_outputs:
            args, kwargs = handle_agent_input_types(*args, **kwargs)
        if self._build_arguments is not None:
            args, kwargs = self._build_arguments(args, kwargs)
        result = self.forward(*args, **kwargs)
        if not sanitize_inputs_outputs:
            return result
        return self._wrap_later(result) if self.is_async else handle_agent_output_types(result, self.output_type)

    def setup(self) -> None:
        """Prepare what is expensive (load a model, open a connection); runs once, at the first call."""
        if "_in_setup" not in self.__dict__:
            self.is_initialized = True

    def _set_up_once(self) -> None:
        # The lock lives only while it is needed, so that tools can be copied and pickled. The first thread marks the
        # tool as ready after `setup` has returned: `super().setup()` may come first in it.
        with self.__dict__.setdefault("_setup_lock", threading.RLock()):
            if self.is_initialized or "_in_setup" in self.__dict__:
                return
            self._in_setup = True
            try:
                self.setup()
            finally:
                del self._in_setup
            self.is_initialized = True
            self.__dict__.pop("_setup_lock", None)

    def _unpacked(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return the arguments of a call, which may come as one dictionary."""
        if not kwargs and len(args) == 1 and isinstance(args[0], dict) and self._names_inputs(args[0]):
            return (), args[0]
        return args, kwargs

    def _names_inputs(self, arguments: dict[Any, Any]) -> bool:
        """Tell whether a dictionary that is the only argument holds the arguments."""
        if arguments:
            return arguments.keys() <= self.inputs.keys()
        return all(schema.get("nullable") for schema in self.inputs.values())

    async def _wrap_later(self, result: Awaitable[Any]) -> Any:
        return handle_agent_output_types(await result, self.output_type)

    def to_code_prompt(self) -> str:
        """Return the tool as the head of a Python function with a docstring, for models that write code."""
        from smolagents.tools.prompts import code_prompt

        return code_prompt(self)

    def to_tool_calling_prompt(self) -> str:
        """Return the tool's name, description, inputs and output type, for models that write tool calls."""
        from smolagents.tools.prompts import tool_calling_prompt

        return tool_calling_prompt(self)

    def to_dict(self) -> dict[str, Any]:
        """Return the tool's name, its code and the packages that the code imports.

        Raises:
            ValueError: The code would not stand alone, or there is no source; the message says what to change.
        """
        from smolagents.tools.imports import get_imports, third_party
        from smolagents.tools.source import tool_code

        code = tool_code(self)
        tool_dict: dict[str, Any] = {"name": self.name, "code": code, "requirements": third_party(get_imports(code))}
        if self.output_schema is not None:
            tool_dict["output_schema"] = self.output_schema
        return tool_dict

    def save(self, output_dir: str | Path, tool_file_name: str = "tool", make_gradio_app: bool = True) -> None:
        """Write the tool's code to a folder.

        Args:
            output_dir: The folder; made if it does not exist.
            tool_file_name: Name of the file, without `.py`.
            make_gradio_app: Also write `app.py`, which serves the tool as a web page, and `requirements.txt`.
        """
        from smolagents.tools.source import save_tool

        save_tool(self, output_dir, tool_file_name, make_gradio_app)

    @classmethod
    def from_code(cls, tool_code: str, **kwargs: Any) -> Tool:
        """Run code that defines a tool class and return an instance of it. The code is run as it is: trust it first.

        Args:
            tool_code: Python source.
            **kwargs: Arguments of the class.

        Raises:
            ValueError: The code defines no tool class.
        """
        from smolagents.tools.loading import tool_class

        return tool_class(tool_code)(**kwargs)

    @classmethod
    def from_dict(cls, tool_dict: dict[str, Any], **kwargs: Any) -> Tool:
        """Return the tool that `to_dict` described. Its code is run: trust it first.

        Args:
            tool_dict: What `to_dict` returned.
            **kwargs: Arguments of the tool's class.
        """
        if "code" not in tool_dict:
            raise ValueError(f"Tool dictionary must contain 'code' with the tool's source, has only {list(tool_dict)}")
        tool = cls.from_code(tool_dict["code"], **kwargs)
        if tool_dict.get("output_schema") is not None:
            tool.output_schema = tool_dict["output_schema"]
        return tool

    def push_to_hub(
        self,
        repo_id: str,
        commit_message: str = "Upload tool",
        private: bool | None = None,
        token: bool | str | None = None,
        create_pr: bool = False,
    ) -> str:
        """Upload the tool as a Space of the Hugging Face Hub and return its URL. Needs smolagents-models-hf.

        Args:
            repo_id: Name of the Space, `user/name`.
            commit_message: What the upload is about.
            private: Make a new Space private; None: the account's default.
            token: Access token; None: the one that is logged in.
            create_pr: Propose the upload as a pull request.
        """
        from smolagents.tools.sharing import hub

        url: str = hub().push_tool(self, repo_id, commit_message, private, token, create_pr)
        return url

    @classmethod
    def from_hub(cls, repo_id: str, token: str | None = None, trust_remote_code: bool = False, **kwargs: Any) -> Tool:
        """Load a tool from a Space of the Hugging Face Hub. Needs smolagents-models-hf.

        Args:
            repo_id: Name of the Space, `user/name`.
            token: Access token; None: the one that is logged in.
            trust_remote_code: Run the code of the Space here: read it first.
            **kwargs: Where to download from (`revision`, `cache_dir`, `force_download`, `proxies`, `local_files_only`,
                `subfolder`) and arguments of the tool's class.

        Raises:
            ValueError: The code is not trusted.
        """
        from smolagents.tools.sharing import tool_from_hub

        return tool_from_hub(cls, repo_id, token, trust_remote_code, kwargs)

    @staticmethod
    def from_space(
        space_id: str, name: str, description: str = "", api_name: str | None = None, token: str | None = None
    ) -> Tool:
        """Make a tool that calls a Space of the Hugging Face Hub; its code stays there. Needs smolagents-models-hf.

        Args:
            space_id: Name of the Space, `user/name`.
            name: Name of the tool.
            description: What the tool does.
            api_name: Which of the Space's functions; None: its first.
            token: Access token; None: the one that is logged in.
        """
        from smolagents.tools.sharing import hub

        tool: Tool = hub().tool_from_space(space_id, name, description, api_name, token)
        return tool

    @staticmethod
    def from_gradio(gradio_tool: Any) -> Tool:
        """Make a tool of a Gradio tool. Needs smolagents-ui-gradio."""
        from smolagents import plugins

        tool: Tool = plugins.package("smolagents-ui-gradio").tool_from_gradio(gradio_tool)
        return tool

    @staticmethod
    def from_langchain(langchain_tool: Any) -> Tool:
        """Make a tool of a LangChain tool. Needs smolagents-tools-langchain."""
        from smolagents import plugins

        tool: Tool = plugins.package("smolagents-tools-langchain").tool_from_langchain(langchain_tool)
        return tool
