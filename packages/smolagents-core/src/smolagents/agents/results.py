"""What `run` returns when asked for more than the answer."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from smolagents.errors import AgentMaxStepsError
from smolagents.memory import full_records
from smolagents.run import Run
from smolagents.steps import ActionStep, PlanningStep
from smolagents.usage import Timing, TokenUsage

RunState = Literal["success", "max_steps_error"]


class StepRecord(dict[str, Any]):
    """Hold a step as plain data whose entries are attributes too."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"this step has no {name!r}; it has: {', '.join(self)}") from None


@dataclass(init=False)
class RunResult:
    """Hold the outcome of a run.

    Args:
        output: The final answer.
        state: "success", or "max_steps_error" when the steps were used up before an answer.
        steps: The steps of the memory as plain data, the task first.
        token_usage: Tokens of all model calls that told theirs; None if none did.
        timing: When the run started and ended.
        messages: Old name of `steps`.
    """

    output: Any | None
    state: RunState
    steps: list[StepRecord]
    token_usage: TokenUsage | None
    timing: Timing

    def __init__(
        self,
        output: Any = None,
        state: RunState | None = None,
        steps: list[dict[str, Any]] | None = None,
        token_usage: TokenUsage | None = None,
        timing: Timing | None = None,
        messages: list[dict[str, Any]] | None = None,
    ) -> None:
        if messages is not None:
            if steps is not None:
                raise ValueError("give `steps` or its old name `messages`, not both")
            _warn_of_messages()
            steps = messages
        self.output = output
        self.steps = [StepRecord(step) for step in steps or ()]
        self.token_usage = token_usage
        # Every run has these two; a program that makes a result of its own may leave them out.
        self.state = state  # type: ignore[assignment]
        self.timing = timing  # type: ignore[assignment]

    @classmethod
    def of(cls, run: Run) -> RunResult:
        """Return the result of a run that has ended."""
        steps = run.steps
        usages = [step.token_usage for step in steps if isinstance(step, (ActionStep, PlanningStep))]
        last_error = getattr(steps[-1], "error", None) if steps else None
        result = cls(
            output=run.result,
            state="max_steps_error" if isinstance(last_error, AgentMaxStepsError) else "success",
            token_usage=TokenUsage.sum(usages),
            timing=run.timing,
        )
        del result.steps  # made by `__getattr__`
        vars(result)["_memory_steps"] = steps
        return result

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Make `steps` when first asked for, since few who take a result look at them."""
            if name != "steps" or "_memory_steps" not in vars(self):
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            self.steps = [StepRecord(record) for record in full_records(vars(self)["_memory_steps"])]
            return self.steps

    @property
    def messages(self) -> list[StepRecord]:
        """Return `steps` under its old name."""
        _warn_of_messages()
        return self.steps

    @property
    def success(self) -> bool:
        """Tell whether the run gave its answer within its steps."""
        return self.state == "success"

    @property
    def execution_time(self) -> float | None:
        """Return the seconds that the run took."""
        return self.timing.duration if self.timing is not None else None

    @property
    def errors(self) -> list[str]:
        """Return the messages of the steps' errors, in order."""
        return [step["error"]["message"] for step in self.steps if step.get("error")]

    @property
    def total_steps(self) -> int:
        """Return how many action steps were taken."""
        return sum("step_number" in step for step in self.steps)

    def dict(self) -> dict[str, Any]:
        """Return the result as plain data."""
        return {
            "output": self.output,
            "state": self.state,
            "steps": self.steps,
            "token_usage": self.token_usage.dict() if self.token_usage is not None else None,
            "timing": self.timing.dict() if self.timing is not None else None,
        }


def _warn_of_messages() -> None:
    warnings.warn("RunResult's `messages` is called `steps` now", FutureWarning, stacklevel=3)
