"""The tools in the hands of agents: in the sandbox, by name on the command line, with media that a run is given."""

import base64
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from smolagents import AgentImage, AgentVideo, CodeAgent, Tool, ToolCallingAgent, load_tool, plugins
from smolagents_testing import FakeOpenAIServer, ScriptedModel, code, tool_call
from smolagents_tools_audio import TranscriptionTool
from smolagents_tools_media import (
    DocumentQuestionAnsweringTool,
    ImageAnalysisTool,
    TranslationTool,
    VideoTranscriptionTool,
)

from .conftest import VideoMaker, WebServer

SAID = "[00:00 - 00:02] Good day."


@pytest.fixture
def red(tmp_path: Path) -> Path:
    Image.new("RGB", (30, 20), "red").save(tmp_path / "red.png")
    return tmp_path / "red.png"


def video_tool() -> Tool:
    return VideoTranscriptionTool(lambda audio: "Good day.")


def image_tool() -> ImageAnalysisTool:
    """Return a tool whose model says what colour it sees."""

    def look(messages: Any) -> str:
        return "It is {} {} {}.".format(*messages[0].content[0]["image"].getpixel((5, 5)))

    return ImageAnalysisTool(ScriptedModel([look] * 5))


def forms_of(path: Path, wrapper: Any) -> list[Any]:
    return [str(path), path, path.read_bytes(), wrapper(path), wrapper(path.read_bytes())]


def test_runs_with_a_video(make_video: VideoMaker, executor_type: str) -> None:
    path = make_video("talk.mp4")
    for form in forms_of(path, AgentVideo):
        model = ScriptedModel([code("words = video_transcriber(video)\nfinal_answer(words)")])
        with CodeAgent([video_tool()], model, executor_type=executor_type, verbosity_level=-1) as agent:
            assert agent.run("What is said?", video=form) == SAID


def test_runs_with_an_image(red: Path, executor_type: str) -> None:
    for form in [*forms_of(red, AgentImage), Image.open(red)]:
        model = ScriptedModel([code("final_answer([image.size[0], image_analysis(image, 'Which colour?')])")])
        with CodeAgent([image_tool()], model, executor_type=executor_type, verbosity_level=-1) as agent:
            assert agent.run("What is it?", image=form) == [30, "It is 255 0 0."]


def test_tool_calling_agents_pass_media_on(make_video: VideoMaker, red: Path) -> None:
    calls = [tool_call("video_transcriber", video="video"), tool_call("image_analysis", image="image")]
    for video, image in zip(forms_of(make_video("talk.mp4"), AgentVideo), forms_of(red, AgentImage), strict=True):
        model = ScriptedModel([calls, tool_call("final_answer", answer="done")])
        agent = ToolCallingAgent([video_tool(), image_tool()], model, verbosity_level=-1)
        assert agent.run("What is it?", video=video, image=image) == "done"
        step = agent.memory.steps[1]
        assert step.error is None
        assert SAID in step.observations
        assert "It is 255 0 0." in step.observations


class Camera(Tool):
    name = "camera"
    description = "Takes a picture or a film."
    inputs = {"kind": {"type": "string", "description": "Which of them."}}
    output_type = "any"

    def __init__(self, film: Path) -> None:
        super().__init__()
        self.film = film

    def forward(self, kind: str) -> Any:
        return Image.new("RGB", (30, 20), "red") if kind == "picture" else AgentVideo(self.film.read_bytes())


def test_what_tools_make_other_tools_take(make_video: VideoMaker, executor_type: str) -> None:
    tools = [Camera(make_video("talk.mp4")), video_tool(), image_tool()]
    action = "final_answer([image_analysis(camera('picture'), 'Which colour?'), video_transcriber(camera('film'))])"
    with CodeAgent(tools, ScriptedModel([code(action)]), executor_type=executor_type, verbosity_level=-1) as agent:
        assert agent.run("What is it?") == ["It is 255 0 0.", SAID]


def test_what_tools_make_other_tools_take_by_call(make_video: VideoMaker) -> None:
    replies = [tool_call("camera", kind="picture"), tool_call("image_analysis", image="image.png")]
    replies += [tool_call("camera", kind="film"), tool_call("video_transcriber", video="video.mp4")]
    model = ScriptedModel([*replies, tool_call("final_answer", answer="video.mp4")])
    agent = ToolCallingAgent([Camera(make_video("talk.mp4")), video_tool(), image_tool()], model, verbosity_level=-1)
    answer = agent.run("What is it?")
    assert isinstance(answer, AgentVideo)
    observations = [step.observations for step in agent.memory.steps[1:]]
    assert "It is 255 0 0." in observations[1]
    assert SAID in observations[3]


def test_media_are_answers(make_video: VideoMaker, red: Path, executor_type: str) -> None:
    with CodeAgent(
        [], ScriptedModel([code("final_answer(image)")]), executor_type=executor_type, verbosity_level=-1
    ) as agent:
        answer = agent.run("Which?", image=str(red))
        assert isinstance(answer, AgentImage)
        assert answer.size == (30, 20)
        with Image.open(answer.to_string()) as image:
            assert image.getpixel((5, 5)) == (255, 0, 0)
    film = make_video("talk.mp4")
    with CodeAgent(
        [], ScriptedModel([code("final_answer(video)")]), executor_type=executor_type, verbosity_level=-1
    ) as agent:
        assert str(agent.run("Which?", video=AgentVideo(film))) == str(film)


def test_the_sandbox_gets_no_way_around_the_tools(web: WebServer, executor_type: str) -> None:
    tools = [image_tool(), video_tool(), DocumentQuestionAnsweringTool(ScriptedModel([]))]
    action = code(
        f"url = '{web.url}/'\n"
        "final_answer([image_analysis(url, '?'), video_transcriber(url), document_question_answering(url, '?')])"
    )
    with CodeAgent(tools, ScriptedModel([action]), executor_type=executor_type, verbosity_level=-1) as agent:
        answers = agent.run("Look around.")
    assert len(answers) == 3
    assert all("is not on the public Internet" in answer for answer in answers)
    assert web.requested == []


def test_names(make_video: VideoMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    import smolagents
    import smolagents.tools

    assert smolagents.ImageAnalysisTool is smolagents.tools.ImageAnalysisTool is ImageAnalysisTool
    assert smolagents.tools.VideoTranscriptionTool is VideoTranscriptionTool
    classes = {
        "video_transcriber": VideoTranscriptionTool,
        "image_analysis": ImageAnalysisTool,
        "image_question_answering": ImageAnalysisTool,
        "document_question_answering": DocumentQuestionAnsweringTool,
        "translation": TranslationTool,
    }
    assert {name: plugins.resolve(name) for name in classes} == classes
    for name, owner in plugins.FIRST_PARTY.items():
        if owner == "smolagents-tools-media":
            assert issubclass(plugins.resolve(name), Tool)
    model = ScriptedModel([])
    tool = load_tool("image_question_answering", model_repo_id=model, private_hosts=["images.corp.example"])  # type: ignore[arg-type]
    assert (tool.model, tool.private_hosts) == (model, ("images.corp.example",))


def test_the_model_of_a_server_sees_the_image(
    red: Path, openai_server: FakeOpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from smolagents import OpenAIModel

    openai_server.reply("It is red.")
    tool = ImageAnalysisTool(OpenAIModel("gpt-4o", api_base=openai_server.url, api_key=openai_server.api_key))
    assert tool(str(red), "Which colour?") == "It is red."
    (message,) = openai_server.requests[-1].body["messages"]
    picture, question = message["content"]
    assert question == {"type": "text", "text": "Which colour?"}
    header, _, data = picture["image_url"]["url"].partition(",")
    assert header == "data:image/png;base64"
    assert base64.b64decode(data).startswith(b"\x89PNG")


def test_a_server_listens_to_the_video(make_video: VideoMaker, openai_server: FakeOpenAIServer) -> None:
    openai_server.reply("Good day.")
    server = TranscriptionTool(api_base=openai_server.url, api_key=openai_server.api_key)
    assert VideoTranscriptionTool(server)(make_video("talk.mp4")) == SAID
