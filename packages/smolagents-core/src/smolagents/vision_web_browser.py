"""The web agent with eyes, as programs import it from here: it lives in smolagents-browser."""

from smolagents.plugins import package_getattr

__getattr__ = package_getattr(__name__, "smolagents-browser")
