"""What `run` returns when asked for more than the answer."""

from __future__ import annotations

import warnings
from typing import Any, Literal

from smolagents.errors import AgentMaxStepsError
from smolagents.memory import full_records
from smolagents.run import Run
from smolagents.steps import ActionStep, MemoryStep, PlanningStep
from smolagents.usage import Timing, TokenUsage

RunState = Literal["success", "max_steps_error"]


class StepRecord(dict[str, Any]):
    """Hold a step as plain data whose entries are attributes too."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"this step has no {name!r}; it has: {', '.join(self)}") from None


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
        if state is None or steps is None or timing is None:
            raise ValueError("a RunResult needs state, steps and timing")
        self.output = output
        self.state: RunState = state
        self.token_usage = token_usage
        self.timing = timing
        self._steps: list[StepRecord] | None = [StepRecord(step) for step in steps]
        self._memory_steps: list[MemoryStep] = []

    @classmethod
    def of(cls, run: Run) -> RunResult:
        """Return the result of a run that has ended."""
        steps = run.steps
        usages = [step.token_usage for step in steps if isinstance(step, (ActionStep, PlanningStep))]
        last_error = getattr(steps[-1], "error", None) if steps else None
        result = cls(
            output=run.result,
            state="max_steps_error" if isinstance(last_error, AgentMaxStepsError) else "success",
            steps=[],
            token_usage=TokenUsage.sum(usages),
            timing=run.timing,
        )
        result._memory_steps, result._steps = steps, None
        return result

    @property
    def steps(self) -> list[StepRecord]:
        """Return the steps as plain data; made when first asked for, since few who take a result look at them."""
        if self._steps is None:
            self._steps = [StepRecord(record) for record in full_records(self._memory_steps)]
        return self._steps

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
        return self.timing.duration

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
            "timing": self.timing.dict(),
        }

    def __eq__(self, other: object) -> bool:
        return self.dict() == other.dict() if isinstance(other, RunResult) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return (
            f"RunResult(output={self.output!r}, state={self.state!r}, steps={self.steps!r}, "
            f"token_usage={self.token_usage!r}, timing={self.timing!r})"
        )


def _warn_of_messages() -> None:
    warnings.warn("RunResult's `messages` is called `steps` now", FutureWarning, stacklevel=3)
