"""Speech to text, by Whisper on this machine or by a server, as tools."""

from smolagents_tools_audio.speech_to_text import SpeechToTextTool
from smolagents_tools_audio.transcription import TranscriptionTool

__all__ = ["SpeechToTextTool", "TranscriptionTool"]
