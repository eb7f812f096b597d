"""Modules that look at the interpreter, run its event loop, or write for the process: their harmless part."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from smolagents.errors import InterpreterError
from smolagents.interpreter.awaiting import run_coroutine
from smolagents.interpreter.reports import traceback_text

if TYPE_CHECKING:
    from smolagents.interpreter.session import Session


def asyncio_names(session: Session, original: Any) -> dict[str, Any]:
    """Return the session's `asyncio`: what a task raises is shown as an `except` clause shows it."""

    async def cleaning(awaitable: Any) -> Any:
        try:
            return await awaitable
        except Exception as error:
            raise session.clean_exception(error) from None

    def task_of(awaitable: Any) -> Any:
        return awaitable if original.isfuture(awaitable) else cleaning(awaitable)

    def run(main: Any, **options: Any) -> Any:
        """Run a coroutine to its end."""
        return run_coroutine(main, session.budget, needs_loop=True)

    def gather(*awaitables: Any, return_exceptions: bool = False) -> Any:
        """Run awaitables concurrently and return the list of their results."""
        return original.gather(*map(task_of, awaitables), return_exceptions=return_exceptions)

    def create_task(coroutine: Any, *, name: Any = None) -> Any:
        """Start a coroutine and return its task."""
        if not original.iscoroutine(coroutine):
            raise TypeError(f"a coroutine was expected, got {coroutine!r}")
        return original.create_task(cleaning(coroutine), name=name)

    def ensure_future(awaitable: Any) -> Any:
        """Start an awaitable and return its task."""
        return original.ensure_future(task_of(awaitable))

    def create_in_group(self: Any, coroutine: Any, *, name: Any = None) -> Any:
        """Start a coroutine in the group and return its task."""
        return original.TaskGroup.create_task(self, cleaning(coroutine), name=name)

    # No subclass: `super()` would reach the original method.
    body = {key: value for key, value in original.TaskGroup.__dict__.items() if key not in ("__dict__", "__weakref__")}
    group = type("TaskGroup", (), {**body, "create_task": create_in_group})
    return {
        "run": run,
        "gather": gather,
        "create_task": create_task,
        "ensure_future": ensure_future,
        "TaskGroup": group,
    }


def inspect_names(session: Session, original: Any) -> dict[str, Any]:
    """Return the session's `inspect`."""

    is_guest = session.attributes.is_guest

    def is_own(obj: Any) -> bool:
        generated = type(obj) is types.FunctionType and obj.__code__.co_filename == "<string>"
        return generated or is_guest(obj)

    def functions_of(obj: Any) -> Iterator[Any]:
        """Yield an object, what it wraps, and the functions that are called in its place."""
        while obj is not None:
            yield obj
            if not isinstance(obj, (types.FunctionType, types.MethodType)) and is_guest(obj):
                names = ("__init__", "__new__") if isinstance(obj, type) else ("__call__",)
                found = (getattr(obj, name, None) for name in names)
                yield from (part for part in found if isinstance(part, (types.FunctionType, types.MethodType)))
            obj = getattr(obj, "__wrapped__", None)

    def signature(obj: Any, *, follow_wrapped: bool = True) -> Any:
        """Return a callable's signature; the defaults of the host's functions are not shown."""
        found = original.signature(obj, follow_wrapped=follow_wrapped)
        if all(map(is_own, functions_of(obj))):
            return found
        empty = original.Parameter.empty
        hidden = [part if part.default is empty else part.replace(default=...) for part in found.parameters.values()]
        return found.replace(parameters=hidden)

    return {"signature": signature}


class _Logger:
    """Log to what the action prints: the host's loggers are not for guests."""

    __slots__ = ("_name", "_session")

    def __init__(self, session: Session, name: str) -> None:
        self._session = session
        self._name = name


def _log_method(level: str) -> Callable[..., None]:
    def method(self: Any, message: Any, *args: Any, **options: Any) -> None:
        session = self._session
        text = session.text.str(message)
        if args:
            text = session.text.percent_format(text, args[0] if len(args) == 1 and type(args[0]) is dict else args)
        session.prints.append(f"{level}:{self._name}:{text}\n")

    method.__name__ = method.__qualname__ = level.lower()
    method.__doc__ = f"Log a message of level {level}."
    return method


for _level in ("WARNING", "ERROR", "CRITICAL"):
    setattr(_Logger, _level.lower(), _log_method(_level))
_Logger.exception = _log_method("ERROR")  # type: ignore[attr-defined]


def logging_names(session: Session, original: Any) -> dict[str, Any]:
    """Return the session's `logging`: messages from WARNING on are printed."""

    def quiet(self: Any, *args: Any, **options: Any) -> None:
        """Take a call that has no effect here."""

    names = ("debug", "info", "setLevel")
    logger_class: Any = type("Logger", (_Logger,), {"__slots__": (), **dict.fromkeys(names, quiet)})

    def get_logger(name: Any = None) -> Any:
        """Return a logger that prints."""
        return logger_class(session, "root" if name is None else session.text.str(name))

    def basic_config(**options: Any) -> None:
        """Take a configuration; files and handlers are refused."""
        if options.keys() & {"filename", "handlers", "stream"}:
            raise InterpreterError("logging goes to what the action prints; it can't write elsewhere")

    root = get_logger()
    functions = {name: getattr(root, name) for name in ("debug", "info", "warning", "error", "critical", "exception")}
    return {"getLogger": get_logger, "basicConfig": basic_config, "Logger": logger_class, **functions}


def shlex_names(session: Session, original: Any) -> dict[str, Any]:
    """Return the session's `shlex`."""

    def split(s: str, comments: bool = False, posix: bool = True) -> list[str]:
        """Split text as a shell does."""
        if type(s) is not str:
            raise TypeError("split() takes a str")
        return list(original.split(s, comments, posix))

    return {"split": split}


def etree_names(session: Session, original: Any) -> dict[str, Any]:
    """Return the session's `xml.etree.ElementTree`: the prefixes that an action registers hold until it ends."""
    prefixes = original._namespace_map
    before: list[dict[str, str]] = []

    def register_namespace(prefix: str, uri: str) -> None:
        """Register a namespace's prefix."""
        if type(prefix) is not str or type(uri) is not str:
            raise TypeError("register_namespace() takes a prefix and a URI")
        before.append(dict(prefixes))
        original.register_namespace(prefix, uri)

    def restore() -> None:
        if before:
            prefixes.clear()
            prefixes.update(before[0])
            before.clear()

    session.endings.append(restore)
    return {"register_namespace": register_namespace}


class _Stream:
    """Write to what the action prints."""

    __slots__ = ("_prints",)

    def __init__(self, prints: Any) -> None:
        self._prints = prints

    def write(self, text: str) -> int:
        """Write text."""
        if type(text) is not str:
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._prints.append(text)
        return len(text)

    def flush(self) -> None:
        """Do nothing: what is printed is kept at once."""


def sys_names(session: Session, original: Any) -> dict[str, Any]:
    """Return the session's `sys`."""
    stream = _Stream(session.prints)
    return {"stdout": stream, "stderr": stream, "argv": [""]}


def timeit_names(session: Session, original: Any) -> dict[str, Any]:
    """Return the session's `timeit`: for functions, as text would have to be evaluated."""
    clock = original.default_timer

    def timeit(stmt: Any, setup: Any = None, *, number: int = 1_000_000) -> float:
        """Return how many seconds it takes to call a function so many times."""
        if not callable(stmt) or not (setup is None or callable(setup)):
            raise InterpreterError("timeit() takes functions here, no text: timeit.timeit(lambda: ..., number=1000)")
        if setup is not None:
            setup()
        start = clock()
        for _ in range(number):
            session.budget.check()
            stmt()
        return float(clock() - start)

    def repeat(stmt: Any, setup: Any = None, *, repeat: int = 5, number: int = 1_000_000) -> list[float]:
        """Call `timeit` so many times."""
        return [timeit(stmt, setup, number=number) for _ in range(repeat)]

    return {"timeit": timeit, "repeat": repeat}


def traceback_names(session: Session, original: Any) -> dict[str, Any]:
    """Return the session's `traceback`."""

    def format_exc(*args: Any, **options: Any) -> str:
        """Return the text of the exception that is being handled, with the lines of the code itself."""
        error = sys.exception() if hasattr(sys, "exception") else sys.exc_info()[1]
        return "NoneType: None\n" if error is None else traceback_text(session, error)

    def print_exc(*args: Any, **options: Any) -> None:
        """Print the exception that is being handled."""
        session.prints.append(format_exc())

    return {"format_exc": format_exc, "print_exc": print_exc}
