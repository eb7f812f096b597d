"""The worker of core for Pyodide: without threads, and with the broker in place of file descriptors.

This file travels into the sandbox as source, behind that of core's own worker.
"""

import asyncio
import base64
import importlib
import importlib.util
import io
import json
import random
import signal
import site
import sys
import threading
import time
import zipfile
from typing import Any

from smolagents.sandbox.plain import PlainEngine
from smolagents.sandbox.protocol import HEADER_BYTES, pack
from smolagents.sandbox.worker import Worker


def start(say: Any, receive: Any, nap: Any) -> Any:
    """Return a function that takes a request's text and returns that of the reply.

    Args:
        say: Sends a text while a request is being answered.
        receive: Waits for the host's answer to a call; it returns nothing where the host wants the action to stop.
        nap: Waits for some milliseconds, or until the host wants the action to stop.
    """
    random.seed()  # a snapshot has everybody's state
    _wait_with(nap)
    return WasmWorker(say, receive).answer


class WasmWorker(Worker):
    """Answer one request after the other, each by one call."""

    def __init__(self, say: Any, receive: Any) -> None:
        super().__init__(0, 1, WasmEngine)
        self._say = say
        self._inbox = _Answers(receive)
        self._reply = ""

    def answer(self, text: str) -> str:
        """Return the reply to a request."""
        request = json.loads(text)
        if request["type"] == "configure":
            unpack(request["wheels"])
            self.configure(request, missing=_missing(request["imports"]))
        else:
            self._answer(request)
        return self._reply

    def send(self, message: Any) -> None:
        """Send a message to the host; a reply leaves when the request's call returns."""
        text = pack(message)[HEADER_BYTES:].decode("ascii")
        if message["type"] in ("hello", "done"):
            self._reply = text
        else:
            self._say(text)


class _Answers:
    """Wait for the host's answers to calls."""

    def __init__(self, receive: Any) -> None:
        self._receive = receive

    def get(self) -> Any:
        while True:
            text = self._receive()
            if text:
                return json.loads(text)
            signal.raise_signal(signal.SIGINT)


class WasmEngine(PlainEngine):
    """Run actions in Pyodide's Python."""

    def __init__(self, worker: Any, configuration: Any) -> None:
        super().__init__(worker, configuration)
        self.run("None")  # compiles what the first action would have to wait for

    def install(self, packages: Any) -> None:
        """Unpack wheels, given in base64."""
        unpack(packages)


def unpack(wheels: Any) -> None:
    """Put the content of wheels where modules are found."""
    for wheel in wheels:
        with zipfile.ZipFile(io.BytesIO(base64.b64decode(wheel))) as archive:
            archive.extractall(site.getsitepackages()[0])
    importlib.invalidate_caches()


def _missing(imports: Any) -> Any:
    """Return those of some modules that can't be imported."""
    tops = {name.partition(".")[0] for name in imports} - {"*"}
    return sorted(name for name in tops if name not in sys.modules and importlib.util.find_spec(name) is None)


def _wait_with(nap: Any) -> None:
    """Put waiting of ours in the place of Pyodide's, which needs the event loop of JavaScript."""

    def sleep(seconds: float) -> None:
        """Wait for some seconds."""
        if not 0 <= seconds < threading.TIMEOUT_MAX:
            raise ValueError("sleep length must be non-negative, and not too large")
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:  # an interrupt ends the nap, and then is noticed in this loop
            nap(left * 1000)

    events: Any = asyncio.events
    clock: Any = time
    events._set_running_loop(None)
    events._set_event_loop_policy(_Policy())
    asyncio.run = asyncio.runners.run
    clock.sleep = sleep


class _Loop(asyncio.BaseEventLoop):
    """An event loop that has nothing to wait for but the time."""

    def __init__(self) -> None:
        super().__init__()
        self._selector = self

    def select(self, timeout: Any) -> Any:
        if timeout:
            time.sleep(timeout)
        return []

    def _process_events(self, events: Any) -> None:
        pass

    def _write_to_self(self) -> None:
        pass


class _Policy(asyncio.events._BaseDefaultEventLoopPolicy):  # type: ignore[name-defined, misc]
    _loop_factory = _Loop
