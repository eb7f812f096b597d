import asyncio
from typing import Any

from smolagents.models import ClientPerLoop


class Client:
    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.closed_in: Any = None

    async def close(self) -> None:
        await asyncio.sleep(0)
        self.closed_in = asyncio.get_running_loop()


def test_each_loop_has_a_client_that_is_closed_with_it() -> None:
    clients = ClientPerLoop(Client, Client.close)

    async def use() -> Client:
        first, second = await asyncio.gather(clients.get(), clients.get())
        assert first is second
        assert first is await clients.get()
        assert first.closed_in is None
        return first

    one, two = asyncio.run(use()), asyncio.run(use())
    assert one is not two
    assert one.closed_in is one.loop
    assert two.closed_in is two.loop
    assert clients._clients == {}


def test_loops_in_threads_are_apart() -> None:
    clients = ClientPerLoop(Client, Client.close)

    async def use() -> Client:
        return await clients.get()

    async def both() -> tuple[Client, Client]:
        return await asyncio.to_thread(asyncio.run, use()), await clients.get()

    other, mine = asyncio.run(both())
    assert other is not mine
    assert other.closed_in is other.loop
