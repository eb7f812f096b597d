"""Conversations without a browser: what a run may bring, where work is done, and what ends with whom."""

import asyncio
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image
from smolagents import CodeAgent, ToolCallingAgent, tool
from smolagents.executors import CodeOutput
from smolagents_testing import ScriptedModel, code, tool_call
from smolagents_testing.waiting import until
from smolagents_ui_gradio import GradioUI
from smolagents_ui_gradio.conversation import Conversation


def agent_of(*replies: Any, **options: Any) -> CodeAgent:
    return CodeAgent([], ScriptedModel(list(replies)), verbosity_level=-1, **options)


async def shown_by(conversation: Conversation) -> list[Any]:
    """Return what a conversation shows when a task is done."""
    async for shown in conversation.talk([], "Work.", [], False):
        messages = shown
    return [message.content for message in messages]


ODD = """
class Odd:
    def __getattr__(self, name):
        raise KeyError(name)

class Dict(dict):
    def values(self):
        raise KeyError("values")

class Picture:
    mode = "RGB"
    def getbands(self):
        pass
    def save(self, *arguments, **options):
        raise KeyError("a page that calls this runs code of a model")

class Sound:
    shape = ()
    def __iter__(self):
        raise KeyError("a page that calls this runs code of a model")
"""


def test_what_can_not_be_looked_at_ends_no_conversation(tmp_path: Path) -> None:
    agent = agent_of(code(f"{ODD}\nfinal_answer(Dict())"), code("final_answer(42)"))
    conversation = Conversation(agent, tmp_path)
    *_, told, figures = asyncio.run(shown_by(conversation))
    assert told == "Not shown: KeyError"
    assert figures.startswith("<small>In all")
    assert "**Final answer**\n\n42" in asyncio.run(shown_by(conversation))


@pytest.mark.parametrize("answer", ["Picture()", "(8000, Sound())", "[Odd()]"])
def test_objects_that_only_look_like_media_are_shown_as_text(answer: str, tmp_path: Path) -> None:
    agent = agent_of(code(f"{ODD}\nfinal_answer({answer})"))
    *_, told, _ = asyncio.run(shown_by(Conversation(agent, tmp_path)))
    assert told.startswith("**Final answer**\n\n```\n")
    assert "object" in told


class Executor:
    """An executor that can't be had twice."""

    state: dict[str, Any] = {}
    cleaned = False

    def __call__(self, code_action: str) -> CodeOutput:
        return CodeOutput(42, "", True)

    def send_tools(self, tools: dict[str, Any]) -> None:
        pass

    def send_variables(self, variables: dict[str, Any]) -> None:
        pass

    def cleanup(self) -> None:
        self.cleaned = True


class Renewed(Executor):
    """An executor of which every conversation has one."""

    def new_session(self) -> Executor:
        return Executor()


def test_a_conversation_takes_its_own_executors_with_it_and_no_shared_one(tmp_path: Path) -> None:
    shared = Executor()
    member = agent_of(executor=Renewed(), name="member", description="Helps.")
    agent = agent_of(code("1"), executor=shared, managed_agents=[member])
    first, second = Conversation(agent, tmp_path), Conversation(agent, tmp_path)
    own: Any = first.agent.managed_agents["member"].python_executor
    first.close()
    until(lambda: own.cleaned)
    assert not shared.cleaned
    assert "**Final answer**\n\n42" in asyncio.run(shown_by(second))


def test_nothing_that_takes_long_is_done_where_all_pages_are_served() -> None:
    threads: list[threading.Thread] = []

    class Picture(Image.Image):
        mode = "RGB"

        def save(self, *arguments: Any, **options: Any) -> None:
            threads.append(threading.current_thread())

    class Slow(Executor):
        def new_session(self) -> Executor:
            threads.append(threading.current_thread())
            return Slow()

        def __call__(self, code_action: str) -> CodeOutput:
            return CodeOutput(Picture(), "", True)

    ui = GradioUI(agent_of(code("1"), executor=Slow()))

    async def talk() -> None:
        threads.clear()
        async for _ in ui._talk({"text": "Show."}, None, request_of("me")):
            pass

    asyncio.run(talk())
    assert len(threads) == 2
    assert threading.main_thread() not in threads


def test_a_new_conversation_leaves_no_image_of_the_last_one(tmp_path: Path) -> None:
    @tool
    def paint() -> object:
        """Paint."""
        return Image.new("RGB", (1, 1))

    @tool
    async def wait() -> str:
        """Wait."""
        await asyncio.sleep(3600)
        return "Waited."

    model = ScriptedModel([[tool_call("paint"), tool_call("wait")]])
    conversation = Conversation(ToolCallingAgent([paint, wait], model, verbosity_level=-1), tmp_path)

    async def go() -> list[Path]:
        files: list[Path] = []
        async for shown in conversation.talk([], "Paint.", [], False):
            files += [Path(message.content["path"]) for message in shown if isinstance(message.content, dict)]
            if files and not conversation.closed:
                assert files[0].exists()
                conversation.close()
        return files

    assert not any(file.exists() for file in asyncio.run(asyncio.wait_for(go(), 120)))


def request_of(session: str) -> Any:
    return SimpleNamespace(session_hash=session)


def test_closing_the_page_stops_a_new_conversation_though_the_last_one_ends_after_it_began() -> None:
    async def think(messages: Any) -> Any:
        await asyncio.sleep(3600)

    ui = GradioUI(agent_of(think, think))
    request = request_of("me")

    async def go() -> None:
        first = ui._talk({"text": "Think."}, None, request)
        _, _, conversation = await anext(first)
        await ui._renew(conversation)
        second = ui._talk({"text": "Think."}, None, request)
        await anext(second)
        async for _ in first:
            pass
        await ui._left(request)
        async for shown, _, _ in second:
            messages = shown
        assert messages[-2].content.startswith("**Stopped**")

    asyncio.run(asyncio.wait_for(go(), 120))


def test_what_a_page_is_sent_last_of_a_conversation_that_ended_is_an_empty_one() -> None:
    async def think(messages: Any) -> Any:
        await asyncio.sleep(3600)

    ui = GradioUI(agent_of(think))

    async def go() -> list[Any]:
        talk = ui._talk({"text": "Think."}, None, request_of("me"))
        _, _, conversation = await anext(talk)
        await ui._renew(conversation)  # what was sent before may reach the page after what this returns
        return [update async for update in talk]

    *_, (shown, box, _) = asyncio.run(asyncio.wait_for(go(), 120))
    assert shown == []
    assert box.submit_btn is True
