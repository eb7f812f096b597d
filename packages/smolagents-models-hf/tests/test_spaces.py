"""Tools that call Spaces, with gradio_client against a server that speaks Gradio's protocol."""

import asyncio
import json
import os
import re
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from smolagents import CodeAgent, Tool
from smolagents_testing import FakeHubServer, ScriptedModel, code
from smolagents_testing.loopback import LoopbackServer, Reply, Request

pytest.importorskip("gradio_client")


def parameter(name: str, component: str, kind: dict[str, Any], **more: Any) -> dict[str, Any]:
    described = {"label": name.title(), "parameter_name": name, "parameter_has_default": False, "type": kind}
    return {**described, "python_type": {"type": "Any", "description": ""}, "component": component, **more}


TEXT, NUMBER = {"type": "string"}, {"type": "number"}
FILE = {"type": "object", "title": "FileData"}
FUNCTIONS = {
    "/shout": {
        "parameters": [
            parameter("text", "Textbox", TEXT, python_type={"type": "str", "description": "What to shout."}),
            parameter("times", "Slider", NUMBER, parameter_has_default=True, parameter_default=2),
            parameter("style", "Radio", {**TEXT, "enum": ["loud", "louder"]}, parameter_has_default=True),
        ],
        "returns": [parameter("result", "Textbox", TEXT)],
    },
    "/file_away": {
        "parameters": [
            parameter("papers", "File", {"type": "array"}),
            parameter("about", "JSON", {"type": {}}, parameter_has_default=True),
        ],
        "returns": [parameter("same", "JSON", {"type": {}})],
    },
    "/paint": {
        "parameters": [parameter("picture", "Image", FILE)],
        "returns": [parameter("painted", "Image", FILE), parameter("seed", "Number", NUMBER)],
    },
}


class FakeSpace(LoopbackServer):
    """Serve the functions of a Gradio app."""

    def __init__(self, functions: dict[str, Callable[..., list[Any]]]) -> None:
        super().__init__()
        self.functions = functions
        self.uploads: dict[str, bytes] = {}
        self.headers: dict[str, str] = {}
        self._results: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def close(self) -> None:
        """Do nothing."""

    async def answer(self, request: Request) -> Reply:
        path = request.path.removeprefix("/gradio_api/").removeprefix("/")
        if path == "config":
            return Reply(body=self._config())
        if path == "info":
            return Reply(body={"named_endpoints": FUNCTIONS, "unnamed_endpoints": {}})
        if path == "upload":
            name = f"/srv/{len(self.uploads)}.png"
            self.uploads[name] = request.body.split(b"\r\n\r\n", 1)[1].rpartition(b"\r\n--")[0]
            return Reply(body=[name])
        if path.startswith("file="):
            return Reply(body=self.uploads[path.removeprefix("file=")], content_type="image/png")
        if path == "queue/join":
            asked = request.json()
            self.headers = request.headers
            name = list(FUNCTIONS)[asked["fn_index"]]
            try:
                output = {"success": True, "output": {"data": self.functions[name](*asked["data"])}}
            except ValueError as error:
                output = {"success": False, "output": {"error": str(error)}}
            await self._results.put({"msg": "process_completed", "event_id": "1", **output})
            return Reply(body={"event_id": "1"})
        if path == "queue/data":
            return Reply(chunks=self._events(), content_type="text/event-stream")
        return Reply(404, {})

    async def _events(self) -> AsyncIterator[bytes]:
        for message in (await self._results.get(), {"msg": "close_stream"}):
            yield f"data: {json.dumps(message)}\n\n".encode()

    def _config(self) -> dict[str, Any]:
        components: list[dict[str, Any]] = []
        dependencies = []
        for number, (name, described) in enumerate(FUNCTIONS.items()):
            places: dict[str, list[int]] = {"parameters": [], "returns": []}
            for side, place in places.items():
                for part in described[side]:
                    place.append(len(components))
                    about = {"type": part["component"].lower(), "props": {}, "api_info": part["type"]}
                    components.append({"id": len(components), "skip_api": False, **about})
            dependency = {"id": number, "api_name": name[1:], "inputs": places["parameters"], "backend_fn": True}
            dependencies.append({**dependency, "outputs": places["returns"], "types": {"generator": False}})
        head = {"version": "6.0.0", "protocol": "sse_v3", "api_prefix": "/gradio_api", "connect_heartbeat": False}
        return {**head, "components": components, "dependencies": dependencies}


@pytest.fixture
def space(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSpace]:
    monkeypatch.setenv("HF_HUB_DISABLE_TELEMETRY", "1")

    def shout(text: str, times: float, style: str | None) -> list[Any]:
        if not text:
            raise ValueError("Say something.")
        return [text.upper() * int(times)]

    def paint(picture: dict[str, Any]) -> list[Any]:
        return [{"path": picture["path"], "meta": {"_type": "gradio.FileData"}}, 7]

    def file_away(papers: list[dict[str, Any]], about: Any) -> list[Any]:
        return [{"count": len(papers), "about": about}]

    functions = {"/shout": shout, "/paint": paint, "/file_away": file_away}
    with FakeHubServer() as hub, hub.redirected(), FakeSpace(functions) as running:
        hub.add("you/app", {"app.py": ""})
        hub.apps["you/app"] = running.url
        yield running


def test_a_function_of_a_space_becomes_a_tool(space: FakeSpace) -> None:
    tool = Tool.from_space("you/app", "shout", token="hf_fake0123456789abcdef")
    assert tool.description == "Calls /shout of the Space you/app."
    assert tool.output_type == "string"
    assert tool.inputs == {
        "text": {"type": "string", "description": "Text: What to shout."},
        "times": {"type": "number", "description": "Times", "nullable": True},
        "style": {"type": "string", "description": "Style", "enum": ["loud", "louder"], "nullable": True},
    }
    assert tool("hey") == "HEYHEY"
    assert tool(text="hey", times=1, style=None) == "HEY"
    assert space.headers["x-hf-authorization"] == "Bearer hf_fake0123456789abcdef"
    with pytest.raises(ValueError, match="stands for an object of another library"):
        tool.to_dict()
    with pytest.raises(TypeError, match="takes 3 arguments, not 4"):
        tool("a", 1, "loud", 4)


def test_agents_call_it(space: FakeSpace) -> None:
    tool = Tool.from_space("you/app", "shout", "Shouts.", api_name="shout")
    agent = CodeAgent([tool], ScriptedModel([code('final_answer(shout(text="hey"))')]), verbosity_level=-1)
    assert agent.run("Shout.") == "HEYHEY"


def test_images_go_there_and_back(space: FakeSpace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pil = pytest.importorskip("PIL.Image")
    monkeypatch.chdir(tmp_path)
    tool = Tool.from_space("you/app", "paint", "Paints.", api_name="/paint")
    assert (tool.inputs["picture"]["type"], tool.output_type) == ("image", "image")
    red = pil.new("RGB", (3, 2), "red")
    painted = tool(red, sanitize_inputs_outputs=True)
    assert painted.to_raw().size == (3, 2)
    red.save(tmp_path / "red.png")
    assert Path(tool(picture=str(tmp_path / "red.png"))).read_bytes() == (tmp_path / "red.png").read_bytes()


def test_models_can_not_send_any_file_of_this_machine(
    space: FakeSpace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = Tool.from_space("you/app", "paint", "Paints.", api_name="/paint")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to("/etc/hostname")
    for path in (
        "link",
        ".ssh/id_rsa",
        "/etc/hostname",
        os.path.relpath("/etc/hostname"),
        str(Path.home() / ".ssh" / "id_rsa"),
    ):
        with pytest.raises(ValueError, match="only those below"):
            tool(path)
    monkeypatch.chdir("/")
    with pytest.raises(ValueError, match="only those below"):
        tool("etc/hostname")
    assert space.uploads == {}


def test_several_files_and_what_only_looks_like_one(
    space: FakeSpace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    tool = Tool.from_space("you/app", "file_away", "Files away.", api_name="/file_away")
    assert tool.inputs["papers"] == {"type": "array", "description": "Papers: paths or URLs"}
    assert (tool.inputs["about"]["type"], tool.output_type) == ("any", "any")
    (tmp_path / "a.txt").write_text("a")
    assert tool(["a.txt", "a.txt"], {"x": "b"}) == {"count": 2, "about": {"x": "b"}}
    assert list(space.uploads.values()) == [b"a", b"a"]
    described = {"path": "/etc/hostname", "meta": {"_type": "gradio.FileData"}}
    for arguments in ((["/etc/hostname"], None), (["a.txt"], {"x": [described]}), (["a.txt"], described)):
        with pytest.raises(ValueError, match=r"only those below|takes no file there: leave out '/etc/hostname'"):
            tool(*arguments)
    assert b"hostname" not in b"".join(space.uploads.values())


def test_a_space_that_does_not_answer_is_left(space: FakeSpace) -> None:
    tool = Tool.from_space("you/app", "shout")
    tool.timeout = 0.0  # type: ignore[attr-defined]
    with pytest.raises(TimeoutError, match="has not answered within 0 s"):
        tool("hey")


def test_what_can_not_be_called_is_told(space: FakeSpace, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="you/app has no function /sing: choose one of /shout, /file_away, /paint"):
        Tool.from_space("you/app", "sing", api_name="/sing")
    with pytest.raises(Exception, match="There is no Space 'you/none'"):
        Tool.from_space("you/none", "none")
    with pytest.raises(Exception, match="Say something"):
        Tool.from_space("you/app", "shout")("")
    monkeypatch.setitem(sys.modules, "gradio_client", None)
    with pytest.raises(ImportError, match=re.escape("pip install gradio-client")):
        Tool.from_space("you/app", "shout")
