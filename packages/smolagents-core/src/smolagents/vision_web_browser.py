"""The web agent with eyes, as programs import it from here: it lives in smolagents-browser."""

import sys

from smolagents.plugins import package_getattr

__getattr__ = package_getattr(__name__, "smolagents-browser")

if __name__ == "__main__":
    sys.exit(__getattr__("main")())
