"""The gate that all of the browser's connections go through: a SOCKS5 proxy that leads to public addresses only.

It looks a host up itself and connects to the very address that it has checked. So it makes no difference whether a host
came from the model, a link, a redirect, a script or a name that resolves differently each time.
Source: RFC 1928.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Collection
from ipaddress import ip_address

from smolagents.addresses import ForbiddenAddress, resolve

CONNECT_SECONDS = 15.0
HANDSHAKE_SECONDS = 10.0
CHUNK = 2**16
_MAX_REFUSALS = 100

_VERSION, _NO_LOGIN, _CONNECT = 5, 0, 1
_IPV4, _NAME, _IPV6 = 1, 3, 4
_SUCCESS, _FAILED, _NOT_ALLOWED, _UNREACHABLE = 0, 1, 2, 4


class Gate:
    """Serve SOCKS5 on a free port of 127.0.0.1 until it is closed.

    Args:
        private_hosts: Hosts, or `host:port`, that need not be public.

    Attributes:
        port: Where it listens.
        refusals: Why hosts can't be reached, by `host:port`.

    Raises:
        ValueError: One of the hosts is none.
    """

    def __init__(self, private_hosts: Collection[str] = ()) -> None:
        for host in private_hosts:
            if "/" in host:
                raise ValueError(f"{host!r} is no host: name private hosts as localhost or localhost:8000.")
        self._private_hosts = frozenset(host.lower().replace("[", "").replace("]", "") for host in private_hosts)
        self.refusals: dict[str, str] = {}
        self._loop = asyncio.new_event_loop()
        self._closing = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="browser-gate", daemon=True)
        self._thread.start()
        opening = asyncio.start_server(self._connected, "127.0.0.1")
        self._server = asyncio.run_coroutine_threadsafe(opening, self._loop).result()
        self.port: int = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """End all connections and the thread that serves them."""
        asyncio.run_coroutine_threadsafe(self._shut_down(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _shut_down(self) -> None:
        self._closing = True
        # The loop has tasks of its own for connections that it has taken; a server that is closed would lose these.
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
        self._server.close()
        await self._loop.shutdown_default_executor()
        await asyncio.sleep(0)  # what was aborted is closed now

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._closing:
            writer.transport.abort()
            return
        task = self._loop.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            host, port = await asyncio.wait_for(_read_request(reader, writer), HANDSHAKE_SECONDS)
            there = await self._connect(host, port, writer)
            if there is not None:
                await _join(reader, writer, *there)
        except (OSError, EOFError, TimeoutError, ValueError):
            pass  # whoever went away, or spoke no SOCKS, learns no more by an answer
        finally:
            writer.transport.abort()

    async def _connect(
        self, host: str, port: int, writer: asyncio.StreamWriter
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        status, place = _UNREACHABLE, f"{host.lower()}:{port}"
        try:
            for address in await self._loop.run_in_executor(None, self._addresses, host, port):
                try:
                    there = await asyncio.wait_for(asyncio.open_connection(address, port), CONNECT_SECONDS)
                except (OSError, TimeoutError):
                    continue
                self.refusals.pop(place, None)
                _reply(writer, _SUCCESS)
                return there
        except ForbiddenAddress as error:
            status = _NOT_ALLOWED
            if len(self.refusals) < _MAX_REFUSALS:
                self.refusals[place] = str(error)
        except OSError:
            status = _FAILED
        _reply(writer, status)
        await writer.drain()
        return None

    def _addresses(self, host: str, port: int) -> list[str]:
        allowed = {host.lower(), f"{host.lower()}:{port}"} & self._private_hosts
        return resolve(host, port, [host.lower()] if allowed else ())


async def _read_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> tuple[str, int]:
    version, methods = await reader.readexactly(2)
    if version != _VERSION or _NO_LOGIN not in await reader.readexactly(methods):
        raise ValueError("no SOCKS5 without a login")
    writer.write(bytes([_VERSION, _NO_LOGIN]))
    _, command, _, kind = await reader.readexactly(4)
    if kind == _NAME:
        (length,) = await reader.readexactly(1)
        host = (await reader.readexactly(length)).decode("ascii")
    elif kind in (_IPV4, _IPV6):
        host = str(ip_address(await reader.readexactly(4 if kind == _IPV4 else 16)))
    else:
        raise ValueError("no kind of address of SOCKS5")
    if command != _CONNECT:
        raise ValueError("no connection is wanted")
    return host, int.from_bytes(await reader.readexactly(2), "big")


def _reply(writer: asyncio.StreamWriter, status: int) -> None:
    writer.write(bytes([_VERSION, status, 0, _IPV4, 0, 0, 0, 0, 0, 0]))


async def _join(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    there_reader: asyncio.StreamReader,
    there_writer: asyncio.StreamWriter,
) -> None:
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_ask(reader, there_writer))
            group.create_task(_answer(there_reader, writer))
    except* OSError:
        pass  # one side has gone: the other is closed as well
    finally:
        there_writer.transport.abort()


async def _ask(browser: asyncio.StreamReader, there: asyncio.StreamWriter) -> None:
    await _pump(browser, there)
    # A browser closes no half of a connection. Who goes on holding the other end must not use up our files.
    raise ConnectionAbortedError


async def _answer(there: asyncio.StreamReader, browser: asyncio.StreamWriter) -> None:
    await _pump(there, browser)
    browser.write_eof()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while data := await source.read(CHUNK):
        sink.write(data)
        await sink.drain()
