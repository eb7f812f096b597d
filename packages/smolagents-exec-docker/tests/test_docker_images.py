"""Which image a container runs: named, built from a Dockerfile, with packages."""

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from smolagents.errors import SandboxError
from smolagents_exec_docker import DockerExecutor
from smolagents_exec_docker.images import DEFAULT_IMAGE, wanted_packages
from smolagents_testing.executor_lifecycle import PROBE, probe_wheel


@pytest.fixture
def name(client: Any) -> Iterator[str]:
    """Return a name for an image that is removed afterwards."""
    name = f"smolagents-test-{uuid4().hex[:12]}:1"
    yield name
    if client.images.list(name):
        client.images.remove(name, force=True)


def dockerfile(mark: str) -> str:
    return f"FROM {DEFAULT_IMAGE}\nRUN echo {mark} > /mark\n"


READ = "open('/mark').read().strip()"


def test_dockerfile_of_the_user(make: Callable[..., DockerExecutor]) -> None:
    assert make(dockerfile_content=dockerfile("mine"))(READ).output == "mine"


def test_built_image_bears_the_name_that_is_given(make: Callable[..., DockerExecutor], name: str) -> None:
    assert make(dockerfile_content=dockerfile("one"), image_name=name)(READ).output == "one"
    assert make(image_name=name)(READ).output == "one"
    kept = make(dockerfile_content=dockerfile("two"), image_name=name, build_new_image=False)
    assert kept(READ).output == "one"
    assert make(dockerfile_content=dockerfile("two"), image_name=name)(READ).output == "two"


def test_dockerfile_that_fails_shows_its_log(make: Callable[..., DockerExecutor]) -> None:
    with pytest.raises(SandboxError, match=r"(?s)dockerfile_content.*what went wrong.*exit status|code: 3"):
        make(dockerfile_content=f"FROM {DEFAULT_IMAGE}\nRUN echo what went wrong; exit 3\n")


def test_image_that_can_not_be_pulled(make: Callable[..., DockerExecutor]) -> None:
    with pytest.raises(SandboxError, match=r"image 'localhost:1/no/such:2'.*docker pull localhost:1.*image_name"):
        make(image_name="localhost:1/no/such:2")


def test_image_without_python(make: Callable[..., DockerExecutor]) -> None:
    content = f"FROM {DEFAULT_IMAGE}\nRUN rm /usr/bin/python3\n"
    with pytest.raises(SandboxError, match=r"does not start: it has ended with exit code .*needs Python 3.8"):
        make(dockerfile_content=content)("1")


def test_entry_point_and_user_of_the_image_do_not_matter(make: Callable[..., DockerExecutor]) -> None:
    content = f'FROM {DEFAULT_IMAGE}\nUSER root\nENTRYPOINT ["false"]\nCMD ["false"]\nENV MARK=1\n'
    assert make(dockerfile_content=content)("import os\n[os.getuid(), os.environ['MARK']]").output == [65534, "1"]


def test_packages_are_installed_once(make: Callable[..., DockerExecutor], tmp_path: Path, client: Any) -> None:
    wheel = probe_wheel(tmp_path)
    with zipfile.ZipFile(wheel, "a") as archive:  # a content that no other run has built
        archive.writestr("smolagents_kit_mark.py", f"MARK = {uuid4().hex!r}\n")
    first = make([str(wheel)])
    assert first(f"import {PROBE}\n{PROBE}.ANSWER").output == 42
    # No network, and no way to build: the image is there.
    second = make([str(wheel)], build_kwargs={"network_mode": "none", "no": "such argument"})
    assert second.image == first.image
    first.cleanup()
    second.cleanup()
    client.images.remove(first.image, force=True)


def test_package_from_the_index(make: Callable[..., DockerExecutor]) -> None:
    assert make(["numpy>=1", "json", "*"])("import numpy\nint(numpy.arange(4).sum())").output == 6


def test_nothing_is_built_for_what_the_image_has(make: Callable[..., DockerExecutor]) -> None:
    executor = make(["pip", "pip.*", "os.path", "json"])
    assert executor.image == make().image
    assert executor("import pip\npip.__name__").output == "pip"


def test_packages_that_can_not_be_had(make: Callable[..., DockerExecutor]) -> None:
    with pytest.raises(SandboxError, match="pip could not install smolagents-no-such-thing"):
        make(["smolagents-no-such-thing"], build_kwargs={"network_mode": "none"})


@pytest.mark.parametrize(
    ("imports", "wanted"),
    [
        (["json", "os.path", "*", "xml.etree.*"], ([], [])),
        (["numpy", "numpy.linalg", "PIL.*"], (["PIL", "numpy"], [])),
        (["numpy>=2", "./a.whl", "a-b"], ([], ["numpy>=2", "./a.whl", "a-b"])),
    ],
)
def test_what_imports_want(imports: list[str], wanted: tuple[list[str], list[str]]) -> None:
    assert wanted_packages(imports) == wanted
