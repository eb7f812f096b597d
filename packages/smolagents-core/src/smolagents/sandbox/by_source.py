"""Tools and variables as source, for executors that bring their own way to run code and so have no worker.

What such an executor runs is IPython in most cases, hence `!pip`. A final answer is an exception whose name is
`FINAL_ANSWER_EXCEPTION` and whose text is the serialized value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from smolagents.serialization import SafeSerializer

if TYPE_CHECKING:
    from smolagents.sandbox.executor import RemotePythonExecutor

_FINAL_ANSWER = """
{serializer}

class {exception}(BaseException):
    def __init__(self, value):
        super().__init__(value)
        self.value = value


def _answering(tool):
    def final_answer(*args, **kwargs):
        raise {exception}(SafeSerializer.dumps(tool(*args, **kwargs), allow_pickle={allow_pickle}))

    return final_answer


if "final_answer" in globals():
    final_answer = _answering(final_answer)
"""


def send_tools(executor: RemotePythonExecutor, tools: Mapping[str, Any]) -> None:
    """Install what the tools need, and run the source that defines them."""
    from smolagents.tools.bundle import get_tools_definition_code
    from smolagents.tools.imports import distributions

    needed = {name for tool in tools.values() for name in tool.to_dict()["requirements"] if name != "smolagents"}
    packages = [name for name in distributions(sorted(needed)) if name not in executor.installed_packages]
    if packages:
        executor.installed_packages += executor.install_packages(packages)
    source = get_tools_definition_code(dict(tools))
    if "final_answer" in tools:
        source += _FINAL_ANSWER.format(
            serializer=SafeSerializer.get_safe_serializer_code(),
            exception=executor.FINAL_ANSWER_EXCEPTION,
            allow_pickle=executor.allow_pickle,
        )
    _run(executor, source)


def send_variables(executor: RemotePythonExecutor, variables: Mapping[str, Any]) -> None:
    """Run the source that defines variables."""
    if not variables:
        return
    text = SafeSerializer.dumps(dict(variables), allow_pickle=executor.allow_pickle)
    reader = SafeSerializer.get_deserializer_code(executor.allow_pickle)
    _run(executor, f"{reader}\n\nglobals().update(_deserialize({text!r}))\n")


def _run(executor: RemotePythonExecutor, source: str) -> None:
    executor.say(executor.run_code_raise_errors(source).logs)
