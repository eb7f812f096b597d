"""Docker and Podman keep the promises of executors."""

from collections.abc import Callable
from typing import Any

import pytest
from smolagents import CodeAgent, tool
from smolagents_exec_docker import DockerExecutor
from smolagents_testing import ExecutorConformance, ScriptedModel, code


class TestDockerExecutor(ExecutorConformance):
    lacks = {"import refusal": "its sandbox is the boundary, not its Python"}

    @pytest.fixture(autouse=True)
    def on_engine(self, engine: str) -> None:
        pass

    def make_executor(self, additional_imports: tuple[str, ...] = (), **options: Any) -> DockerExecutor:
        imports = [*additional_imports, "numpy", "PIL"]  # for arrays and images
        return DockerExecutor(imports, build_kwargs={"network_mode": "host"}, **options)


def test_agent_chooses_it_by_name(engine: str) -> None:
    asked = []

    @tool
    def capital(country: str) -> str:
        """Return the capital of a country.

        Args:
            country: Its name.
        """
        asked.append(country)
        return "Lima"

    model = ScriptedModel([code("city = capital('Peru')\nprint(city)"), code("final_answer(city.upper())")])
    kwargs = {"image_name": "python:3.12-slim", "port": 8889, "container_run_kwargs": {"mem_limit": "256m"}}
    agent = CodeAgent([capital], model, executor_type="docker", executor_kwargs=kwargs, verbosity_level=-1)
    with agent:
        assert agent.run("Which city?") == "LIMA"
    assert asked == ["Peru"]


def test_sessions_of_one_configuration(make: Callable[..., DockerExecutor]) -> None:
    first = make(container_run_kwargs={"environment": {"MARK": "x"}}, timeout_seconds=7)
    with first.new_session() as second:
        first("a = 1")
        assert second("import os\n[os.environ['MARK'], 'a' in globals()]").output == ["x", False]
        assert (second.image, second.timeout_seconds) == (first.image, 7)
