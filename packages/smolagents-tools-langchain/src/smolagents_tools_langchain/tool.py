"""A tool that stands for one of LangChain's."""

from __future__ import annotations

import dis
import inspect
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from smolagents import Tool
from smolagents.errors import TypeHintParsingException
from smolagents.tools.docstrings import parse_google_format_docstring
from smolagents.tools.json_schema import allows_null, argument_names, identifier, inputs_of, without_references
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
        schema = without_references(_schema(langchain_tool))
        function = _function(langchain_tool)
        inputs = _described(inputs_of(schema), schema, function)
        self._given_names = argument_names(inputs)
        self.langchain_tool = langchain_tool
        self.name = identifier(langchain_tool.name.strip().lower())
        self.description = langchain_tool.description
        self.inputs = {name: inputs[given] for name, given in self._given_names.items()}
        self.output_type = _output_type(langchain_tool, function)
        # A default of the other tool stands for what is not given; to some of them None is a wrong value.
        properties = schema.get("properties", {})
        self._takes_none = {name for name, given in self._given_names.items() if allows_null(properties[given])}
        self._wants_call_id = _wants_call_id(langchain_tool)
        super().__init__()

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Return what the tool returns."""
        return self._content(self.langchain_tool.run(self._arguments(args, kwargs), **self._circumstances()))

    def _arguments(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        if len(args) > len(self.inputs):
            raise TypeError(
                f"{self.name} takes {len(self.inputs)} arguments ({', '.join(self.inputs)}), not {len(args)}"
            )
        given = dict(zip(self.inputs, args, strict=False))
        if doubles := given.keys() & kwargs.keys():
            raise TypeError(f"{self.name} got two values for {', '.join(sorted(doubles))}")
        given |= kwargs
        return {
            self._given_names.get(name, name): value
            for name, value in given.items()
            if value is not None or name in self._takes_none
        }

    def _circumstances(self) -> dict[str, Any]:
        """Return what LangChain passes to functions that ask for it: the configuration, and the id of the call."""
        from langchain_core.runnables.config import ensure_config

        config = ensure_config()
        found: dict[str, Any] = {"config": config, "callbacks": config.get("callbacks")}
        return {**found, "tool_call_id": uuid.uuid4().hex} if self._wants_call_id else found

    def _content(self, result: Any) -> Any:
        # With the id of a call, the result is a message.
        return result.content if self._wants_call_id and hasattr(result, "tool_call_id") else result


class AsyncLangChainTool(LangChainTool):
    """Call a tool of LangChain that is async alone; a call returns an awaitable, which agents await."""

    async def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Return what the tool returns."""
        result = await self.langchain_tool.arun(self._arguments(args, kwargs), **self._circumstances())
        return self._content(result)


def tool_from_langchain(langchain_tool: Any) -> LangChainTool:
    """Return a tool that stands for one of LangChain's.

    Args:
        langchain_tool: An instance of `langchain_core.tools.BaseTool`, such as what its `@tool` makes.

    Raises:
        TypeError: It is something else.
        ValueError: It needs what LangGraph injects.
    """
    from langchain_core.tools import BaseTool

    if not isinstance(langchain_tool, BaseTool):
        raise TypeError(
            f"This is no tool of LangChain but a {type(langchain_tool).__name__}. Functions become one with "
            "langchain_core.tools.tool, runnables with their method as_tool()."
        )
    missing = _injected_without_default(langchain_tool)
    if missing:
        raise ValueError(
            f"The tool {langchain_tool.name} needs {', '.join(missing)}, which LangGraph injects and nobody does here: "
            "give that a default, or make a tool of a function without it."
        )
    return (AsyncLangChainTool if _is_async_alone(langchain_tool) else LangChainTool)(langchain_tool)


def _injected_without_default(langchain_tool: BaseTool) -> list[str]:
    """Return the required arguments that no model gives, but for the id of the call."""
    from langchain_core.tools import InjectedToolArg, InjectedToolCallId

    return [
        name
        for name, field in _fields(langchain_tool).items()
        if field.is_required() and _is_marked(field, InjectedToolArg) and not _is_marked(field, InjectedToolCallId)
    ]


def _wants_call_id(langchain_tool: BaseTool) -> bool:
    from langchain_core.tools import InjectedToolCallId

    return any(_is_marked(field, InjectedToolCallId) for field in _fields(langchain_tool).values())


def _is_marked(field: Any, kind: type) -> bool:
    """Tell whether a field's annotation has a mark of this kind, be it the class or an instance."""
    return any(issubclass(mark if isinstance(mark, type) else type(mark), kind) for mark in field.metadata)


def _fields(langchain_tool: BaseTool) -> dict[str, Any]:
    """Return the fields of the arguments' model, those that are injected included; none for a plain JSON schema."""
    return getattr(langchain_tool.get_input_schema(), "model_fields", {})


def _is_async_alone(langchain_tool: BaseTool) -> bool:
    """Tell whether a tool has no sync form: no function, or a `_run` that has no way to return and can but raise."""
    from langchain_core.tools import BaseTool

    if hasattr(langchain_tool, "func"):
        return langchain_tool.func is None
    code = getattr(langchain_tool._run, "__code__", None)
    returns = code is None or any(step.opname.startswith("RETURN_") for step in dis.get_instructions(code))
    return not returns and type(langchain_tool)._arun is not BaseTool._arun


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
        declared = schema["properties"][name]  # `true`, which is a schema too, says nothing
        if documented.get(name) and not (isinstance(declared, dict) and "description" in declared):
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
