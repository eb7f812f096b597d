"""The worker: what runs in a sandbox, takes actions from the host, and calls back to the host's tools.

One thread reads frames, so that an interrupt gets through while an action runs; the main thread does what they ask.
This file travels into sandboxes as source, see `source`: CPython 3.8 and its standard library alone.
"""

import builtins
import os
import sys
import threading
import time
from queue import SimpleQueue
from typing import Any

from smolagents.errors import SerializationError
from smolagents.sandbox.protocol import PROTOCOL_VERSION, MessageTooLarge, ProtocolError, pack, read_message
from smolagents.sandbox.values import arriving, crossing

MAX_ERROR_TEXT = 20_000
SPARE_BYTES = 16 * 2**20
MISSED_HEARTBEATS = 4


class FinalAnswer(BaseException):
    """End the action: the host has the answer."""


class Worker:
    """Serve one host until it hangs up.

    Args:
        source: File descriptor to read frames from.
        sink: File descriptor to write frames to.
        make_engine: Returns what runs the actions, given the worker and the host's `configure` message.
    """

    def __init__(self, source: int, sink: int, make_engine: Any) -> None:
        self._source = os.fdopen(source, "rb", closefd=False)
        self._sink = sink
        self._make_engine = make_engine
        self._engine: Any = None
        self._allow_pickle = False
        self._inbox: Any = SimpleQueue()
        self._writing = threading.Lock()
        self._calls = 0
        self._running = 0
        self._heard = False
        self.sending = False
        self.thread = threading.get_ident()

    def serve(self, configuration: Any = None, **hello: Any) -> None:
        """Do what the host asks for until it hangs up.

        Args:
            configuration: The host's first message, where it was read already.
            **hello: What to tell the host in return.
        """
        if configuration is None:
            configuration = read_message(self._source)
        if configuration is None:
            return
        self.configure(configuration, **hello)
        threading.Thread(target=self._listen, name="host", daemon=True).start()
        seconds = configuration.get("heartbeat_seconds")
        if seconds:
            threading.Thread(target=self._watch, args=(seconds,), name="heartbeat", daemon=True).start()
        while True:
            request = self._inbox.get()
            if request is None:
                return
            if request["type"] not in ("return", "raise"):  # else the call that waited for it was interrupted
                self._answer(request)

    def configure(self, configuration: Any, **hello: Any) -> None:
        """Make what runs the actions, and tell the host that it is ready."""
        self._allow_pickle = bool(configuration.get("allow_pickle"))
        self._engine = self._make_engine(self, configuration)
        version = ".".join(map(str, sys.version_info[:3]))
        self.send(dict(hello, type="hello", protocol=PROTOCOL_VERSION, python=version))

    def send(self, message: Any) -> None:
        """Send a message to the host."""
        frame = memoryview(pack(message))
        with self._writing:
            self.sending = True
            try:
                while frame:
                    frame = frame[os.write(self._sink, frame) :]
            finally:
                self.sending = False

    def print(self, text: str) -> None:
        """Show the host what the action prints."""
        if text:
            self.send({"type": "print", "text": text})

    def call(self, name: str, args: Any, kwargs: Any) -> Any:
        """Call a tool of the host and return its result.

        Raises:
            FinalAnswer: The tool has ended the run.
            SerializationError: An argument can't cross.
            Exception: The tool raised; the class is the same for builtin ones, else one of the same name.
        """
        if threading.get_ident() != self.thread:
            raise RuntimeError("tools can be called from the action's own thread only")
        arguments = {
            "args": [self._argument(name, place, value) for place, value in enumerate(args, 1)],
            "kwargs": {key: self._argument(name, key, value) for key, value in kwargs.items()},
        }
        self._calls += 1
        number = self._calls
        self.send(dict(arguments, type="call", id=number, tool=name))
        while True:
            message = self._inbox.get()
            if message is None:
                os._exit(0)
            if message["type"] in ("return", "raise") and message.get("id") == number:
                break
        if message["type"] == "raise":
            raise _host_exception(message)
        if message.get("final"):
            raise FinalAnswer
        return arriving(message["value"], self._allow_pickle)

    def _argument(self, tool: str, which: Any, value: Any) -> Any:
        try:
            return crossing(value, self._allow_pickle)
        except SerializationError as error:
            raise SerializationError(f"argument {which!r} of the tool {tool!r}: {error}") from None

    def _listen(self) -> None:
        try:
            while True:
                message = read_message(self._source)
                if message is None:
                    break
                self._heard = True
                if message["type"] == "interrupt":
                    if message.get("id") == self._running:
                        self._engine.interrupt()
                elif message["type"] != "alive":
                    self._inbox.put(message)
        finally:
            # The host is gone, or it speaks another language: nobody is left to work for.
            os._exit(0)

    def _watch(self, seconds: float) -> None:
        """End this process when nothing comes from the host any more.

        Time is counted in short rests, since code that holds the interpreter's lock keeps the listener waiting too.
        """
        missed = 0
        while missed < MISSED_HEARTBEATS:
            self._heard = False
            time.sleep(seconds)
            missed = 0 if self._heard else missed + 1
        os._exit(0)

    def _answer(self, request: Any) -> None:
        number = request.get("id")
        try:
            handle = getattr(self, "_do_" + request["type"], None)
            if handle is None:
                raise ProtocolError("this worker knows no request of type {!r}".format(request["type"]))
            reply = handle(request)
        except Exception as error:
            reply = {"error": {"kind": type(error).__name__, "message": str(error)[:MAX_ERROR_TEXT]}}
        try:
            self.send(dict(reply, type="done", id=number))
        except MessageTooLarge as error:
            self.send({"type": "done", "id": number, "error": {"kind": "SerializationError", "message": str(error)}})

    def _do_ping(self, request: Any) -> Any:
        return {}

    def _do_tools(self, request: Any) -> Any:
        self._engine.set_tools(request["tools"])
        return {}

    def _do_variables(self, request: Any) -> Any:
        allowed = self._allow_pickle
        self._engine.set_variables({name: arriving(value, allowed) for name, value in request["variables"].items()})
        return {}

    def _do_install(self, request: Any) -> Any:
        self._engine.install(request["packages"])
        return {}

    def _do_run(self, request: Any) -> Any:
        self._running = request["id"]
        try:
            value, is_final = self._engine.run(request["code"])
            return dict(self._result(value, is_final), final=is_final)
        except Exception:
            _check_memory()
            raise
        finally:
            self._running = 0

    def _result(self, value: Any, is_final: bool) -> Any:
        """Return what the host gets: the value, or its text where it can't cross and is no answer."""
        try:
            return {"value": crossing(value, self._allow_pickle)}
        except SerializationError:
            if is_final:
                raise
            return {"text": self._engine.text(value)}


def _check_memory() -> None:
    """Raise MemoryError where what the actions keep leaves no room for another one."""
    bytearray(SPARE_BYTES)


def _host_exception(message: Any) -> Any:
    """Return an exception like the one that a tool raised in the host."""
    name, text = str(message["name"]), str(message["text"])
    base = getattr(builtins, str(message["base"]), Exception)
    if not isinstance(base, type) or not issubclass(base, Exception):
        base = Exception
    kind = base if base.__name__ == name else type(name, (base,), {"__module__": "builtins"})
    try:
        return kind(text)
    except TypeError:  # some builtin exceptions want more than a text
        return type(name, (Exception,), {"__module__": "builtins"})(text)


def protected_pipes() -> "tuple[int, int]":
    """Return descriptors for the host's frames, out of reach of whatever writes to standard output.

    Standard input and output lead nowhere afterwards.
    """
    source, sink = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
    return source, sink
