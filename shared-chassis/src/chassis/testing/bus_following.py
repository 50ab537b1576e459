"""What every EventBus must do for those who follow it; a part of `BusContract`, which brings the fixtures."""

from collections.abc import Callable, Sequence

from chassis.messaging.bus import EventBus, Record
from chassis.testing.bus_reader import Reader, eventually, in_order, numbered

Connect = Callable[[], EventBus]


class FollowingContract:
    """The tests."""

    async def test_every_follower_hears_everything_from_now_on(
        self, bus: EventBus, connect: Connect, topic: str
    ) -> None:
        other, readers = connect(), [Reader(), Reader()]
        await bus.publish(numbered(topic, 10))
        followings = [bus.follow([topic], readers[0]), other.follow([topic], readers[1])]
        for following in followings:
            await following.start()
        await bus.publish(numbered(topic, 20, start=10))
        for reader in readers:
            await reader.until(20)
        for following in followings:
            await following.stop()
        await other.close()
        for reader in readers:
            assert sorted(reader.values, key=int) == [b"%d" % n for n in range(10, 30)]
            assert all(in_order(values) for values in reader.by_key().values())

    async def test_a_follower_whose_handler_fails_hears_it_again(self, bus: EventBus, topic: str) -> None:
        reader, failures = Reader(), iter([True])

        async def handler(records: Sequence[Record]) -> None:
            await reader(records)
            if next(failures, False):
                raise RuntimeError("the handler crashes")

        following = bus.follow([topic], handler)
        await following.start()
        await bus.publish(numbered(topic, 1))
        await eventually(lambda: reader.values == [b"0", b"0"])
        await following.stop()
