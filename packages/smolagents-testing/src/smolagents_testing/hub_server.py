"""A fake of the Hugging Face Hub: real HTTP on loopback, repositories in memory.

huggingface_hub talks to it as to the real thing: with the environment variable HF_ENDPOINT (and HF_HUB_DISABLE_XET=1)
in another process, or inside `redirected()` in this one. Sources: https://huggingface.co/docs/hub/api and the client's
own requests.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest import mock

from smolagents_testing.hub_repositories import LFS_SUFFIXES, Repository, git_oid, new_space_card
from smolagents_testing.loopback import ConnectionCut, LoopbackServer, Reply, Request
from smolagents_testing.openai_server import Delayed, Dropped, Failure

TOKEN = "hf_fake0123456789abcdef"
_DATE = "2026-01-01T00:00:00.000Z"
_REPOSITORY = r"(?P<repo_id>[\w.-]+/[\w.-]+)"
_REVISION = r"(?P<revision>refs/pr/\d+|[^/]+)"
_PLACE = rf"/api/(?P<kind>model|dataset|space)s/{_REPOSITORY}"


@dataclass
class _Refusal(Exception):
    """Answer with an error, in the form of the Hub."""

    status: int
    code: str
    message: str

    @property
    def reply(self) -> Reply:
        headers = {"X-Error-Code": self.code, "X-Error-Message": self.message}
        return Reply(self.status, {"error": self.message}, headers=headers)


class FakeHubServer(LoopbackServer):
    """Serve repositories of models, data sets and Spaces, and collections; use as a context manager.

    Args:
        token: The only token that is accepted; what is public needs none.
        user: Whose token that is.
    """

    def __init__(self, token: str = TOKEN, user: str = "me") -> None:
        super().__init__()
        self.token = token
        self.user = user
        self.repositories: dict[tuple[str, str], Repository] = {}
        self.collections: dict[str, list[tuple[str, str]]] = {}
        self.apps: dict[str, str] = {}  # of Spaces that run: where
        self.requests: list[Request] = []
        self._stored: dict[str, bytes] = {}
        self._faults: deque[tuple[str, Failure | Dropped | Delayed]] = deque()

    def add(
        self,
        repo_id: str,
        files: Mapping[str, str | bytes],
        kind: str = "space",
        private: bool = False,
        gated: bool = False,
    ) -> Repository:
        """Add a commit with these files, in a new repository if there is none of this name."""
        key = kind, repo_id
        if key not in self.repositories:
            self.repositories[key] = Repository(kind, repo_id, private, gated, "gradio" if kind == "space" else None)
        content = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
        self.repositories[key].commit(content, "Add files", (path for path in content if path.endswith(LFS_SUFFIXES)))
        return self.repositories[key]

    def space(self, repo_id: str) -> Repository:
        """Return a Space."""
        return self.repositories["space", repo_id]

    def fail(self, path: str, fault: Failure | Dropped | Delayed) -> None:
        """Let the next request whose path has this in it fail."""
        self._faults.append((path, fault))

    @contextmanager
    def redirected(self) -> Iterator[None]:
        """Lead what huggingface_hub sends to the Hub to this server, for as long as the block lasts."""
        from huggingface_hub import constants, hf_api

        template = self.url + "/{repo_id}/resolve/{revision}/{filename}"
        with ExitStack() as patched:
            for owner, name, value in (
                (constants, "ENDPOINT", self.url),
                (constants, "HUGGINGFACE_CO_URL_TEMPLATE", template),
                (constants, "HF_HUB_DISABLE_XET", True),
                (hf_api.api, "endpoint", self.url),
            ):
                patched.enter_context(mock.patch.object(owner, name, value))
            yield

    async def close(self) -> None:
        """Do nothing: there is nothing to end."""

    async def answer(self, request: Request) -> Reply:
        """Return the answer to a request."""
        self.requests.append(request)
        try:
            await self._fail_on_demand(request)
            reply = self._answer(request)
        except _Refusal as refusal:
            reply = refusal.reply
        return replace(reply, body=None) if request.method == "HEAD" else reply

    async def _fail_on_demand(self, request: Request) -> None:
        chosen = next((entry for entry in self._faults if entry[0] in request.path), None)
        if chosen is None:
            return
        self._faults.remove(chosen)
        fault = chosen[1]
        if isinstance(fault, Failure):
            raise _Refusal(fault.status, fault.code or "", fault.message)
        if isinstance(fault, Dropped):
            raise ConnectionCut
        await asyncio.sleep(fault.seconds)

    def _answer(self, request: Request) -> Reply:
        given = request.headers.get("authorization", "")
        if given not in ("", f"Bearer {self.token}"):
            raise _Refusal(401, "", "Invalid credentials in Authorization header")
        for method, pattern, answer in _ROUTES:
            if request.method in method.split() and (match := re.fullmatch(pattern, request.path)):
                return answer(self, request, **match.groupdict())
        raise _Refusal(404, "", f"Sorry, we can't find {request.method} {request.path}")

    def _owner(self, request: Request) -> None:
        if "authorization" not in request.headers:
            raise _Refusal(401, "", "Invalid username or password.")

    def _found(self, request: Request, kind: str, repo_id: str) -> Repository:
        known = self.repositories.get((kind, repo_id))
        logged_in = "authorization" in request.headers
        if known is None or (known.private and not logged_in):
            raise _Refusal(404 if logged_in else 401, "RepoNotFound", "Repository not found")
        return known

    def _commit_of(self, repository: Repository, revision: str) -> Any:
        try:
            return repository.at(revision)
        except KeyError:
            raise _Refusal(404, "RevisionNotFound", f"Invalid rev id: {revision}") from None

    # ---- accounts and pages

    def _whoami(self, request: Request) -> Reply:
        self._owner(request)
        return Reply(body={"type": "user", "name": self.user, "fullname": self.user, "orgs": []})

    def _validate(self, request: Request) -> Reply:
        import yaml

        head = re.match(r"---\n(.*?)\n---", request.json()["content"], re.DOTALL)
        card = yaml.safe_load(head[1]) if head else None
        errors = [] if isinstance(card, dict) else ["The page has no metadata."]
        if isinstance(card, dict) and request.json()["repoType"] == "space" and not card.get("sdk"):
            errors.append('"sdk" is required')
        body = {"errors": [{"message": text} for text in errors], "warnings": []}
        return Reply(400 if errors else 200, body)

    def _collection(self, request: Request, slug: str) -> Reply:
        if slug not in self.collections:
            raise _Refusal(404, "", "Collection not found")
        items = [
            {"_id": str(number), "id": repo_id, "type": kind, "position": number}
            for number, (kind, repo_id) in enumerate(self.collections[slug])
        ]
        head = {"slug": slug, "title": slug, "owner": {"name": slug.partition("/")[0]}, "lastUpdated": _DATE}
        return Reply(body={**head, "position": 0, "private": False, "theme": "green", "upvotes": 0, "items": items})

    # ---- repositories

    def _create(self, request: Request) -> Reply:
        self._owner(request)
        asked = request.json()
        kind = asked.get("type", "model")
        repo_id = f"{asked.get('organization') or self.user}/{asked['name']}"
        created = {"url": f"{self.url}/{'' if kind == 'model' else kind + 's/'}{repo_id}", "name": repo_id}
        if (kind, repo_id) not in self.repositories and not repo_id.startswith(f"{self.user}/"):
            raise _Refusal(403, "", f"You don't have the rights to create a {kind} under this namespace")
        if (kind, repo_id) in self.repositories:
            return Reply(409, {**created, "error": "You already created this repo"})
        private = bool(asked.get("private")) or asked.get("visibility") == "private"
        made = self.repositories[kind, repo_id] = Repository(kind, repo_id, private, sdk=asked.get("sdk"))
        files = {".gitattributes": b"*.bin filter=lfs diff=lfs merge=lfs -text\n"}
        if kind == "space":
            files["README.md"] = new_space_card(repo_id, asked["sdk"])
        made.commit(files, "initial commit")
        return Reply(body=created)

    def _info(self, request: Request, kind: str, repo_id: str, revision: str = "main") -> Reply:
        repository = self._found(request, kind, repo_id)
        commit = self._commit_of(repository, revision)
        body = {"_id": repo_id, "id": repo_id, "author": repo_id.partition("/")[0], "sha": commit.oid, "tags": []}
        body |= {"private": repository.private, "gated": "manual" if repository.gated else False, "likes": 0}
        with_sizes = "blobs" in request.query
        siblings = [
            {"rfilename": path, **({"size": len(content), "blobId": git_oid(content)} if with_sizes else {})}
            for path, content in sorted(commit.files.items())
        ]
        body |= {"lastModified": _DATE, "siblings": siblings}
        body |= {"sdk": repository.sdk} if repository.sdk else {}
        return Reply(body={**body, **({"host": self.apps[repo_id]} if repo_id in self.apps else {})})

    def _runtime(self, request: Request, kind: str, repo_id: str) -> Reply:
        self._found(request, kind, repo_id)
        stage = "RUNNING" if repo_id in self.apps else "STOPPED"
        return Reply(body={"stage": stage, "hardware": {"current": "cpu-basic", "requested": None}, "gcTimeout": None})

    def _tree(self, request: Request, kind: str, repo_id: str, revision: str) -> Reply:
        repository = self._found(request, kind, repo_id)
        commit = self._commit_of(repository, revision)
        entries = []
        for path, content in sorted(commit.files.items()):
            entry: dict[str, Any] = {"type": "file", "path": path, "size": len(content), "oid": git_oid(content)}
            if path in commit.large:
                digest = hashlib.sha256(content).hexdigest()
                entry["lfs"] = {"oid": digest, "size": len(content), "pointerSize": 134}
            entries.append(entry)
        return Reply(body=entries)

    def _file(self, request: Request, repo_id: str, revision: str, path: str, kind: str | None = None) -> Reply:
        repository = self._found(request, kind or "model", repo_id)
        if repository.gated:
            message = f"Access to {repo_id} is restricted and you are not in the authorized list."
            raise _Refusal(403, "GatedRepo", message)
        commit = self._commit_of(repository, revision)
        if path not in commit.files:
            raise _Refusal(404, "EntryNotFound", "Entry not found")
        content = commit.files[path]
        etag = hashlib.sha256(content).hexdigest() if path in commit.large else git_oid(content)
        headers = {"ETag": f'"{etag}"', "X-Repo-Commit": commit.oid, "X-Linked-Size": str(len(content))}
        return Reply(200, content, None, "application/octet-stream", headers)

    # ---- uploads

    def _preupload(self, request: Request, kind: str, repo_id: str, revision: str) -> Reply:
        self._owner(request)
        commit = self._commit_of(self._found(request, kind, repo_id), revision)
        files = []
        for file in request.json()["files"]:
            mode = "lfs" if file["path"].endswith(LFS_SUFFIXES) else "regular"
            known = commit.files.get(file["path"])
            oid = None if known is None or mode == "lfs" else git_oid(known)
            files.append({"path": file["path"], "uploadMode": mode, "shouldIgnore": False, "oid": oid})
        return Reply(body={"files": files})

    def _lfs_batch(self, request: Request, repo_id: str, kind: str | None = None) -> Reply:
        self._owner(request)
        self._found(request, kind or "model", repo_id)
        objects = []
        for wanted in request.json()["objects"]:
            actions = {"upload": {"href": f"{self.url}/lfs/{wanted['oid']}", "header": {}}}
            objects.append({**wanted, **({} if wanted["oid"] in self._stored else {"actions": actions})})
        return Reply(body={"transfer": "basic", "objects": objects})

    def _lfs_upload(self, request: Request, oid: str) -> Reply:
        if hashlib.sha256(request.body).hexdigest() != oid:
            raise _Refusal(400, "", "The content is not what its hash says")
        self._stored[oid] = request.body
        return Reply(body={})

    def _commit(self, request: Request, kind: str, repo_id: str, revision: str) -> Reply:
        self._owner(request)
        repository = self._found(request, kind, repo_id)
        as_proposal = request.query.get("create_pr") == "1"
        if not as_proposal and repo_id.partition("/")[0] != self.user:
            raise _Refusal(403, "", "you must use `create_pr=1` as query parameter to create a pull request.")
        branch = f"refs/pr/{1 + sum(name.startswith('refs/pr/') for name in repository.branches)}"
        lines = [json.loads(line) for line in request.body.splitlines()]
        made = repository.apply(lines, self._stored, branch if as_proposal else revision, revision)
        url = f"{self.url}/{kind}s/{repo_id}"
        body = {"success": True, "commitOid": made.oid, "commitUrl": f"{url}/commit/{made.oid}", "hookOutput": ""}
        return Reply(body={**body, **({"pullRequestUrl": f"{url}/discussions/{branch[8:]}"} if as_proposal else {})})


_IN_WEB = rf"(?:/(?P<kind>dataset|space)s)?/{_REPOSITORY}"
_ROUTES: tuple[tuple[str, str, Callable[..., Reply]], ...] = (
    ("GET", "/api/whoami-v2", FakeHubServer._whoami),
    ("POST", "/api/validate-yaml", FakeHubServer._validate),
    ("POST", "/api/repos/create", FakeHubServer._create),
    ("GET", "/api/collections/(?P<slug>[^/]+/[^/]+)", FakeHubServer._collection),
    ("GET", _PLACE, FakeHubServer._info),
    ("GET", rf"{_PLACE}/runtime", FakeHubServer._runtime),
    ("GET", rf"{_PLACE}/revision/{_REVISION}", FakeHubServer._info),
    ("GET", rf"{_PLACE}/tree/{_REVISION}", FakeHubServer._tree),
    ("POST", rf"{_PLACE}/preupload/{_REVISION}", FakeHubServer._preupload),
    ("POST", rf"{_PLACE}/commit/{_REVISION}", FakeHubServer._commit),
    ("POST", rf"{_IN_WEB}\.git/info/lfs/objects/batch", FakeHubServer._lfs_batch),
    ("PUT", "/lfs/(?P<oid>[0-9a-f]{64})", FakeHubServer._lfs_upload),
    ("GET HEAD", rf"{_IN_WEB}/resolve/{_REVISION}/(?P<path>.+)", FakeHubServer._file),
)
