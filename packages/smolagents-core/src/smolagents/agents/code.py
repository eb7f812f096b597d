"""The agent that acts by writing Python."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from smolagents import plugins
from smolagents.agents import setup
from smolagents.agents.base import MultiStepAgent
from smolagents.agents.observing import observed
from smolagents.asking import ask_model
from smolagents.errors import AgentExecutionError, AgentParsingError
from smolagents.events import ActionOutput
from smolagents.executors import CodeOutput, PythonExecutor
from smolagents.messages import ChatMessage, text_of
from smolagents.models import CODEAGENT_RESPONSE_FORMAT
from smolagents.parsing import extract_code_from_text, fix_final_answer_code, parse_code_blobs
from smolagents.prompting import PromptTemplates, populate_template
from smolagents.requests import RunCode, Steps
from smolagents.run import Run
from smolagents.steps import ActionStep, ToolCall
from smolagents.utils import BASE_BUILTIN_MODULES, truncate_content

if TYPE_CHECKING:
    from smolagents.models import Model
    from smolagents.tools import Tool


class CodeAgent(MultiStepAgent):
    """Act by writing Python, which runs in an interpreter where the tools are functions.

    Args:
        tools: Tools that the code may call.
        model: A `Model`, or a callable that takes messages and returns a string.
        prompt_templates: Prompts that replace the agent's own.
        additional_authorized_imports: Modules that the code may import besides `BASE_BUILTIN_MODULES`; `"pkg.*"` for a
            package with all its submodules, `"*"` for everything.
        planning_interval: Make a plan before the first step and after every so many steps.
        executor: What runs the code; None makes one of `executor_type`.
        executor_type: "local", or the name of an installed executor: "docker", "e2b", "modal", "blaxel", "wasm", ….
        executor_kwargs: Options of the executor.
        max_print_outputs_length: How many characters of printed output the model sees.
        stream_outputs: Report the model's output as it comes.
        use_structured_outputs_internally: Ask the model for a JSON object with the fields "thought" and "code".
        code_block_tags: Opening and closing tag of code in the model's output, as regular expressions; "markdown" for
            fences, None for `<code>` and `</code>`.
        timeout: Seconds that one action may take.
        use_e2b_executor: Old spelling of `executor_type="e2b"`.
        **kwargs: Arguments of `MultiStepAgent`.

    Raises:
        ValueError: The executor type or the tags are unknown, or the model can't stream.
    """

    def __init__(
        self,
        tools: list[Tool] | None = None,
        model: Model | Callable[..., Any] | None = None,
        prompt_templates: PromptTemplates | None = None,
        additional_authorized_imports: list[str] | None = None,
        planning_interval: int | None = None,
        executor: PythonExecutor | None = None,
        executor_type: str = "local",
        executor_kwargs: dict[str, Any] | None = None,
        max_print_outputs_length: int | None = None,
        stream_outputs: bool = False,
        use_structured_outputs_internally: bool = False,
        code_block_tags: str | tuple[str, str] | None = None,
        *,
        timeout: float | None = None,
        use_e2b_executor: bool = False,
        **kwargs: Any,
    ) -> None:
        templates = "structured_code_agent" if use_structured_outputs_internally else "code_agent"
        super().__init__(
            tools=tools,
            model=model,
            prompt_templates=prompt_templates or setup.default_templates(templates),
            planning_interval=planning_interval,
            **kwargs,
        )
        self.additional_authorized_imports = setup.checked_list(
            additional_authorized_imports, "additional_authorized_imports", '["numpy"]'
        )
        self.authorized_imports = sorted({*BASE_BUILTIN_MODULES, *self.additional_authorized_imports})
        self.max_print_outputs_length = max_print_outputs_length
        self.stream_outputs = stream_outputs
        self._use_structured_outputs_internally = use_structured_outputs_internally
        self.code_block_tags = _tags(code_block_tags)
        self.executor_type = _executor_type(executor_type, use_e2b_executor)
        self.executor_kwargs = dict(executor_kwargs or {})
        if timeout is not None:
            self.executor_kwargs["timeout_seconds"] = timeout
        if stream_outputs and not hasattr(self.model, "generate_stream"):
            raise ValueError(
                "`stream_outputs` is set to True, but the model class implements no `generate_stream` method: "
                "leave stream_outputs out, or use a model that streams."
            )
        self._made_executor: PythonExecutor | None = None
        self.python_executor = executor if executor is not None else self.create_python_executor()
        self._show_system_prompt()

    def create_python_executor(self) -> PythonExecutor:
        """Return a new executor of the configured type.

        Raises:
            ValueError: The type is unknown.
            MissingPluginError: The distribution that brings it is not installed.
            TypeError: Its factory takes other arguments, or makes something else.
        """
        if self.executor_type == "local":
            from smolagents.local_python_executor import LocalPythonExecutor

            options = {"max_print_outputs_length": self.max_print_outputs_length, **self.executor_kwargs}
            self._made_executor = LocalPythonExecutor(self.additional_authorized_imports, **options)
        else:
            factory = plugins.executor_factory(self.executor_type)
            self._made_executor = self._made_by(factory)
        return self._made_executor

    def _made_by(self, factory: Callable[..., Any]) -> PythonExecutor:
        which = f"executor_type {self.executor_type!r}"
        try:
            made = factory(self.additional_authorized_imports, self.logger, **self.executor_kwargs)
        except TypeError as error:
            if error.__traceback__ is None or error.__traceback__.tb_next is not None:  # it comes from inside
                raise
            call = "(additional_imports, logger, **executor_kwargs)"
            raise TypeError(f"{which}: {error}. Its factory is called with {call}.") from error
        if not (callable(made) and hasattr(made, "send_variables") and hasattr(made, "send_tools")):
            name = f"{factory.__module__}.{getattr(factory, '__qualname__', factory)}"
            raise TypeError(f"{which}: {name} returned {type(made).__name__}, and it must return a PythonExecutor.")
        executor: PythonExecutor = made
        return executor

    def __enter__(self) -> CodeAgent:
        return self

    def __exit__(self, exc_type: object, exc_value: object, traceback: object) -> None:
        self.cleanup()

    def cleanup(self) -> None:
        """Free what the executor holds: processes, containers, sandboxes."""
        cleanup = getattr(self.python_executor, "cleanup", None)
        if cleanup is not None:
            cleanup()

    def initialize_system_prompt(self) -> str:
        """Return the system prompt with the tools, the imports and the instructions in it."""
        imports = self.authorized_imports
        return populate_template(
            self.prompt_templates["system_prompt"],
            {
                "tools": self.tools,
                "managed_agents": self.managed_agents,
                "authorized_imports": "You can import from any package you want." if "*" in imports else str(imports),
                "custom_instructions": self.instructions,
                "code_block_opening_tag": self.code_block_tags[0],
                "code_block_closing_tag": self.code_block_tags[1],
            },
        )

    def _executor_beside(self, executor: PythonExecutor | None) -> PythonExecutor | None:
        new_session: Callable[[], PythonExecutor] | None = getattr(executor, "new_session", None)
        if new_session is not None:
            return new_session()
        made_here = executor is not None and executor is self._made_executor
        return self.create_python_executor() if made_here else executor

    def _tools_for_code(self, run: Run) -> dict[str, Any]:
        tools: dict[str, Any] = {**self.tools, **self.managed_agents}
        if plugins.observes("tool_called"):
            return {name: observed(tool, run) for name, tool in tools.items()}
        return tools

    def _act(self, run: Run, step: ActionStep) -> Steps[ActionOutput]:
        """Ask the model for code, run it, and note what it printed and what it came to."""
        reply = yield from ask_model(run, step, run.messages(), **self._model_arguments())
        step.model_output_message = reply = self._closed(reply)
        step.model_output = reply.content
        step.code_action = code = self._code_in(text_of(reply))
        call = ToolCall("python_interpreter", code, f"call_{len(run.memory.steps)}")
        step.tool_calls = [call]
        yield call
        try:
            result: CodeOutput = yield RunCode(code)
        except Exception as error:
            logs = _logs_of(error, run.executor)
            if logs:
                step.observations = "Execution logs:\n" + logs
            raise AgentExecutionError(str(error)) from error
        if not isinstance(result, CodeOutput):
            _check_output(result, run.executor)
        output = truncate_content(str(result.output))
        logs = result.logs + "\n" if result.logs and not result.logs.endswith("\n") else result.logs
        step.observations = f"Execution logs:\n{logs}Last output from code snippet:\n{output}"
        step.action_output = result.output
        outcome = ActionOutput(result.output, result.is_final_answer)
        yield outcome
        return outcome

    def _model_arguments(self) -> dict[str, Any]:
        opening, closing = self.code_block_tags
        stops = ["Observation:", "Calling tools:"]
        arguments: dict[str, Any] = {"stop_sequences": stops if closing in opening else [*stops, closing]}
        if self._use_structured_outputs_internally:
            arguments["response_format"] = CODEAGENT_RESPONSE_FORMAT
        return arguments

    def _closed(self, reply: ChatMessage) -> ChatMessage:
        """Return the reply with the closing tag that the stop sequence has cut off."""
        if self._use_structured_outputs_internally or not isinstance(reply.content, str):
            return reply
        opening, closing = self.code_block_tags
        blocks = re.split(opening, reply.content)
        if len(blocks) == 1 or re.search(closing, blocks[-1]):
            return reply
        return replace(reply, content=reply.content + closing)

    def _code_in(self, output: str) -> str:
        try:
            if self._use_structured_outputs_internally:
                code = json.loads(output)["code"]
                code = extract_code_from_text(code, self.code_block_tags) or code
            else:
                code = parse_code_blobs(output, self.code_block_tags)
            return fix_final_answer_code(code)
        except (ValueError, KeyError, TypeError) as error:
            raise AgentParsingError(
                f"Error in code parsing:\n{error}\nMake sure to provide correct code blobs."
            ) from error


def _tags(tags: str | tuple[str, str] | None) -> tuple[str, str]:
    if tags is None:
        return "<code>", "</code>"
    if tags == "markdown":
        return "```python", "```"
    if isinstance(tags, str):
        raise ValueError(f"code_block_tags must be 'markdown' or a pair (opening, closing), not {tags!r}")
    opening, closing = tags
    return opening, closing


def _executor_type(executor_type: str, use_e2b_executor: bool) -> str:
    if not use_e2b_executor:
        return executor_type
    import warnings

    warnings.warn('use_e2b_executor=True is spelled executor_type="e2b" now', DeprecationWarning, stacklevel=3)
    return "e2b"


def _check_output(result: Any, executor: Any) -> None:
    """Check that what an executor of somebody else's returned looks like a `CodeOutput`."""
    if not all(hasattr(result, name) for name in ("output", "logs", "is_final_answer")):
        raise TypeError(
            f"{type(executor).__name__} returned {type(result).__name__}: its `__call__` must return a CodeOutput."
        )


def _logs_of(error: Exception, executor: Any) -> str:
    """Return what the failed action printed: from the error, or from the state, where foreign executors keep it."""
    logs = getattr(error, "logs", None)
    if logs is None:
        state = getattr(executor, "state", None)
        logs = state.get("_print_outputs", "") if isinstance(state, dict) else ""
    return str(logs)
