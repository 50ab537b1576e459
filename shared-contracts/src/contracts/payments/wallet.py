"""Why money moves in a wallet, and what games and payments agree on for the hop: a movement's id and the answers."""

import hashlib
from enum import IntEnum
from typing import Literal
from uuid import UUID

TransferKind = Literal[
    "bet", "win", "rollback_bet", "rollback_win", "deposit", "deposit_reversal", "deposit_reinstated",
    "refund_hold", "refund_owed", "refund_release", "refund_paid", "withdrawal_hold", "withdrawal_release",
    "withdrawal_paid", "withdrawal_returned", "adjustment", "owed", "chargeback",
    "receivable_recovery", "bonus_grant", "bonus_forfeit", "bonus_conversion", "exchange", "deposit_fee",
    "deposit_fee_returned", "withdrawal_fee", "debt_write_off",
    "debt_carried",
]  # fmt: skip


class WalletCode(IntEnum):
    """What became of one movement. The numbers travel and never change meaning."""

    CREATED = 0
    REPEATED = 1
    INSUFFICIENT_FUNDS = 2
    DIFFERENT_FACTS = 3
    UNKNOWN_ACCOUNT = 4
    ROLLED_BACK = 5
    """It was taken back, before it arrived or since: it does not stand, whatever was answered at first."""
    UNKNOWN_REFERENCE = 6
    BLOCKED = 7
    FEED_STALE = 8
    GROUP_REFUSED = 9
    UNANSWERED = 10
    """The books could not take it just now. Nobody knows that it was posted: ask again with the same id."""


def transfer_id(*facts: object) -> UUID:
    """The id of the movement that `facts` name: the same facts, the same id, whoever derives it and when.

    A game movement is named by (supplier, casino id, the supplier's transaction id, kind); a deposit's posting by
    ("deposit", deposit id). The facts are length-prefixed, so no text inside one can imitate the border to the next.

    >>> transfer_id("hub88", "0190f5fe-7c00-7a00-8000-000000000001", "16d2dcfe-b89e-11e7-854a-58404eea6d16", "bet")
    UUID('12175485-a6bd-8985-98e0-74cc20790be0')
    """
    text = "".join(f"{len(fact)}:{fact}" for fact in map(str, facts))
    value = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=16).digest(), "big")
    return UUID(int=value & ~(0xF << 76) & ~(0b11 << 62) | 8 << 76 | 0b10 << 62)
