"""Run agents against a provider that fails, as `_soak_plan.py` says, and judge what comes of it. Needs /proc."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import random
import re
import sys
import threading
import time
import weakref
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from _soak_plan import ATTEMPTS, FAULTS, PROMPT_TOKENS, TIMEOUT, Plan, make_plan
from smolagents import AgentGenerationError, CodeAgent, ToolCallingAgent, tool
from smolagents.memory import ActionStep, PlanningStep
from smolagents.usage import TokenUsage
from smolagents_models_openai import OpenAIModel
from smolagents_testing import FakeOpenAIServer
from smolagents_testing.openai_server import Failure

AT_ONCE = 8  # runs in threads, and as many in an event loop
ROUNDS = 5  # nothing may grow from the second to the last
MAY_GROW = {"threads": 0, "threads that wait for work": AT_ONCE, "files and sockets": 0, "child processes": 0}
MAY_GROW |= {"agents": 0, "objects": 2000, "memory (MB)": 16}
ENOUGH_TO_TELL = 200  # with fewer runs, some are the first of their kind in the last round
POOL = "smolagents_"  # names of threads that wait for work
_RUN = re.compile(r"This is run (\d+) of the soak")


class Provider:
    """Answer each request as the plan of its run says."""

    def __init__(self, plans: dict[int, Plan]) -> None:
        self.plans = plans
        self.server = FakeOpenAIServer(usage=TokenUsage(PROMPT_TOKENS, 5))
        self.server.always(self.answer)

    def answer(self, body: dict[str, Any]) -> Any:
        """Return the next item of the script of the run that asks."""
        self.server.requests.clear()
        found = _RUN.search(json.dumps(body["messages"]))
        script = self.plans[int(found[1])].script if found else None
        return script.popleft() if script else Failure(400, "The oracle knows of no such request.")


class Soaked:
    """Carry out one run and find what is wrong with its outcome."""

    def __init__(self, plan: Plan, model: OpenAIModel, agents: weakref.WeakSet[Any]) -> None:
        self.plan = plan
        self.sums = 0
        kind = CodeAgent if plan.kind == "code" else ToolCallingAgent
        options = {"executor_type": "process"} if plan.isolated else {}
        options |= {"planning_interval": plan.planning_interval, "verbosity_level": -1}
        self.agent: Any = kind(tools=[self._adder()], model=model, stream_outputs=plan.streams, **options)
        agents.add(self.agent)

    def run(self) -> list[str]:
        """Run in this thread; return what is wrong."""
        outcomes = []
        for args, options in self._asked():
            try:
                came = self.agent.run(*args, **options)
                outcomes.append(list(came)[-1].output if self.plan.events else came)
            except Exception as error:
                outcomes.append(error)
        return self._judged(outcomes)

    async def arun(self) -> list[str]:
        """Run in the event loop; return what is wrong."""
        outcomes = []
        for args, options in self._asked():
            try:
                came = self.agent.arun(*args, **options)
                outcomes.append([event async for event in came][-1].output if self.plan.events else await came)
            except Exception as error:
                outcomes.append(error)
        return self._judged(outcomes)

    def _asked(self) -> list[tuple[tuple[str], dict[str, Any]]]:
        """Return the arguments of the runs: the task, and after each failure that it be gone on with."""
        options = {"max_steps": 30, "stream": self.plan.events}
        go_on = (("Go on.",), {**options, "reset": False})
        return [((self.plan.task,), options), *[go_on] * len(self.plan.failures)]

    def _adder(self) -> Any:
        @tool
        def add(a: int, b: int) -> int:
            """Add two numbers.

            Args:
                a: The one.
                b: The other.
            """
            self.sums += 1
            return a + b

        return add

    def _judged(self, outcomes: list[Any]) -> list[str]:
        plan, wrong = self.plan, []
        for outcome, expected in zip(outcomes, [*plan.failures, None], strict=True):
            if expected is None:
                if outcome != plan.answer:
                    wrong.append(f"the answer is {outcome!r}, not {plan.answer}")
            elif not isinstance(outcome, AgentGenerationError) or expected not in str(outcome):
                wrong.append(f"the run ends with {outcome!r}, not with {expected!r}")
        steps = [step for step in self.agent.memory.steps if isinstance(step, (ActionStep, PlanningStep))]
        errors = [step.error for step in steps if isinstance(step, ActionStep) and step.error is not None]
        counts = {
            "failures in memory": (sum(isinstance(e, AgentGenerationError) for e in errors), len(plan.failures)),
            "failed steps": (sum(not isinstance(e, AgentGenerationError) for e in errors), plan.failed_steps),
            "tokens": (sum(s.token_usage.input_tokens for s in steps if s.token_usage), PROMPT_TOKENS * plan.answered),
            "requests left": (len(plan.script), 0),
            "calls of the tool": (self.sums, plan.sums),
        }
        wrong += [f"{what}: {is_}, not {should}" for what, (is_, should) in counts.items() if is_ != should]
        if plan.kind == "code":
            self.agent.cleanup()
        return wrong


def one_round(plans: list[Plan], url: str, key: str, agents: weakref.WeakSet[Any]) -> dict[int, list[str]]:
    """Carry out runs, many at the same time, in threads and in an event loop; return what is wrong with which."""
    model = OpenAIModel("fake-model", api_base=url, api_key=key, client_kwargs={"timeout": TIMEOUT})
    model.retryer.max_attempts, model.retryer.wait_seconds = ATTEMPTS, 0.005
    model.retryer.before_sleep_logger = None
    wrong: dict[int, list[str]] = {}

    def work(plan: Plan) -> None:
        wrong[plan.number] = Soaked(plan, model, agents).run()

    async def work_async() -> None:
        limit = asyncio.Semaphore(AT_ONCE)

        async def one(plan: Plan) -> None:
            async with limit:
                wrong[plan.number] = await Soaked(plan, model, agents).arun()

        await asyncio.gather(*(one(plan) for plan in plans if plan.asynchronous))

    with ThreadPoolExecutor(AT_ONCE + 1) as threads:
        jobs = [threads.submit(asyncio.run, work_async())]
        jobs += [threads.submit(work, plan) for plan in plans if not plan.asynchronous]
        for job in jobs:
            job.result()
    model.client.close()
    return wrong


def left_behind(agents: weakref.WeakSet[Any]) -> dict[str, int]:
    """Return what the process has now that no agent runs, once what is about to end has ended."""
    end = time.monotonic() + 10.0
    while _threads("process_request") and time.monotonic() < end:  # the provider notices that connections are closed
        time.sleep(0.02)
    for _ in range(3):
        gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    tasks = Path(f"/proc/{os.getpid()}/task").iterdir()
    return {
        "threads": threading.active_count() - _threads(POOL),
        "threads that wait for work": _threads(POOL),
        "files and sockets": len(os.listdir("/proc/self/fd")),
        "child processes": sum(len((task / "children").read_text().split()) for task in tasks),
        "agents": len(agents),
        "objects": len(gc.get_objects()),
        "memory (MB)": pages * os.sysconf("SC_PAGE_SIZE") // 2**20,
    }


def _threads(name: str) -> int:
    return sum(name in thread.name for thread in threading.enumerate())


def main(runs: int, seed: int) -> int:
    """Soak, print the tables, and return the exit code."""
    start = time.monotonic()
    plans = {number: make_plan(number, seed) for number in range(runs)}
    faults = {number: list(plan.faults) for number, plan in plans.items()}
    agents: weakref.WeakSet[Any] = weakref.WeakSet()
    left: list[dict[str, int]] = []
    wrong: dict[int, list[str]] = {}
    with Provider(plans).server as server:
        for number in range(ROUNDS):
            part = [plans[run] for run in range(number, runs, ROUNDS)]
            wrong |= one_round(part, server.url, server.api_key, agents)
            left.append(left_behind(agents))
            bad = sum(map(bool, wrong.values()))
            print(f"{len(wrong):6} runs, {bad} wrong, {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
    print(f"\n{runs} runs from seed {seed}, {sum(map(len, faults.values()))} faults in them\n")
    _print_ways(plans.values(), wrong)
    _print_faults(faults, wrong)
    grown = _print_left(left) and runs >= ENOUGH_TO_TELL
    for number in (number for number in sorted(wrong) if wrong[number]):
        print(f"run {number} ({plans[number].kind}, {plans[number].way}, {faults[number]}): {'; '.join(wrong[number])}")
    return int(grown or any(wrong.values()) or len(wrong) != runs)


def _print_ways(plans: Any, wrong: dict[int, list[str]]) -> None:
    print("agent, executor, way | runs | with faults | wrong\n--- | --- | --- | ---")
    rows: Counter[tuple[str, str]] = Counter()
    for plan in plans:
        where = {"code": "CodeAgent, process" if plan.isolated else "CodeAgent, local"}.get(
            plan.kind, "ToolCallingAgent"
        )
        row = f"{where}, {plan.way}{', planning' if plan.planning_interval else ''}"
        rows[row, "runs"] += 1
        rows[row, "faulty"] += bool(plan.faults)
        rows[row, "wrong"] += bool(wrong[plan.number])
    for row in sorted({row for row, _ in rows}):
        print(f"{row} | {rows[row, 'runs']} | {rows[row, 'faulty']} | {rows[row, 'wrong']}")


def _print_faults(faults: dict[int, list[tuple[str, str]]], wrong: dict[int, list[str]]) -> None:
    print("\nfault | what came of it | times | in wrong runs\n--- | --- | --- | ---")
    times = Counter(fault for found in faults.values() for fault in found)
    bad = Counter(fault for number, found in faults.items() if wrong[number] for fault in found)
    for name, outcome in sorted(times, key=lambda key: (list(FAULTS).index(key[0]), key[1])):
        print(f"{name} | {outcome} | {times[name, outcome]} | {bad[name, outcome]}")


def _print_left(left: list[dict[str, int]]) -> bool:
    """Print what the process had after each round and return whether something grew."""
    grown = False
    print("\nleft behind after round | " + " | ".join(map(str, range(1, len(left) + 1))))
    print("--- | " * len(left) + "---")
    for what, allowed in MAY_GROW.items():
        counts = [sizes[what] for sizes in left]
        grows = counts[-1] - counts[1] > allowed
        grown = grown or grows
        print(f"{what} | {' | '.join(map(str, counts))}{'  <- grows' if grows else ''}")
    print()
    return grown


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:3]]
    sys.exit(main(given[0] if given else 1000, given[1] if len(given) > 1 else random.randrange(10**6)))
