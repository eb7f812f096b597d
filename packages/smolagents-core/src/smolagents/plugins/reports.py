"""How a failing plugin is reported: once, naming the plugin, its distribution and what went wrong."""

import sys

from smolagents.plugins import switches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from smolagents.plugins.catalogue import Entry


_reported: set[str] = set()


class PluginWarning(UserWarning):
    """Warn of a plugin that failed and is left out."""


def described(error: BaseException) -> str:
    """Return an error's type and message in one line."""
    return f"{type(error).__name__}: {error}".removesuffix(": ").replace("\n", " ")


def named(entry: "Entry") -> str:
    """Return an entry as messages name it: the plugin and the distribution that offers it."""
    return f"plugin {entry.name} of {entry.origin}"


def report(message: str, error: BaseException | None = None) -> None:
    """Warn of a failing plugin, or raise where SMOLAGENTS_STRICT_PLUGINS asks for it."""
    if switches.strict():
        from smolagents.errors import BrokenPluginError

        raise BrokenPluginError(message) from error
    if error is not None and switches.tracing():
        import traceback

        trace("".join(traceback.format_exception(error)))
    if message not in _reported:
        import warnings

        _reported.add(message)
        # Of no line: neither one of ours nor one of the program's is to blame.
        warnings.warn_explicit(message, PluginWarning, "smolagents", 0, module="smolagents.plugins")


def trace(message: str) -> None:
    """Print what plugins do, where SMOLAGENTS_TRACE_PLUGINS asks for it."""
    if switches.tracing():
        print(f"[smolagents plugins] {message}", file=sys.stderr)
