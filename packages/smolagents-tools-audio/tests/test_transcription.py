"""Recordings go to a server with the real SDK, and what goes wrong there is told in words that help."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import soundfile
from smolagents import AgentAudio, AgentText
from smolagents_testing import FakeOpenAIServer
from smolagents_testing.openai_server import Delayed, Dropped, Failure, Garbled
from smolagents_tools_audio import SpeechToTextTool, TranscriptionTool, speech_to_text
from smolagents_tools_audio.sources import UnusableMedia

Sound = Callable[..., bytes]
Tone = Callable[..., Any]
AT_ONCE = {"max_retries": 0}


@pytest.fixture
def make(openai_server: FakeOpenAIServer) -> Callable[..., TranscriptionTool]:
    def tool(**options: Any) -> TranscriptionTool:
        options = {"api_key": openai_server.api_key, "client_kwargs": AT_ONCE, **options}
        return TranscriptionTool(api_base=openai_server.url, **options)

    return tool


def uploaded(server: FakeOpenAIServer) -> tuple[str, bytes]:
    file = server.requests[-1].body["file"]
    return file["filename"], file["data"]


def test_transcribes(
    openai_server: FakeOpenAIServer, make: Callable[..., TranscriptionTool], recording: Path, tone: Tone
) -> None:
    openai_server.always(" Good morning. ")
    tool = make(model="whisper-large", language="de")
    assert (tool.name, tool.output_type, tool.inputs["audio"]["type"]) == ("transcriber", "string", "audio")
    data = recording.read_bytes()
    for audio in (str(recording), recording, data, AgentAudio(recording), AgentAudio(data)):
        assert tool(audio) == tool(audio=audio) == "Good morning."
        assert uploaded(openai_server) == ("recording.wav", data)
    sent = {name: value for name, value in openai_server.requests[-1].body.items() if name != "file"}
    assert sent == {"model": "whisper-large", "language": "de", "response_format": "json"}
    assert type(tool(data, sanitize_inputs_outputs=True)) is AgentText
    make()((8_000, tone(rate=8_000, channels=2)))
    assert openai_server.requests[-1].body.keys() == {"model", "response_format", "file"}
    samples, rate = soundfile.read(io.BytesIO(uploaded(openai_server)[1]))
    assert (samples.shape, rate) == ((8_000, 2), 8_000)


@pytest.mark.parametrize(
    ("kind", "name"), [("WAV", "wav"), ("FLAC", "flac"), ("OGG", "ogg"), ("MP3", "mp3"), ("AIFF", "ogg")]
)
def test_formats(
    openai_server: FakeOpenAIServer, make: Callable[..., TranscriptionTool], sound: Sound, kind: str, name: str
) -> None:
    openai_server.always("Yes.")
    data = sound(kind)
    assert make()(data) == "Yes."
    filename, sent = uploaded(openai_server)
    assert filename == f"recording.{name}"
    assert (sent == data) == (kind != "AIFF")
    assert make()(b"\0\0\0\x1cftypM4A " + bytes(100)) == "Yes."
    assert uploaded(openai_server)[0] == "recording.m4a"
    assert make()(b"\x1aE\xdf\xa3" + bytes(100)) == "Yes."
    assert uploaded(openai_server)[0] == "recording.webm"


def test_large_files_are_made_smaller(
    openai_server: FakeOpenAIServer, make: Callable[..., TranscriptionTool], sound: Sound
) -> None:
    openai_server.always("Yes.")
    large = sound("WAV", "PCM_24", rate=96_000, channels=2, seconds=60)
    assert len(large) > 25 * 2**20
    assert make()(large) == "Yes."
    name, sent = uploaded(openai_server)
    assert name == "recording.ogg"
    samples, rate = soundfile.read(io.BytesIO(sent))
    assert rate == 16_000
    assert len(samples) == pytest.approx(60 * 16_000, abs=1_000)
    assert len(sent) < 2**20


def test_only_recordings_leave_this_machine(
    openai_server: FakeOpenAIServer, make: Callable[..., TranscriptionTool], tmp_path: Path
) -> None:
    secret = tmp_path / "key.wav"
    secret.write_text("-----BEGIN PRIVATE KEY-----")
    for audio in (secret, "/etc/passwd", b"RIFF\0\0\0\0WEBP"):
        with pytest.raises(UnusableMedia, match="is no sound that can be read here"):
            make()(audio)
    assert openai_server.requests == []


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Failure(400, "Invalid file format."), "answered 400: Invalid file format.$"),
        (Failure(401, "Incorrect API key provided."), "answered 401: .* Check the key: api_key=, else OPENAI_API_KEY"),
        (
            Failure(404, "No such model"),
            r"answered 404: No such model. Check .*/v1\) and has a model 'whisper-1'",
        ),
        (Failure(413, "Maximum content size limit exceeded"), "too large for this server: transcribe it in parts"),
        (Failure(429, "Slow down."), "answered 429: Slow down. Try again later."),
        (Failure(500, "Boom."), "answered 500: Boom. Try again later."),
        (Dropped(), r"The connection to http://127.* failed \(.*\): is the server running, and api_base right"),
        (Garbled(), "answered with something that is no transcription: is api_base right"),
        (Garbled("{", "application/json"), "answered with something that is no transcription: is api_base right"),
        (Garbled('{"txt": "a"}', "application/json"), "answered with something that is no transcription"),
    ],
)
def test_failures(
    openai_server: FakeOpenAIServer, make: Callable[..., TranscriptionTool], sound: Sound, answer: Any, why: str
) -> None:
    openai_server.always(answer)
    with pytest.raises(RuntimeError, match=why):
        make()(sound())


def test_slow_servers(openai_server: FakeOpenAIServer, make: Callable[..., TranscriptionTool], sound: Sound) -> None:
    openai_server.always(Delayed(60))
    tool = make(client_kwargs={"timeout": 0.5, **AT_ONCE})
    with pytest.raises(RuntimeError, match=r'did not answer in time: .* client_kwargs=\{"timeout": <seconds>\}'):
        tool(sound())


def test_no_server(sound: Sound) -> None:
    tool = TranscriptionTool(api_base="http://127.0.0.1:9/v1", api_key="any", client_kwargs=AT_ONCE)
    with pytest.raises(RuntimeError, match="is the server running"):
        tool(sound())


def test_passing_failures_are_tried_again(openai_server: FakeOpenAIServer, sound: Sound) -> None:
    openai_server.reply(Failure(503, headers={"Retry-After": "0"}), "Good morning.")
    tool = TranscriptionTool(api_base=openai_server.url, api_key=openai_server.api_key)
    assert tool(sound()) == "Good morning."


def test_no_speech(openai_server: FakeOpenAIServer, make: Callable[..., TranscriptionTool], sound: Sound) -> None:
    openai_server.always("  ")
    with pytest.raises(UnusableMedia, match="No speech was found in the recording"):
        make()(sound())


def test_keys(
    openai_server: FakeOpenAIServer,
    make: Callable[..., TranscriptionTool],
    sound: Sound,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ValueError, match=r"No key for http://127\.0\.0\.1.*: pass api_key=, or set OPENAI_API_KEY"):
        make(api_key=None)(sound())
    wrong = "sk-wrong-0123456789"
    with pytest.raises(RuntimeError, match=r"answered 401: Incorrect API key provided: \*\*\*\.") as caught:
        make(api_key=wrong)(sound())
    assert wrong not in str(caught.value) + repr(make(api_key=wrong))
    monkeypatch.setenv("OPENAI_API_KEY", openai_server.api_key)
    openai_server.always("Yes.")
    assert make(api_key=None)(sound()) == "Yes."


def test_without_a_server_this_machine_transcribes(whisper: str, sound: Sound, heard: str) -> None:
    assert TranscriptionTool(whisper)(sound()) == TranscriptionTool(model=whisper, language="de")(sound()) == heard
    with pytest.raises(UnusableMedia, match="There is no file"):
        TranscriptionTool(whisper)("nowhere.wav")


def test_what_a_machine_without_libraries_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech_to_text, "find_spec", lambda name: None)
    install = r'pip install "smolagents-tools-audio\[transformers\]"'
    with pytest.raises(ImportError, match=rf"{install}. To use a server instead, .*\(api_base='https://api.openai.com"):
        TranscriptionTool()
    TranscriptionTool(api_base="http://127.0.0.1:9/v1")


def test_settings_of_a_server_want_a_server() -> None:
    for options in ({"api_key": "sk-a"}, {"client_kwargs": {"timeout": 3}}):
        with pytest.raises(ValueError, match="are for a server: pass its address too, api_base="):
            TranscriptionTool(**options)


def test_both_tools_are_one_for_models() -> None:
    for attribute in ("name", "description", "inputs", "output_type"):
        assert getattr(TranscriptionTool, attribute) == getattr(SpeechToTextTool, attribute)
