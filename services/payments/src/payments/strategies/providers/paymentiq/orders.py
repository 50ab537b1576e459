"""How an order to pay of ours is known again when PaymentIQ asks about it.

PaymentIQ asks us before it pays, also what we ordered: who is this player, may this money leave. The order brings a
mark as its session and as its `merchantTxId`, which come back in `verifyuser` and, among the `attributes`, in
`authorize`. Nobody but us can make one, so no player turns what he does in the cashier into an order of ours.
"""

import hashlib
import hmac
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from payments.strategies.providers.reading import our_id

_LENGTH: Final = 32


def mark(secret: str, casino_id: UUID, withdrawal_id: UUID) -> str:
    """The mark of an order: the withdrawal's id and the proof that it is ours."""
    text = f"payout.{casino_id}.{withdrawal_id}".encode()
    return f"{withdrawal_id}.{hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()[:_LENGTH]}"


def order_marked(secrets: Iterable[str], casino_id: UUID, told: object) -> UUID | None:
    """The withdrawal whose mark it is; None when it is the mark of none."""
    if not isinstance(told, str):
        return None
    named = our_id(told.partition(".")[0])
    if named is None:
        return None
    given = told.encode(errors="replace")
    genuine = [hmac.compare_digest(mark(one, casino_id, named).encode(), given) for one in secrets]
    return named if any(genuine) else None
