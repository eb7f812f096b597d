"""One run of an agent, and the session (memory, variables, interpreter) that it works in.

An agent is configuration. A run takes the agent's session when that is free, so that programs that run one task after
the other find everything where they left it; a run that starts while another is going on gets a session of its own.
"""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextvars import Context, ContextVar, copy_context
from typing import TYPE_CHECKING, Any

from smolagents.concurrency import given_up
from smolagents.errors import AgentError
from smolagents.memory import AgentMemory
from smolagents.messages import ChatMessage
from smolagents.monitoring import Monitor
from smolagents.steps import MemoryStep, TaskStep
from smolagents.usage import Timing

if TYPE_CHECKING:
    from smolagents.agent_types import AgentType
    from smolagents.agents.base import MultiStepAgent
    from smolagents.events import Event
    from smolagents.executors import PythonExecutor
    from smolagents.hooks import MemoryStore

_claiming = threading.RLock()  # a Ctrl-C that comes meanwhile has the handler ask for it, too
_last: ContextVar[Run | None] = ContextVar("smolagents_last_run", default=None)
_active: ContextVar[Run | None] = ContextVar("smolagents_run", default=None)


class Session:
    """Own what one run at a time works with."""

    def __init__(self, agent: MultiStepAgent, executor: PythonExecutor | None) -> None:
        self.memory = AgentMemory("")
        self.monitor = Monitor(agent.model, agent.logger)
        self.state: dict[str, Any] = {}
        self.state_before: dict[str, Any] = {}
        self.media: dict[str, AgentType] = {}
        self.forgotten_media: dict[str, AgentType] = {}
        self.executor = executor
        self.executor_lock = threading.RLock()
        self.making_lock = threading.RLock()  # one for all sessions of an agent
        self.task: str | None = None
        self.step_number = 0
        self.interrupted = False
        self.action_deadline: float | None = None
        self.first_step = 0
        self._run: Callable[[], Run | None] = lambda: None

    @property
    def busy(self) -> bool:
        """Tell whether a run that is not over yet works in this session."""
        run = self._run()
        return run is not None and not run.over

    def claim(self, run: Run) -> None:
        """Give the session to a run."""
        self._run = weakref.ref(run)
        self.state_before = dict(self.state)
        self.interrupted = False
        self.first_step = 0

    def forget(self) -> None:
        """Start with an empty memory. What tools have stored stays, until something else takes its name."""
        self.memory.reset()
        self.monitor.reset()
        self.forgotten_media |= self.media
        self.media = {}

    def store_media(self, value: AgentType, stem: str, suffix: str) -> str:
        """Keep an image, a sound or a video as a variable, and return its name, which the model can use from now on."""
        number = 1
        with _claiming:  # the calls of one message run at the same time
            for name, kept in self.media.items():
                if kept._value is value._value and self.state.get(name) is kept:
                    return name
            while True:
                name = f"{stem}{suffix}" if number == 1 else f"{stem}_{number}{suffix}"
                if name not in self.state or self.state[name] is self.forgotten_media.get(name):
                    break
                number += 1
            self.state[name] = self.media[name] = value
            self.forgotten_media.pop(name, None)
        return name

    def sibling(self, agent: MultiStepAgent, reset: bool) -> Session:
        """Return a session for a run beside the one that works here: with what the program set up, without its work."""
        session = self.start_sibling(agent, reset)
        session.make_executor(agent, self)
        return session

    def start_sibling(self, agent: MultiStepAgent, reset: bool) -> Session:
        """Return a sibling that has no executor yet."""
        session = Session(agent, None)
        session.state = dict(self.state_before)
        if not reset:
            session.memory.steps = list(self.memory.steps)
        return session

    def make_executor(self, agent: MultiStepAgent, beside: Session) -> None:
        """Get the executor for work beside another session; a sandbox takes seconds to be made."""
        self.executor = agent._executor_beside(beside.executor)
        if self.executor is beside.executor:
            self.executor_lock = beside.executor_lock


class Run:
    """Hold one run of an agent: its task, its limits and its session.

    Args:
        agent: The agent that runs.
        reset: Start with an empty memory.
        max_steps: How many steps it may take.
    """

    def __init__(self, agent: MultiStepAgent, reset: bool = True, max_steps: int | None = None) -> None:
        self.agent = agent
        self.id = os.urandom(8).hex()
        self.parent = _active.get()
        self.max_steps = max_steps or agent.max_steps
        self.images: list[Any] | None = None
        self.store: MemoryStore | None = None
        self.listeners: Sequence[Callable[[Event], None]] = ()
        self.timing = Timing.start()
        self.over = False
        self.result: Any = None
        self.error: BaseException | None = None
        self.steps: list[MemoryStep] = []
        self.summary: Sequence[ChatMessage] = ()
        self.left: PythonExecutor | None = None
        with _claiming:
            latest = agent._latest
            self.session = latest.start_sibling(agent, reset) if latest.busy else latest
            self.session.claim(self)
            agent._runs.add(self)
        if self.session is not latest:
            self.session.making_lock = latest.making_lock
            self._follow_latest()

    def _follow_latest(self) -> None:
        """Make the new session ready and have the agent show it."""
        agent, session = self.agent, self.session
        with session.making_lock:  # not `_claiming`, for which other agents and event loops would wait
            session.make_executor(agent, agent._latest)
            with _claiming:
                before, agent._latest = agent._latest, session
                left = not before.busy  # its run has ended meanwhile
        if left:
            _clean_up(_unless_shown(before, agent))

    @property
    def task(self) -> str:
        """Return the task, with the additional arguments that were given."""
        return self.session.task or ""

    @property
    def memory(self) -> AgentMemory:
        """Return the run's memory."""
        return self.session.memory

    @property
    def state(self) -> dict[str, Any]:
        """Return the run's variables."""
        return self.session.state

    @property
    def monitor(self) -> Monitor:
        """Return the run's counters."""
        return self.session.monitor

    @property
    def executor(self) -> PythonExecutor | None:
        """Return what runs the code of this run."""
        return self.session.executor

    def begin_step(self, number: int) -> None:
        """Note the step's number.

        Raises:
            AgentError: The run, or one that waits for it, was interrupted.
        """
        if given_up() or any(run.session.interrupted for run in _with_parents(self)):
            raise AgentError("Agent interrupted.")
        self.session.step_number = number

    def plan_is_due(self, number: int) -> bool:
        """Tell whether a plan comes before this step."""
        interval = self.agent.planning_interval
        return (number - 1) % interval == 0 if interval else False

    def add_task(self, step: TaskStep) -> None:
        """Put the task into memory and work out which earlier steps the model still sees."""
        self.memory.steps.append(step)
        size = self.agent.memory_size
        if size is not None:
            tasks = [index for index, step in enumerate(self.memory.steps) if isinstance(step, TaskStep)]
            self.session.first_step = tasks[-min(len(tasks), size + 1)]

    def messages(self, summary_mode: bool = False) -> Sequence[ChatMessage]:
        """Return the messages for the model's next call."""
        agent = self.agent
        if agent._overrides("write_memory_to_messages"):
            return agent.write_memory_to_messages(summary_mode)
        return self.memory.to_messages(summary_mode, self.session.first_step)

    def active(self) -> Activation:
        """Make this the run that the agent's attributes show, for a `with` block."""
        return Activation(self)

    def context(self) -> Context:
        """Return a copy of the current context in which this run is active."""
        context = copy_context()
        context.run(_active.set, self)
        return context

    def end(self, error: BaseException | None) -> None:
        """Free the session. An executor that is `left` then is to be cleaned up, which may take a while."""
        if self.over:
            return
        # The session's next run, which may start in another thread as soon as this one is over, clears the memory.
        self.steps = list(self.memory.steps)
        self.error = error
        self.timing.stop()
        self.parent = None
        if self.agent.provide_run_summary and error is None:
            with self.active():
                self.summary = list(self.messages(summary_mode=True))
            _last.set(self)
        with _claiming:
            self.agent._runs.discard(self)
            self.over = True
            self.left = _unless_shown(self.session, self.agent)

    def clean_up(self) -> None:
        """Free what the executor holds that this run has left, since the agent no longer shows its session."""
        _clean_up(self.left)


class Activation:
    """Hold a run active for a `with` block."""

    __slots__ = ("_run", "_token")

    def __init__(self, run: Run) -> None:
        self._run = run

    def __enter__(self) -> Run:
        self._token = _active.set(self._run)
        return self._run

    def __exit__(self, *exc: object) -> None:
        _active.reset(self._token)


def active_run(agent: MultiStepAgent) -> Run | None:
    """Return the run of this agent that the current code works for, however deep inside other runs."""
    run = _active.get()
    while run is not None and run.agent is not agent:
        run = run.parent
    return run


def reason_to_stop() -> str | None:
    """Return why nobody waits any more for what the current code does, or None: for tools that wait for something."""
    if given_up():
        return "the run was interrupted"
    for run in _with_parents(_active.get()):
        if run.session.interrupted:
            return "the run was interrupted"
        deadline = run.session.action_deadline
        if deadline is not None and time.monotonic() > deadline:
            return "the time of the action is up"
    return None


def _unless_shown(session: Session, agent: MultiStepAgent) -> PythonExecutor | None:
    """Return the session's executor if the agent shows another one."""
    return None if session.executor is agent._latest.executor else session.executor


def _clean_up(executor: PythonExecutor | None) -> None:
    cleanup = getattr(executor, "cleanup", None)
    if cleanup is not None:
        cleanup()


def _with_parents(run: Run | None) -> Iterator[Run]:
    while run is not None:
        yield run
        run = run.parent


def runs_of(agent: MultiStepAgent) -> list[Run]:
    """Return the runs of an agent that are going on."""
    with _claiming:
        return list(agent._runs)


def last_run(agent: MultiStepAgent) -> Run | None:
    """Return the run that ended last in the current context, if it was one of this agent and is to be summarised."""
    run = _last.get()
    return run if run is not None and run.agent is agent else None
