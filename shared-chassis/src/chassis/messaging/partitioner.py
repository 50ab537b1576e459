"""Which partition a key belongs to: Kafka's own answer, so that both buses give the same one."""

from chassis.messaging.bus import Message, Undeliverable

_SEED = 0x9747B28C
_MIX = 0x5BD1E995
_MASK = 0xFFFFFFFF


def murmur2(data: bytes) -> int:
    """MurmurHash2, 32 bits, little-endian, with the seed of Kafka's default partitioner.

    >>> murmur2(b"21") == -973932308 & 0xFFFFFFFF
    True
    """
    whole = len(data) & ~3
    h = _SEED ^ len(data)
    for start in range(0, whole, 4):
        k = int.from_bytes(data[start : start + 4], "little") * _MIX & _MASK
        k = (k ^ k >> 24) * _MIX & _MASK
        h = h * _MIX & _MASK ^ k
    if rest := data[whole:]:
        h = (h ^ int.from_bytes(rest, "little")) * _MIX & _MASK
    h = (h ^ h >> 13) * _MIX & _MASK
    return h ^ h >> 15


def partition_of(key: str, partitions: int) -> int:
    """The partition of a key among `partitions`.

    >>> partition_of("018f4d5e-0000-7000-8000-000000000001", 12) == partition_of(
    ...     "018f4d5e-0000-7000-8000-000000000001", 12
    ... )
    True
    """
    return (murmur2(key.encode()) & 0x7FFFFFFF) % partitions


def destination(message: Message, partitions: int) -> int:
    """The partition a message goes to: the one it names, or its key's; Undeliverable when it names none that exists."""
    if message.partition is None:
        return partition_of(message.key, partitions)
    if not 0 <= message.partition < partitions:
        raise Undeliverable(f"{message.topic} has {partitions} partitions, none of them is {message.partition}")
    return message.partition
