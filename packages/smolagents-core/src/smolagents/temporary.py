"""Files for values that have none: in one folder of this process, which goes when the process ends."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

# By process: a forked child makes a folder of its own and leaves alone what its parent still uses.
_folders: dict[int, str] = {}


def temporary_path(suffix: str) -> str:
    """Return the path of a new, empty file that is removed when this process ends.

    Args:
        suffix: Ending of its name, such as `.png`.
    """
    handle, path = tempfile.mkstemp(suffix, dir=_folder())
    os.close(handle)
    return path


def is_temporary(path: str) -> bool:
    """Tell whether a file is one that this process removes when it ends."""
    folder = _folders.get(os.getpid())
    return folder is not None and os.path.dirname(path) == folder


def _folder() -> str:
    own = os.getpid()
    found = _folders.get(own)
    if found is None or not os.path.isdir(found):
        made = _folders[own] = tempfile.mkdtemp(prefix="smolagents-")
        atexit.register(_remove, own, made)
        return made
    return found


def _remove(owner: int, folder: str) -> None:
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)
