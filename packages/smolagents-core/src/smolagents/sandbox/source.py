"""The worker as one file of source, for sandboxes that have a Python and nothing else."""

from __future__ import annotations

from functools import cache

_START = """

if __name__ == "__main__":
    Worker(*protected_pipes(), PlainEngine).serve()
"""

# Reads as many bytes of source as the first line of standard input says, and runs them; ends if there is no more, or if
# none comes: an engine that is killed while it starts a container may forget it and leave its input open.
PATIENCE_SECONDS = 150
BOOTSTRAP = (
    "import os, select\n"
    f"def take(size): return select.select([0], [], [], {PATIENCE_SECONDS})[0] and os.read(0, size) or os._exit(0)\n"
    "n = b''\n"
    "while not n.endswith(b'\\n'): n += take(1)\n"
    "s = b''\n"
    "while len(s) < int(n): s += take(int(n) - len(s))\n"
    "exec(compile(s, '<worker>', 'exec'))\n"
)


@cache
def worker_source() -> str:
    """Return the source of a worker that runs plain CPython; it needs CPython 3.8 or newer."""
    from smolagents.sandbox import plain, protocol, values, worker
    from smolagents.serialization import _standalone, codec, libraries

    return _standalone(libraries, codec, protocol, values, worker, plain) + _START


def bootstrap_input() -> bytes:
    """Return what a Python that was started with `-c BOOTSTRAP` reads before it speaks the protocol."""
    source = worker_source().encode("utf-8")
    return b"%d\n" % len(source) + source
