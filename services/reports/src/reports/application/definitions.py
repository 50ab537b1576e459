"""The reports there are: columns with their formulae in words, parameters, and the permission each takes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from chassis.auth.permissions import DataClass
from contracts.reports.permissions import ReportsPermission as P
from reports.domain.job.errors import ParameterInvalid

Kind = Literal["text", "day", "moment", "count", "money", "percent", "hours"]


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """A column. `money` columns hold minor units and are written in major units of the row's `currency`."""

    name: str
    title: str
    kind: Kind
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter beside casinos and interval: what it means and which values are allowed."""

    meaning: str
    check: Callable[[str], bool]
    default: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDefinition:
    """A report.

    Attributes:
        name: how clients call it.
        permission: needed for every casino it covers, to ask for it and to fetch it.
        data_classes: the kinds of data in it, which are drawn by whoever sees them in clear.
        longest_days: the longest interval.
    """

    name: str
    title: str
    permission: P
    columns: tuple[ReportColumn, ...]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    data_classes: tuple[DataClass, ...] = ("financial",)
    longest_days: int = 366

    def checked(self, given: Mapping[str, str]) -> dict[str, str]:
        """The parameters with defaults; ParameterInvalid naming the one that is unknown, missing or not allowed."""
        for name in given:
            if name not in self.parameters:
                raise ParameterInvalid("This report has no such parameter.", field=f"parameters.{name}")
        checked = {}
        for name, parameter in self.parameters.items():
            value = given.get(name, parameter.default)
            if value is None or not parameter.check(value):
                raise ParameterInvalid(parameter.meaning, field=f"parameters.{name}")
            checked[name] = value
        return checked


def _is_uuid(text: str) -> bool:
    """Whether it is written plainly; Python's UUID also takes `urn:uuid:` and braces, which PostgreSQL does not."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


_CASINO = ReportColumn("casino", "Casino", "text", "Its name")
_CURRENCY = ReportColumn("currency", "Currency", "text", "ISO 4217")

REVENUE = ReportDefinition(
    name="revenue",
    title="Revenue by casino, supplier, game and day",
    permission=P.REVENUE_REQUEST,
    columns=(
        _CASINO,
        ReportColumn("day", "Gaming day", "day", "In the casino's time zone, beginning at its gaming day's hour"),
        ReportColumn("supplier", "Supplier", "text", "Empty when grouped by casino"),
        ReportColumn("game_code", "Game", "text", "The supplier's code; empty unless grouped by game"),
        ReportColumn("game", "Name", "text", "Empty unless grouped by game"),
        _CURRENCY,
        ReportColumn("rounds", "Rounds", "count", "Rounds with a bet on that day"),
        ReportColumn("players", "Players", "count", "Players with a bet on that day"),
        ReportColumn("bets_minor", "Bets", "money", "Stakes less stakes rolled back"),
        ReportColumn("wins_minor", "Wins", "money", "Credited wins less wins rolled back"),
        ReportColumn("ggr_minor", "GGR", "money", "Bets - Wins"),
        ReportColumn("rtp_percent", "RTP %", "percent", "Wins / Bets"),
        ReportColumn("margin_percent", "Margin %", "percent", "GGR / Bets; RTP and margin make 100"),
    ),
    parameters={
        "group_by": Parameter(
            meaning="casino, supplier or game",
            check=lambda value: value in {"casino", "supplier", "game"},
            default="game",
        )
    },
)

PLAYER_TRANSACTIONS = ReportDefinition(
    name="player_transactions",
    title="Transactions of players",
    permission=P.PLAYER_TRANSACTIONS_REQUEST,
    columns=(
        _CASINO,
        ReportColumn("player_id", "Player", "text", "The account's id"),
        ReportColumn("posted_at", "Time (UTC)", "moment", "When it was posted"),
        ReportColumn("kind", "Kind", "text", "bet, win, deposit, ..."),
        _CURRENCY,
        ReportColumn("amount_minor", "Amount", "money", "What moved"),
        ReportColumn("delta_minor", "Effect on cash", "money", "How the player's cash changed"),
        ReportColumn("balance_minor", "Cash after", "money", "The player's cash after it"),
        ReportColumn("supplier", "Supplier", "text", "Of a game's movement"),
        ReportColumn("game_code", "Game", "text", "Of a game's movement"),
        ReportColumn("round_ref", "Round", "text", "The supplier's round"),
        ReportColumn("provider", "Provider", "text", "Of a payment"),
        ReportColumn("transfer_id", "Transfer", "text", "The ledger's id"),
    ),
    parameters={
        "player_id": Parameter(
            meaning="a player's id, or empty for all players",
            check=lambda value: value == "" or _is_uuid(value),
            default="",
        )
    },
)

WITHDRAWALS = ReportDefinition(
    name="withdrawals",
    title="Withdrawals with ageing",
    permission=P.WITHDRAWALS_REQUEST,
    columns=(
        _CASINO,
        ReportColumn("withdrawal_id", "Withdrawal", "text", "Its id"),
        ReportColumn("player_id", "Player", "text", "The account's id"),
        ReportColumn("requested_at", "Requested (UTC)", "moment", "When the player asked"),
        ReportColumn("status", "Status", "text", "Where it stands, in the words of payments"),
        ReportColumn("provider", "Provider", "text", "Who pays out"),
        _CURRENCY,
        ReportColumn("amount_minor", "Amount", "money", "What was asked for"),
        ReportColumn("approved_by", "Approved by", "text", "One person, or two: name and log-in"),
        ReportColumn("approved_at", "Approved (UTC)", "moment", "When nobody else was needed any more"),
        ReportColumn("ended_at", "Ended (UTC)", "moment", "Paid, rejected, cancelled or failed"),
        ReportColumn("age_hours", "Age (hours)", "hours", "From the request to its end, or until now"),
        ReportColumn("age_bucket", "Ageing", "text", "<1h, <24h, <48h, <72h or 72h+"),
    ),
)

DEFINITIONS: Mapping[str, ReportDefinition] = {one.name: one for one in (REVENUE, PLAYER_TRANSACTIONS, WITHDRAWALS)}
"""By name."""
