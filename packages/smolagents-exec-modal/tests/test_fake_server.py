"""The fake Modal, seen by the real SDK."""

from collections.abc import Iterator
from typing import Any

import modal
import pytest
from modal.stream_type import StreamType
from smolagents_testing import FakeModalServer
from smolagents_testing.waiting import ended


@pytest.fixture
def server() -> Iterator[FakeModalServer]:
    with FakeModalServer() as running:
        yield running


@pytest.fixture
def client(server: FakeModalServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    client = modal.Client.from_credentials(server.token_id, server.token_secret)
    yield client
    client.close()


def create(client: Any, **options: Any) -> Any:
    app = modal.App.lookup("my-app", create_if_missing=True, client=client)
    return modal.Sandbox.create(app=app, client=client, **options)


def test_runs_commands(server: FakeModalServer, client: Any) -> None:
    sandbox = create(client, secrets=[modal.Secret.from_dict({"GREETING": "hi"})], tags={"for": "test"})
    process = sandbox.exec("sh", "-c", "echo $GREETING; echo no >&2; exit 3")
    assert (process.stdout.read(), process.stderr.read(), process.wait()) == ("hi\n", "no\n", 3)
    assert server.apps == ["my-app"]
    assert server.sandboxes[0].tags == {"for": "test"}
    assert server.sandboxes[0].env == {"GREETING": "hi"}


@pytest.mark.parametrize("gpu", [None, "T4"], ids=["second generation", "first generation"])
def test_carries_streams_both_ways(client: Any, gpu: Any) -> None:
    process = create(client, gpu=gpu).exec("cat", text=False)
    stdout = iter(process.stdout)
    for text in (b"one", b"two"):
        process.stdin.write(text)
        process.stdin.drain()
        assert next(stdout) == text
    process.stdin.write_eof()
    process.stdin.drain()
    assert (list(stdout), process.wait()) == ([], 0)


def test_image_and_limits_reach_the_server(server: FakeModalServer, client: Any) -> None:
    create(client, image=modal.Image.debian_slim().pip_install("numpy"), timeout=100, cpu=2.0)
    assert "numpy" in server.images[-1].dockerfile_commands[-1]
    definition = server.sandboxes[0].definition
    assert (definition.timeout_secs, definition.resources.milli_cpu) == (100, 2000)


def test_terminating_ends_all_processes(server: FakeModalServer, client: Any) -> None:
    sandbox = create(client)
    process = sandbox.exec("sh", "-c", "sleep 1000 & echo $!; wait", text=False)
    child = int(next(iter(process.stdout)))
    assert server.sandboxes[0].pids
    sandbox.terminate()
    assert process.wait() == 128 + 9
    assert server.sandboxes[0].terminated
    assert ended(child)


def test_death_ends_streams(server: FakeModalServer, client: Any) -> None:
    process = create(client).exec("cat", text=False)
    server.kill(server.sandboxes[0])
    assert (list(process.stdout), process.wait()) == ([], 128 + 9)


def test_a_stream_that_was_cut_goes_on_where_it_stopped(server: FakeModalServer, client: Any) -> None:
    process = create(client).exec("cat", text=False, stderr=StreamType.DEVNULL)
    stdout = iter(process.stdout)
    for text in (b"before", b"after"):
        process.stdin.write(text)
        process.stdin.drain()
        assert next(stdout) == text
        server.cut_streams(server.sandboxes[0])


def test_an_idle_sandbox_ends(server: FakeModalServer, client: Any) -> None:
    sandbox = create(client, idle_timeout=1)
    sandbox.exec("true").wait()
    sandbox.wait(raise_on_termination=False)
    assert server.sandboxes[0].terminated


@pytest.mark.parametrize(
    ("rpc", "status", "error"),
    [
        ("AppGetOrCreate", "PERMISSION_DENIED", modal.exception.PermissionDeniedError),
        ("SandboxCreateV2", "RESOURCE_EXHAUSTED", modal.exception.ResourceExhaustedError),
    ],
)
def test_fails_as_told(server: FakeModalServer, client: Any, rpc: str, status: str, error: type[Exception]) -> None:
    server.fail(rpc, status, "told so")
    with pytest.raises(error, match="told so"):
        create(client)
    create(client)


def test_accepts_its_own_token_only(server: FakeModalServer, client: Any) -> None:
    with (
        modal.Client.from_credentials(server.token_id, "as-wrong") as stranger,
        pytest.raises(modal.exception.AuthError),
    ):
        create(stranger)


def test_what_it_does_not_know_it_says(client: Any) -> None:
    with pytest.raises(modal.exception.Error, match="does not know VolumeList"):
        modal.Volume.objects.list(client=client)
