"""The events that `smolagent --json` prints: one JSON object a line, in ASCII, nothing else on standard output.

Every object has a `type`. Fields are only ever added; what is unknown or absent is null. The first line is
`run_started`, the last one `run_finished`, also when the run fails. With bad usage (exit code 2) there is no line.

    run_started   schema: 1 | task | agent: class | model: {type, id, why} | executor | tools: [names] | notes: [texts]
    tool_call     id | name | arguments: of any type; for code, name is "python_interpreter" and arguments is the code
    plan          plan: text | seconds | usage
    step          number | model_output | code | tool_calls: [{id, name, arguments}]
                  | observations: what the model reads of it | output: of any type | error: {type, message}
                  | is_final_answer | seconds | usage
    run_finished  status: "success", "max_steps", "failed" or "interrupted" | output: the answer, of any type
                  | error: {type, message} | steps: how many | seconds | usage

`usage` is {input_tokens, output_tokens, total_tokens}, with cached_input_tokens, reasoning_tokens and cost (US dollars)
where they are known. A value that JSON does not know is its text; an image, a sound or a video is the path of its file,
which is `answer` or `step_N` in the working directory where it had none.
"""

from __future__ import annotations

import json
import math
from typing import Any

from smolagents.cli.building import Built
from smolagents.cli.outcome import Outcome
from smolagents.cli.problems import without_secrets
from smolagents.cli.reports import QuietReport
from smolagents.events import StreamEvent
from smolagents.steps import ActionStep, PlanningStep, ToolCall
from smolagents.usage import Timing, TokenUsage


class JsonReport(QuietReport):
    """Print the events of a run as JSON lines."""

    def begin(self, built: Built, task: str) -> None:
        """Print what does the work, and the task."""
        choice = built.choice
        self._write(
            "run_started",
            schema=1,
            task=task,
            agent=type(built.agent).__name__,
            model={"type": choice.model_type, "id": choice.model_id, "why": choice.why or None},
            executor=built.executor,
            tools=[name for name in built.agent.tools if name != "final_answer"],
            notes=built.notes,
        )

    def event(self, event: StreamEvent) -> None:
        """Print a tool call, a plan or a step."""
        if isinstance(event, ToolCall):
            self._write("tool_call", **_call(event))
        elif isinstance(event, PlanningStep):
            self._write("plan", plan=event.plan, **_figures(event.timing, event.token_usage))
        elif isinstance(event, ActionStep):
            self._write(
                "step",
                "answer" if event.is_final_answer else f"step_{event.step_number}",
                number=event.step_number,
                model_output=event.model_output,
                code=event.code_action,
                tool_calls=[_call(call) for call in event.tool_calls or ()],
                observations=event.observations,
                output=event.action_output,
                error=self._error(event.error),
                is_final_answer=event.is_final_answer,
                **_figures(event.timing, event.token_usage),
            )

    def end(self, outcome: Outcome) -> None:
        """Print what the run came to."""
        self._write(
            "run_finished",
            status=outcome.status,
            output=outcome.output,
            error=self._error(outcome.error),
            steps=outcome.steps,
            seconds=round(outcome.seconds, 3),
            usage=_usage(outcome.usage),
        )

    def _error(self, error: BaseException | None) -> dict[str, str] | None:
        if error is None:
            return None
        return {"type": type(error).__name__, "message": without_secrets(str(error), self._secrets)}

    def _write(self, kind: str, file_name: str = "answer", /, **fields: Any) -> None:
        shown = {name: plain(self._with_paths(value, file_name)) for name, value in fields.items()}
        self._print(json.dumps({"type": kind, **shown}))


def plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    try:
        return _plain(value)
    except RecursionError:  # it holds itself
        return str(value)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if type(value) is str:
        return value.encode("utf-8", "replace").decode()  # half a surrogate pair can't be written
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    return _plain(str(value))


def _call(call: ToolCall) -> dict[str, Any]:
    return {"id": call.id, "name": call.name, "arguments": call.arguments}


def _figures(timing: Timing, usage: TokenUsage | None) -> dict[str, Any]:
    seconds = timing.duration
    return {"seconds": None if seconds is None else round(seconds, 3), "usage": _usage(usage)}


def _usage(usage: TokenUsage | None) -> dict[str, Any] | None:
    return None if usage is None else usage.dict()
