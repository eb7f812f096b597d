"""A web page for agents and tools, on Gradio."""

from smolagents_ui_gradio.messages import pull_messages_from_step
from smolagents_ui_gradio.page import GradioUI
from smolagents_ui_gradio.streaming import stream_to_gradio
from smolagents_ui_gradio.tools import launch_gradio_demo, tool_from_gradio

__all__ = ["GradioUI", "launch_gradio_demo", "pull_messages_from_step", "stream_to_gradio", "tool_from_gradio"]
