"""One folder as the whole file system: every path is checked to lie inside it before it is touched."""

from __future__ import annotations

import os
from collections.abc import Iterator
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path


class Folder:
    """Find files below one folder; symbolic links, `..` and absolute paths don't lead out of it.

    Args:
        root: The folder, relative to the working directory of this moment.

    Raises:
        NotADirectoryError: If `root` is no folder.
    """

    def __init__(self, root: str | Path = ".") -> None:
        self.root = Path(root).expanduser().resolve()
        if not self.root.is_dir():
            raise NotADirectoryError(f"root={str(root)!r} is not a folder")

    def inside(self, path: str) -> Path:
        """Return the real place of a path.

        Raises:
            PermissionError: If it lies outside of the folder.
        """
        place = (self.root / path).resolve()
        if not place.is_relative_to(self.root):
            raise PermissionError(f"{path!r} lies outside of the folder that this tool may read; use a path inside it")
        return place

    def file(self, path: str) -> Path:
        """Return the real place of an existing regular file.

        Raises:
            FileNotFoundError: If there is no such file; the message names similar ones.
            ValueError: If it is a folder or a device.
            PermissionError: If it lies outside of the folder.
        """
        place = self.inside(path)
        if not place.exists():
            near = get_close_matches(path, self.files(), n=3, cutoff=0.5)
            raise FileNotFoundError(f"there is no file {path!r}" + (f"; similar: {', '.join(near)}" if near else ""))
        if not place.is_file():
            raise ValueError(f"{path!r} is a folder or a device, not a file; list_files shows the files in a folder")
        return place

    def files(self, pattern: str = "*", below: str = ".") -> Iterator[str]:
        """Yield the paths of files, relative to the folder and sorted within each subfolder.

        Hidden files and folders (`.git`, `.venv`) are left out unless `below` names them; links are not followed.

        Args:
            pattern: Shell pattern for the whole path; `*` also matches `/`.
            below: Subfolder to look in.
        """
        start = self.inside(below)
        if not start.is_dir():
            raise NotADirectoryError(f"there is no folder {below!r}")
        for parent, folders, names in os.walk(start):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                path = Path(parent, name)
                relative = path.relative_to(self.root).as_posix()
                if (
                    not name.startswith(".")
                    and path.is_file()
                    and not path.is_symlink()
                    and fnmatchcase(relative, pattern)
                ):
                    yield relative
