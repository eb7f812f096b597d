"""A tool that stands for one of LangChain's."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from smolagents import Tool
from smolagents.errors import TypeHintParsingException
from smolagents.tools.docstrings import parse_google_format_docstring
from smolagents.tools.json_schema import allows_null, identifier, inputs_of
from smolagents.tools.naming import AUTHORIZED_TYPES
from smolagents.tools.schema import schema_of_hint, type_hints

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool


class LangChainTool(Tool):
    """Call a tool of LangChain.

    Args:
        langchain_tool: The tool.
    """

    skip_forward_signature_validation = True  # the inputs are those of the other tool
    serializable = False

    def __init__(self, langchain_tool: BaseTool) -> None:
        schema = _schema(langchain_tool)
        function = _function(langchain_tool)
        self.langchain_tool = langchain_tool
        self.name = identifier(langchain_tool.name.strip().lower())
        self.description = langchain_tool.description
        self.inputs = _described(inputs_of(schema), schema, function)
        self.output_type = _output_type(langchain_tool, function)
        # A default of the other tool stands for what is not given; to some of them None is a wrong value.
        self._takes_none = {name for name, part in schema.get("properties", {}).items() if allows_null(part)}
        super().__init__()

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Return what the tool returns."""
        return self.langchain_tool.run(self._arguments(args, kwargs))

    def _arguments(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        if len(args) > len(self.inputs):
            raise TypeError(
                f"{self.name} takes {len(self.inputs)} arguments ({', '.join(self.inputs)}), not {len(args)}"
            )
        given = dict(zip(self.inputs, args, strict=False))
        if doubles := given.keys() & kwargs.keys():
            raise TypeError(f"{self.name} got two values for {', '.join(sorted(doubles))}")
        given |= kwargs
        return {name: value for name, value in given.items() if value is not None or name in self._takes_none}


class AsyncLangChainTool(LangChainTool):
    """Call a tool of LangChain that has only a coroutine; a call returns an awaitable, which agents await."""

    async def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Return what the tool returns."""
        return await self.langchain_tool.arun(self._arguments(args, kwargs))


def tool_from_langchain(langchain_tool: Any) -> LangChainTool:
    """Return a tool that stands for one of LangChain's.

    Args:
        langchain_tool: An instance of `langchain_core.tools.BaseTool`, such as what its `@tool` makes.

    Raises:
        TypeError: It is something else.
    """
    from langchain_core.tools import BaseTool

    if not isinstance(langchain_tool, BaseTool):
        raise TypeError(
            f"This is no tool of LangChain but a {type(langchain_tool).__name__}. Functions become one with "
            "langchain_core.tools.tool, runnables with their method as_tool()."
        )
    only_async = hasattr(langchain_tool, "func") and langchain_tool.func is None
    return (AsyncLangChainTool if only_async else LangChainTool)(langchain_tool)


def _schema(langchain_tool: BaseTool) -> dict[str, Any]:
    """Return the JSON schema of the arguments that a model gives; LangChain fills in the others itself."""
    from langchain_core.tools import Tool as OldTool

    if isinstance(langchain_tool, OldTool) and langchain_tool.args_schema is None:  # it takes one text
        return {"properties": langchain_tool.args, "required": [*langchain_tool.args]}
    declared: Any = langchain_tool.tool_call_schema
    if isinstance(declared, dict):
        return declared
    of_model = declared.model_json_schema if hasattr(declared, "model_json_schema") else declared.schema  # pydantic 1
    schema: dict[str, Any] = of_model()
    return schema


def _function(langchain_tool: BaseTool) -> Callable[..., Any]:
    """Return the function that does the work."""
    found = getattr(langchain_tool, "func", None) or getattr(langchain_tool, "coroutine", None)
    return found or langchain_tool._run


def _described(
    inputs: dict[str, dict[str, Any]], schema: dict[str, Any], function: Callable[..., Any]
) -> dict[str, dict[str, Any]]:
    """Return the inputs, those that only have a title with what the function's docstring says about them."""
    document = inspect.getdoc(function)
    documented = (parse_google_format_docstring(document)[1] or {}) if document else {}
    for name, part in inputs.items():
        if "description" not in schema["properties"][name] and documented.get(name):
            part["description"] = documented[name]
    return inputs


def _output_type(langchain_tool: BaseTool, function: Callable[..., Any]) -> str:
    """Return the type of what a call returns, "any" if the function's annotation does not say it."""
    if langchain_tool.response_format != "content":  # the function returns more than the call does
        return "any"
    try:
        schema = schema_of_hint(type_hints(function)["return"])
    except (KeyError, TypeHintParsingException):
        return "any"
    kind = schema.get("type")
    return kind if kind in AUTHORIZED_TYPES and not schema.get("nullable") else "any"
