"""The public API keeps the names, import paths, parameters and defaults that programs written for smolagents rely on.

`data/surface.json` lists them: `names` by the module that holds them (all are exported at the top level too), `classes`
with base classes, signatures, dataclass fields and further members, and `functions`. Ours may add; it may not lack.
"""

import dataclasses
import importlib
import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from smolagents.errors import MissingPluginError

SURFACE: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "data" / "surface.json").read_text("utf-8"))

MODULES = [
    *("agent_types", "agents", "cli", "default_tools", "gradio_ui", "local_python_executor", "mcp_client", "memory"),
    *("models", "monitoring", "prompts", "remote_executors", "serialization", "tool_validation", "tools", "utils"),
    *("vision_web_browser", "_function_type_hints_utils"),
]

# Programs import these from their module alone.
MODULE_NAMES = {
    "_function_type_hints_utils": ["DocstringParsingException", "TypeHintParsingException", "get_json_schema"],
    "agents": ["populate_template", "PromptTemplates"],
    "default_tools": ["FinalAnswerTool", "PythonInterpreterTool", "TOOL_MAPPING"],
    "gradio_ui": ["pull_messages_from_step"],
    "local_python_executor": [
        *("BASE_PYTHON_TOOLS", "CodeOutput", "ExecutionTimeoutError", "FinalAnswerException", "InterpreterError"),
    ],
    "models": ["ChatMessageToolCallFunction", "ChatMessageToolCallStreamDelta", "get_tool_json_schema"],
    "remote_executors": ["RemotePythonExecutor"],
    "serialization": ["SafeSerializer", "SerializationError"],
    "tool_validation": ["validate_tool_attributes"],
    "tools": ["PipelineTool", "get_tools_definition_code", "load_tool", "WebSearchTool", "PythonInterpreterTool"],
    "utils": ["RateLimiter", "Retrying", "make_json_serializable"],
}


def lookup(module: str, name: str) -> Any:
    """Return what `from module import name` gives, or None where a plugin that is not installed would provide it."""
    namespace: dict[str, Any] = {}
    try:
        exec(f"from {module} import {name}", namespace)
    except MissingPluginError as error:
        advice = str(error)
    else:
        return namespace[name]
    assert "pip install smolagents-" in advice
    return None


def named_places() -> Iterator[tuple[str, str]]:
    for module, names in SURFACE["names"].items():
        for name in names:
            yield "smolagents", name
            yield f"smolagents.{module}", name
    for module, names in MODULE_NAMES.items():
        for name in names:
            yield f"smolagents.{module}", name


def signatures() -> Iterator[tuple[str, str]]:
    for name, facts in SURFACE["classes"].items():
        for method in facts["signatures"]:
            yield name, method


def differences(expected: str, ours: inspect.Signature) -> list[str]:
    """Tell where a call that the expected signature allows would fail or mean something else here."""
    namespace: dict[str, Any] = {}
    exec(f"def expected{expected}: ...", namespace)
    wanted = list(inspect.signature(namespace["expected"]).parameters.values())
    have = {name: parameter for name, parameter in ours.parameters.items() if name not in ("self", "cls")}
    positional = [name for name, parameter in have.items() if parameter.kind is parameter.POSITIONAL_OR_KEYWORD]
    found = []
    for place, parameter in enumerate(wanted):
        mine = have.get(parameter.name)
        if parameter.kind is parameter.VAR_KEYWORD:
            if not any(other.kind is parameter.kind for other in have.values()):
                found.append("takes no **kwargs")
        elif parameter.kind is parameter.VAR_POSITIONAL:
            if not any(other.kind is parameter.kind for other in have.values()):
                found.append("takes no *args")
        elif mine is None:
            found.append(f"lacks {parameter.name}")
        elif parameter.kind is parameter.POSITIONAL_OR_KEYWORD and positional[place : place + 1] != [parameter.name]:
            found.append(f"{parameter.name} is not positional argument {place + 1}")
        elif parameter.default is not parameter.empty and not same_default(parameter.default, mine.default):
            found.append(f"{parameter.name} defaults to {mine.default!r} instead of {parameter.default!r}")
    return found


def same_default(expected: Any, ours: Any) -> bool:
    if expected in ({}, []):
        return ours is None or not ours
    if isinstance(expected, list):
        return sorted(expected) == sorted(ours)
    return bool(expected == ours)


@pytest.mark.parametrize("module", MODULES)
def test_module_is_importable(module: str) -> None:
    importlib.import_module(f"smolagents.{module}")


@pytest.mark.parametrize(("module", "name"), list(named_places()))
def test_name_is_importable_or_says_what_to_install(module: str, name: str) -> None:
    lookup(module, name)


@pytest.mark.parametrize("name", SURFACE["classes"])
def test_class_keeps_its_bases_fields_and_members(name: str) -> None:
    facts = SURFACE["classes"][name]
    cls = lookup(facts["module"], name)
    if cls is None:
        return
    assert set(facts["bases"]) - {"str", "int", "Enum", "IntEnum", "Image"} <= {base.__name__ for base in cls.__mro__}
    if "fields" in facts:
        assert differences(facts["fields"], inspect.signature(cls)) == []
    fields = {field.name for field in dataclasses.fields(cls)} if dataclasses.is_dataclass(cls) else set()
    assert [member for member in facts.get("members", []) if not hasattr(cls, member) and member not in fields] == []


@pytest.mark.parametrize(("name", "method"), list(signatures()))
def test_method_takes_the_same_arguments(name: str, method: str) -> None:
    facts = SURFACE["classes"][name]
    cls = lookup(facts["module"], name)
    if cls is not None:
        assert differences(facts["signatures"][method], inspect.signature(getattr(cls, method))) == []


@pytest.mark.parametrize("name", SURFACE["functions"])
def test_function_takes_the_same_arguments(name: str) -> None:
    facts = SURFACE["functions"][name]
    function = lookup(facts["module"], name)
    if function is not None:
        assert differences(facts["signature"], inspect.signature(function)) == []


@pytest.mark.parametrize(
    ("module", "name", "base"),
    [
        ("utils", "AgentError", Exception),
        ("utils", "AgentToolCallError", Exception),
        ("local_python_executor", "InterpreterError", ValueError),
        ("local_python_executor", "ExecutionTimeoutError", Exception),
        ("local_python_executor", "FinalAnswerException", BaseException),
        ("serialization", "SerializationError", Exception),
    ],
)
def test_exception_keeps_its_base(module: str, name: str, base: type[BaseException]) -> None:
    exception = lookup(f"smolagents.{module}", name)
    assert issubclass(exception, base)
    assert issubclass(exception, Exception) == (base is not BaseException)


def test_differences_are_noticed() -> None:
    def ours(task: str, *, stream: bool = True, extra: int = 0) -> None: ...

    found = differences("(task, stream=False, reset=True, **kwargs)", inspect.signature(ours))
    assert found == ["stream is not positional argument 2", "lacks reset", "takes no **kwargs"]
    assert differences("(task)", inspect.signature(ours)) == []
