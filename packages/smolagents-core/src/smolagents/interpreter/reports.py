"""Messages about failed actions: what went wrong, on which line of the model's own code, and a near match."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any

from smolagents.errors import InterpreterError
from smolagents.interpreter.compiler import MAX_LINE, Program, statement_source
from smolagents.interpreter.modules import MAX_NAME, hint
from smolagents.interpreter.policy import REFUSED_BUILTINS

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session

MAX_TEXT = 10_000
MAX_FRAMES = 6


def failure_message(session: Session, program: Program, error: BaseException) -> str:
    """Return the message about an exception that ended an action."""
    frames = guest_frames(session, error.__traceback__)
    line = frames[0][1] if frames else 1
    kind = "InterpreterError" if isinstance(error, InterpreterError) else type(error).__name__[:MAX_NAME]
    text = safe_text(session, error)
    message = f"Code execution failed at line '{statement_source(program.source, line)}' due to: {kind}: {text}"
    message += suggestion(session, error, frames)
    return message + where(session, frames)


def guest_frames(session: Session, traceback: TracebackType | None) -> list[tuple[str, int, str, Any]]:
    """Return file, line, function and frame of each call in the guest's code, outermost first."""
    frames = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if code.co_filename in session.programs:
            frames.append((code.co_filename, traceback.tb_lineno, code.co_name, traceback.tb_frame))
        traceback = traceback.tb_next
    return frames


def where(session: Session, frames: list[tuple[str, int, str, Any]]) -> str:
    """Return the lines that led to an error."""
    shown = frames if len(frames) <= MAX_FRAMES else [*frames[:2], *frames[-(MAX_FRAMES - 2) :]]
    lines = []
    for index, (filename, line, function, _) in enumerate(shown):
        if len(frames) > MAX_FRAMES and index == 2:
            lines.append(f"  ... {len(frames) - MAX_FRAMES} more calls ...")
        source = session.programs[filename].source.splitlines()
        text = source[line - 1].strip()[:MAX_LINE] if 0 < line <= len(source) else ""
        place = "" if function == "<module>" else f", in {function}"
        lines.append(f"  line {line}{place}: {text}")
    return "\n" + "\n".join(lines) if lines else ""


def traceback_text(session: Session, error: BaseException) -> str:
    """Return a traceback of which only the guest's own lines are shown."""
    lines = ["Traceback (most recent call last):"]
    for filename, line, function, _ in guest_frames(session, error.__traceback__):
        source = session.programs[filename].source.splitlines()
        lines.append(f'  File "{filename}", line {line}, in {function}')
        if 0 < line <= len(source):
            lines.append(f"    {source[line - 1].strip()}")
    text = safe_text(session, error)
    kind = type(error).__name__[:MAX_NAME]
    lines.append(f"{kind}: {text}" if text else kind)
    return "\n".join(lines) + "\n"


def safe_text(session: Session, error: BaseException) -> str:
    """Return an exception's text, whatever its own methods do."""
    try:
        text = session.text.str(error)
    except BaseException as inner:
        text = f"<no text: {type(inner).__name__}>"
    return str.__getitem__(text, slice(0, MAX_TEXT))


def suggestion(session: Session, error: BaseException, frames: list[tuple[str, int, str, Any]]) -> str:
    """Return a hint: the nearest name, attribute or key."""
    frame = frames[-1][3] if frames else None
    if isinstance(error, NameError) and not isinstance(error, UnboundLocalError):
        name = getattr(error, "name", None)
        return _name_hint(session, name, frame) if type(name) is str else ""
    if isinstance(error, AttributeError) and type(getattr(error, "name", None)) is str:
        if "Did you mean" in safe_text(session, error):
            return ""
        try:
            known = dir(error.obj)
        except Exception:
            return ""
        return hint(str(error.name), known)
    if isinstance(error, KeyError) and len(error.args) == 1 and type(error.args[0]) is str and frame is not None:
        return _key_hint(error.args[0], frame)
    return ""


def _name_hint(session: Session, name: str, frame: Any) -> str:
    if name in REFUSED_BUILTINS:
        return f". Forbidden function evaluation: '{name}' is not available here: {REFUSED_BUILTINS[name]}"
    known = [*session.namespace, *session.builtins]
    if frame is not None:
        known.extend(frame.f_code.co_varnames)
    return hint(name, known)


def _key_hint(key: str, frame: Any) -> str:
    """Look for the nearest key in the dicts that the failing code can see."""
    values = [*frame.f_locals.values()]
    values.extend(frame.f_globals[name] for name in frame.f_code.co_names if name in frame.f_globals)
    known: dict[str, None] = {}
    for value in values:
        if isinstance(value, dict) and key not in value:
            known.update((item, None) for item in list(dict.keys(value))[:1000] if type(item) is str)
    return hint(key, known)
