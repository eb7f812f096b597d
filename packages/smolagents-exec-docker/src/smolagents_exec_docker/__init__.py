"""Run the code of agents in containers of Docker or Podman."""

from smolagents_exec_docker.executor import DockerExecutor

__all__ = ["DockerExecutor"]
