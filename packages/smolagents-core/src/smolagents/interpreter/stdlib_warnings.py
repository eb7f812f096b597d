"""Warnings of a session: they are printed or recorded there, and the filters of the process stay as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session


def warnings_names(session: Session, original: Any) -> dict[str, Any]:
    """Return the session's `warnings`."""
    recorders: list[list[Any]] = []
    actions = ["default"]

    def warn(message: Any, category: Any = UserWarning, stacklevel: int = 1, source: Any = None) -> None:
        """Issue a warning."""
        kind = type(message) if isinstance(message, Warning) else category
        if actions[-1] == "error":
            raise message if isinstance(message, Warning) else kind(message)
        if recorders:
            shown = message if isinstance(message, Warning) else kind(message)
            recorders[-1].append(original.WarningMessage(shown, kind, "<action>", 0))
        elif actions[-1] != "ignore":
            session.prints.append(f"{kind.__name__}: {session.text.str(message)}\n")

    def simplefilter(action: str, category: Any = Warning, lineno: int = 0, append: bool = False) -> None:
        """Say what becomes of all warnings: "ignore", "error" or anything else to show them."""
        actions[-1] = action

    def filterwarnings(action: str, message: str = "", category: Any = Warning, *args: Any, **options: Any) -> None:
        """Say what becomes of all warnings: "ignore", "error" or anything else to show them."""
        actions[-1] = action

    def resetwarnings() -> None:
        """Show all warnings."""
        actions[-1] = "default"

    class CatchWarnings:
        """Undo changes of the filters on leaving, and record warnings meanwhile if asked to."""

        def __init__(self, *, record: bool = False, action: str | None = None, **options: Any) -> None:
            self._record: list[Any] | None = [] if record else None
            self._action = action

        def __enter__(self) -> list[Any] | None:
            actions.append(self._action or actions[-1])
            if self._record is not None:
                recorders.append(self._record)
            return self._record

        def __exit__(self, *args: Any) -> None:
            actions.pop()
            if self._record is not None:
                recorders.pop()

    CatchWarnings.__name__ = CatchWarnings.__qualname__ = "catch_warnings"
    functions = (warn, simplefilter, filterwarnings, resetwarnings)
    return {**{function.__name__: function for function in functions}, "catch_warnings": CatchWarnings}
