"""What disputes are called: providers give them names, and we the ids that follow from those."""

from uuid import UUID, uuid5

_NAMES = UUID("6f2f4f3e-6f1a-5d0b-9c53-0f4d2a7f6b11")
"""The namespace of disputes' ids."""

_TIMES = ":"


def dispute_id_of(casino_id: UUID, provider: str, reference: str) -> UUID:
    """The id of what a provider calls by a name: the same in whatever order its notifications come."""
    return uuid5(_NAMES, f"{casino_id}:{provider}:{reference}")


def taken_again(reference: str) -> str:
    """What the second taking of a dispute's money is called, beside the first, which has the dispute's name.

    >>> taken_again("dp_1"), dispute_of(taken_again("dp_1")), dispute_of("dp_1")
    ('dp_1:2', 'dp_1', 'dp_1')
    """
    return f"{reference}{_TIMES}2"


def dispute_of(movement: str) -> str:
    """The name of the dispute whose money moved."""
    return movement.partition(_TIMES)[0]
