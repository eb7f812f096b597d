"""`GradioUI`: a page to talk to an agent."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smolagents import MultiStepAgent

from smolagents_ui_gradio.conversation import Conversation
from smolagents_ui_gradio.uploads import DOCUMENTS, IMAGES, MAX_BYTES, UploadError, keep

if TYPE_CHECKING:
    import gradio

_PLACEHOLDER = "What is to be done?"
_CSS = """
.gradio-container {width: 100% !important; max-width: 56rem !important; margin: auto !important;}
#conversation {min-height: 50dvh;}
#conversation small {opacity: 0.7;}
/* Gradio's own button would empty the page and not the agent's memory. */
#conversation button[aria-label="Clear"], #conversation button[title="Clear"] {display: none;}
"""


class GradioUI:
    """Serve a page on which people talk to an agent and watch it work.

    Every browser has a conversation of its own. Files that people hand over are kept only if they are what they claim
    to be; images go to the model, the paths of others stand in the task.

    Args:
        agent: The agent; its own memory is left alone.
        file_upload_folder: Where files are kept; None: a new temporary folder.
        reset_agent_memory: Let the agent forget the conversation before each task.
    """

    def __init__(
        self, agent: MultiStepAgent, file_upload_folder: str | Path | None = None, reset_agent_memory: bool = False
    ) -> None:
        self.agent = agent
        self.file_upload_folder = Path(file_upload_folder or tempfile.mkdtemp(prefix="smolagents-uploads-"))
        self.reset_agent_memory = reset_agent_memory
        self.name = (agent.name or "agent").replace("_", " ").capitalize()
        self.description = agent.description

    def launch(self, share: bool = False, **kwargs: Any) -> Any:
        """Serve the page, until the program ends.

        Args:
            share: Make a public address through Gradio's servers: whoever has it can use the agent.
            **kwargs: As Gradio's `launch` takes them: `server_name`, `server_port`, `auth`, …
        """
        options = {"css": _CSS, "max_file_size": MAX_BYTES, "footer_links": [], **kwargs}
        return self.create_app().launch(share=share, **options)

    def create_app(self) -> gradio.Blocks:
        """Return the page, for `launch` or to mount it in a web application."""
        import gradio

        app = gradio.Blocks(title=self.name, fill_height=True, analytics_enabled=False)
        with app:
            conversation = gradio.State(None, time_to_live=24 * 3600, delete_callback=_close)
            gradio.Markdown(f"# {self.name}\n{self.description or ''}")
            chat = gradio.Chatbot(
                label="Conversation",
                elem_id="conversation",
                scale=1,
                layout="panel",
                buttons=[],
                height=None,
                show_label=False,
            )
            box = gradio.MultimodalTextbox(
                label="Task",
                show_label=False,
                placeholder=_PLACEHOLDER,
                file_types=[*IMAGES, *DOCUMENTS],
                file_count="multiple",
                autofocus=True,
            )
            new = gradio.Button("New conversation", size="sm")
            box.submit(
                self._talk,
                [box, chat, conversation],
                [chat, box, conversation],
                concurrency_limit=None,
                show_progress="hidden",
                api_visibility="private",
            )
            box.stop(_stop, [conversation], None, queue=False, api_visibility="private")
            new.click(_renew, [conversation], [chat, box, conversation], queue=False, api_visibility="private")
        return app

    def upload_file(
        self, file: Any, file_uploads_log: list[str], allowed_file_types: Sequence[str] | None = None
    ) -> tuple[gradio.Textbox, list[str]]:
        """Keep an uploaded file and return what is to be said about it, and the paths of all that were kept.

        Args:
            file: What Gradio's file component gives, or None.
            file_uploads_log: The paths so far.
            allowed_file_types: Suffixes; None: `.pdf`, `.docx` and `.txt`.
        """
        import gradio

        if file is None:
            return gradio.Textbox(value="No file uploaded", visible=True), file_uploads_log
        try:
            kept = keep(getattr(file, "name", file), self.file_upload_folder, allowed_file_types or DOCUMENTS)
        except UploadError as error:
            said = str(error)
            # What programs look for is the first sentence.
            return gradio.Textbox(value=said.partition(":")[0] if "disallowed" in said else said, visible=True), (
                file_uploads_log
            )
        return gradio.Textbox(value=f"File uploaded: {kept}", visible=True), [*file_uploads_log, str(kept)]

    async def _talk(
        self, message: dict[str, Any], history: list[Any], conversation: Conversation | None
    ) -> AsyncIterator[tuple[Any, Any, Conversation]]:
        """Show a person's message and, as it comes, what the agent does about it."""
        import gradio

        if conversation is None:
            conversation = Conversation(self.agent)
        text = (message.get("text") or "").strip()
        try:
            files = [keep(file, self.file_upload_folder) for file in message.get("files") or []]
        except UploadError as error:
            gradio.Warning(str(error))
            yield history, gradio.MultimodalTextbox(value={"text": text, "files": []}), conversation
            return
        if not text and not files:
            yield history, gradio.MultimodalTextbox(), conversation
            return
        before = [*history, *_asked(text, files)]
        busy = gradio.MultimodalTextbox(value=None, submit_btn=False, stop_btn=True, placeholder="Working …")
        yield before, busy, conversation
        images = [str(file) for file in files if file.suffix.lower() in IMAGES]
        async for messages in conversation.messages(_task(text, files), images, self.reset_agent_memory):
            yield [*before, *messages], gradio.skip(), conversation
        yield gradio.skip(), _idle_box(), conversation


def _asked(text: str, files: list[Path]) -> list[Any]:
    import gradio

    contents: list[Any] = [{"path": str(file)} for file in files]
    said = [gradio.ChatMessage(content, "user") for content in contents]
    return [*said, gradio.ChatMessage(text, "user")] if text else said


def _task(text: str, files: list[Path]) -> str:
    documents = [str(file) for file in files if file.suffix.lower() not in IMAGES]
    if not documents:
        return text or "Look at the image."
    return f"{text}\nYou have been provided with these files: {', '.join(documents)}".strip()


def _idle_box() -> Any:
    import gradio

    return gradio.MultimodalTextbox(submit_btn=True, stop_btn=False, placeholder=_PLACEHOLDER)


async def _stop(conversation: Conversation | None) -> None:  # on the event loop of the run
    if conversation is not None:
        conversation.stop()


async def _renew(conversation: Conversation | None) -> tuple[list[Any], Any, None]:
    if conversation is not None:
        conversation.stop()
        conversation.close()
    return [], _idle_box(), None


def _close(conversation: Conversation | None) -> None:
    if conversation is not None:
        conversation.close()
