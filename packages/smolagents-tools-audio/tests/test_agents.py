"""The tools in the hands of agents, in every executor, by name and on the command line."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from smolagents import AgentAudio, CodeAgent, Tool, ToolCallingAgent, load_tool, plugins
from smolagents_testing import FakeOpenAIServer, ScriptedModel, code, make_tiny_whisper, tool_call
from smolagents_tools_audio import SpeechToTextTool, TranscriptionTool

Tone = Callable[..., Any]
REVISION = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(scope="module")
def tool(whisper: str) -> SpeechToTextTool:
    return SpeechToTextTool(model=whisper)


def test_code_agents(tool: SpeechToTextTool, recording: Path, tone: Tone, heard: str, executor_type: str) -> None:
    sounds = [str(recording), AgentAudio(recording), AgentAudio(recording.read_bytes()), recording.read_bytes()]
    sounds += [(44_100, tone(rate=44_100)), AgentAudio((44_100, tone(rate=44_100)))]
    model = ScriptedModel([code("final_answer(transcriber(audio))")], per_run=True)
    with CodeAgent([tool], model, executor_type=executor_type, verbosity_level=-1) as agent:
        for sound in sounds:
            assert agent.run("What is said?", audio=sound) == heard


def test_code_agents_hear_why_not(tool: SpeechToTextTool, executor_type: str) -> None:
    steps = [code("transcriber('nowhere.wav')"), lambda messages: code(f"final_answer({str(messages[-1])!r})")]
    with CodeAgent([tool], ScriptedModel(steps), executor_type=executor_type, verbosity_level=-1) as agent:
        assert "There is no file nowhere.wav" in agent.run("Transcribe.")


def test_tool_calling_agents(tool: SpeechToTextTool, recording: Path, tone: Tone, heard: str) -> None:
    for named, given in ((str(recording), None), ("audio", AgentAudio((8_000, tone(rate=8_000))))):
        steps = [tool_call("transcriber", audio=named), lambda messages: tool_call("final_answer", answer="done")]
        agent = ToolCallingAgent([tool], ScriptedModel(steps), verbosity_level=-1)
        assert agent.run("Transcribe.", audio=given) == "done"
        assert agent.memory.steps[1].observations == heard


def test_models_of_openai_can_call_it(tool: SpeechToTextTool, recording: Path, heard: str) -> None:
    from smolagents.models import get_tool_json_schema

    assert get_tool_json_schema(tool)["function"]["parameters"]["properties"]["audio"]["type"] == "string"


def test_a_server_transcribes_for_an_agent(
    openai_server: FakeOpenAIServer, recording: Path, executor_type: str
) -> None:
    openai_server.reply("Good morning.")
    tool = TranscriptionTool(api_base=openai_server.url, api_key=openai_server.api_key)
    model = ScriptedModel([code("final_answer(transcriber(audio))")])
    with CodeAgent([tool], model, executor_type=executor_type, verbosity_level=-1) as agent:
        assert agent.run("What is said?", audio=str(recording)) == "Good morning."


def test_names(whisper: str, recording: Path, heard: str) -> None:
    import smolagents
    from smolagents.default_tools import SpeechToTextTool as in_default_tools

    assert smolagents.SpeechToTextTool is smolagents.tools.SpeechToTextTool is in_default_tools is SpeechToTextTool
    assert smolagents.TranscriptionTool is smolagents.tools.TranscriptionTool is TranscriptionTool
    for name in ("speech_to_text", "transcriber"):
        assert load_tool(name).model == "openai/whisper-large-v3-turbo"
        assert load_tool(name, model_repo_id=whisper)(str(recording)) == heard
    assert load_tool("TranscriptionTool", model_repo_id=whisper)(str(recording)) == heard
    for name, owner in plugins.FIRST_PARTY.items():
        if owner == "smolagents-tools-audio":
            assert issubclass(plugins.resolve(name), Tool)


def test_saved_agents(whisper: str, recording: Path, tmp_path: Path, heard: str) -> None:
    model = ScriptedModel([code("final_answer(transcriber(audio))")], per_run=True)
    agent = CodeAgent([SpeechToTextTool(whisper, language="de")], model, verbosity_level=-1)
    agent.save(tmp_path)
    assert "smolagents-tools-audio" in (tmp_path / "requirements.txt").read_text().replace("_", "-").splitlines()
    loaded = CodeAgent.from_folder(tmp_path, model=model, verbosity_level=-1)
    assert loaded.tools["transcriber"].language == "de"
    assert loaded.run("What is said?", audio=str(recording)) == heard


@pytest.fixture
def shell(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that runs `smolagents` where the tool's own model is in the cache of the Hub."""
    repository = tmp_path / "cache" / "hub" / "models--openai--whisper-large-v3-turbo"
    make_tiny_whisper(repository / "snapshots" / REVISION, "Good morning.")
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(REVISION)
    environ = {**os.environ, "HF_HOME": str(tmp_path / "cache"), "HF_HUB_OFFLINE": "1"}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        program = "import sys; from smolagents.cli import smolagents_main; sys.exit(smolagents_main())"
        command = [sys.executable, "-c", program, *arguments]
        return subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=300)

    return run


def test_the_command_line_has_them(shell: Callable[..., subprocess.CompletedProcess[str]], recording: Path) -> None:
    for name in ("transcriber", "TranscriptionTool"):
        done = shell("tools", "call", name, f"audio={recording.name}")
        assert (done.returncode, done.stdout) == (0, "Good morning.\n"), done.stderr
    done = shell("tools", "call", "transcriber", "audio=http://127.0.0.1:9/a.wav")
    assert done.returncode == 1
    assert "127.0.0.1 is not on the public Internet" in done.stderr
    assert "transcriber " in shell("tools", "list").stdout


def test_importing_costs_no_library() -> None:
    program = (
        "import sys, smolagents_tools_audio.decoder as d, smolagents_tools_audio as audio\n"
        "audio.TranscriptionTool(api_base='http://127.0.0.1:9/v1')\n"
        "print({'torch', 'transformers', 'numpy', 'soundfile', 'soxr', 'openai', 'httpx', 'av'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
