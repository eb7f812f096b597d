"""The messages of a memory are appended, not rebuilt, and edits of steps are noticed all the same."""

from typing import Any

import pytest
from smolagents.memory import ActionStep, AgentMemory, MemoryStep, SystemPromptStep, TaskStep
from smolagents.messages import ChatMessage, MessageRole
from smolagents.usage import Timing


class CountingStep(MemoryStep):
    def __init__(self, text: str) -> None:
        self.text = text
        self.asked = 0

    def to_messages(self, summary_mode: bool = False) -> list[ChatMessage]:
        self.__dict__["asked"] += 1
        return [ChatMessage(MessageRole.USER, self.text)]


def action(number: int, **fields: Any) -> ActionStep:
    return ActionStep(number, Timing(0.0, 1.0), model_output=f"output {number}", **fields)


def texts(memory: AgentMemory) -> list[Any]:
    return [message.content for message in memory.to_messages()]


@pytest.fixture
def memory() -> AgentMemory:
    memory = AgentMemory("system")
    memory.steps.extend([TaskStep("task"), action(1), action(2)])
    return memory


def test_each_step_is_read_once_however_long_the_run() -> None:
    memory = AgentMemory("system")
    steps = [CountingStep(str(number)) for number in range(50)]
    for step in steps:
        memory.steps.append(step)
        memory.to_messages()
    assert [step.asked for step in steps] == [1] * 50


def test_a_view_keeps_what_was_seen_while_the_memory_grows(memory: AgentMemory) -> None:
    seen = memory.to_messages()
    before = list(seen)
    memory.steps.append(action(3))
    assert len(memory.to_messages()) == len(before) + 1
    assert list(seen) == before
    assert seen == before


def test_views_share_their_messages_instead_of_copying(memory: AgentMemory) -> None:
    first = memory.to_messages()
    memory.steps.append(action(3))
    second = memory.to_messages()
    assert all(a is b for a, b in zip(first, second, strict=False))


def test_a_view_reads_like_a_list(memory: AgentMemory) -> None:
    view = memory.to_messages()
    as_list = list(view)
    assert view[0] is as_list[0]
    assert view[-1] is as_list[-1]
    assert view[1:3] == as_list[1:3]
    assert view + as_list == as_list + as_list
    assert as_list + view == as_list + as_list
    assert repr(view) == repr(as_list)
    with pytest.raises(IndexError):
        view[len(as_list)]


@pytest.mark.parametrize("field", ["model_output", "observations", "error", "tool_calls", "observations_images"])
def test_editing_an_earlier_step_reaches_the_next_call(memory: AgentMemory, field: str) -> None:
    step = memory.steps[1]
    step.observations = "seen"
    step.observations_images = ["an image"]
    before = memory.to_messages()
    shown = list(before)
    setattr(step, field, None)
    assert list(memory.to_messages()) == [m for s in [memory.system_prompt, *memory.steps] for m in s.to_messages()]
    assert list(before) == shown


def test_editing_the_list_of_images_in_place_reaches_the_next_call() -> None:
    memory = AgentMemory("system")
    images = ["first", "second"]
    memory.steps.append(action(1, observations_images=images))
    memory.to_messages()
    images.pop()
    assert texts(memory)[-1] == [{"type": "image", "image": "first"}]


@pytest.mark.parametrize(
    "change",
    [
        lambda steps: steps.pop(),
        lambda steps: steps.insert(0, TaskStep("new")),
        lambda steps: steps.__setitem__(0, TaskStep("new")),
        lambda steps: steps.__delitem__(slice(0, 1)),
        lambda steps: steps.clear(),
        lambda steps: steps.reverse(),
        lambda steps: steps.remove(steps[1]),
    ],
)
def test_changing_the_list_of_steps_reaches_the_next_call(memory: AgentMemory, change: Any) -> None:
    memory.to_messages()
    change(memory.steps)
    assert list(memory.to_messages()) == [m for s in [memory.system_prompt, *memory.steps] for m in s.to_messages()]


def test_a_new_list_of_steps_or_a_new_system_prompt_reaches_the_next_call(memory: AgentMemory) -> None:
    memory.to_messages()
    memory.steps = [TaskStep("other")]
    assert texts(memory)[1:] == [[{"type": "text", "text": "New task:\nother"}]]
    memory.system_prompt = SystemPromptStep("new system")
    assert texts(memory)[0] == [{"type": "text", "text": "new system"}]
    memory.system_prompt.system_prompt = "edited"
    assert texts(memory)[0] == [{"type": "text", "text": "edited"}]


def test_an_edit_in_one_memory_leaves_the_messages_of_another_alone(memory: AgentMemory) -> None:
    other = AgentMemory("system")
    step = CountingStep("other")
    other.steps.append(step)
    other.to_messages()
    memory.to_messages()
    memory.steps[1].observations = "edited"
    other.to_messages()
    assert step.asked == 1


def test_full_steps_hold_a_shared_message_once(memory: AgentMemory) -> None:
    for step in memory.steps[1:]:
        step.model_input_messages = memory.to_messages()
    _, first, second = memory.get_full_steps()
    assert first["model_input_messages"][0] is second["model_input_messages"][0]
    assert "model_input_messages" not in memory.get_succinct_steps()[1]
