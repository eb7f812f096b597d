"""The page's program runs, with models of a server and in the cache of the Hub, and prints what the page says."""

import os
import subprocess
import sys
from pathlib import Path

from PIL import Image
from smolagents_testing import FakeOpenAIServer, make_tiny_translation_model
from smolagents_testing.readme import model_replies
from smolagents_testing.tiny_whisper import make_tiny_whisper
from smolagents_tools_audio import SpeechToTextTool
from smolagents_tools_media import TranslationTool
from smolagents_tools_media.vision import CHECKPOINT

from .conftest import VideoMaker, in_cache

PAGE = Path(__file__).parent.parent / "README.md"


def test_readme(openai_server: FakeOpenAIServer, make_video: VideoMaker, tmp_path: Path) -> None:
    make_video("talk.mp4")
    Image.new("RGB", (30, 20)).save(tmp_path / "photo.jpg")
    Image.new("RGB", (30, 20)).save(tmp_path / "invoice.pdf")
    make_tiny_whisper(in_cache(tmp_path, str(SpeechToTextTool.default_checkpoint)), "Good morning, everybody.")
    translations = {"fra_Latn": "Bonjour tout le monde."}
    make_tiny_translation_model(in_cache(tmp_path, str(TranslationTool.default_checkpoint)), translations)
    openai_server.reply(*model_replies(PAGE))
    environ = {**os.environ, "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"}
    environ |= {"OPENAI_API_KEY": openai_server.api_key, "OPENAI_BASE_URL": openai_server.url}
    program = "import pathlib, sys, smolagents_testing.readme as it; it.check_readme(pathlib.Path(sys.argv[1]))"
    command = [sys.executable, "-W", "error", "-c", program, str(PAGE)]
    done = subprocess.run(command, env=environ, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


def test_the_checkpoints_are_those_of_the_page() -> None:
    page = PAGE.read_text("utf-8")
    for checkpoint in (CHECKPOINT, TranslationTool.default_checkpoint, SpeechToTextTool.default_checkpoint):
        assert f"`{checkpoint}`" in page
