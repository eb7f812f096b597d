"""The agent that acts by calling tools with JSON arguments."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

from smolagents.agent_types import AgentAudio, AgentText, AgentType, AgentVideo, handle_agent_output_types
from smolagents.agents import setup
from smolagents.agents.base import MultiStepAgent
from smolagents.agents.observing import ToolCallReport
from smolagents.asking import ask_model
from smolagents.concurrency import in_thread
from smolagents.default_tools import FinalAnswerTool
from smolagents.drivers.common import resolved
from smolagents.drivers.synchronous import drive
from smolagents.errors import (
    AgentError,
    AgentExecutionError,
    AgentParsingError,
    AgentToolCallError,
    AgentToolExecutionError,
)
from smolagents.events import ActionOutput, ToolOutput
from smolagents.messages import ChatMessage, parse_json_if_needed
from smolagents.prompting import PromptTemplates, populate_template
from smolagents.requests import CallTools, Outcome, Steps
from smolagents.run import Run
from smolagents.steps import ActionStep, ToolCall
from smolagents.tools import validate_tool_arguments

if TYPE_CHECKING:
    from smolagents.models import Model
    from smolagents.tools import Tool

STOP_SEQUENCES = ["Observation:", "Calling tools:"]


class ToolCallingAgent(MultiStepAgent):
    """Act by calling tools with JSON arguments, several at once where the model asks for it.

    Args:
        tools: Tools that the model may call.
        model: A `Model`, or a callable that takes messages and returns a string.
        prompt_templates: Prompts that replace the agent's own.
        planning_interval: Make a plan before the first step and after every so many steps.
        stream_outputs: Report the model's output as it comes.
        max_tool_threads: How many calls of one message may run at the same time; None for no limit of ours.
        **kwargs: Arguments of `MultiStepAgent`.

    Raises:
        ValueError: The model can't stream.
    """

    _calls_tools = True

    def __init__(
        self,
        tools: list[Tool] | None = None,
        model: Model | Callable[..., Any] | None = None,
        prompt_templates: PromptTemplates | None = None,
        planning_interval: int | None = None,
        stream_outputs: bool = False,
        max_tool_threads: int | None = None,
        **kwargs: Any,
    ) -> None:
        templates = prompt_templates or setup.default_templates("toolcalling_agent")
        super().__init__(
            tools=tools, model=model, prompt_templates=templates, planning_interval=planning_interval, **kwargs
        )
        self.stream_outputs = stream_outputs
        if stream_outputs and not hasattr(self.model, "generate_stream"):
            raise ValueError(
                "`stream_outputs` is set to True, but the model class implements no `generate_stream` method: "
                "leave stream_outputs out, or use a model that streams."
            )
        self.max_tool_threads = max_tool_threads
        self._show_system_prompt()

    @property
    def tools_and_managed_agents(self) -> list[Any]:
        """Return what the model may call."""
        return [*self.tools.values(), *self.managed_agents.values()]

    def initialize_system_prompt(self) -> str:
        """Return the system prompt with the tools and the instructions in it."""
        return populate_template(
            self.prompt_templates["system_prompt"],
            {
                "tools": self.tools,
                "managed_agents": self.managed_agents,
                "custom_instructions": self.instructions,
            },
        )

    def execute_tool_call(self, tool_name: str, arguments: dict[str, Any] | str) -> Any:
        """Call a tool or a managed agent and return its result.

        String arguments that name a variable of the run are replaced by its value.

        Raises:
            AgentToolExecutionError: There is no such tool, or it raised.
            AgentToolCallError: The arguments don't fit.
        """
        tool, arguments = self._checked_call(tool_name, arguments)
        try:
            return resolved(_call(tool, arguments))
        except Exception as error:
            raise self._execution_error(tool_name, arguments, error) from error

    def process_tool_calls(
        self, chat_message: ChatMessage, memory_step: ActionStep
    ) -> Generator[ToolCall | ToolOutput, None, None]:
        """Perform the tool calls of a message, note them in the step, and yield calls and outputs."""
        run = self._current_run()
        for event in drive(run, self._process(chat_message, memory_step)):
            if isinstance(event, (ToolCall, ToolOutput)):
                yield event

    # ---- for the loop

    def _act(self, run: Run, step: ActionStep) -> Steps[ActionOutput]:
        """Ask the model for tool calls and perform them."""
        reply = yield from ask_model(
            run, step, run.messages(), stop_sequences=STOP_SEQUENCES, tools_to_call_from=self.tools_and_managed_agents
        )
        step.model_output = reply.content
        try:
            message = reply if reply.tool_calls else self.model.parse_tool_calls(reply)
        except Exception as error:
            raise AgentParsingError(f"Error while parsing tool call from model output: {error}") from error
        if self._overrides("process_tool_calls"):
            outputs: list[ToolOutput] = []
            for event in self.process_tool_calls(message, step):
                outputs += [event] if isinstance(event, ToolOutput) else []
                yield event
        else:
            outputs = yield from self._process(message, step)
        final = next((output for output in outputs if output.is_final_answer), None)
        outcome = ActionOutput(final.output if final else None, is_final_answer=final is not None)
        if final is not None:
            step.action_output = final.output
        yield outcome
        return outcome

    def _process(self, message: ChatMessage, step: ActionStep) -> Steps[list[ToolOutput]]:
        calls = [
            ToolCall(call.function.name, parse_json_if_needed(call.function.arguments) or {}, call.id)
            for call in message.tool_calls or ()
        ]
        yield from calls
        step.tool_calls = calls
        answers = [call for call in calls if call.name == "final_answer"]
        alone = not answers or len(calls) == 1
        todo = calls if alone else [call for call in calls if call.name != "final_answer"]
        outcomes: list[Outcome] = yield CallTools(
            self._call_groups(todo), self._call_tool, self._call_tool_async, self.max_tool_threads
        )
        outputs = [outcome for outcome in outcomes if isinstance(outcome, ToolOutput)]
        if outputs:
            step.observations = "\n".join(output.observation for output in outputs)
        _raise_errors(todo, outcomes)
        if not alone:
            raise AgentExecutionError(
                "You called final_answer together with other tools. Their results are above: look at them, and then "
                "call final_answer alone."
            )
        return outputs

    def _call_groups(self, calls: list[ToolCall]) -> list[list[ToolCall]]:
        """Return the calls in groups that may run at the same time: a sequential tool's call is a group of its own."""
        groups: list[list[ToolCall]] = []
        together = False
        for call in calls:
            sequential = getattr(self._callables().get(call.name), "sequential", False)
            if together and not sequential:
                groups[-1].append(call)
            else:
                groups.append([call])
            together = not sequential
        return groups

    def _callables(self) -> dict[str, Any]:
        return {**self.tools, **self.managed_agents}

    def _call_tool(self, call: ToolCall) -> Outcome:
        try:
            with ToolCallReport(self._current_run(), call.name, call.arguments) as report:
                report.output = self.execute_tool_call(call.name, call.arguments)
        except AgentError as error:
            return error
        return self._output(call, report.output)

    async def _call_tool_async(self, call: ToolCall) -> Outcome:
        tool = self._callables().get(call.name)
        if getattr(tool, "is_async", False) is not True or self._overrides("execute_tool_call"):
            return await in_thread(self._call_tool, call)
        try:
            with ToolCallReport(self._current_run(), call.name, call.arguments) as report:
                tool, arguments = self._checked_call(call.name, call.arguments)
                try:
                    report.output = await _call(tool, arguments)
                except Exception as error:
                    raise self._execution_error(call.name, arguments, error) from error
        except AgentError as error:
            return error
        return self._output(call, report.output)

    def _output(self, call: ToolCall, result: Any) -> ToolOutput:
        observation = str(result).strip()
        if isinstance(result, AgentType) and not isinstance(result, AgentText):
            name = self._current_run().session.store_media(result, *_file_name(result))
            observation = f"Stored '{name}' in memory."
        return ToolOutput(call.id, result, call.name == "final_answer", observation, call)

    def _checked_call(self, tool_name: str, arguments: Any) -> tuple[Any, Any]:
        """Return the tool and the arguments with variables put in, both checked."""
        callables = self._callables()
        if tool_name not in callables:
            raise AgentToolExecutionError(f"Unknown tool {tool_name}, should be one of: {', '.join(callables)}.")
        tool = callables[tool_name]
        arguments = self._with_variables(arguments)
        try:
            validate_tool_arguments(tool, arguments)
        except (ValueError, TypeError) as error:
            raise AgentToolCallError(
                f"Wrong arguments for {tool_name!r}: {error}\nIt takes {tool.inputs} and you gave {arguments}."
            ) from error
        except Exception as error:
            raise self._execution_error(tool_name, arguments, error) from error
        return tool, arguments

    def _with_variables(self, arguments: Any) -> Any:
        state = self.state
        if isinstance(arguments, dict):
            return {
                key: self._with_variables(value) if isinstance(value, str) else value
                for key, value in arguments.items()
            }
        return state.get(arguments, arguments) if isinstance(arguments, str) else arguments

    def _execution_error(self, tool_name: str, arguments: Any, error: Exception) -> AgentToolExecutionError:
        managed = tool_name in self.managed_agents
        what, other = ("request to team member", "another team member") if managed else ("tool", "another tool")
        return AgentToolExecutionError(
            f"Error when executing {what} {tool_name!r} with arguments {arguments}: {type(error).__name__}: {error}\n"
            f"Please try again or use {other}"
        )


def _file_name(media: AgentType) -> tuple[str, str]:
    """Return stem and ending of the name of the variable that an image, a sound or a video is kept under."""
    if isinstance(media, AgentAudio):
        return "audio", ".mp3"
    return ("video", ".mp4") if isinstance(media, AgentVideo) else ("image", ".png")


def _call(tool: Any, arguments: Any) -> Any:
    # An answer is not unwrapped: a video would be left as the path of its file, and a sound without its rate.
    is_plain = isinstance(tool, (MultiStepAgent, FinalAnswerTool))
    options = {} if is_plain else {"sanitize_inputs_outputs": True}
    result = tool(**arguments, **options) if isinstance(arguments, dict) else tool(arguments, **options)
    return handle_agent_output_types(result) if isinstance(tool, FinalAnswerTool) else result


def _raise_errors(calls: list[ToolCall], outcomes: list[Outcome]) -> None:
    """Raise what went wrong, so that the results of the other calls stay in the step beside it."""
    errors = [(call, outcome) for call, outcome in zip(calls, outcomes, strict=True) if isinstance(outcome, AgentError)]
    if not errors:
        return
    if len(calls) == 1:
        raise errors[0][1]
    kind = type(errors[0][1]) if len({type(error) for _, error in errors}) == 1 else AgentExecutionError
    raise kind("\n".join(f"Call {call.id} of {call.name}: {error.message}" for call, error in errors))
