"""The child of `process`: started by its path as `python -I -S child.py`, it isolates itself, then serves the host.

It knows nothing of smolagents until the host's first frame has said where to import from.
"""

import json
import os
import sys
from typing import Any

# Libraries that would start a pool of threads when they are imported.
_ONE_THREAD = [f"{pool}_NUM_THREADS" for pool in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB")]


def main(make_engine: Any = None) -> None:
    """Isolate this process and serve the host until it hangs up.

    Args:
        make_engine: What runs the actions; the guarded interpreter by default.
    """
    configuration = json.loads(_read(int(_read(8), 16)))
    sys.path[:] = configuration["path"]
    from smolagents.errors import SandboxError
    from smolagents.sandbox.protocol import PROTOCOL_VERSION, pack
    from smolagents.sandbox.worker import Worker, protected_pipes

    source, sink = protected_pipes()
    if sys.platform == "linux":
        from smolagents.sandbox.isolation.process import die_with_parent

        die_with_parent(configuration["parent"])
    from smolagents.sandbox.guarded import GuardedEngine
    from smolagents.sandbox.isolation.layers import isolate

    _preload(configuration["imports"])
    try:
        layers = isolate(configuration)
    except SandboxError as error:
        os.write(sink, pack({"type": "hello", "protocol": PROTOCOL_VERSION, "refused": str(error)}))
        return
    Worker(source, sink, make_engine or GuardedEngine).serve(configuration, layers=layers)


def _read(size: int) -> bytes:
    data = b""
    while len(data) < size:
        chunk = os.read(0, size - len(data))
        if not chunk:
            os._exit(0)
        data += chunk
    return data


def _preload(authorized: Any) -> None:
    """Import the modules that the user has authorized, as what they need may be out of reach afterwards."""
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    import importlib

    for entry in authorized:
        if entry != "*":
            try:
                importlib.import_module(entry[:-2] if entry.endswith(".*") else entry)
            except Exception:  # the action that imports it gets the error
                continue


if __name__ == "__main__":
    main()
