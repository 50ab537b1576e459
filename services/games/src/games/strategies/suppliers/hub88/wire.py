"""The bodies of Hub88's wallet calls and of our answers. Fields we do not use are not named and not refused."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

SCALE = 100_000
"""Amounts are integers that count 1/100000 of the currency's main unit."""

_LONGEST = 255

Text = Annotated[str, Meta(min_length=1, max_length=_LONGEST)]
User = Annotated[str, Meta(min_length=3, max_length=_LONGEST)]


class InfoRequest(msgspec.Struct, frozen=True):
    """/user/info"""

    user: User
    request_uuid: Text


class BalanceRequest(msgspec.Struct, frozen=True):
    """/user/balance"""

    user: User
    request_uuid: Text
    token: Text
    game_code: Text


class BetRequest(msgspec.Struct, frozen=True):
    """/transaction/bet"""

    user: User
    request_uuid: Text
    token: Text
    game_code: Text
    transaction_uuid: Text
    supplier_transaction_id: Text
    round: Text
    amount: int
    currency: Text
    is_free: bool
    round_closed: bool | None = None
    is_supplier_promo: bool | None = None
    reference_transaction_uuid: Text | None = None


class WinRequest(BetRequest, frozen=True):
    """/transaction/win: `reference_transaction_uuid` is the bet's; only a supplier's promotion may leave it out."""


class RollbackRequest(msgspec.Struct, frozen=True):
    """/transaction/rollback: no amount, what the ledger holds is undone."""

    user: User
    request_uuid: Text
    token: Text
    game_code: Text
    transaction_uuid: Text
    supplier_transaction_id: Text
    round: Text
    reference_transaction_uuid: Text
    round_closed: bool | None = None


class Reply(msgspec.Struct, frozen=True):
    """What every call is answered with, under HTTP status 200."""

    user: str
    status: str
    request_uuid: str
    currency: str | UnsetType = UNSET
    balance: int | UnsetType = UNSET
    country: str | UnsetType = UNSET
    jurisdiction: str | UnsetType = UNSET
    registration_date: str | UnsetType = UNSET


class Echo(msgspec.Struct, frozen=True):
    """What can be repeated to a caller whose request was not understood."""

    user: str = ""
    request_uuid: str = ""


class GameEntry(msgspec.Struct, frozen=True):
    """One game of /operator/generic/v2/game/list."""

    game_code: Text
    name: str = ""
    category: str | None = None
    product: str | None = None
    platforms: list[str] | None = None
    blocked_countries: list[str] | None = None
    restricted_countries: list[str] | None = None
    url_thumb: str | None = None
    freebet_support: bool | None = None
    enabled: bool | None = None


class GameUrl(msgspec.Struct, frozen=True):
    """The answer to /operator/generic/v2/game/url."""

    url: str


class Fault(msgspec.Struct, frozen=True):
    """Hub88's explicit no to a call of ours."""

    error: str
