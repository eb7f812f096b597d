import base64
import copy
import io
import wave
from pathlib import Path
from typing import Any

import pytest
from smolagents.media import encode_audio, encode_image_base64, make_image_url
from smolagents.messages import ChatMessage, ChatMessageToolCall, ChatMessageToolCallFunction, MessageRole
from smolagents.models import get_clean_message_list, tool_role_conversions


def text(value: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": value}]


CONVERSATION: list[Any] = [
    ChatMessage(MessageRole.SYSTEM, text("Be brief.")),
    ChatMessage(MessageRole.USER, text("Task")),
    ChatMessage(MessageRole.ASSISTANT, text("Thought")),
    ChatMessage(MessageRole.TOOL_CALL, text("Calling tools")),
    ChatMessage(MessageRole.TOOL_RESPONSE, text("Observation")),
    {"role": "user", "content": text("Go on")},
]


def test_neighbours_of_one_role_are_merged() -> None:
    assert get_clean_message_list(CONVERSATION, role_conversions=tool_role_conversions) == [
        {"role": "system", "content": text("Be brief.")},
        {"role": "user", "content": text("Task")},
        {"role": "assistant", "content": text("Thought\nCalling tools")},
        {"role": "user", "content": text("Observation\nGo on")},
    ]


def test_contents_can_be_flattened() -> None:
    clean = get_clean_message_list(CONVERSATION, tool_role_conversions, flatten_messages_as_text=True)
    assert [message["content"] for message in clean] == [
        "Be brief.",
        "Task",
        "Thought\nCalling tools",
        "Observation\nGo on",
    ]


MARKED = [{"type": "text", "text": "b", "cache_control": {"type": "ephemeral"}}]


def test_messages_are_not_changed_and_not_shared() -> None:
    messages = copy.deepcopy(CONVERSATION)
    clean = get_clean_message_list(messages, tool_role_conversions)
    for message in clean:
        message["content"][0]["text"] = "changed"
        message["content"].append("changed")
    assert messages == CONVERSATION


@pytest.mark.parametrize(
    ("contents", "expected"),
    [
        (["a", "b"], "a\nb"),
        (["a", text("b")], text("a\nb")),
        ([text("a"), "b"], text("a\nb")),
        ([text("a") + text("b"), text("c")], [*text("a"), *text("b\nc")]),
        (["a"], "a"),
        ([[], text("a")], text("a")),
        ([text("a"), MARKED, "c", "d"], [*text("a"), *MARKED, *text("c\nd")]),
    ],
)
def test_strings_and_parts_merge(contents: list[Any], expected: Any) -> None:
    messages = [ChatMessage(MessageRole.USER, content) for content in contents]
    assert get_clean_message_list(messages) == [{"role": "user", "content": expected}]


def test_without_content_the_calls_are_written_out() -> None:
    call = ChatMessageToolCall(ChatMessageToolCallFunction({"a": 1}, "f"), "1", "function")
    (clean,) = get_clean_message_list([ChatMessage(MessageRole.ASSISTANT, None, [call])])
    assert clean["content"].startswith("Calling tools:\n")
    assert "'name': 'f'" in clean["content"]


def test_unknown_roles_are_refused() -> None:
    with pytest.raises(ValueError, match="developer"):
        get_clean_message_list([{"role": "developer", "content": "Hi"}])


def test_roles_can_be_converted_by_text_or_member() -> None:
    for conversions in ({"system": "user"}, {MessageRole.SYSTEM: MessageRole.USER}):
        clean = get_clean_message_list(CONVERSATION[:2], conversions)
        assert clean == [{"role": "user", "content": text("Be brief.\nTask")}]
        assert type(clean[0]["role"]) is str


def test_images_are_encoded() -> None:
    pil = pytest.importorskip("PIL.Image")
    image = pil.new("RGB", (2, 2), "red")
    messages = [ChatMessage(MessageRole.USER, [*text("See"), {"type": "image", "image": image}])]
    encoded = get_clean_message_list(messages)[0]["content"][1]
    assert encoded == {"type": "image", "image": encode_image_base64(image)}
    url = get_clean_message_list(messages, convert_images_to_image_urls=True)[0]["content"][1]
    assert url == {"type": "image_url", "image_url": {"url": make_image_url(encoded["image"])}}
    opened = pil.open(io.BytesIO(base64.b64decode(encoded["image"])))
    assert opened.getpixel((0, 0)) == (255, 0, 0)
    assert messages[0].content[1]["image"] is image  # type: ignore[index]


def test_an_image_is_encoded_once_while_it_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    pil = pytest.importorskip("PIL.Image")
    saved = []

    class Screenshot(pil.Image):  # type: ignore[misc]
        def save(self, *args: Any, **kwargs: Any) -> None:
            saved.append(self)
            pil.new("RGB", (1, 1)).save(*args, **kwargs)

    image = Screenshot()
    messages = [ChatMessage(MessageRole.USER, [{"type": "image", "image": image}])]
    assert get_clean_message_list(messages) == get_clean_message_list(messages)
    assert len(saved) == 1
    other = [ChatMessage(MessageRole.USER, [{"type": "image", "image": Screenshot()}])]
    get_clean_message_list(other)
    assert len(saved) == 2


@pytest.mark.parametrize("url", ["https://example.com/a.png", "data:image/png;base64,AA=="])
def test_image_urls_are_passed_on(url: str) -> None:
    message = {"role": "user", "content": [{"type": "image", "image": url}]}
    part = {"type": "image_url", "image_url": {"url": url}}
    assert get_clean_message_list([message]) == [{"role": "user", "content": [part]}]
    assert get_clean_message_list([{"role": "user", "content": [part]}]) == [{"role": "user", "content": [part]}]


@pytest.mark.parametrize("kind", ["image", "audio", "image_url"])
def test_flattening_refuses_media(kind: str) -> None:
    message = ChatMessage(MessageRole.USER, [*text("See"), {"type": kind, kind: b""}])
    with pytest.raises(AssertionError, match=kind):
        get_clean_message_list([message], flatten_messages_as_text=True)


def test_image_urls_name_the_format(tmp_path: Path) -> None:
    pil = pytest.importorskip("PIL.Image")
    for suffix in ("png", "jpeg", "gif", "webp"):
        path = tmp_path / f"image.{suffix}"
        pil.new("RGB", (2, 2)).save(path)
        for source in (path, str(path), path.read_bytes()):
            assert make_image_url(encode_image_base64(source)).startswith(f"data:image/{suffix};base64,")


def test_audio_becomes_input_audio(tmp_path: Path) -> None:
    samples = [0.0, 0.5, -0.5, 2.0]
    path = tmp_path / "sound.wav"
    encoded = encode_audio((8000, samples))
    path.write_bytes(base64.b64decode(encoded["data"]))
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getnframes()) == (8000, 1, 4)
    for source in (str(path), path, path.read_bytes(), (8000, samples)):
        message = ChatMessage(MessageRole.USER, [{"type": "audio", "audio": source}])
        (part,) = get_clean_message_list([message], convert_images_to_image_urls=True)[0]["content"]
        assert part == {"type": "input_audio", "input_audio": encoded}


def test_audio_of_arrays_keeps_its_channels(tmp_path: Path) -> None:
    numpy = pytest.importorskip("numpy")
    stereo = numpy.zeros((5, 2), dtype="int16")
    path = tmp_path / "stereo.wav"
    path.write_bytes(base64.b64decode(encode_audio((44100, stereo))["data"]))
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getnframes()) == (2, 5)


def test_audio_of_other_formats_is_refused() -> None:
    with pytest.raises(ValueError, match="wav or mp3"):
        encode_audio(b"OggS")
    with pytest.raises(TypeError, match="int"):
        encode_audio(3)
