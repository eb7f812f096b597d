"""Tools that call a Gradio Space; their code stays there."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from smolagents import Tool

from smolagents_models_hf.errors import explained_repository

# What Gradio's components for files are to a tool; other files are told by their path or URL.
_MEDIA = {"Image": "image", "ImageEditor": "image", "Audio": "audio"}
_FILES = {**_MEDIA, "File": "string", "Video": "string", "Model3D": "string"}
_JSON_TYPES = frozenset({"string", "integer", "number", "boolean", "array", "object"})


class SpaceTool(Tool):
    """Call one function of a Space.

    Args:
        client: Client of gradio_client.
        api_name: Name of the function there.
        described: What the Space says about the function.
        name: Name of the tool.
        description: What it does.

    Attributes:
        timeout: Seconds that a call may take, its time in the Space's queue included.
    """

    timeout = 600.0
    skip_forward_signature_validation = True
    serializable = False

    def __init__(self, client: Any, api_name: str, described: Mapping[str, Any], name: str, description: str) -> None:
        super().__init__()
        self.client = client
        self.api_name = api_name
        self.name = name
        self.description = description
        self.inputs = {given["parameter_name"]: _input(given) for given in described["parameters"]}
        self.output_type = _output_type(described["returns"])
        self._files = {
            given["parameter_name"]: _FILES[given["component"]]
            for given in described["parameters"]
            if given["component"] in _FILES
        }

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function; sounds keep their sample rate on the way."""
        return super().__call__(*map(_sound_file, args), **{name: _sound_file(kwargs[name]) for name in kwargs})

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function, its arguments by place or by name, and return its result."""
        if len(args) > len(self.inputs):
            raise TypeError(f"{self.name} takes {len(self.inputs)} arguments, not {len(args)}")
        given = dict(zip(self.inputs, args, strict=False)) | kwargs
        arguments = {
            name: self._sent(name, value)
            for name, value in given.items()
            if value is not None  # the function's own default
        }
        job = self.client.submit(api_name=self.api_name, **arguments)
        try:
            result = job.result(self.timeout)
        except TimeoutError:
            job.cancel()
            raise TimeoutError(
                f"{self.name}: the Space has not answered within {self.timeout:g} s. Try again later, or give it more "
                "time: tool.timeout = …"
            ) from None
        return _first_file(result) if self.output_type in _MEDIA.values() else result

    def _sent(self, name: str, value: Any) -> Any:
        kind = self._files.get(name)
        if kind is None:
            _check_no_file(value, self.name)
            return value
        if self.inputs[name]["type"] == "array":
            return [self._upload(item, kind) for item in value]
        return self._upload(value, kind)

    def _upload(self, value: Any, kind: str) -> Any:
        import gradio_client

        if not isinstance(value, str):
            from smolagents import AgentAudio, AgentImage  # images need Pillow

            value = AgentAudio(value) if kind == "audio" else AgentImage(value)
        path = value.to_string() if hasattr(value, "to_string") else value
        if not path.startswith(("http://", "https://")):
            _check_place(Path(path), self.name)
        return gradio_client.handle_file(path)


def tool_from_space(
    space_id: str, name: str, description: str = "", api_name: str | None = None, token: str | None = None
) -> Tool:
    """Return a tool that calls a function of a Space; see `Tool.from_space`.

    Raises:
        ImportError: gradio_client is not installed.
        ValueError: The Space has no such function.
    """
    try:
        import gradio_client
    except ImportError as error:
        raise ImportError("Tools from Spaces need gradio_client. Install it with: pip install gradio-client") from error
    with explained_repository(space_id, "Space", token):
        client = gradio_client.Client(space_id, token=token, verbose=False, download_files=_downloads())
    described: Any = client.view_api(print_info=False, return_format="dict")
    endpoints: dict[str, Any] = described["named_endpoints"]
    if not endpoints:
        raise ValueError(f"The Space {space_id} offers no function with a name, so that nothing there can be called.")
    chosen = next(iter(endpoints)) if api_name is None else "/" + api_name.lstrip("/")
    if chosen not in endpoints:
        raise ValueError(f"The Space {space_id} has no function {chosen}: choose one of {', '.join(endpoints)}.")
    described_as = description or f"Calls {chosen} of the Space {space_id}."
    return SpaceTool(client, chosen, endpoints[chosen], name, described_as)


@cache
def _downloads() -> str:
    """Return where files of Spaces are kept until this process ends."""
    folder = tempfile.mkdtemp(prefix="smolagents-spaces-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _input(given: Mapping[str, Any]) -> dict[str, Any]:
    schema, file = given["type"], _FILES.get(given["component"])
    kind = _json_type(schema)
    about = [given.get("label"), (given.get("python_type") or {}).get("description")]
    if file is not None:
        several = kind == "array"
        kind, about = "array" if several else file, [about[0], "paths or URLs" if several else "a path or a URL"]
    described: dict[str, Any] = {
        "type": kind,
        "description": ": ".join(filter(None, about)) or given["parameter_name"],
    }
    if "enum" in schema:
        described["enum"] = schema["enum"]
    if given.get("parameter_has_default"):
        described["nullable"] = True
    return described


def _output_type(returns: list[Mapping[str, Any]]) -> str:
    """Return the type of the result; a file that comes first is the result, and what comes with it is dropped."""
    if not returns:
        return "null"
    if returns[0]["component"] in _MEDIA:
        return _MEDIA[returns[0]["component"]]
    if len(returns) > 1:
        return "any"
    kind = _json_type(returns[0]["type"])
    return _FILES[returns[0]["component"]] if returns[0]["component"] in _FILES and kind == "object" else kind


def _json_type(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type")
    return kind if isinstance(kind, str) and kind in _JSON_TYPES else "any"


def _sound_file(value: Any) -> Any:
    """Return the path of a sound: raw samples, which tools get otherwise, don't say how fast they are."""
    from smolagents import AgentAudio

    return value.to_string() if isinstance(value, AgentAudio) else value


def _check_no_file(value: Any, name: str) -> None:
    """Keep a model from naming a file where none is asked for: gradio_client uploads what looks like one, anywhere.

    Raises:
        ValueError: The value is or holds the description of a file.
    """
    if isinstance(value, Mapping):
        meta = value.get("meta")
        if "path" in value and isinstance(meta, Mapping) and meta.get("_type") == "gradio.FileData":
            raise ValueError(f"{name} takes no file there: leave out {value['path']!r}.")
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for item in value:
            _check_no_file(item, name)


def _first_file(result: Any) -> Any:
    first = result[0] if isinstance(result, (tuple, list)) else result
    return first.get("path") or first.get("composite") if isinstance(first, dict) else first


def _check_place(path: Path, name: str) -> None:
    """Keep a model, which chooses the arguments, from sending any file of this machine to a Space.

    Raises:
        ValueError: The file is hidden, or neither below the working directory nor below that for temporary files.
    """
    allowed = [folder.resolve() for folder in (Path.cwd(), Path(tempfile.gettempdir()))]
    resolved = path.resolve()
    for folder in allowed:
        inside = resolved.relative_to(folder).parts if resolved.is_relative_to(folder) else None
        if inside and folder != folder.parent and not any(part.startswith(".") for part in inside):
            return
    raise ValueError(
        f"{name} sends files to a Space, and only those below {allowed[0]} and {allowed[1]} that are not hidden: not "
        f"{path}. Give it an image, a URL, or a copy of the file there."
    )
