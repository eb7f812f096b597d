"""Without Monty there are no tests."""

import importlib.util

collect_ignore_glob = ["test_*.py"] if importlib.util.find_spec("pydantic_monty") is None else []
