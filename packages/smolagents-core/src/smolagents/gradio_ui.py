"""The web interface, as programs import it from here: it lives in smolagents-ui-gradio."""

from smolagents.plugins import package_getattr

__getattr__ = package_getattr(__name__, "smolagents-ui-gradio")
