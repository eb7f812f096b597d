"""`GradioUI`: a page to talk to an agent."""

from __future__ import annotations

import asyncio
import shutil
import weakref
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from smolagents import AgentImage, MultiStepAgent

from smolagents_ui_gradio.conversation import Conversation
from smolagents_ui_gradio.media import shown_file
from smolagents_ui_gradio.style import CONVERSATION, HOUR, PAGE
from smolagents_ui_gradio.text import literal
from smolagents_ui_gradio.uploads import DOCUMENTS, IMAGES, MAX_BYTES, MAX_FILES, UploadError, keep

if TYPE_CHECKING:
    import gradio

_PLACEHOLDER = "What is to be done?"
# The stop button goes away, and would take the keyboard's focus with it.
_FOCUS = "(...given) => {document.querySelector('textarea').focus(); return given}"


class GradioUI:
    """Serve a page on which people talk to an agent and watch it work.

    Every browser has a conversation of its own. Files that people hand over are kept only if they are what they claim
    to be; images go to the model, the paths of others stand in the task.

    Args:
        agent: The agent; its own memory is left alone.
        file_upload_folder: Where files are kept for good; None: in a temporary folder, each conversation's until it
            ends.
        reset_agent_memory: Let the agent forget the conversation before each task.
    """

    page_options = {**PAGE, "css": CONVERSATION, "max_file_size": MAX_BYTES}
    """What `launch` and `gradio.mount_gradio_app` are told about the page."""

    def __init__(
        self, agent: MultiStepAgent, file_upload_folder: str | Path | None = None, reset_agent_memory: bool = False
    ) -> None:
        self.agent = agent
        self.file_upload_folder = Path(file_upload_folder or mkdtemp(prefix="smolagents-uploads-"))
        self._keeps = file_upload_folder is not None
        if not self._keeps:
            weakref.finalize(self, shutil.rmtree, self.file_upload_folder, ignore_errors=True)
        self.reset_agent_memory = reset_agent_memory
        self.name = (agent.name or "agent").replace("_", " ").capitalize()
        self.description = agent.description
        self._at_work: dict[str | None, Conversation] = {}  # by Gradio's session

    def launch(self, share: bool = False, **kwargs: Any) -> Any:
        """Serve the page, until the program ends.

        Args:
            share: Make a public address through Gradio's servers: whoever has it can use the agent.
            **kwargs: As Gradio's `launch` takes them: `server_name`, `server_port`, `auth`, …
        """
        return self.create_app().launch(share=share, **{**self.page_options, **kwargs})

    def create_app(self) -> gradio.Blocks:
        """Return the page, for `launch` or to mount it in a web application."""
        import gradio

        app: gradio.Blocks = gradio.Blocks(
            title=self.name, fill_height=True, analytics_enabled=False, delete_cache=(HOUR, 24 * HOUR)
        )
        with app:
            conversation = gradio.State(None, time_to_live=24 * HOUR, delete_callback=self._end)
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
                _wants_request(self._talk),
                [box, conversation],
                [chat, box, conversation],
                concurrency_limit=None,
                show_progress="hidden",
                api_visibility="private",
            )
            box.stop(_stop, [conversation], None, queue=False, js=_FOCUS, api_visibility="private")
            new.click(self._renew, [conversation], [chat, box, conversation], queue=False, api_visibility="private")
            app.unload(_wants_request(self._left))
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
        self, message: dict[str, Any], conversation: Conversation | None, request: gradio.Request
    ) -> AsyncIterator[tuple[Any, Any, Any]]:
        """Show a person's message and, as it comes, what the agent does about it."""
        import gradio

        text, given = (message.get("text") or "").strip(), message.get("files") or []
        if not text and not given:
            yield gradio.skip(), gradio.skip(), gradio.skip()
            return
        if conversation is None or conversation.closed:
            conversation = await asyncio.to_thread(self._begin)  # a sandbox may take seconds to come
        if conversation.busy:
            gradio.Warning("The agent is at work: stop it, or wait.")
            yield gradio.skip(), gradio.skip(), gradio.skip()
            return
        try:
            files = await asyncio.to_thread(self._kept, given, conversation)
        except UploadError as error:
            gradio.Warning(literal(str(error)))
            yield gradio.skip(), gradio.MultimodalTextbox(value={"text": text, "files": []}), conversation
            return
        busy = gradio.MultimodalTextbox(value=None, submit_btn=False, stop_btn=True, placeholder="Working …")
        images = [str(file) for file in files if file.suffix.lower() in IMAGES]
        begun = busy, conversation
        asked = await asyncio.to_thread(_asked, text, files)
        self._at_work[request.session_hash] = conversation
        try:
            async for shown in conversation.talk(asked, _task(text, files), images, self.reset_agent_memory):
                if conversation.closed:  # what was sent before may have reached the page after it was emptied
                    yield [], _idle_box(), gradio.skip()
                    return
                # The first tells the page of the conversation, which `_stop` needs, and the last that it is over.
                yield shown, *(begun if conversation.busy else (_idle_box(), gradio.skip()))
                begun = gradio.skip(), gradio.skip()
        finally:
            if self._at_work.get(request.session_hash) is conversation:
                del self._at_work[request.session_hash]

    def _begin(self) -> Conversation:
        folder = self.file_upload_folder if self._keeps else Path(mkdtemp(dir=self.file_upload_folder))
        return Conversation(self.agent, folder)

    def _end(self, conversation: Conversation | None) -> None:
        if conversation is not None:
            conversation.close()
            if not self._keeps:
                shutil.rmtree(conversation.folder, ignore_errors=True)

    def _kept(self, files: list[str], conversation: Conversation) -> list[Path]:
        kept: list[Path] = []
        try:
            if len(files) > MAX_FILES:
                raise UploadError(f"{len(files)} files at once: {MAX_FILES} at most")
            for file in files:
                kept.append(keep(file, conversation.folder))
            return kept
        except UploadError:
            for path in kept:
                path.unlink()
            raise
        finally:
            for file in files:  # Gradio's own copy
                Path(file).unlink(missing_ok=True)

    async def _left(self, request: gradio.Request) -> None:
        """Stop what goes on for a page that was closed; the conversation is kept for a while, if the person returns."""
        conversation = self._at_work.get(request.session_hash)
        if conversation is not None:
            conversation.stop()

    async def _renew(self, conversation: Conversation | None) -> tuple[list[Any], Any, None]:
        self._end(conversation)
        return [], _idle_box(), None


def _wants_request(handler: Any) -> Any:
    """Tell Gradio, which looks for its own class in annotations, that a handler wants the request."""
    import gradio

    handler.__func__.__annotations__["request"] = gradio.Request
    return handler


def _asked(text: str, files: list[Path]) -> list[Any]:
    """Return a person's messages: images as such, the names of other files, and the text."""
    import gradio

    shown: list[Any] = []
    for file in files:
        image = file.suffix.lower() in IMAGES
        content: Any = {"path": shown_file(AgentImage(file)), "alt_text": file.name} if image else f"📎 {file.name}"
        shown.append(gradio.ChatMessage(content if image else literal(content), "user"))
    return [*shown, gradio.ChatMessage(literal(text), "user")] if text else shown


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
