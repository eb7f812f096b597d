"""No tests where LiteLLM is not installed: it has a lane of its own."""

from importlib.util import find_spec

collect_ignore_glob = ["test_*.py"] if find_spec("litellm") is None else []
