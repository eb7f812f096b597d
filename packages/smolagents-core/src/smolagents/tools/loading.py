"""Run code that defines a tool, and find its class."""

from __future__ import annotations

import hashlib
import linecache
import sys
import types

from smolagents.tools.base import Tool
from smolagents.tools.imports import distributions, get_package_name, is_here


def tool_class(code: str) -> type[Tool]:
    """Return the tool class that code defines: of several the first by name that no other one is based on.

    Raises:
        ValueError: The code defines no tool class.
    """
    module = _module_of(code)
    found = {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, Tool) and value.__module__ == module.__name__
    }
    leaves = [name for name, cls in found.items() if not any(cls in other.__mro__[1:] for other in found.values())]
    if not leaves:
        raise ValueError("No Tool subclass found in the code: it must define a class that is based on smolagents.Tool.")
    return found[min(leaves)]


def _module_of(code: str) -> types.ModuleType:
    """Run code as a module whose source can be read: for tracebacks, and for saving the tool again."""
    name = "smolagents_tool_" + hashlib.sha256(code.encode()).hexdigest()[:16]
    filename = f"<{name}>"
    module = types.ModuleType(name)
    vars(module).update(__file__=filename, __tool_code__=code)
    linecache.cache[filename] = (len(code), None, [f"{line}\n" for line in code.split("\n")], filename)
    sys.modules[name] = module
    try:
        exec(compile(code, filename, "exec"), vars(module))
    except BaseException as error:
        del sys.modules[name]
        if isinstance(error, ModuleNotFoundError) and error.name and not is_here(error.name.partition(".")[0]):
            (missing,) = distributions([get_package_name(error.name)])
            raise ModuleNotFoundError(
                f"{error}, which the tool's code imports. Install it with: pip install {missing}", name=error.name
            ) from error
        raise
    return module
