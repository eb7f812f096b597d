"""What is the model's own: lengths, sampling, chat templates, threads."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from smolagents import CodeAgent, Tool, ToolCallingAgent
from smolagents.models import ReplayModel, agglomerate_stream_deltas as joined, resolve_model
from smolagents_models_transformers import TransformersModel
from smolagents_testing import make_tiny_model
from smolagents_testing.tiny_models import CHAT_TEMPLATE

HELLO = [{"role": "user", "content": "Hello"}]
SECONDS = 60.0
"""After so long, what waits has waited in vain."""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> TransformersModel:
    return TransformersModel(str(make_tiny_model(tmp_path_factory.mktemp("model"), ["Good day, Sir.", "Good bye."])))


@pytest.fixture
def noise(tmp_path: Path) -> TransformersModel:
    return TransformersModel(str(make_tiny_model(tmp_path / "noise")))


def test_counts_the_end_and_the_stop_sequence_as_written(tmp_path: Path) -> None:
    model = TransformersModel(str(make_tiny_model(tmp_path / "model", [["One", " two", " thr", "ee", " four"]])))
    assert model.generate(HELLO).token_usage.output_tokens == 6
    message = model.generate(HELLO, stop_sequences=["three"])
    assert (message.content, message.token_usage.output_tokens) == ("One two ", 4)


def test_prompts_longer_than_the_context(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    model = TransformersModel(str(make_tiny_model(tmp_path / "model", ["One two three four. " * 20], context=64)))
    message = model.generate(HELLO)
    assert message.token_usage.total_tokens == 64
    assert "its context is full" in caplog.text
    with pytest.raises(ValueError, match=r"prompt has \d+ tokens, .* has a context of 64"):
        model.generate([{"role": "user", "content": "Hello " * 100}])


def test_answers_that_are_cut_off_are_logged(model: TransformersModel, caplog: pytest.LogCaptureFixture) -> None:
    model.generate(HELLO)
    model.generate(HELLO, stop_sequences=["Sir"])
    assert not caplog.records
    assert model.generate(HELLO, max_new_tokens=2).token_usage.output_tokens == 2
    assert "cut off after 2 tokens: allow more with max_new_tokens" in caplog.text


@pytest.mark.parametrize(
    ("options", "sampling"),
    [
        ({}, {}),
        ({"temperature": 0}, {"do_sample": False}),
        ({"temperature": 0.5}, {"do_sample": True, "temperature": 0.5}),
        ({"top_p": 0.9}, {"do_sample": True, "top_p": 0.9}),
        ({"top_k": 5, "do_sample": False}, {"do_sample": False, "top_k": 5}),
    ],
)
def test_sampling(model: TransformersModel, options: dict[str, Any], sampling: dict[str, Any]) -> None:
    message = model.generate(HELLO, **options)
    assert message.content == "Good day, Sir."
    assert message.raw == {"out": "Good day, Sir.", "completion_kwargs": {"max_new_tokens": 4096, **sampling}}


def test_seeds_change_nobody_elses_numbers(noise: TransformersModel) -> None:
    torch.manual_seed(1)
    expected = torch.rand(1)
    torch.manual_seed(1)
    noise.generate(HELLO, seed=5, temperature=1.0, max_tokens=5)
    assert torch.rand(1) == expected


def test_several_beams(model: TransformersModel) -> None:
    for options in ({"num_beams": 3}, {"num_beams": 3, "num_return_sequences": 2}, {"return_dict_in_generate": True}):
        assert model.generate(HELLO, max_tokens=12, **options).content == "Good day, Sir."
    padded = model.generate(HELLO, max_tokens=12, num_beams=3, num_return_sequences=2).token_usage
    assert padded.output_tokens == model.generate(HELLO).token_usage.output_tokens < 12
    assert model.generate(HELLO, ["Sir"], max_tokens=12, num_beams=3).content == "Good day, "


def test_several_tokens_at_once(model: TransformersModel) -> None:
    deltas = list(model.generate_stream(HELLO, prompt_lookup_num_tokens=3))
    assert joined(deltas).content == "Good day, Sir."


def test_templates_that_refuse_roles(tmp_path: Path) -> None:
    template = CHAT_TEMPLATE.replace(
        "{%- for message in messages %}",
        "{%- for message in messages %}"
        "{% if message['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}",
    )
    folder = str(make_tiny_model(tmp_path / "model", ["Good day."], chat_template=template))
    messages = [{"role": "system", "content": "Be polite."}, *HELLO]
    with pytest.raises(ValueError, match=r"System role not supported.*custom_role_conversions") as caught:
        TransformersModel(folder).generate(messages)
    advice = {"system": "user", "tool-call": "assistant", "tool-response": "user"}
    assert str(advice) in str(caught.value)
    assert TransformersModel(folder, custom_role_conversions=advice).generate(messages).content == "Good day."


def test_templates_without_tools(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    start = CHAT_TEMPLATE.index("{%- if tools")
    template = CHAT_TEMPLATE[:start] + CHAT_TEMPLATE[CHAT_TEMPLATE.index("{%- for message") :]
    model = TransformersModel(str(make_tiny_model(tmp_path / "model", ["Good day."], chat_template=template)))
    messages = [model.generate(HELLO, tools_to_call_from=tools) for tools in (None, [Double()], [Double()])]
    assert len({message.token_usage.input_tokens for message in messages}) == 1
    assert [record.getMessage() for record in caplog.records if "takes no tools" in record.getMessage()] == [
        f"The chat template of {model.model_id} takes no tools: the model knows of them what its messages say."
    ]


def test_one_template_of_several_takes_tools(tmp_path: Path, model: TransformersModel) -> None:
    start = CHAT_TEMPLATE.index("{%- if tools")
    plain = CHAT_TEMPLATE[:start] + CHAT_TEMPLATE[CHAT_TEMPLATE.index("{%- for message") :]
    several = TransformersModel(str(make_tiny_model(tmp_path / "model", ["Good day."])))
    several.tokenizer.chat_template = {"default": plain, "tool_use": CHAT_TEMPLATE}
    for tools in (None, [Double()]):
        expected = model.generate(HELLO, tools_to_call_from=tools).token_usage.input_tokens
        assert several.generate(HELLO, tools_to_call_from=tools).token_usage.input_tokens == expected


def test_stopping_criteria_for_plain_generate(model: TransformersModel) -> None:
    inputs = model.tokenizer.apply_chat_template(
        HELLO, add_generation_prompt=True, return_tensors="pt", return_dict=True
    )
    criteria = model.make_stopping_criteria(["day"], model.tokenizer)
    output = model.model.generate(**inputs, stopping_criteria=criteria, max_new_tokens=50)
    assert model.tokenizer.decode(output[0, inputs["input_ids"].shape[1] :]).startswith("Good day")
    assert "Sir" not in model.tokenizer.decode(output[0])


def test_stopping_criteria_of_the_programs_own(noise: TransformersModel) -> None:
    def enough(input_ids: torch.Tensor, scores: Any, **_: Any) -> torch.Tensor:
        return torch.full((len(input_ids),), input_ids.shape[1] >= 20)

    assert noise.generate(HELLO, stopping_criteria=[enough]).token_usage.total_tokens == 20


@pytest.fixture
def broken(noise: TransformersModel) -> Iterator[TransformersModel]:
    """Fail at the third token."""
    calls: list[int] = []

    def fail(*_: Any) -> None:
        calls.append(1)
        if len(calls) == 3:
            raise RuntimeError("CUDA out of memory, say.")

    with noise.model.register_forward_pre_hook(fail):
        yield noise


def test_errors_of_the_thread_that_generates_are_raised(broken: TransformersModel) -> None:
    pieces = []
    with pytest.raises(RuntimeError, match="out of memory"):
        for delta in broken.generate_stream(HELLO, max_tokens=10):
            pieces.append(delta)
    assert broken.generate(HELLO, max_tokens=10).token_usage.output_tokens == 10
    assert workers() == []


def test_errors_of_async_generation_are_raised(broken: TransformersModel) -> None:
    async def collect() -> None:
        async for _ in broken.agenerate_stream(HELLO, max_tokens=10):
            pass

    with pytest.raises(RuntimeError, match="out of memory"):
        asyncio.run(collect())
    assert asyncio.run(broken.agenerate(HELLO, max_tokens=10)).token_usage.output_tokens == 10


def test_streams_give_pieces_while_the_model_works(noise: TransformersModel) -> None:
    """The model waits for the reader at its 20th token: a stream that gave all at the end would never begin."""
    read = threading.Event()
    calls: list[int] = []

    def wait(*_: Any) -> None:
        calls.append(1)
        if len(calls) == 20:
            assert read.wait(SECONDS)

    with noise.model.register_forward_pre_hook(wait):
        stream = noise.generate_stream(HELLO, max_tokens=200)
        next(stream)
        read.set()
        stream.close()
    assert len(calls) < 200
    assert workers() == []


def test_the_event_loop_goes_on_while_the_model_works(noise: TransformersModel) -> None:
    async def main() -> int:
        looped = threading.Event()

        def wait(*_: Any) -> None:
            assert looped.wait(SECONDS), "the event loop stands still"

        with noise.model.register_forward_pre_hook(wait):
            answer = asyncio.create_task(noise.agenerate(HELLO, max_tokens=3))
            await asyncio.sleep(0)
            asyncio.get_running_loop().call_soon(looped.set)
            return (await answer).token_usage.output_tokens

    assert asyncio.run(main()) == 3


def test_who_is_cancelled_while_waiting_never_starts(noise: TransformersModel) -> None:
    async def main() -> None:
        stream = noise.agenerate_stream(HELLO, max_tokens=30_000)
        await anext(stream)
        waiting = asyncio.create_task(noise.agenerate(HELLO, max_tokens=30_000))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await stream.aclose()
        message = await noise.agenerate(HELLO, max_tokens=1)
        assert message.token_usage.output_tokens == 1

    asyncio.run(asyncio.wait_for(main(), SECONDS))


def workers() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "smolagents-transformers"]


class Double(Tool):
    name = "double"
    description = "Doubles a number."
    inputs = {"number": {"type": "integer", "description": "The number."}}
    output_type = "integer"

    def forward(self, number: int) -> int:
        return 2 * number


@pytest.mark.parametrize("stream", [False, True])
def test_serves_agents_that_call_tools(tmp_path: Path, stream: bool) -> None:
    replies = [
        '<tool_call>{"name": "double", "arguments": {"number": 21}}</tool_call>',
        '<tool_call>{"name": "final_answer", "arguments": {"answer": "42"}}</tool_call>',
    ]
    model = TransformersModel(str(make_tiny_model(tmp_path / "model", replies)))
    agent = ToolCallingAgent([Double()], model, stream_outputs=stream, verbosity_level=-1)
    assert agent.run("Double 21.") == "42"


def test_a_failing_model_loses_nothing(tmp_path: Path) -> None:
    replies = ["<code>\nx = double(number=4)\n</code>", "<code>\nfinal_answer(x)\n</code>"]
    model = TransformersModel(str(make_tiny_model(tmp_path / "model", replies)))
    agent = CodeAgent([Double()], model, verbosity_level=-1)

    def fail(*_: Any) -> None:
        if len(agent.memory.steps) > 1:
            raise RuntimeError("CUDA out of memory, say.")

    with model.model.register_forward_pre_hook(fail), pytest.raises(Exception, match="out of memory"):
        agent.run("Double 4.")
    assert agent.run("Go on.", reset=False) == 8


def test_one_spelling(tmp_path: Path) -> None:
    folder = make_tiny_model(tmp_path / "model", ["Good day."])
    model = resolve_model(f"transformers/{folder}", max_tokens=5)
    assert (type(model), model.model_id) == (TransformersModel, str(folder))
    assert not isinstance(model, ReplayModel)
