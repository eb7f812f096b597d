"""Whisper on this machine, by a tiny model that hears the same text in every 30 seconds."""

import threading
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch
from smolagents import AgentAudio, AgentText, CodeAgent
from smolagents.run import reason_to_stop
from smolagents.tools import PipelineTool
from smolagents_testing import ScriptedModel, code, make_tiny_whisper
from smolagents_tools_audio import SpeechToTextTool, speech_to_text
from smolagents_tools_audio.sources import UnusableMedia

Tone = Callable[..., Any]


@pytest.fixture(scope="module")
def tool(whisper: str) -> SpeechToTextTool:
    return SpeechToTextTool(model=whisper)


def test_is_a_pipeline_tool_that_loads_late(whisper: str) -> None:
    from transformers import WhisperForConditionalGeneration, WhisperProcessor

    assert issubclass(SpeechToTextTool, PipelineTool)
    tool = SpeechToTextTool()
    assert tool.model == SpeechToTextTool.default_checkpoint == "openai/whisper-large-v3-turbo"
    assert (tool.name, tool.output_type, tool.inputs["audio"]["type"]) == ("transcriber", "string", "audio")
    assert tool.pre_processor_class is WhisperProcessor
    assert tool.model_class is WhisperForConditionalGeneration
    assert not tool.is_initialized


def test_transcribes(tool: SpeechToTextTool, recording: Path, tone: Tone, heard: str) -> None:
    for audio in (
        str(recording),
        recording,
        recording.read_bytes(),
        (44_100, tone(rate=44_100)),
        AgentAudio(recording),
    ):
        assert tool(audio) == tool(audio=audio) == heard
    assert type(tool(str(recording))) is str
    assert type(tool(str(recording), sanitize_inputs_outputs=True)) is AgentText


def test_long_recordings_are_heard_to_the_end(
    tool: SpeechToTextTool, tone: Tone, sound: Callable[..., bytes], heard: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tool((16_000, tone(29))) == heard
    assert tool(sound("FLAC", seconds=40)) == f"{heard} {heard}"
    whole = tool.encode((16_000, tone(75)))["input_features"]
    assert tool((16_000, tone(75))) == " ".join([heard] * 3)
    monkeypatch.setattr(speech_to_text, "_PART", 20 * 16_000)
    assert tool((16_000, tone(75))) == " ".join([heard] * 3)
    assert tool.encode((16_000, tone(75)))["input_features"].shape == whole.shape


def test_steps_can_be_taken_one_by_one(tool: SpeechToTextTool, tone: Tone, heard: str) -> None:
    tool((16_000, tone()))
    inputs = tool.encode((16_000, tone()))
    assert inputs["input_features"].shape == (1, 80, 3000)
    assert tool.decode(tool.forward(inputs)) == heard


def test_language(whisper: str, tone: Tone, heard: str) -> None:
    assert SpeechToTextTool(model=whisper, language="de")((16_000, tone())) == heard
    assert SpeechToTextTool(model=whisper, language="german")((16_000, tone())) == heard
    with pytest.raises(ValueError, match=r"<\|fr\|> is not supported by this specific model"):
        SpeechToTextTool(model=whisper, language="fr")((16_000, tone()))


def test_models_in_memory_and_models_of_english_alone(whisper: str, tone: Tone, heard: str) -> None:
    from transformers import WhisperForConditionalGeneration, WhisperProcessor

    model = WhisperForConditionalGeneration.from_pretrained(whisper)
    processor = WhisperProcessor.from_pretrained(whisper)
    tool = SpeechToTextTool(model=model, pre_processor=processor, device="cpu")
    assert tool((16_000, tone())) == heard
    # The model's prompt is shorter then: what it hears begins a position earlier.
    model.generation_config.is_multilingual = False
    del model.generation_config.lang_to_id, model.generation_config.task_to_id
    assert heard[:10] in tool((16_000, tone()))
    tool.language = "en"
    with pytest.raises(ValueError, match="English"):
        tool((16_000, tone()))


def test_half_precision_is_for_accelerators(tmp_path: Path, whisper: str, tone: Tone, heard: str) -> None:
    from transformers import WhisperForConditionalGeneration, WhisperProcessor

    WhisperForConditionalGeneration.from_pretrained(whisper).half().save_pretrained(tmp_path)
    WhisperProcessor.from_pretrained(whisper).save_pretrained(tmp_path)
    tool = SpeechToTextTool(model=str(tmp_path), device="cpu")
    assert tool((16_000, tone())) == heard
    assert tool.model.dtype == torch.float32
    chosen = SpeechToTextTool(model=str(tmp_path), device="cpu", model_kwargs={"dtype": "bfloat16"})
    assert chosen((16_000, tone())) == heard
    assert chosen.model.dtype == torch.bfloat16


def test_no_speech(tmp_path: Path, tone: Tone) -> None:
    tool = SpeechToTextTool(model=str(make_tiny_whisper(tmp_path, "")))
    with pytest.raises(UnusableMedia, match="No speech was found in the recording"):
        tool((16_000, tone()))


def test_no_model(tmp_path: Path, recording: Path) -> None:
    tool = SpeechToTextTool(model="nobody/nothing")
    with pytest.raises(OSError, match="nobody/nothing"):
        tool(recording)


@pytest.mark.parametrize("missing", ["torch", "transformers", "accelerate"])
def test_missing_libraries(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech_to_text, "find_spec", lambda name: None if name == missing else find_spec(name))
    with pytest.raises(ImportError, match=rf'needs {missing}: pip install "smolagents-tools-audio\[transformers\]"'):
        SpeechToTextTool()


def test_nobody_waits_for_what_an_action_has_no_time_for(whisper: str, tone: Tone) -> None:
    reasons = []

    class Slow(SpeechToTextTool):
        def forward(self, inputs: Any) -> Any:
            while not reason_to_stop():
                time.sleep(0.05)
            try:
                return super().forward(inputs)
            except RuntimeError as error:
                reasons.append(str(error))
                raise

    model = ScriptedModel([code("final_answer(transcriber(audio))"), code("final_answer('gave up')")])
    with CodeAgent([Slow(whisper)], model, executor_kwargs={"timeout_seconds": 3}, verbosity_level=-1) as agent:
        assert agent.run("Transcribe it.", audio=AgentAudio((16_000, tone()))) == "gave up"
    assert len(reasons) == 1
    assert "was given up: the time of the action is up" in reasons[0]
    assert not speech_to_text._one_at_a_time.locked()


def test_one_after_the_other(tool: SpeechToTextTool, tone: Tone, heard: str) -> None:
    texts: list[str] = []
    with speech_to_text._one_at_a_time:
        thread = threading.Thread(target=lambda: texts.append(tool((16_000, tone()))))
        thread.start()
        thread.join(2)
        assert texts == []
    thread.join(60)
    assert texts == [heard]
