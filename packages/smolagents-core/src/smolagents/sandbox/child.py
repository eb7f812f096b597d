"""The child of `process`: started by its path as `python -I -S child.py`, it isolates itself, then serves the host.

It knows nothing of smolagents until the host's first frame has said where to import from.
"""

import json
import os
import sys
from typing import Any

# Libraries that would start a pool of threads when they are imported.
_ONE_THREAD = [f"{pool}_NUM_THREADS" for pool in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB")]

_sink = [1]  # where the host reads


def main(make_engine: Any = None) -> None:
    """Isolate this process and serve the host until it hangs up.

    Args:
        make_engine: What runs the actions; the guarded interpreter by default.
    """
    configuration = json.loads(_read(int(_read(8), 16)))
    try:
        sys.path[:] = configuration["path"]
        worker, layers = _prepare(configuration, make_engine)
    except Exception as error:
        why = str(error) if type(error).__name__ == "SandboxError" else f"{type(error).__name__}: {error}"
        body = json.dumps({"type": "hello", "refused": f"The sandbox's worker does not start: {why}"}).encode("ascii")
        os.write(_sink[-1], b"%08x" % len(body) + body)
        return
    worker.serve(configuration, layers=layers)


def _prepare(configuration: Any, make_engine: Any) -> Any:
    """Return the worker, isolated, and the layers that hold."""
    from smolagents.sandbox.worker import Worker, protected_pipes

    source, sink = protected_pipes()
    _sink.append(sink)
    if sys.platform == "linux":
        from smolagents.sandbox.isolation.process import die_with_parent

        die_with_parent(configuration["parent"])
    from smolagents.sandbox.guarded import GuardedEngine
    from smolagents.sandbox.isolation.layers import isolate

    _preload(configuration["imports"])
    layers = isolate(configuration)
    return Worker(source, sink, make_engine or GuardedEngine), layers


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
