"""What is said in videos."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

from smolagents.parser_process import parsed
from smolagents.parser_program import Record, Unusable
from smolagents.run import reason_to_stop
from smolagents.tools import Tool

from smolagents_tools_media.decoders import audio_track
from smolagents_tools_media.files import media_file, shown

_CPU_SECONDS = 600
_UNNOTICED = 2.0  # s by which a track may be shorter than its file


class VideoTranscriptionTool(Tool):
    """Write down what is said in a video, with the time at which it is said.

    Args:
        transcriber: What turns sound, given as sample rate and samples, into text; None: `SpeechToTextTool()`.
        max_seconds: How much of a video's sound to write down.
        private_hosts: Hosts that videos may come from though their addresses are not public, as they stand in URLs.

    Raises:
        ImportError: There is no transcriber, and what `SpeechToTextTool` needs is not installed.
    """

    name = "video_transcriber"
    description = "Writes down what is said in a video (or a sound), each part with the time at which it is said."
    inputs = {"video": {"type": "any", "description": "The video: a path, a URL, or a variable that holds one."}}
    output_type = "string"

    def __init__(
        self,
        transcriber: Callable[[Any], str] | None = None,
        max_seconds: float = 14_400.0,
        private_hosts: Collection[str] | None = None,
    ) -> None:
        super().__init__()
        self.transcriber = _default_transcriber() if transcriber is None else transcriber
        self.max_seconds = max_seconds
        self.private_hosts = tuple(private_hosts or ())

    def forward(self, video: Any) -> str:
        """Return the words with their times, or why there are none: the agent may try another video."""
        lines: list[str] = []
        try:
            with media_file(video, self.private_hosts) as file:
                for line in self._lines(parsed(audio_track.__file__, file, _CPU_SECONDS, max_seconds=self.max_seconds)):
                    lines.append(line)
        except Unusable as error:
            lines.append(f"{'The rest of the' if lines else 'The'} video {shown(video)} can't be used: {error}")
        return "\n".join(lines)

    def _lines(self, records: Iterator[Record]) -> Iterator[str]:
        import numpy
        from smolagents_tools_audio.sources import UnusableMedia

        silence = ""
        is_silent = True
        for head, body in records:
            if "start" not in head:
                break
            if reason := reason_to_stop():
                yield f"[Not written down from {_clock(head['start'])} on: {reason}.]"
                return
            sound = numpy.frombuffer(body, "int16").astype("float32") / 2**15
            try:
                words = str(self.transcriber((audio_track.RATE, sound))).strip()
            except UnusableMedia as error:  # no speech, mostly
                words, silence = "", f" ({error})"
            if words:
                is_silent = False
                yield f"[{_clock(head['start'])} - {_clock(head['end'])}] {words}"
        if is_silent:
            yield f"No words were found in the video.{silence}"
        yield from self._missing(head)

    def _missing(self, head: dict[str, Any]) -> Iterator[str]:
        """Yield what to know about the part of a track that is not written down."""
        if not head["whole"]:
            yield (
                f"[These are the first {_clock(self.max_seconds)} of the video's sound. "
                "For more: VideoTranscriptionTool(max_seconds=…).]"
            )
        elif head["lasts"] - head["until"] > _UNNOTICED:
            ends, lasts = _clock(head["until"]), _clock(head["lasts"])
            yield f"[The sound ends at {ends} of {lasts}: the rest is without, or the file is cut off.]"


def _default_transcriber() -> Callable[[Any], str]:
    from smolagents_tools_audio import SpeechToTextTool

    return SpeechToTextTool()


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"
