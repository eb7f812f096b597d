"""No tests where PyTorch is not installed: it comes with a lane of its own, scripts/test-torch."""

import os
from importlib.util import find_spec

collect_ignore_glob = ["test_*.py"] if find_spec("torch") is None or find_spec("transformers") is None else []

os.environ["HF_HUB_OFFLINE"] = "1"  # read when huggingface_hub is imported
