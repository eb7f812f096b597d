"""How pages look, and what a browser may load for them."""

from typing import Any

HOUR = 3600

CONVERSATION = """
gradio-app {height: 100dvh;}
.gradio-container {width: 100% !important; max-width: 56rem !important; margin: auto !important;}
/* The conversation scrolls, so that the box for the next task is always in sight. */
gradio-app, .gradio-container, .gradio-container .main, .gradio-container .wrap, .gradio-container main,
.gradio-container main > .column {min-height: 0;}
#conversation {min-height: 10rem; flex: 1 1 0 !important;}
#conversation small {color: var(--body-text-color); opacity: 0.8;}
/* Gradio's own button would empty the page and not the agent's memory, and the others send files to its servers. */
#conversation :is(button[aria-label="Clear"], button[title="Clear"], .message-buttons) {display: none;}
textarea::placeholder {color: var(--body-text-color) !important; opacity: 0.75 !important;}
:is(button, a, input, [tabindex]):focus-visible, .multimodal-textbox:focus-within
{outline: 2px solid var(--color-accent) !important; outline-offset: 1px;}
/* Gradio's own colors of code are too pale to read. */
body:not(.dark) .token:is(.punctuation) {color: #5f6368 !important;}
body:not(.dark) .token:is(.string, .builtin, .char, .attr-name, .selector, .inserted) {color: #3d6b00 !important;}
body:not(.dark) .token:is(.function, .class-name, .decorator) {color: #b5264a !important;}
.token:is(.comment, .prolog, .doctype, .cdata) {color: #56606b !important;}
.dark .token:is(.comment, .prolog, .doctype, .cdata) {color: #9aa3ad !important;}
@media (max-width: 40rem) {
    .gradio-container main {padding: var(--size-2) !important;}
    #conversation .message-row {padding: var(--size-3) !important;}
}
"""

# Where a page at a public address has its own scripts from.
_GRADIO = "https://gradio.s3-us-west-2.amazonaws.com"
# What models and tools write can't make a browser ask another server for anything, whatever Gradio makes of it.
_POLICY = "; ".join(
    (
        "default-src 'self' data: blob:",
        # Gradio's own scripts need this much.
        f"script-src 'self' blob: 'unsafe-inline' 'unsafe-eval' {_GRADIO}",
        f"style-src 'self' 'unsafe-inline' {_GRADIO}",
        f"font-src 'self' data: {_GRADIO}",
        "frame-src 'self'",
        "form-action 'self'",
        "object-src 'none'",
    )
)
_HEAD = f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'

PAGE: dict[str, Any] = {"head": _HEAD, "footer_links": [], "run_history": False}
"""What Gradio is told about every page."""
