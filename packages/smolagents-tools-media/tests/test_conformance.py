"""Each tool keeps the promises of every tool."""

from pathlib import Path

import pytest
from PIL import Image
from smolagents import Tool
from smolagents_testing import ScriptedModel, ToolConformance
from smolagents_tools_media import DocumentQuestionAnsweringTool, ImageAnalysisTool, VideoTranscriptionTool

from .conftest import VideoMaker


class SavedWithoutAnArgument(ToolConformance):
    def test_survives_saving(self, tool: Tool) -> None:
        with pytest.warns(UserWarning, match=r"is saved without its arguments .* pass them again when loading it"):
            assert "smolagents_tools_media" in tool.to_dict()["requirements"]


def model() -> ScriptedModel:
    return ScriptedModel(["It is red."] * 100)


class TestImageAnalysisTool(SavedWithoutAnArgument):
    @pytest.fixture(autouse=True)
    def image(self, tmp_path: Path) -> None:
        Image.new("RGB", (8, 8), "red").save(tmp_path / "red.png")
        type(self).call_arguments = {"image": str(tmp_path / "red.png"), "question": "Which colour?"}

    def make_tool(self) -> Tool:
        return ImageAnalysisTool(model())


class TestDocumentQuestionAnsweringTool(SavedWithoutAnArgument):
    @pytest.fixture(autouse=True)
    def document(self, tmp_path: Path) -> None:
        Image.new("RGB", (8, 8), "red").save(tmp_path / "red.pdf")
        type(self).call_arguments = {"document": str(tmp_path / "red.pdf"), "question": "Which colour?"}

    def make_tool(self) -> Tool:
        return DocumentQuestionAnsweringTool(model())


class TestVideoTranscriptionTool(SavedWithoutAnArgument):
    @pytest.fixture(autouse=True)
    def video(self, make_video: VideoMaker) -> None:
        type(self).call_arguments = {"video": str(make_video("talk.mp4", 1))}

    def make_tool(self) -> Tool:
        return VideoTranscriptionTool(lambda audio: "Good day.")
