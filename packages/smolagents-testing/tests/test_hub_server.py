import base64
import hashlib
import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest
from smolagents_testing import FakeHubServer
from smolagents_testing.hub_repositories import git_oid
from smolagents_testing.openai_server import Delayed, Dropped, Failure


@pytest.fixture
def server() -> Iterator[FakeHubServer]:
    with FakeHubServer() as running:
        yield running


def asked(
    server: FakeHubServer, method: str, path: str, body: Any = None, token: str | None = None
) -> tuple[int, dict[str, str], Any]:
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"))
    headers = {"Authorization": f"Bearer {token or server.token}"} if token != "" else {}
    data = body if isinstance(body, bytes) or body is None else json.dumps(body)
    connection.request(method, path, data, headers)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    told = {name.lower(): value for name, value in response.headers.items()}
    return response.status, told, json.loads(content) if told["content-type"] == "application/json" else content


def pushed(server: FakeHubServer, *lines: dict[str, Any], query: str = "") -> tuple[int, Any]:
    head = {"key": "header", "value": {"summary": "Push", "description": ""}}
    body = b"\n".join(json.dumps(line).encode() for line in (head, *lines))
    status, _, answer = asked(server, "POST", f"/api/spaces/me/it/commit/main{query}", body)
    return status, answer


def test_a_new_space_has_a_page(server: FakeHubServer) -> None:
    asking = {"name": "it", "organization": "me", "type": "space", "sdk": "gradio", "visibility": "private"}
    status, _, created = asked(server, "POST", "/api/repos/create", asking)
    assert (status, created["url"]) == (200, f"{server.url}/spaces/me/it")
    assert asked(server, "POST", "/api/repos/create", asking)[0] == 409
    assert b"sdk: gradio" in server.space("me/it").files["README.md"]
    assert server.space("me/it").private
    assert asked(server, "POST", "/api/repos/create", {**asking, "organization": "you"})[0] == 403
    assert asked(server, "POST", "/api/repos/create", asking, token="")[0] == 401


def test_files_are_committed_small_and_large(server: FakeHubServer) -> None:
    server.add("me/it", {"old.txt": "old", "sub/a.txt": "a", "sub/b.txt": "b"})
    wanted = [{"path": path, "size": 3, "sample": ""} for path in ("new.txt", "big.bin")]
    modes = asked(server, "POST", "/api/spaces/me/it/preupload/main", {"files": wanted})[2]["files"]
    assert [file["uploadMode"] for file in modes] == ["regular", "lfs"]
    oid = hashlib.sha256(b"big").hexdigest()
    batch = "/spaces/me/it.git/info/lfs/objects/batch"
    (item,) = asked(server, "POST", batch, {"objects": [{"oid": oid, "size": 3}]})[2]["objects"]
    path = item["actions"]["upload"]["href"].removeprefix(server.url)
    assert asked(server, "PUT", path, b"bad")[0] == 400
    assert asked(server, "PUT", path, b"big")[0] == 200
    status, answer = pushed(
        server,
        {"key": "file", "value": {"path": "new.txt", "content": base64.b64encode(b"new").decode()}},
        {"key": "lfsFile", "value": {"path": "big.bin", "algo": "sha256", "oid": oid, "size": 3}},
        {"key": "deletedFile", "value": {"path": "old.txt"}},
        {"key": "deletedFolder", "value": {"path": "sub"}},
    )
    assert (status, answer["commitOid"]) == (200, server.space("me/it").branches["main"])
    assert server.space("me/it").files == {"new.txt": b"new", "big.bin": b"big"}
    tree = asked(server, "GET", "/api/spaces/me/it/tree/main?recursive=True")[2]
    assert {entry["path"]: entry.get("lfs", {}).get("oid") for entry in tree} == {"new.txt": None, "big.bin": oid}
    for path, etag in (("new.txt", git_oid(b"new")), ("big.bin", oid)):
        status, headers, content = asked(server, "GET", f"/spaces/me/it/resolve/main/{path}", token="")
        assert (status, headers["etag"], content) == (200, f'"{etag}"', path[:3].encode())
        assert headers["x-repo-commit"] == answer["commitOid"]


def test_proposals_leave_the_main_branch_alone(server: FakeHubServer) -> None:
    before = server.add("me/it", {"a.txt": "a"}).branches["main"]
    line = {"key": "file", "value": {"path": "b.txt", "content": "Yg=="}}
    _, answer = pushed(server, line, query="?create_pr=1")
    assert answer["pullRequestUrl"] == f"{server.url}/spaces/me/it/discussions/1"
    assert server.space("me/it").branches["main"] == before
    assert asked(server, "GET", "/spaces/me/it/resolve/refs%2Fpr%2F1/b.txt")[2] == b"b"
    assert pushed(server, line, query="?create_pr=1")[1]["pullRequestUrl"].endswith("/2")


def test_the_hub_refuses_what_the_real_one_refuses(server: FakeHubServer) -> None:
    server.add("me/secret", {"a.txt": "a"}, private=True)
    server.add("you/gated", {"a.txt": "a"}, gated=True)
    file = "/spaces/me/secret/resolve/main/a.txt"
    for status, code, path, token in (
        (401, "RepoNotFound", file, ""),
        (401, "", file, "hf_other"),
        (404, "RepoNotFound", "/api/spaces/me/none", None),
        (404, "RevisionNotFound", "/api/spaces/me/secret/revision/none", None),
        (404, "EntryNotFound", "/spaces/me/secret/resolve/main/none", None),
        (403, "GatedRepo", "/spaces/you/gated/resolve/main/a.txt", None),
        (404, "", "/api/nothing", None),
    ):
        got, headers, _ = asked(server, "GET", path, token=token)
        assert (got, headers["x-error-code"]) == (status, code), path
    card = {"content": "no metadata", "repoType": "space"}
    assert asked(server, "POST", "/api/validate-yaml", card)[0] == 400
    card["content"] = "---\ntitle: x\n---\n"
    assert asked(server, "POST", "/api/validate-yaml", card)[2]["errors"] == [{"message": '"sdk" is required'}]


def test_fails_on_demand(server: FakeHubServer) -> None:
    server.add("me/it", {"a.txt": "a"})
    path = "/spaces/me/it/resolve/main/a.txt"
    server.fail("/resolve/", Failure(503, "Overloaded."))
    server.fail("/resolve/", Dropped())
    server.fail("/resolve/", Delayed(0.01))
    assert asked(server, "GET", "/api/spaces/me/it")[0] == 200
    assert asked(server, "GET", path)[0] == 503
    with pytest.raises(http.client.RemoteDisconnected):
        asked(server, "GET", path)
    assert asked(server, "GET", path)[2] == b"a"
