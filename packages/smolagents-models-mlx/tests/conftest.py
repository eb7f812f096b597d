"""No tests where mlx-lm is not installed: it comes with a lane of its own, scripts/test-mlx."""

from importlib.util import find_spec

collect_ignore_glob = ["test_*.py"] if find_spec("mlx_lm") is None else []
