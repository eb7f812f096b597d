"""No tests where langchain-core is not installed: it comes with the lane for SDKs."""

from importlib.util import find_spec

collect_ignore_glob = ["test_*.py"] if find_spec("langchain_core") is None else []
