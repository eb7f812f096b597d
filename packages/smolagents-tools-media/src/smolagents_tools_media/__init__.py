"""Images, documents, videos and languages as tools."""

from smolagents_tools_media.document_question_answering import DocumentQuestionAnsweringTool
from smolagents_tools_media.image_analysis import ImageAnalysisTool
from smolagents_tools_media.translation import TranslationTool
from smolagents_tools_media.video_transcription import VideoTranscriptionTool

__all__ = ["DocumentQuestionAnsweringTool", "ImageAnalysisTool", "TranslationTool", "VideoTranscriptionTool"]
