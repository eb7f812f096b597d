"""Checkpoints that run on this machine: those that are named, and the tools' own, in the cache of the Hub."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from smolagents import Tool, load_tool
from smolagents.cli import main, smolagents_main
from smolagents_testing import (
    ToolConformance,
    code,
    make_tiny_model,
    make_tiny_translation_model,
    make_tiny_vision_model,
)
from smolagents_tools_media import DocumentQuestionAnsweringTool, ImageAnalysisTool, TranslationTool
from smolagents_tools_media.vision import CHECKPOINT

from .conftest import in_cache

TRANSLATIONS = {"fra_Latn": "Bonjour tout le monde.", "deu_Latn": "Guten Tag."}


@pytest.fixture(scope="module")
def eyes(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(make_tiny_vision_model(tmp_path_factory.mktemp("eyes"), ["It is red."]))


@pytest.fixture(scope="module")
def translator(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(make_tiny_translation_model(tmp_path_factory.mktemp("translator"), TRANSLATIONS))


@pytest.fixture
def red(tmp_path: Path) -> Path:
    Image.new("RGB", (300, 200), "red").save(tmp_path / "red.png")
    return tmp_path / "red.png"


class TestImageAnalysisTool(ToolConformance):
    @pytest.fixture(autouse=True)
    def here(self, eyes: str, red: Path) -> None:
        type(self).call_arguments = {"image": str(red), "question": "Which colour?"}
        self.model = eyes

    def make_tool(self) -> Tool:
        return ImageAnalysisTool(self.model)


class TestDocumentQuestionAnsweringTool(ToolConformance):
    @pytest.fixture(autouse=True)
    def here(self, eyes: str, red: Path) -> None:
        type(self).call_arguments = {"document": str(red), "question": "Which colour?"}
        self.model = eyes

    def make_tool(self) -> Tool:
        return DocumentQuestionAnsweringTool(self.model)


class TestTranslationTool(ToolConformance):
    call_arguments = {"text": "Hello world.", "source_language": "English", "target_language": "French"}

    @pytest.fixture(autouse=True)
    def here(self, translator: str) -> None:
        self.model = translator

    def make_tool(self) -> Tool:
        return TranslationTool(self.model)


def test_tasks_by_name(eyes: str, translator: str, red: Path) -> None:
    tool = load_tool("image_question_answering", model_repo_id=eyes)
    assert tool(str(red), "Which colour?") == "It is red."
    assert tool.model.max_new_tokens == 1024
    tool = load_tool("document_question_answering", model_repo_id=eyes)
    assert tool(document=str(red), question="Which colour?") == "It is red."
    tool = load_tool("translation", model_repo_id=translator)
    assert tool("Hello.", "English", "German") == "Guten Tag."


def test_models_of_text_are_refused(tmp_path: Path, red: Path) -> None:
    tool = ImageAnalysisTool(str(make_tiny_model(tmp_path / "blind", ["It is red."])))
    with pytest.raises(ValueError, match="blind takes no images: pass a model that does"):
        tool(str(red))
    with pytest.raises(ValueError, match="blind takes no images"):
        tool(str(red))


def test_texts_keep_their_shape(translator: str) -> None:
    tool = TranslationTool(translator)
    text = "Dr. No lives here, in no. 9, alone. Who is that?\n\n  A list: \n- one  \n\n"
    assert tool(text, "english", "German") == "Guten Tag. Guten Tag.\n\nGuten Tag. \nGuten Tag.  \n\n"
    assert tool("他来了。她走了！", "Chinese", "French") == "Bonjour tout le monde." * 2
    assert tool(" \n ", "English", "French") == " \n "
    assert tool("", "English", "French") == ""


def test_the_source_is_what_the_model_reads(translator: str) -> None:
    tool = TranslationTool(translator)
    tool("x", "English", "French")
    read: list[list[str]] = []
    encoder = tool.model.get_encoder()
    with encoder.register_forward_pre_hook(
        lambda _, args, kwargs: read.extend(
            map(tool.pre_processor.convert_ids_to_tokens, kwargs["input_ids"].tolist())
        ),
        with_kwargs=True,
    ):
        tool("Good night. " + "n" * 300, "Egyptian Arabic", "French")
    first, second, third = read
    assert "".join(first).rstrip("<pad>") == "arz_Arab▁Good▁night.</s"
    assert second == ["arz_Arab", "▁", *"n" * 255, "</s>"]
    assert "".join(third).replace("<pad>", "") == "arz_Arab" + "n" * 45 + "</s>"


def test_languages_and_lengths_are_checked(translator: str) -> None:
    tool = TranslationTool(translator)
    assert tool("Hello.", "eng_Latn", "DEU_LATN") == "Guten Tag."
    with pytest.raises(ValueError, match=r"'Frenhc' is no language here: .* Close to it: french"):
        tool("Hello.", "English", "Frenhc")
    with pytest.raises(ValueError, match="translate at most 20000 at once"):
        tool("x" * 20_001, "English", "French")
    unknown = tool.pre_processor.unk_token_id
    tool.pre_processor.convert_tokens_to_ids = lambda token: unknown
    with pytest.raises(ValueError, match="This model does not know French"):
        tool("Hello.", "French", "English")


def test_the_models_that_tools_take_by_themselves(tmp_path: Path, red: Path) -> None:
    make_tiny_vision_model(in_cache(tmp_path, CHECKPOINT), ["It is red."])
    make_tiny_translation_model(in_cache(tmp_path, str(TranslationTool.default_checkpoint)), TRANSLATIONS)
    calls = [
        ["image_analysis", f"image={red}", "question=Which colour?"],
        ["document_question_answering", f"document={red}", "question=Which colour?"],
        ["translation", "text=Hello.", "source_language=English", "target_language=German"],
    ]
    program = (
        "import sys; from smolagents.cli import smolagents_main\n"
        f"sys.exit(sum(smolagents_main(['tools', 'call', *call]) for call in {calls!r}))"
    )
    environ = {**os.environ, "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "It is red.\nIt is red.\nGuten Tag.\n"


def test_the_command_line_has_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert smolagents_main(["tools", "list", "--json"]) == 0
    names = {tool["name"] for tool in json.loads(capfd.readouterr().out) if tool["from"] == "smolagents-tools-media"}
    assert {"image_analysis", "document_question_answering", "translation", "video_transcriber"} <= names
    assert smolagents_main(["tools", "call", "image_analysis", "qestion=?"]) == 2
    assert "Did you mean question?" in capfd.readouterr().err
    assert smolagents_main(["tools", "call", "video_transcriber", "video=nothing.mp4"]) == 0
    assert "The video nothing.mp4 can't be used: there is no file of this name" in capfd.readouterr().out
    action = code("final_answer(video_transcriber('nothing.mp4'))")
    Path("recording.jsonl").write_text(json.dumps(action) + "\n")
    assert main(["Look.", "--tools", "video_transcriber", "--model", "replay/recording.jsonl", "--quiet"]) == 0
    assert "The video nothing.mp4 can't be used: there is no file of this name" in capfd.readouterr().out
