"""A worker whose way to the host does not end with the host ends itself when it hears nothing any more."""

import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from smolagents.sandbox.pipes import start_process
from smolagents.sandbox.protocol import PROTOCOL_VERSION
from smolagents.sandbox.source import BOOTSTRAP, bootstrap_input
from smolagents.sandbox.transport import Connection, WorkerGone

HEARTBEAT_SECONDS = 0.25


@pytest.fixture
def connection() -> Iterator[Connection]:
    transport = start_process([sys.executable, "-I", "-c", BOOTSTRAP])
    transport.write(bootstrap_input(), 30)
    made = Connection(transport)
    configuration: dict[str, Any] = {"max_print_outputs_length": 1000, "heartbeat_seconds": HEARTBEAT_SECONDS}
    made.send({"type": "configure", "protocol": PROTOCOL_VERSION, **configuration})
    assert made.receive(time.monotonic() + 60)["type"] == "hello"
    yield made
    transport.close()


@pytest.mark.parametrize("action", [None, "while True: pass"], ids=["idle", "busy"])
def test_worker_that_hears_nothing_ends(connection: Connection, action: str | None) -> None:
    if action is not None:
        connection.send({"type": "run", "id": 1, "code": action})
    with pytest.raises(WorkerGone, match="ended with exit code 0"):
        connection.receive(time.monotonic() + 60)


def test_worker_that_hears_something_goes_on(connection: Connection) -> None:
    connection.send({"type": "run", "id": 1, "code": "import time\ntime.sleep(2)\n'done'"})
    for _ in range(20):
        time.sleep(0.1)
        connection.send({"type": "alive"})
    assert connection.receive(time.monotonic() + 60)["value"] == "done"
