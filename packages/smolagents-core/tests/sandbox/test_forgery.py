"""Code that has got past the guards can write to the host's pipe: whatever it sends does the host no harm."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from smolagents.errors import ExecutionTimeoutError, InterpreterError
from smolagents.sandbox.protocol import MAX_FRAME_BYTES, ProtocolError, body_length, pack, unpack

WRITE = "import os\nos.write(worker._sink, {data!r})\n"


def forge(executor: Any, message: dict[str, Any]) -> Any:
    return executor(WRITE.format(data=pack(message)) + "import time\ntime.sleep(0.05)\n'honest'")


def still_answers(executor: Any) -> None:
    """Check that the executor works; the first action may pay for the true reply that came after the forged one."""
    with suppress(InterpreterError):
        executor("None")
    assert executor("1 + 1").output == 2


@pytest.mark.parametrize(
    "data",
    [
        b"hello world, this is not the protocol",
        b"ffffffff",
        b"-0000001",
        b"0000 001",
        b"00000002{}",
        b"00000002[]",
        b"00000004null",
        b'0000000e{"type":[[[1]]}',
        b'0000000c{"type": nan',
        b"00000003\xff\xff\xff",
        b"0000ea60" + b"[" * 60_000,
        pack({"type": "hello"}),
        pack({"type": "return", "id": 1, "value": 1}),
        pack({"type": "print"}),
        pack({"type": "print", "text": 5}),
        pack({"type": "call"}),
        pack({"type": "call", "id": "x", "tool": "keep", "args": [], "kwargs": {}}),
        pack({"type": "call", "id": 1, "tool": ["keep"], "args": [], "kwargs": {}}),
        pack({"type": "call", "id": 1, "tool": "keep", "args": {}, "kwargs": []}),
        pack({"type": "done", "id": 999_999}),
        pack({"type": "done"}),
        pack({"type": "shutdown"}),
    ],
    ids=lambda data: repr(bytes(data[:24])),
)
def test_nonsense_ends_the_worker_and_nothing_else(unguarded: Any, data: bytes) -> None:
    unguarded.send_tools({"keep": lambda value: value})
    with pytest.raises(InterpreterError, match="broke its protocol and was ended"):
        unguarded(WRITE.format(data=data) + "import time\ntime.sleep(60)")
    assert unguarded("keep(1) + 1").output == 2


@pytest.mark.parametrize("tool", ["os.system", "__import__", "final_answer.__globals__", "", "send_tools", "interrupt"])
def test_only_tools_can_be_called(unguarded: Any, tool: str) -> None:
    call = {"type": "call", "id": 1, "tool": tool, "args": ["x"], "kwargs": {}}
    assert forge(unguarded, call).output == "honest"


def test_arguments_are_data(unguarded: Any) -> None:
    received = []
    unguarded.send_tools({"keep": received.append})
    pickled = {"__type__": "pickle", "data": "gASVHwAAAAAAAACMBXBvc2l4lIwGc3lzdGVtlJOUjAR0cnVllIWUUpQu"}
    for value in (pickled, {"__type__": "object"}, {"__type__": "Decimal", "data": {"x": 1}}, {"__type__": ["tuple"]}):
        call = {"type": "call", "id": 1, "tool": "keep", "args": [value], "kwargs": {}}
        assert forge(unguarded, call).output == "honest"
    assert received == []


def test_a_forged_result_is_data_too(unguarded: Any) -> None:
    with pytest.raises(InterpreterError, match="result can't be read"):
        unguarded("worker.send({'type': 'done', 'id': worker._running, 'value': {'__type__': 'pickle', 'data': ''}})")
    still_answers(unguarded)


@pytest.mark.parametrize("error", [5, [], {}, {"kind": ["x"], "message": {}}, {"kind": "KeyboardInterrupt"}])
def test_forged_errors(unguarded: Any, error: Any) -> None:
    with pytest.raises((InterpreterError, ExecutionTimeoutError)):
        unguarded(f"worker.send({{'type': 'done', 'id': worker._running, 'error': {error!r}}})")
    still_answers(unguarded)


def test_a_flood_of_prints_fills_no_memory(make_unguarded: Callable[..., Any]) -> None:
    executor = make_unguarded(timeout_seconds=1)
    with pytest.raises((InterpreterError, ExecutionTimeoutError)) as caught:
        executor("while True:\n    worker.send({'type': 'print', 'text': 'x' * 100_000})")
    assert len(caught.value.logs) <= executor.max_print_outputs_length + 1000  # type: ignore[union-attr]


def test_a_worker_that_stops_reading_holds_nobody_up(make_unguarded: Callable[..., Any]) -> None:
    executor = make_unguarded(timeout_seconds=1)
    executor.send_tools({"much": lambda: "x" * 5_000_000})
    # Takes the interpreter's lock for good while the host writes a large reply.
    stuck = "worker.send({'type': 'call', 'id': 1, 'tool': 'much', 'args': [], 'kwargs': {}})\nsum(range(10**15))"
    with pytest.raises(ExecutionTimeoutError):
        executor(stuck)
    assert executor("1 + 1").output == 2


def test_frames() -> None:
    message = {"type": "run", "code": "'ż\ud800'", "n": [1.5, None]}
    frame = pack(message)
    assert frame.isascii()
    assert unpack(frame[8:]) == message
    assert body_length(frame[:8]) == len(frame) - 8
    with pytest.raises(ProtocolError):
        body_length(b"%08x" % (MAX_FRAME_BYTES + 1))
    with pytest.raises(ProtocolError, match="too large"):
        pack({"type": "x", "value": [[]] * 2_100_000})
    with pytest.raises(ProtocolError, match="too large"):
        unpack(json.dumps({"type": "x", "value": [[]] * 2_100_000}).encode())
    with pytest.raises(ValueError, match="JSON compliant"):
        pack({"type": "x", "value": float("nan")})
