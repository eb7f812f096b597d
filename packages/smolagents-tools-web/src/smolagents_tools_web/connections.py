"""Connections that lead to checked addresses only, and that no server can keep open for longer than the caller waits.

The address is checked where the connection is made, and the connection goes to the very address that was checked: it
makes no difference whether a host came from the model, from a redirect or from a name that resolves differently each
time.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from smolagents.addresses import resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import httpcore

CONNECT_TIMEOUT = 10.0  # s
_MAX_CONNECTIONS = 20
_KEEP_ALIVE = 15.0  # s

_deadline: ContextVar[float] = ContextVar("deadline")
_making = threading.Lock()
_pools: dict[tuple[int, frozenset[str]], httpcore.ConnectionPool] = {}


@contextmanager
def time_limit(seconds: float) -> Iterator[float]:
    """Let no operation on a connection last beyond now + `seconds`, for a `with` block; gives that time."""
    token = _deadline.set(time.monotonic() + seconds)
    try:
        yield _deadline.get()
    finally:
        _deadline.reset(token)


def pool(private_hosts: frozenset[str]) -> httpcore.ConnectionPool:
    """Return the connections of this process for tools that may visit these private hosts."""
    # By process: a connection that two of them use after a fork mixes up their answers. By hosts: a connection that one
    # tool may have is not for another that may not.
    key = os.getpid(), private_hosts
    with _making:
        if key not in _pools:
            _pools[key] = _new_pool(private_hosts)
        return _pools[key]


def close() -> None:
    """Close the connections that are kept open for the next visit."""
    with _making:
        for made in _pools.values():
            made.close()
        _pools.clear()


def _new_pool(private_hosts: frozenset[str]) -> httpcore.ConnectionPool:
    import httpcore
    import httpx

    return httpcore.ConnectionPool(
        ssl_context=httpx.create_ssl_context(),
        max_connections=_MAX_CONNECTIONS,
        keepalive_expiry=_KEEP_ALIVE,
        network_backend=CheckedBackend(httpcore.SyncBackend(), private_hosts),  # type: ignore[arg-type]
    )


class CheckedBackend:
    """Open connections as httpcore's backend does, after the check of the address. It has the same methods.

    Args:
        backend: Opens the connections.
        private_hosts: Hosts whose addresses need not be public.
    """

    def __init__(self, backend: httpcore.NetworkBackend, private_hosts: frozenset[str]) -> None:
        self._backend = backend
        self._private_hosts = private_hosts

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> Any:
        """Connect to the first address of the host that answers.

        Raises:
            ConnectError: None does.
            ForbiddenAddress: One of them is not public.
        """
        import httpcore

        try:
            addresses = resolve(host, port, self._private_hosts)
        except OSError as error:
            raise httpcore.ConnectError(error.strerror or str(error)) from error
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in addresses:
            try:
                stream = self._backend.connect_tcp(address, port, _remaining(timeout), local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _LimitedStream(stream)
        raise failure

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class _LimitedStream:
    """Pass on what is done with a network stream, each operation limited by the caller's deadline."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _remaining(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _remaining(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> _LimitedStream:
        return _LimitedStream(self._stream.start_tls(ssl_context, server_hostname, _remaining(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _remaining(timeout: float | None) -> float:
    import httpcore

    left = _deadline.get() - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the time is up")
    return left if timeout is None else min(left, timeout)
