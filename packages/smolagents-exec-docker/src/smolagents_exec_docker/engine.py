"""The way to the engine, and what goes wrong there in words that say what to do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from smolagents.errors import SandboxError

if TYPE_CHECKING:
    from docker import DockerClient

_SETTINGS = ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH")


def open_client() -> DockerClient:
    """Return a new client of the engine that DOCKER_HOST, or else Docker's current context, names.

    Raises:
        SandboxError: No engine answers there, or this user may not use it.
    """
    import docker

    with engine_errors():
        return docker.from_env()


@contextmanager
def engine_errors() -> Iterator[None]:
    """Raise what the client raises as a SandboxError that says what to do."""
    from docker.errors import APIError, DockerException

    try:
        yield
    except APIError as error:
        raise SandboxError(f"The container engine refused: {error.explanation or error}") from error
    except (DockerException, OSError) as error:  # what the client's connections raise is an OSError
        if getattr(error, "filename", None):  # that of a file is not about the engine
            raise
        raise SandboxError(_unreachable(error)) from error


def address() -> str:
    """Return where the engine is looked for."""
    return os.environ.get("DOCKER_HOST") or "the default address (DOCKER_HOST is not set)"


def engine_settings() -> tuple[str | None, ...]:
    """Return the environment variables by which an engine is chosen."""
    return tuple(map(os.environ.get, _SETTINGS))


def _unreachable(error: BaseException) -> str:
    if "Permission denied" in str(error):
        return (
            f"This user may not use the container engine at {address()}. Add the user to the engine's group "
            "(`sudo usermod -aG docker $USER`, then log in again), or run a rootless engine and set DOCKER_HOST to its "
            "socket; `docker info` must work."
        )
    return (
        f"No container engine answers at {address()}: {error}. Start it (`sudo systemctl start docker`, Docker "
        "Desktop, or `podman system service`), or set DOCKER_HOST to its address, such as "
        "unix:///run/user/1000/podman/podman.sock; `docker info` must work."
    )
