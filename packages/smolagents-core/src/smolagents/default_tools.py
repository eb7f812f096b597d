"""The tools that core brings, and the names of those that plugins bring."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from smolagents import plugins
from smolagents.tools import Tool


class PythonInterpreterTool(Tool):
    """Run Python code in the guarded interpreter; each call starts afresh.

    Args:
        authorized_imports: Modules that the code may import, besides the harmless ones of the standard library.
        timeout_seconds: Seconds that one call may take.
    """

    name = "python_interpreter"
    description = "Runs Python code and returns what it prints and the value of its last line: use it for calculations."
    inputs = {"code": {"type": "string", "description": "The code to run in the interpreter"}}
    output_type = "string"

    def __init__(
        self,
        *args: Any,
        authorized_imports: list[str] | None = None,
        timeout_seconds: int | None = 30,
        **kwargs: Any,
    ) -> None:
        from smolagents.local_python_executor import BASE_BUILTIN_MODULES

        self.authorized_imports = sorted({*BASE_BUILTIN_MODULES, *(authorized_imports or [])})
        self.timeout_seconds = timeout_seconds
        self.inputs = {
            "code": {
                "type": "string",
                "description": (
                    "The code to run. It must define all variables that it uses: nothing is kept from earlier calls. "
                    f"It may import only these modules: {', '.join(self.authorized_imports)}."
                ),
            }
        }
        super().__init__(*args, **kwargs)

    def forward(self, code: str) -> str:
        """Return what the code prints and the value of its last statement."""
        from smolagents.local_python_executor import BASE_PYTHON_TOOLS, evaluate_python_code

        state: dict[str, Any] = {}
        output, _ = evaluate_python_code(
            code,
            static_tools=BASE_PYTHON_TOOLS,
            state=state,
            authorized_imports=self.authorized_imports,
            timeout_seconds=self.timeout_seconds,
        )
        return f"Stdout:\n{state['_print_outputs']}\nOutput: {output}"


class FinalAnswerTool(Tool):
    """Give the final answer."""

    name = "final_answer"
    description = "Gives the final answer to the task and ends the work on it."
    inputs = {"answer": {"type": "any", "description": "The final answer to the task"}}
    output_type = "any"

    def forward(self, answer: Any) -> Any:
        """Return the answer."""
        return answer


class UserInputTool(Tool):
    """Ask the person at the terminal."""

    name = "user_input"
    description = "Asks the user a question and returns the reply."
    inputs = {"question": {"type": "string", "description": "The question to ask the user"}}
    output_type = "string"

    def forward(self, question: str) -> str:
        """Print the question and return the line that the user types."""
        return input(f"{question} => Type your answer here:")


class _ToolMapping(Mapping[str, type[Tool]]):
    """Find tool classes by tool name; a plugin's class is imported when it is looked up."""

    _classes = {
        "python_interpreter": "PythonInterpreterTool",
        "web_search": "DuckDuckGoSearchTool",
        "visit_webpage": "VisitWebpageTool",
    }

    def __getitem__(self, name: str) -> type[Tool]:
        cls: type[Tool] = plugins.resolve(self._classes[name], "tools")
        return cls

    def __iter__(self) -> Iterator[str]:
        return iter(self._classes)

    def __len__(self) -> int:
        return len(self._classes)

    def __contains__(self, name: object) -> bool:
        return name in self._classes


TOOL_MAPPING: Mapping[str, type[Tool]] = _ToolMapping()
"""The tools that `add_base_tools=True` gives an agent, by name."""

if not TYPE_CHECKING:
    __getattr__ = plugins.module_getattr(__name__, "tools")

__all__ = ["TOOL_MAPPING", "FinalAnswerTool", "PythonInterpreterTool", "UserInputTool"]
