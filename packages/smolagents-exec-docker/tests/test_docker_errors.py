"""What is said where no engine can be used."""

import gc
import os
import socket
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from smolagents.errors import SandboxError
from smolagents_exec_docker import DockerExecutor
from smolagents_exec_docker.container import container_options


@pytest.fixture
def unreachable() -> Iterator[None]:
    """Collect what docker-py does not close where it can't connect."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield
        gc.collect()


@pytest.mark.usefixtures("unreachable")
def test_no_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    with pytest.raises(SandboxError, match=r"No container engine answers at unix:.*none\.sock.*Start it.*DOCKER_HOST"):
        DockerExecutor()
    assert DockerExecutor.diagnose()["engine"].startswith("missing: No container engine answers")


@pytest.mark.usefixtures("unreachable")
def test_engine_that_hangs_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = str(tmp_path / "dead.sock")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
    monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
    with pytest.raises(SandboxError, match="No container engine answers"):
        DockerExecutor()


@pytest.mark.usefixtures("unreachable")
def test_engine_that_this_user_may_not_use(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = str(tmp_path / "engine.sock")
    monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
    import docker.transport  # noqa: F401 (the modules are root's, too)

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        os.chmod(path, 0)
        me = os.geteuid()
        if me == 0:
            os.seteuid(65534)
        try:
            with pytest.raises(SandboxError, match=r"may not use the container engine at unix:.*usermod -aG docker"):
                DockerExecutor()
        finally:
            os.seteuid(me)


def test_address_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "bogus:somewhere")
    with pytest.raises(SandboxError, match="bogus:somewhere"):
        DockerExecutor()


def test_diagnosis(engine: str) -> None:
    found = DockerExecutor.diagnose()
    assert engine in found["engine"].lower() or "Engine" in found["engine"]
    assert found["image"] == "python:3.12-slim is there"


def test_unknown_argument_of_the_container(engine: str) -> None:
    with pytest.raises(TypeError, match="colour"):
        DockerExecutor(container_run_kwargs={"colour": "red"})


def test_argument_that_the_engine_refuses(engine: str) -> None:
    with pytest.raises(SandboxError, match=r"engine refused: .*[Mm]emory"):
        DockerExecutor(container_run_kwargs={"mem_limit": "1k"})


def test_hardened_unless_asked() -> None:
    options = container_options({})
    assert (options["network_mode"], options["read_only"], options["cap_drop"]) == ("none", True, ["ALL"])
    assert options["memswap_limit"] == options["mem_limit"] == "2g"
    assert options["environment"] == {"HOME": "/tmp"}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"mem_limit": "4g"}, {"mem_limit": "4g", "memswap_limit": "4g"}),
        ({"mem_limit": "4g", "memswap_limit": "6g"}, {"mem_limit": "4g", "memswap_limit": "6g"}),
        ({"mem_limit": None}, {"mem_limit": None, "memswap_limit": None}),
        ({"environment": ["A=1", "B=x=y"]}, {"environment": {"HOME": "/tmp", "A": "1", "B": "x=y"}}),
        (
            {"stdin_open": False, "tty": True, "auto_remove": False},
            {"stdin_open": True, "tty": False, "auto_remove": True},
        ),
        ({"remove": True, "detach": True}, {"remove": None, "detach": None}),
        ({"labels": ["a"]}, {"labels": {"a": ""}}),
    ],
)
def test_options_of_the_user(wanted: dict[str, object], expected: dict[str, object]) -> None:
    options = container_options(wanted)
    assert {name: options.get(name) for name in expected} == expected
