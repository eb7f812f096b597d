"""The engines that the tests run on: scripts/test-docker starts them, and names them in SMOLAGENTS_TEST_ENGINES.

The tests that need one are skipped elsewhere, and all of them where docker-py is not installed.
"""

import importlib.util
import json
import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

collect_ignore_glob = ["test_*.py"] if importlib.util.find_spec("docker") is None else []

ENGINES: dict[str, str] = json.loads(os.environ.get("SMOLAGENTS_TEST_ENGINES", "{}"))


@pytest.fixture(params=["docker", "podman"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Choose an engine for the test and return its name."""
    name: str = request.param
    if name not in ENGINES:
        pytest.skip("scripts/test-docker runs this with an engine of its own")
    monkeypatch.setenv("DOCKER_HOST", ENGINES[name])
    return name


@pytest.fixture
def make(engine: str) -> Iterator[Callable[..., Any]]:
    """Return a maker of executors that are cleaned up afterwards."""
    from smolagents_exec_docker import DockerExecutor

    made = []

    def make_executor(*args: Any, **options: Any) -> DockerExecutor:
        # The engines of the tests have no network of their own.
        made.append(DockerExecutor(*args, **{"build_kwargs": {"network_mode": "host"}, **options}))
        return made[-1]

    yield make_executor
    for executor in made:
        executor.cleanup()


@pytest.fixture
def client(engine: str) -> Iterator[Any]:
    """Return a client of the engine, to look at it from outside."""
    import docker

    client = docker.from_env()
    yield client
    client.close()


@pytest.fixture
def gone(client: Any) -> Callable[[str], bool]:
    """Return a function that waits for the end of a container, running or not, and tells whether it came."""

    def is_gone(container_id: str, seconds: float = 120) -> bool:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if not client.api.containers(all=True, filters={"id": container_id}):
                return True
            time.sleep(0.05)
        return False

    return is_gone
