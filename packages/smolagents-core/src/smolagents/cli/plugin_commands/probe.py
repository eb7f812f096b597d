"""The process in which `smolagents plugins check` loads a distribution's plugins.

It reads `[[kind, name, module, attribute], …]` as JSON from stdin and writes a JSON line `[verdict, text]` for each
finding to stdout. What the plugins print goes to stderr.
"""

import inspect
import json
import os
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from traceback import walk_tb
from typing import Any

from smolagents.cli.plugin_commands.check import DONE, Finding
from smolagents.plugins.dispatch import misfits
from smolagents.plugins.reports import described


class _IncompleteError(Exception):
    """Report a tool that can't be made here for lack of something that its own message names."""


def main() -> None:
    """Check the entries that stdin names."""
    entries = json.load(sys.stdin)
    with os.fdopen(os.dup(1), "w") as output:
        os.dup2(2, 1)
        for module in ("agents", "hooks", "models", "tools"):  # what these import is no plugin's fault
            import_module(f"smolagents.{module}")
        for kind, name, module, attribute in entries:
            for finding in _findings(kind, name, module, attribute):
                print(json.dumps(finding), file=output, flush=True)
        print(json.dumps(DONE), file=output, flush=True)


def _findings(kind: str, name: str, module: str, attribute: str) -> Iterator[Finding]:
    before = set(sys.modules)
    start = time.perf_counter()
    try:
        found: Any = import_module(module)
        seconds = time.perf_counter() - start
        for part in filter(None, attribute.split(".")):
            found = getattr(found, part)
        problems = list(_CONTRACTS[kind](found))
    except _IncompleteError as error:
        yield Finding("note", f"{kind} {name}: {error}")
        return
    except BaseException as error:  # a plugin may even call sys.exit()
        yield Finding("problem", f"{kind} {name}: {described(error)}{_where(error)}")
        return
    for problem in problems:
        yield Finding("problem", f"{kind} {name}: {problem}")
    if not problems:
        yield Finding("ok", f"{kind} {name}")
    if heavy := _foreign(set(sys.modules) - before, module):
        yield Finding(
            "note",
            f"importing {module} also imports {', '.join(heavy)} ({seconds:.2f} s): "
            "import them inside the functions that need them",
        )


def _where(error: BaseException) -> str:
    """Name the last line outside of smolagents and of Python's import machinery that led to the error, if any."""
    if isinstance(error, SyntaxError) and error.filename:
        return f" in {error.filename}"  # the message has the line
    lines = [
        f" ({frame.f_code.co_filename}, line {number})"
        for frame, number in walk_tb(error.__traceback__)
        if frame.f_globals.get("__name__", "").partition(".")[0] not in ("smolagents", "importlib", "__main__")
    ]
    return lines[-1] if lines else ""


def _foreign(modules: set[str], plugin: str) -> list[str]:
    own = {"smolagents", plugin.partition(".")[0]}
    packages = {module.partition(".")[0] for module in modules}
    return sorted(name for name in packages - own - sys.stdlib_module_names if not name.startswith("_"))


def _check_model(found: Any) -> Iterator[str]:
    from smolagents.models import Model

    if isinstance(found, type):
        if not issubclass(found, Model) and not hasattr(found, "generate"):
            yield "the class is no smolagents.Model and has no method generate(messages, …)"
    elif not callable(found) and not hasattr(found, "generate"):
        yield f"it is of type {type(found).__name__}: offer a Model class or a function that returns a model"
    if hasattr(found, "generate"):
        yield from _check_generate(found)


def _check_generate(model: Any) -> Iterator[str]:
    is_method = not isinstance(inspect.getattr_static(model, "generate"), staticmethod | classmethod)
    instance = [model] if isinstance(model, type) and is_method else []
    try:
        inspect.signature(model.generate).bind(
            *instance, [], stop_sequences=None, response_format=None, tools_to_call_from=None
        )
    except TypeError as error:
        parameters = "messages, stop_sequences=…, response_format=…, tools_to_call_from=…"
        yield f"`generate` must take ({parameters}): {error}"


def _check_tool(found: Any) -> Iterator[str]:
    from smolagents.tools import BaseTool

    if isinstance(found, BaseTool):
        return
    if not isinstance(found, type) or not issubclass(found, BaseTool):
        yield "it is no Tool: derive the class from smolagents.Tool or mark the function with @tool"
    elif not inspect.isabstract(found) and not _required(found):
        try:
            found()  # the constructor checks name, description, inputs and output_type against `forward`
        except ImportError as error:
            if error.name is not None:  # Python's own words: the tool does not know that the module may be missing
                raise
            raise _IncompleteError(described(error)) from error


def _required(cls: type) -> list[str]:
    parameters = inspect.signature(cls).parameters.values()
    flexible = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [one.name for one in parameters if one.default is inspect.Parameter.empty and one.kind not in flexible]


def _check_executor(found: Any) -> Iterator[str]:
    if not callable(found):
        yield f"it is of type {type(found).__name__}: offer a PythonExecutor class or a function that makes an executor"
        return
    if isinstance(found, type):
        for method in ("__call__", "send_tools", "send_variables"):
            if not hasattr(found, method) or getattr(getattr(found, method), "__isabstractmethod__", False):
                yield f"the class has no method {method}"
    try:
        inspect.signature(found).bind(["numpy"], None)
    except TypeError as error:
        yield f"it must be callable as factory(additional_imports, logger, **options): {error}"


def _check_extra(found: Any) -> Iterator[str]:
    if inspect.ismodule(found):
        yield "it is a module: name an attribute, as module:attribute"


def _check_package(found: Any) -> Iterator[str]:
    """Ask nothing of a package but that it can be imported."""
    return iter(())


_CONTRACTS = {
    "models": _check_model,
    "executors": _check_executor,
    "tools": _check_tool,
    "extras": _check_extra,
    "hooks": misfits,
    "packages": _check_package,
}

if __name__ == "__main__":
    main()
