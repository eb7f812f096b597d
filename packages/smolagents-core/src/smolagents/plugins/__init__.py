"""Plugins: what is installed, the objects behind names, and the hooks by which plugins take part.

A name (of a model, executor, tool or other class) is an entry point of its distribution; behaviour is a hook. Nothing
of a plugin runs until its name is used or a hook fires. No module of this package imports one of its siblings with
`from smolagents import …`: that asks the package's `__getattr__`, which asks here.
"""

import smolagents
from smolagents.plugins.catalogue import API_LEVEL, Entry
from smolagents.plugins.contributions import commands, memory_store, offered, prompt_templates, resolve_model
from smolagents.plugins.dispatch import contribute, first, notify, observes, refresh, register, unregister
from smolagents.plugins.names import FIRST_PARTY
from smolagents.plugins.reports import PluginWarning
from smolagents.plugins.resolution import (
    available,
    entries,
    executor_factory,
    module_getattr,
    package,
    package_getattr,
    resolve,
)

__all__ = [
    "API_LEVEL",
    "FIRST_PARTY",
    "Entry",
    "PluginWarning",
    "available",
    "commands",
    "contribute",
    "entries",
    "executor_factory",
    "first",
    "memory_store",
    "module_getattr",
    "notify",
    "observes",
    "offered",
    "package",
    "package_getattr",
    "prompt_templates",
    "refresh",
    "register",
    "resolve",
    "resolve_model",
    "unregister",
]

if "_DISTRIBUTION" not in vars(smolagents):
    raise ImportError(
        f"{smolagents.__file__} is not that of smolagents-core: another distribution (PyPI's smolagents) has put its "
        "files over it. Mend it with: pip uninstall -y smolagents && "
        "pip install --force-reinstall --no-deps smolagents-core"
    )
