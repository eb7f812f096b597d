"""Files for values that have none: in one folder of this process, which goes when the process ends."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

# Folders with their processes: a forked child makes one of its own and leaves alone what its parent still uses. Threads
# that begin at the same time may make several.
_owners: dict[str, int] = {}


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
    return _owners.get(os.path.dirname(path)) == os.getpid()


def _folder() -> str:
    for folder, owner in tuple(_owners.items()):
        if owner == os.getpid() and os.path.isdir(folder):
            return folder
    made = tempfile.mkdtemp(prefix="smolagents-")
    _owners[made] = os.getpid()
    atexit.register(_remove, os.getpid(), made)
    return made


def _remove(owner: int, folder: str) -> None:
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)
