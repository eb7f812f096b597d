"""The environment of a process that reads what strangers made: a page, a picture, a recording."""

from __future__ import annotations

import os
import sys

_KEPT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LANG", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def parser_environment() -> dict[str, str]:
    """Return what a Python needs that imports what this one can import, and no more.

    A parser that a hostile file has taken over finds no key in there.
    """
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, **_ONE_THREAD, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONUTF8": "1"}
