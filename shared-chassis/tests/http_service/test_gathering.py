"""What is written to a connection bit by bit is sent together, whole, in order and before the end."""

import asyncio

import pytest

from chassis.http.protocol import Gathering


async def received(pieces: list[bytes], *, turns: bool) -> bytes:
    """What comes of these pieces, written in one turn of the event loop or in one each, before the connection ends."""
    got: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.set_result(await reader.read(-1))
        writer.close()

    async def turn() -> None:
        """Let everything else have its turn."""

    async with await asyncio.start_server(take, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        transport = Gathering(writer.transport)
        for piece in pieces:
            transport.write(piece)
            if turns:
                await asyncio.create_task(turn())
        transport.close()
        assert transport.is_closing()
        return await asyncio.wait_for(got, 20)


@pytest.mark.parametrize("turns", [False, True], ids=["at once", "one after another"])
@pytest.mark.parametrize(
    "pieces",
    [[], [b""], [b"head", b"body"], [b"x" * 100_000, b"y"], [b"a" * 30_000, b"b" * 30_000, b"c"], [b"1", b"", b"2"]],
    ids=["nothing", "empty", "head and body", "large first", "large together", "with a gap"],
)
async def test_all_of_it_arrives_in_order(pieces: list[bytes], turns: bool) -> None:
    assert await received(pieces, turns=turns) == b"".join(pieces)
