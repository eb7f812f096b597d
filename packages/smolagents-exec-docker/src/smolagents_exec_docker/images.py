"""The image that a container runs: pulled, built from a Dockerfile, or with packages in a layer of their own."""

from __future__ import annotations

import hashlib
import io
import json
import re
import sys
import tarfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smolagents.errors import SandboxError

if TYPE_CHECKING:
    from docker import DockerClient

DEFAULT_IMAGE = "python:3.12-slim"
REPOSITORY = "smolagents"
BUILD_SECONDS = 3600
_LOG = 2000
_MODULE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*(\.\*)?")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# Debian's pip refuses to install beside what apt has installed, which is no harm in an image of its own.
_PIP = ["env", "PIP_BREAK_SYSTEM_PACKAGES=1", "python3", "-m", "pip", "install", "--no-cache-dir", "--no-input"]


@dataclass(frozen=True)
class Layer:
    """Hold what makes an image out of another.

    Args:
        name: What the image is called: the same content has the same name.
        dockerfile: The text that it is built from.
        files: Files that the Dockerfile copies.
        problem: What to say where that fails.
    """

    name: str
    dockerfile: str
    files: Mapping[str, bytes]
    problem: str


class Images:
    """Find images on an engine, and bring those that it lacks.

    Args:
        client: The engine's client.
        build_kwargs: Arguments of docker-py's `images.build`.
        say: Tells the user what takes long.
    """

    def __init__(self, client: DockerClient, build_kwargs: Mapping[str, Any], say: Callable[[str], None]) -> None:
        self._client = client
        self._build_kwargs = build_kwargs
        self._say = say

    def pulled(self, name: str) -> str:
        """Return an image of this name, from a registry if the engine does not have it."""
        from docker.errors import APIError
        from docker.utils import parse_repository_tag

        if found := self.find(name):
            return found
        self._say(f"Pulling the image {name}")
        repository, tag = parse_repository_tag(name)
        try:
            for line in self._client.api.pull(repository, tag=tag or "latest", stream=True, decode=True):
                if "error" in line:
                    raise _no_image(name, line["error"])
        except APIError as error:
            raise _no_image(name, error.explanation or str(error)) from error
        if found := self.find(name):
            return found
        raise _no_image(name, "the engine does not know it afterwards")

    def built(self, dockerfile: str, name: str | None, again: bool) -> str:
        """Return the image of a Dockerfile.

        Args:
            dockerfile: Its text.
            name: What to call the image; a name of its own by default.
            again: Build it even if there is an image of that name.
        """
        name = name or _name_for(dockerfile)
        found = None if again else self.find(name)
        return found or self._build(name, dockerfile, {}, "The image can't be built from dockerfile_content")

    def layer(self, image: str, packages: Sequence[str]) -> Layer:
        """Return what is to be built so that an image has packages besides; a package may be the path of a wheel."""
        wheels = {path.name: path.read_bytes() for path in map(Path, packages) if _is_wheel(path)}
        wanted = [f"/opt/wheels/{Path(name).name}" if _is_wheel(Path(name)) else name for name in packages]
        lines = [f"FROM {image}", "USER root"]
        lines += [f"COPY {json.dumps([wheel, '/opt/wheels/'])}" for wheel in wheels]
        lines += [f"ARG {name}" for name in self._build_kwargs.get("buildargs", {})]
        lines.append("RUN " + json.dumps([*_PIP, "--", *wanted]))
        dockerfile = "\n".join(lines) + "\n"
        problem = f"pip could not install {', '.join(packages)} in the image"
        return Layer(_name_for(dockerfile, *wheels.values()), dockerfile, wheels, problem)

    def with_layer(self, layer: Layer) -> str:
        """Return the image with the layer, which is built once."""
        return self.find(layer.name) or self._build(layer.name, layer.dockerfile, layer.files, layer.problem)

    def _build(self, name: str, dockerfile: str, files: Mapping[str, bytes], problem: str) -> str:
        from docker.errors import APIError, BuildError

        self._say(f"Building the image {name}")
        labels = {REPOSITORY: "built"}
        options = {"rm": True, "forcerm": True, "timeout": BUILD_SECONDS, "labels": labels, **self._build_kwargs}
        context = _context({"Dockerfile": dockerfile.encode(), **files})
        try:
            image, _ = self._client.images.build(fileobj=context, custom_context=True, tag=name, **options)
        except BuildError as error:
            log = "".join(line.get("stream") or line.get("error") or "" for line in error.build_log)
            raise SandboxError(f"{problem}:\n{_COLOUR.sub('', log).strip()[-_LOG:]}") from error
        except APIError as error:
            raise SandboxError(f"{problem}: {error.explanation}") from error
        return str(image.id)

    def find(self, name: str) -> str | None:
        """Return the id of an image that the engine has; None if it has not."""
        from docker.errors import ImageNotFound

        try:
            return str(self._client.images.get(name).id)
        except ImageNotFound:
            return None


def wanted_packages(imports: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the modules among imports that are not Python's own, and what else pip is to install: texts of its own."""
    entries = [entry for entry in imports if entry != "*"]
    modules = {entry.partition(".")[0] for entry in entries if _MODULE.fullmatch(entry)}
    return sorted(modules - sys.stdlib_module_names), [entry for entry in entries if not _MODULE.fullmatch(entry)]


def _name_for(*content: str | bytes) -> str:
    digest = hashlib.sha256()
    for part in content:
        digest.update(part.encode() if isinstance(part, str) else part)
    return f"{REPOSITORY}:{digest.hexdigest()[:20]}"


def _is_wheel(path: Path) -> bool:
    return path.suffix == ".whl" and path.is_file()


def _context(files: Mapping[str, bytes]) -> io.BytesIO:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o644
            tar.addfile(entry, io.BytesIO(content))
    archive.seek(0)
    return archive


def _no_image(name: str, reason: str) -> SandboxError:
    return SandboxError(
        f"The engine does not have the image {name!r} and can't pull it: {reason}. Check the name and the engine's "
        f"network (`docker pull {name}`), name another image that has Python 3.8 or newer (image_name=…), or give a "
        "Dockerfile (dockerfile_content=…)."
    )
