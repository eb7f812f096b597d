"""What a fake Hub holds: repositories with their commits and branches."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

# Files that git would not diff go to large-file storage.
LFS_SUFFIXES = (".bin", ".gif", ".jpg", ".mp3", ".onnx", ".png", ".safetensors", ".wav", ".zip")


@dataclass(frozen=True)
class Commit:
    """Hold the state of all files after a change.

    Args:
        oid: Its hash.
        summary: What it is about.
        files: Content of each file by path.
        large: Paths that are in large-file storage.
    """

    oid: str
    summary: str
    files: Mapping[str, bytes]
    large: frozenset[str] = frozenset()


@dataclass
class Repository:
    """Hold one repository.

    Args:
        kind: "model", "dataset" or "space".
        repo_id: Its name, `owner/name`.
        private: Whether only its owner may see it.
        gated: Whether its files are closed to whoever has not accepted its terms.
        sdk: What a Space runs on.
        commits: From the first to the last, of all branches.
        branches: The hash of each branch's last commit.
    """

    kind: str
    repo_id: str
    private: bool = False
    gated: bool = False
    sdk: str | None = None
    commits: list[Commit] = field(default_factory=list)
    branches: dict[str, str] = field(default_factory=dict)

    @property
    def files(self) -> Mapping[str, bytes]:
        """Return the files of the main branch."""
        return self.at("main").files

    def at(self, revision: str) -> Commit:
        """Return the commit that a branch or a hash names.

        Raises:
            KeyError: There is none.
        """
        oid = self.branches.get(revision, revision)
        found = next((commit for commit in self.commits if commit.oid == oid), None)
        if found is None:
            raise KeyError(revision)
        return found

    def commit(
        self, files: Mapping[str, bytes], summary: str, large: Iterable[str] = (), branch: str = "main"
    ) -> Commit:
        """Add a commit with these files, and no others, to a branch."""
        content = {path: hashlib.sha256(files[path]).hexdigest() for path in sorted(files)}
        parent = self.branches.get(branch, "")
        oid = hashlib.sha1(json.dumps([parent, summary, content]).encode()).hexdigest()
        made = Commit(oid, summary, dict(files), frozenset(large) & files.keys())
        self.commits.append(made)
        self.branches[branch] = oid
        return made

    def apply(self, lines: Iterable[Mapping[str, Any]], stored: Mapping[str, bytes], branch: str, base: str) -> Commit:
        """Add the commit that a client describes line by line.

        Args:
            lines: The header, and the files that are written and deleted.
            stored: Content of large files by hash.
            branch: Where the commit goes.
            base: The branch that it starts from.
        """
        before = self.at(base)
        files, large, summary = dict(before.files), set(before.large), ""
        for line in lines:
            value = line["value"]
            if line["key"] == "header":
                summary = value["summary"]
            elif line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
                large.discard(value["path"])
            elif line["key"] == "lfsFile":
                files[value["path"]] = stored[value["oid"]]
                large.add(value["path"])
            else:
                prefix = value["path"]
                files = {path: files[path] for path in files if path != prefix and not path.startswith(f"{prefix}/")}
        self.branches.setdefault(branch, before.oid)
        return self.commit(files, summary, large, branch)


def new_space_card(repo_id: str, sdk: str) -> bytes:
    """Return the page that the Hub writes for a new Space."""
    title = repo_id.partition("/")[2].replace("-", " ").title()
    head = f"title: {title}\nemoji: 🐢\ncolorFrom: blue\ncolorTo: green\nsdk: {sdk}\napp_file: app.py\npinned: false"
    return f"---\n{head}\n---\n\nCheck out the configuration reference.\n".encode()


def git_oid(content: bytes) -> str:
    """Return the hash that git gives to a file."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
