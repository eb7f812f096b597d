"""`executor_type="docker"`: actions run in a container of Docker or Podman."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from smolagents.errors import SandboxError
from smolagents.sandbox.executor import RemotePythonExecutor
from smolagents.sandbox.transport import WorkerGone
from smolagents.tools.imports import distributions

from smolagents_exec_docker.container import ContainerTransport, container_options, start_container
from smolagents_exec_docker.engine import address, engine_errors, open_client
from smolagents_exec_docker.images import DEFAULT_IMAGE, Images, wanted_packages

if TYPE_CHECKING:
    from smolagents.monitoring import AgentLogger


class DockerExecutor(RemotePythonExecutor):
    """Run actions in a container of Docker or Podman; tools stay in this process and are called back.

    The container has no network, a read-only root with a small /tmp, an unprivileged user without capabilities, and
    limits of memory, CPU and processes. It has none of the host's files and environment. It ends with the executor,
    with `cleanup`, and with this process, however that ends. The engine is the one that DOCKER_HOST, or else Docker's
    current context, names.

    Args:
        additional_imports: Modules that the code needs besides Python's own, or requirements as pip knows them; they
            are installed into an image of their own, once. A path of a wheel is one too.
        logger: Where to tell that an image is pulled or built.
        allow_pickle: Let values that have no plain form cross as pickles, by which the container can run any code here.
        host: Not used, as no server runs in the container.
        port: Not used either.
        image_name: Image to run, with Python 3.8 or newer in it; it is pulled if the engine does not have it. With
            `dockerfile_content`, what to call the image that is built.
        build_new_image: Build from `dockerfile_content` even if there is an image of that name; the engine's cache
            makes that quick.
        container_run_kwargs: Arguments of docker-py's `containers.run` that replace the hardened ones, such as
            `{"network_mode": "bridge", "mem_limit": "8g"}`; None takes one away.
        dockerfile_content: Text of a Dockerfile to build the image from.
        build_kwargs: Arguments of docker-py's `images.build`, such as `{"network_mode": "host"}`. `buildargs` reach
            pip, too: `{"buildargs": {"PIP_INDEX_URL": …}}`.
        timeout_seconds: Seconds that one action may run; None for no deadline. Code that does not stop at its deadline
            is ended with its container, and its variables are lost.
        max_print_outputs_length: Length in characters to which an action's prints are cut.

    Raises:
        SandboxError: There is no engine, no image, or no way to install the packages; says what to do.
    """

    def __init__(
        self,
        additional_imports: Sequence[str] = (),
        logger: AgentLogger | None = None,
        allow_pickle: bool = False,
        host: str = "127.0.0.1",
        port: int = 8888,
        image_name: str | None = None,
        build_new_image: bool = True,
        container_run_kwargs: Mapping[str, Any] | None = None,
        dockerfile_content: str | None = None,
        *,
        build_kwargs: Mapping[str, Any] | None = None,
        timeout_seconds: float | None = 300,
        max_print_outputs_length: int | None = None,
    ) -> None:
        super().__init__(additional_imports, logger, allow_pickle)
        self.build_kwargs = dict(build_kwargs or {})
        self.container_run_kwargs = dict(container_run_kwargs or {})
        self.timeout_seconds = timeout_seconds
        if max_print_outputs_length is not None:
            self.max_print_outputs_length = max_print_outputs_length
        with self._images() as images:
            if dockerfile_content is None:
                image = images.pulled(image_name or DEFAULT_IMAGE)
            else:
                image = images.built(dockerfile_content, image_name, build_new_image)
            self.image = image
            self._provide(images)
        self.start_worker()

    def _provide(self, images: Images) -> None:
        """Take an image that has what the code needs: the one that is there, if it lacks nothing."""
        modules, others = wanted_packages(self.additional_imports)
        if not modules and not others:
            return
        layer = images.layer(self.image, [*distributions(modules), *others])
        if others or images.find(layer.name) or self._lacks(modules):
            self.end_worker()
            self.image = images.with_layer(layer)

    def _lacks(self, modules: Sequence[str]) -> bool:
        """Tell whether the image lacks any of these modules."""
        code = f"any(__import__('importlib.util').util.find_spec(name) is None for name in {modules!r})"
        try:
            return self._request({"type": "run", "code": code}, None).get("value") is not False
        except WorkerGone as error:
            raise SandboxError(f"The sandbox's worker {error}.") from error

    def connect(self) -> ContainerTransport:
        """Start a container."""
        client = open_client()
        try:
            with engine_errors():
                return start_container(client, self.image, container_options(self.container_run_kwargs))
        except BaseException:
            client.close()
            raise

    def install_packages(self, additional_imports: list[str]) -> list[str]:
        """Install packages into an image of their own and go on in a new container.

        The container itself has no network and can't be changed. What earlier actions have defined is gone.

        Raises:
            SandboxError: pip can't install them; the container is still there.
        """
        if additional_imports:
            with self._lock:
                modules, others = wanted_packages(additional_imports)
                with self._images() as images:
                    self.image = images.with_layer(images.layer(self.image, [*distributions(modules), *others]))
                self.end_worker()
                self.start_worker()
        return list(additional_imports)

    def delete(self) -> None:
        """End the container, as `cleanup` does."""
        self.cleanup()

    def new_session(self) -> DockerExecutor:
        """Return an executor with the same image and options, without tools and variables."""
        return type(self)(
            (),
            self.logger,
            self.allow_pickle,
            image_name=self.image,
            container_run_kwargs=self.container_run_kwargs,
            build_kwargs=self.build_kwargs,
            timeout_seconds=self.timeout_seconds,
            max_print_outputs_length=self.max_print_outputs_length,
        )

    @classmethod
    def diagnose(cls) -> dict[str, str]:
        """Return which engine answers, and whether it has the default image."""
        try:
            with closing(open_client()) as client, engine_errors():
                version = client.version()
                images = Images(client, {}, print)
                image = "is there" if images.find(DEFAULT_IMAGE) else "is pulled on first use"
        except SandboxError as error:
            return {"engine": f"missing: {error}"}
        name = next((part["Name"] for part in version.get("Components", ())), "Engine")
        return {"engine": f"{name} {version['Version']} at {address()}", "image": f"{DEFAULT_IMAGE} {image}"}

    @contextmanager
    def _images(self) -> Iterator[Images]:
        with closing(open_client()) as client, engine_errors():
            yield Images(client, self.build_kwargs, self.say)
