"""The three tools."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from smolagents import Tool

from smolagents_files.folder import Folder


class ListFilesTool(Tool):
    """List the files below a folder.

    Args:
        root: The folder that the agent may see.
        max_files: The most paths returned at once.
    """

    name = "list_files"
    description = "Lists files as paths relative to the working folder. Hidden files and folders are left out."
    inputs = {
        "pattern": {
            "type": "string",
            "description": "Shell pattern such as '*.py'; '*' matches across folders. Default: every file.",
            "nullable": True,
        },
        "folder": {
            "type": "string",
            "description": "Subfolder to look in. Default: the working folder itself.",
            "nullable": True,
        },
    }
    output_type = "array"

    def __init__(self, root: str = ".", max_files: int = 1000) -> None:
        super().__init__()
        self.folder = Folder(root)
        self.max_files = max_files

    def forward(self, pattern: str | None = None, folder: str | None = None) -> list[str]:
        """Return the paths of the files that match."""
        paths = list(islice(self.folder.files(pattern or "*", folder or "."), self.max_files + 1))
        if len(paths) > self.max_files:
            raise ValueError(f"more than {self.max_files} files match; pass a narrower pattern or a subfolder")
        return paths


class ReadFileTool(Tool):
    """Read a text file below a folder.

    Args:
        root: The folder that the agent may see.
        max_characters: The most text returned at once.
    """

    name = "read_file"
    description = "Returns the text of a file, or of some of its lines."
    inputs = {
        "path": {"type": "string", "description": "Path of the file, relative to the working folder."},
        "start_line": {
            "type": "integer",
            "description": "First line to return, counted from 1. Default: 1.",
            "nullable": True,
        },
        "line_count": {
            "type": "integer",
            "description": "How many lines to return. Default: all the rest.",
            "nullable": True,
        },
    }
    output_type = "string"

    def __init__(self, root: str = ".", max_characters: int = 4_000_000) -> None:
        super().__init__()
        self.folder = Folder(root)
        self.max_characters = max_characters

    def forward(self, path: str, start_line: int | None = None, line_count: int | None = None) -> str:
        """Return the text of the lines asked for."""
        first = 0 if start_line is None else start_line - 1
        if first < 0 or (line_count is not None and line_count < 0):
            raise ValueError("start_line counts from 1, and line_count can't be negative")
        stop = None if line_count is None else first + line_count
        parts: list[str] = []
        size = 0
        try:
            with self.folder.file(path).open(encoding="utf-8") as lines:
                for line in islice(lines, first, stop):
                    size += len(line)
                    if size > self.max_characters:
                        raise ValueError(
                            f"{path!r} has more than {self.max_characters:,} characters, the most that is returned "
                            "at once; pass start_line and line_count to read it in parts"
                        )
                    parts.append(line)
        except UnicodeDecodeError:
            raise ValueError(f"{path!r} is not a text file (not UTF-8)") from None
        return "".join(parts)


class SearchFilesTool(Tool):
    """Search text files below a folder.

    Args:
        root: The folder that the agent may see.
        max_matches: The most lines returned at once.
    """

    name = "search_files"
    description = "Finds the lines of files that contain a text. Returns 'path:line number:line' for each, one a line."
    inputs = {
        "text": {"type": "string", "description": "The text to look for, as it is (no pattern), in any letter case."},
        "pattern": {
            "type": "string",
            "description": "Shell pattern for the files to search, for example '*.py'. Default: every file.",
            "nullable": True,
        },
    }
    output_type = "string"

    def __init__(self, root: str = ".", max_matches: int = 200) -> None:
        super().__init__()
        self.folder = Folder(root)
        self.max_matches = max_matches

    def forward(self, text: str, pattern: str | None = None) -> str:
        """Return the matching lines with their places."""
        wanted = text.casefold()
        if not wanted.strip():
            raise ValueError("the text to look for is empty")
        matches: list[str] = []
        for path in self.folder.files(pattern or "*"):
            for number, line in enumerate(self._lines(path), start=1):
                if wanted in line.casefold():
                    matches.append(f"{path}:{number}:{line}")
                if len(matches) > self.max_matches:
                    raise ValueError(
                        f"more than {self.max_matches} lines match; search for a longer text or in fewer files"
                    )
        return "\n".join(matches) or f"No line contains {text!r}."

    def _lines(self, path: str) -> Iterator[str]:
        """Yield a file's lines, up to where it turns out not to be text."""
        try:
            with self.folder.file(path).open(encoding="utf-8") as lines:
                for line in lines:
                    yield line.rstrip("\n")
        except UnicodeDecodeError:
            return
