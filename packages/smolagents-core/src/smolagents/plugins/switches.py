"""The environment variables that rule plugins.

SMOLAGENTS_DISABLE_PLUGINS=1          no plugin at all
SMOLAGENTS_PLUGINS=smolagents-a,b     no plugin but those of these distributions
SMOLAGENTS_STRICT_PLUGINS=1           a failing plugin raises instead of being reported and left out
SMOLAGENTS_TRACE_PLUGINS=1            tell on stderr what is loaded and which hooks fire
"""

import os

from smolagents.plugins.names import normalized


def _is_on(variable: str) -> bool:
    return os.environ.get(variable, "").lower() not in ("", "0", "false", "no", "off")


def strict() -> bool:
    """Tell whether a failing plugin raises."""
    return _is_on("SMOLAGENTS_STRICT_PLUGINS")


def tracing() -> bool:
    """Tell whether loading and firing are traced on stderr."""
    return _is_on("SMOLAGENTS_TRACE_PLUGINS")


def allowed_distributions() -> frozenset[str] | None:
    """Return the distributions whose plugins may be used, or None where all may."""
    if _is_on("SMOLAGENTS_DISABLE_PLUGINS"):
        return frozenset()
    names = os.environ.get("SMOLAGENTS_PLUGINS", "").replace(",", " ").split()
    return frozenset(map(normalized, names)) if names else None


def why_disabled() -> str:
    """Say which variable switches a distribution off that `allowed_distributions` leaves out."""
    if _is_on("SMOLAGENTS_DISABLE_PLUGINS"):
        return "SMOLAGENTS_DISABLE_PLUGINS switches all plugins off"
    return "SMOLAGENTS_PLUGINS does not name its distribution"
