"""What the soak does in each run: the provider's answers with their faults, and what has to come out.

A run's plan is made from its seed alone. It holds what the provider says, request by request, and the oracle's word on
the outcome: whether an agent's `run` ends with an error and which, the errors that are steps of its memory, the answer.
"""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from smolagents.messages import ChatMessage, MessageRole
from smolagents_testing import code, tool_call
from smolagents_testing.openai_server import Delayed, Dropped, Failure, Garbled

FAULT_SHARE = 0.10
LASTING_SHARE = 0.15  # of the faults that pass when the request is sent again
ATTEMPTS = 3
TIMEOUT = 3.0  # seconds; far more than an answer takes on a busy machine
PROMPT_TOKENS = 10
PASSED, STEP_FAILED, RUN_FAILED = "passed at another attempt", "an error for the model", "ended the run, which went on"

# By name: what the provider does, and what the error says if the run ends with it.
FAULTS: dict[str, tuple[Any, str]] = {
    "429": (Failure(429, "Slow down.", headers={"Retry-After": "0"}), "Slow down."),
    "500": (Failure(500, "Something broke."), "Something broke."),
    "503 with Retry-After": (Failure(503, "Overloaded.", headers={"Retry-After": "0"}), "Overloaded."),
    "dropped connection": (Dropped(), "The connection to"),
    "broken stream": (Dropped(after_events=3, message="This answer gets lost on its way."), "The connection to"),
    "slow answer": (Delayed(2 * TIMEOUT), "did not answer in time"),
    "malformed JSON": (Garbled('{"choices": [', "application/json"), "malformed JSON"),
    "malformed call": ("I would rather talk about it.", ""),
    "empty answer": ("", ""),
}
NEVER_PASS = ("broken stream", "malformed JSON")
_BAD_EVENT = Garbled('data: {"choices": [\n\n', "text/event-stream")
_BAD_CALL = tool_call("add", call_id="bad")
_BAD_CALL.function.arguments = '{"a": 1, "b": '


@dataclass
class Plan:
    """Hold one run.

    Attributes:
        number: Tells runs apart; it is part of the task, so that the provider knows whom it answers.
        kind: "code" or "tools".
        way: How the agent is run.
        isolated: Whether its code runs in a process of its own.
        planning_interval: As in the agent.
        script: What the provider does, request by request.
        failures: What the errors say that end the agent's `run`, one after the other; each time it goes on.
        failed_steps: Steps whose error the model reads.
        answered: Requests that were answered.
        answer: The answer in the end.
        sums: Calls of the tool.
        faults: Name of each fault that was injected, with what comes of it.
    """

    number: int
    kind: str
    way: str
    isolated: bool
    planning_interval: int | None
    script: deque[Any] = field(default_factory=deque)
    failures: list[str] = field(default_factory=list)
    failed_steps: int = 0
    answered: int = 0
    answer: int = 0
    sums: int = 0
    faults: list[tuple[str, str]] = field(default_factory=list)

    @property
    def streams(self) -> bool:
        """Tell whether the model's answers are streamed."""
        return "streamed" in self.way or self.events

    @property
    def events(self) -> bool:
        """Tell whether the run is read event by event."""
        return "events" in self.way

    @property
    def asynchronous(self) -> bool:
        """Tell whether the run is one of an event loop."""
        return self.way.startswith("arun")

    @property
    def task(self) -> str:
        """Return what the agent is asked."""
        return f"This is run {self.number} of the soak. Add the numbers."


WAYS = ("run", "run, streamed", "run, events", "arun", "arun, streamed", "arun, events")


def make_plan(number: int, seed: int) -> Plan:
    """Return the plan of a run."""
    dice = random.Random(f"{seed} {number}")
    kind = dice.choice(("code", "tools"))
    plan = Plan(
        number,
        kind,
        way=dice.choice(WAYS),
        isolated=kind == "code" and dice.random() < 0.2,
        planning_interval=2 if dice.random() < 0.2 else None,
    )
    _Player(plan, dice).play(_actions(plan, dice))
    return plan


def _actions(plan: Plan, dice: random.Random) -> deque[Any]:
    """Return what a provider without faults says, step by step: numbers that are added up, no two runs the same."""
    total, said = plan.number, []
    for turn in range(dice.randint(1, 3)):
        added = dice.randrange(10**6)
        if plan.kind == "code":
            before = str(total) if turn == 0 else "total"
            said.append(code(f"total = add({before}, {added})\nprint(total)"))
        else:
            said.append(tool_call("add", call_id=f"call_{turn}", a=total, b=added))
        total += added
        plan.sums += 1
    plan.answer = total
    last = code("final_answer(total)") if plan.kind == "code" else tool_call("final_answer", answer=total)
    return deque([*said, last])


class _Player:
    """Play a run through as it has to go, and write down what the provider does and what comes of it."""

    def __init__(self, plan: Plan, dice: random.Random) -> None:
        self.plan = plan
        self.dice = dice

    def play(self, actions: deque[Any]) -> None:
        """Take steps until the last action has been answered well."""
        step = 0
        while actions:
            step += 1
            interval = self.plan.planning_interval
            if (
                interval
                and (step - 1) % interval == 0
                and self._ask("I add them one by one.", of_plan=True) == RUN_FAILED
            ):
                step = 0  # the run ends here, and a new one goes on
                continue
            outcome = self._ask(actions[0])
            if outcome == RUN_FAILED:
                step = 0
            elif outcome == STEP_FAILED:
                self.plan.failed_steps += 1
            else:
                actions.popleft()

    def _ask(self, good: Any, of_plan: bool = False) -> str | None:
        """Let the provider answer one question of the agent, at the first attempt or a later one, or not at all."""
        plan = self.plan
        name = self._fault(of_plan)
        if name is None:
            return self._answer(good)
        outcome = self._outcome(name)
        plan.faults.append((name, outcome))
        fault, error = FAULTS[name]
        if outcome == STEP_FAILED:
            self._answer(_BAD_CALL if name == "malformed call" and plan.kind == "tools" else fault)
        elif outcome == PASSED:
            plan.script.extend([fault] * self.dice.randint(1, ATTEMPTS - 1))
            self._answer(good)
        else:
            if name == "malformed JSON" and plan.streams:
                fault = _BAD_EVENT
            plan.script.extend([fault] * (1 if name in NEVER_PASS else ATTEMPTS))
            plan.failures.append(error)
        return outcome

    def _answer(self, said: Any) -> None:
        self.plan.answered += 1
        self.plan.script.append(ChatMessage(MessageRole.ASSISTANT, said) if isinstance(said, str) else said)

    def _fault(self, of_plan: bool) -> str | None:
        if self.dice.random() >= FAULT_SHARE:
            return None
        unfit = {"malformed call", "empty answer"} if of_plan else set()  # any text will do for a plan
        if not self.plan.streams:
            unfit.add("broken stream")
        return self.dice.choice([name for name in FAULTS if name not in unfit])

    def _outcome(self, name: str) -> str:
        if name in ("malformed call", "empty answer"):
            return STEP_FAILED
        lasts = name in NEVER_PASS or self.dice.random() < LASTING_SHARE
        return RUN_FAILED if lasts else PASSED
