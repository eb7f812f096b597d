"""The images, sounds and videos of a command's results: files where the user finds them."""

from __future__ import annotations

import os
import shutil
import tempfile
from typing import Any

from smolagents.agent_types import AgentText, AgentType, handle_agent_output_types, loaded_class
from smolagents.temporary import is_temporary


class MediaFiles:
    """Keep what has no file of its own in the working directory, each value once.

    Attributes:
        saved: Paths of the files that were written.
    """

    def __init__(self) -> None:
        self.saved: list[str] = []
        self._kept: dict[int, tuple[Any, str]] = {}  # with the value, so that its id is not given to another one

    def with_paths(self, value: Any, name: str) -> Any:
        """Return a value with paths in place of the images, sounds and videos in it.

        Args:
            value: The value; lists, tuples and dictionaries are looked through.
            name: What new files are called, without ending.

        Raises:
            OSError: There is no place for a file.
            ImportError: A library that writes such files is missing.
        """
        if isinstance(value, dict):
            return {key: self.with_paths(item, name) for key, item in value.items()}
        if type(value) in (list, tuple):
            return type(value)(self.with_paths(item, name) for item in value)
        if isinstance(value, loaded_class("PIL.Image", "Image")):
            value = handle_agent_output_types(value)
        is_media = isinstance(value, AgentType) and not isinstance(value, AgentText)
        return self._path(value, name) if is_media else value

    def _path(self, media: AgentType, name: str) -> str:
        raw = media._value  # the same object behind every wrapper of it
        if id(raw) not in self._kept:
            path = media.to_string()
            if is_temporary(path):
                path = _kept_copy(path, name)
                self.saved.append(path)
            self._kept[id(raw)] = raw, path
        return self._kept[id(raw)][1]


def _kept_copy(path: str, name: str) -> str:
    """Copy a file to a new one in the working directory, or in a new folder if that can't be written to."""
    try:
        return _copied(path, os.getcwd(), name)
    except OSError:
        return _copied(path, tempfile.mkdtemp(prefix="smolagent-"), name)


def _copied(path: str, folder: str, name: str) -> str:
    ending = os.path.splitext(path)[1]
    number = 1
    while True:
        own = os.path.join(folder, f"{name}{ending}" if number == 1 else f"{name}_{number}{ending}")
        try:
            with open(own, "xb") as target, open(path, "rb") as source:
                shutil.copyfileobj(source, target)
        except FileExistsError:
            number += 1
        else:
            return own
