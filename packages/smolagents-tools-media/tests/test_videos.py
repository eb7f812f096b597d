"""What is said in videos is written down with its times, and nothing in them does harm."""

import os
import signal
import subprocess
import sys
import threading
import wave
from pathlib import Path
from random import Random
from typing import Any

import av
import numpy as np
import pytest
from smolagents import AgentError, AgentVideo, CodeAgent
from smolagents_testing import ScriptedModel, code
from smolagents_tools_audio.sources import UnusableMedia
from smolagents_tools_media import VideoTranscriptionTool

from .conftest import VideoMaker, WebServer


class Listener:
    """Say how long each piece of sound is, and keep it."""

    def __init__(self) -> None:
        self.heard: list[Any] = []

    def __call__(self, audio: Any) -> str:
        rate, samples = audio
        assert rate == 16_000
        assert samples.dtype == np.float32
        assert samples.ndim == 1
        self.heard.append(samples)
        return f" {len(samples) / rate:.0f} seconds\n"


@pytest.mark.parametrize("name", ["talk.mp4", "talk.mov", "talk.mkv", "talk.webm", "talk.avi", "talk.ts", "talk.bin"])
def test_containers(name: str, make_video: VideoMaker) -> None:
    path = make_video(name.replace(".bin", ".mp4"))
    if name == "talk.bin":  # what counts is what is in it
        path = path.rename(path.with_suffix(".bin"))
    listener = Listener()
    assert VideoTranscriptionTool(listener)(str(path)) == "[00:00 - 00:02] 2 seconds"
    (sound,) = listener.heard
    assert 0.25 < np.abs(sound).max() < 0.35
    spectrum = np.abs(np.fft.rfft(sound[:16_000]))
    assert abs(int(spectrum.argmax()) - 440) <= 2


def test_all_forms(make_video: VideoMaker, web: WebServer) -> None:
    path = make_video("talk.mp4")
    forms = [path, os.path.relpath(path), AgentVideo(path), AgentVideo(path.read_bytes()), path.read_bytes()]
    for form in [*forms, f"{web.url}/talk.mp4"]:
        tool = VideoTranscriptionTool(Listener(), private_hosts=["127.0.0.1"])
        assert tool(form) == "[00:00 - 00:02] 2 seconds"
    assert "is not on the public Internet" in VideoTranscriptionTool(Listener())(f"{web.url}/talk.mp4")


def test_long_videos_are_cut_where_it_is_quiet(make_video: VideoMaker) -> None:
    path = make_video("talk.mp4", 65, [(0, 24), (25, 48), (49, 65)])
    listener = Listener()
    lines = VideoTranscriptionTool(listener)(str(path)).splitlines()
    assert lines == ["[00:00 - 00:24] 24 seconds", "[00:24 - 00:48] 24 seconds", "[00:48 - 01:05] 17 seconds"]
    assert all(np.abs(sound[:200]).max() < 0.01 for sound in listener.heard[1:])


def test_silence_is_left_out(make_video: VideoMaker) -> None:
    path = make_video("talk.mp4", 95, [(80, 90)])
    assert len(VideoTranscriptionTool(Listener())(str(path)).splitlines()) == 1
    listener = Listener()
    silent = make_video("silent.mp4", 2, [(0, 0)])
    assert VideoTranscriptionTool(listener)(str(silent)) == "No words were found in the video."
    assert not listener.heard


def test_pieces_without_words_are_left_out(make_video: VideoMaker) -> None:
    def no_words(audio: Any) -> str:
        raise UnusableMedia("No speech was found in the recording.")

    path = str(make_video("music.mp4"))
    assert VideoTranscriptionTool(lambda audio: " ")(path) == "No words were found in the video."
    answer = VideoTranscriptionTool(no_words)(path)
    assert answer == "No words were found in the video. (No speech was found in the recording.)"


def test_failures_of_the_transcriber_are_raised(make_video: VideoMaker) -> None:
    def fail(audio: Any) -> str:
        raise ConnectionError("the server is gone")

    with pytest.raises(ConnectionError, match="the server is gone"):
        VideoTranscriptionTool(fail)(str(make_video("talk.mp4")))


def test_only_so_much_is_written_down(make_video: VideoMaker) -> None:
    answer = VideoTranscriptionTool(Listener(), max_seconds=3)(str(make_video("talk.mp4", 8)))
    assert answer.splitlines() == [
        "[00:00 - 00:03] 3 seconds",
        "[These are the first 00:03 of the video's sound. For more: VideoTranscriptionTool(max_seconds=…).]",
    ]


def test_interrupted_runs_wait_for_one_piece_alone(make_video: VideoMaker) -> None:
    path = make_video("talk.mp4", 65)
    heard = []

    def interrupting(audio: Any) -> str:
        heard.append(audio)
        agent.interrupt()
        return "Good day."

    model = ScriptedModel([code("print(video_transcriber(video))")])
    agent = CodeAgent([VideoTranscriptionTool(interrupting)], model, verbosity_level=-1)
    with pytest.raises(AgentError, match="Agent interrupted"):
        agent.run("What is said?", video=path)
    assert len(heard) == 1
    assert "on: the run was interrupted.]" in agent.memory.steps[-1].observations


CHILDREN = Path(f"/proc/self/task/{threading.get_native_id()}/children")


@pytest.mark.skipif(not CHILDREN.exists(), reason="the system does not say which processes were started")
def test_what_was_said_before_a_failure_is_kept(make_video: VideoMaker) -> None:
    path = make_video("talk.mp4", 65)
    others = set(CHILDREN.read_text().split())

    def kill(audio: Any) -> str:
        (program,) = set(CHILDREN.read_text().split()) - others
        os.kill(int(program), signal.SIGKILL)
        return "Good day."

    first, second = VideoTranscriptionTool(kill)(str(path)).splitlines()
    assert first.endswith("Good day.")
    assert second == f"The rest of the video {path} can't be used: reading it failed: SIGKILL."


def test_videos_without_sound(make_video: VideoMaker) -> None:
    path = make_video("silent.mp4", sound=False)
    assert VideoTranscriptionTool(Listener())(str(path)) == f"The video {path} can't be used: it has no audio track."


def test_cut_off_videos(make_video: VideoMaker) -> None:
    path = make_video("talk.mkv", 40)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 3 // 4])
    *_, last = VideoTranscriptionTool(Listener())(str(path)).splitlines()
    assert last.startswith("[The sound ends at 00:")
    assert "of 00:40: the rest is without, or the file is cut off.]" in last
    path = make_video("talk.mp4", 40)
    path.write_bytes(path.read_bytes()[:20_000])  # what says where the sound is stands at the end of this format
    assert "it is broken, or neither a video nor a sound" in VideoTranscriptionTool(Listener())(str(path))


def test_damaged_videos(make_video: VideoMaker) -> None:
    path = make_video("talk.ts", 20)
    data = bytearray(path.read_bytes())
    random = Random(0)
    for start in range(len(data) // 3, len(data) // 2, 1000):
        data[start : start + 400] = random.randbytes(400)
    path.write_bytes(data)
    assert "seconds" in VideoTranscriptionTool(Listener())(str(path))


def write_wav(path: Path, seconds: int, rate: int = 16_000, claims: int = 0) -> bytes:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.sin(np.arange(seconds * rate)) * 9000).astype("int16").tobytes())
    return path.read_bytes()


def test_huge_durations_cost_no_more_than_what_is_there(tmp_path: Path) -> None:
    write_wav(tmp_path / "slow.wav", 40_000, rate=1)  # 11 hours in 80 KB
    answer = VideoTranscriptionTool(Listener(), max_seconds=90)(str(tmp_path / "slow.wav"))
    assert "[These are the first 01:30 of the video's sound." in answer
    data = write_wav(tmp_path / "claims.wav", 2)
    (tmp_path / "claims.wav").write_bytes(data.replace(data[40:44], b"\xf0\xff\xff\x7f", 1))
    answer = VideoTranscriptionTool(Listener())(str(tmp_path / "claims.wav"))
    assert answer.startswith("[00:00 - 00:02] 2 seconds")


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"\0" * 5000, Random(0).randbytes(50_000), b"\x1aE\xdf\xa3" + b"\xff" * 500],
    ids=["empty", "text", "zeros", "random", "cut off"],
)
def test_what_is_no_video_is_told_to_the_model(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "talk.mp4"
    path.write_bytes(content)
    listener = Listener()
    answer = VideoTranscriptionTool(listener)(str(path))
    assert answer.startswith(f"The video {path} can't be used: it is ")
    assert not listener.heard


def test_no_file_is_told_to_the_model(tmp_path: Path) -> None:
    assert "there is no file of this name" in VideoTranscriptionTool(Listener())(str(tmp_path / "talk.mp4"))
    assert "it is no file" in VideoTranscriptionTool(Listener())("/dev/zero")
    assert "A int is no media file" in VideoTranscriptionTool(Listener())(3)


def playlists(secret: Path, url: str) -> dict[str, str]:
    hls = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{}\n#EXT-X-ENDLIST\n"
    dash = (
        '<?xml version="1.0"?>'
        '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT2S"><Period>'
        '<AdaptationSet contentType="audio"><Representation id="1" bandwidth="1" mimeType="audio/mp4">'
        "<BaseURL>{}</BaseURL><SegmentBase/></Representation></AdaptationSet></Period></MPD>"
    )
    return {
        "file.m3u8": hls.format(secret),
        "url.m3u8": hls.format(url),
        "file.ffconcat": f"ffconcat version 1.0\nfile {secret.name}\n",
        "url.ffconcat": f"ffconcat version 1.0\nfile {url}\n",
        "file.mpd": dash.format(secret),
        "url.mpd": dash.format(url),
        "file.asx": f'<asx version="3.0"><entry><ref href="{secret}"/></entry></asx>',
        "url.sdp": f"v=0\nc=IN IP4 127.0.0.1\nm=audio {url.rpartition(':')[2].partition('/')[0]} RTP/AVP 0\n",
    }


@pytest.mark.parametrize("name", list(playlists(Path(), "http://127.0.0.1:1/")))
@pytest.mark.parametrize("ending", [None, ".mp4"])
def test_playlists_read_nothing_of_other_files(
    name: str, ending: str | None, tmp_path: Path, make_video: VideoMaker, web: WebServer
) -> None:
    secret = make_video("secret.ts")
    path = tmp_path / (name if ending is None else f"{name}{ending}")
    path.write_text(playlists(secret, f"{web.url}/secret.ts")[name])
    listener = Listener()
    answer = VideoTranscriptionTool(listener)(str(path))
    assert answer.startswith(f"The video {path} can't be used: it is ")
    assert not listener.heard
    assert not web.requested


def test_playlists_are_followed_where_nobody_forbids_it(tmp_path: Path, make_video: VideoMaker, web: WebServer) -> None:
    secret = make_video("secret.ts")
    found = {}
    for name, content in playlists(secret, f"{web.url}/secret.ts").items():
        (tmp_path / name).write_text(content)
        if name in ("file.m3u8", "url.m3u8", "file.ffconcat"):
            with (tmp_path / name).open("rb") as file, av.open(file) as container:
                found[name] = container.format.name
    assert found == {"file.m3u8": "hls", "url.m3u8": "hls", "file.ffconcat": "concat"}
    assert web.requested == ["/secret.ts"]


def test_importing_costs_no_library() -> None:
    program = (
        "import sys, smolagents_tools_media as media; media.VideoTranscriptionTool(print)\n"
        "print({'av', 'numpy', 'PIL', 'pypdfium2', 'torch', 'transformers', 'httpx'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
