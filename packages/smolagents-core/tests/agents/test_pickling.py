"""An agent is bound to its process: an attempt to pickle it or to deep-copy it says what to do instead."""

import copy
import multiprocessing.pool
import pickle
from typing import Any

import pytest
from smolagents import CodeAgent, ToolCallingAgent
from smolagents_testing import ScriptedModel, code, tool_call

HELP = r"Agent can't be pickled.*agent\.copy\(\).*agent\.save\(.*agent\.to_dict\(\)"


class Restored(ToolCallingAgent):
    """Brings its own way of being pickled."""

    def __getstate__(self) -> dict[str, Any]:
        return {"max_steps": self.max_steps}

    def __setstate__(self, state: dict[str, Any]) -> None:
        model = ScriptedModel([tool_call("final_answer", answer=3)])
        self.__init__(tools=[], model=model, verbosity_level=-1, **state)  # type: ignore[misc]


class Filtered(ToolCallingAgent):
    """Takes what it needs of the state that it inherits."""

    def __getstate__(self) -> dict[str, Any]:
        state: Any = super().__getstate__()
        return {"max_steps": state["max_steps"]}


class Mixin:
    """Has a state of its own, as classes of frameworks do."""

    def __getstate__(self) -> dict[str, Any]:
        return {"max_steps": 9}


class Mixed(ToolCallingAgent, Mixin):
    pass


class Reduced(ToolCallingAgent):
    """Says how to make it anew."""

    def __reduce__(self) -> Any:
        return Reduced, ([],), {"max_steps": self.max_steps}


def agents() -> list[Any]:
    helper = ToolCallingAgent([], ScriptedModel([]), name="helper", description="Helps.", verbosity_level=-1)
    return [
        CodeAgent([], ScriptedModel([code("final_answer(1)")]), managed_agents=[helper], verbosity_level=-1),
        ToolCallingAgent([], ScriptedModel([tool_call("final_answer", answer=1)]), verbosity_level=-1),
    ]


@pytest.mark.parametrize("agent", agents(), ids=["code", "tools"])
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickling_says_what_to_do(agent: Any, protocol: int) -> None:
    with pytest.raises(TypeError, match=HELP):
        pickle.dumps(agent, protocol)


@pytest.mark.parametrize("agent", agents(), ids=["code", "tools"])
def test_deep_copying_says_what_to_do(agent: Any) -> None:
    with pytest.raises(TypeError, match=HELP):
        copy.deepcopy({"agents": [agent]})
    assert agent.run("work") == 1, "the attempt has changed it"


def test_a_process_pool_says_what_to_do() -> None:
    agent = agents()[1]
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool, pytest.raises(TypeError, match=HELP):
        pool.map(agent.run, ["one"])


def test_a_shallow_copy_shows_the_same_session() -> None:
    agent = agents()[1]
    other = copy.copy(agent)
    assert type(other) is type(agent)
    assert other.memory is agent.memory
    assert vars(other) == vars(agent)
    assert type(vars(other)) is dict


def test_subclasses_that_can_be_pickled() -> None:
    agent = Restored([], ScriptedModel([]), max_steps=6)
    for other in (pickle.loads(pickle.dumps(agent)), copy.deepcopy(agent)):
        assert (other.max_steps, other.run("work")) == (6, 3)
    assert pickle.loads(pickle.dumps(Filtered([], ScriptedModel([]), max_steps=7))).max_steps == 7
    assert pickle.loads(pickle.dumps(Reduced([], ScriptedModel([]), max_steps=8))).max_steps == 8
    assert pickle.loads(pickle.dumps(Mixed([], ScriptedModel([])))).max_steps == 9
