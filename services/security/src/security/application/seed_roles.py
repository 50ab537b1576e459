"""The roles an installation begins with. They are ordinary roles: an operator changes or retires them as he likes.

Each names its permissions in full, so that none of them grows by itself, and says how much is shown of which data.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from security.domain.grants import Grant, Mode

Modes = Mapping[str, Mode]

_MASKED: Modes = {"pii_basic": "mask", "pii_sensitive": "none"}
_NAMES: Modes = {"pii_basic": "clear", "pii_sensitive": "mask"}
_MONEY: Modes = {"financial": "clear"}
_CARE: Modes = {"rg": "clear"}
_SUSPICION: Modes = {"aml": "clear"}
_ALL: Modes = {"pii_basic": "clear", "pii_sensitive": "clear", "financial": "clear", "rg": "clear", "aml": "clear"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedRole:
    """A role as it is first defined."""

    name: str
    description: str
    owner: str
    grants: tuple[Grant, ...]
    break_glass: bool = False


def _allow(modes: Modes, *names: str, ceilings: Mapping[str, int] | None = None) -> tuple[Grant, ...]:
    return tuple(Grant(pattern=one, modes=dict(modes), ceilings=dict(ceilings or {})) for one in names)


def _share(*services: str) -> tuple[Grant, ...]:
    """Saved views of the lists a desk works with are set up for all of it by whoever leads it."""
    return _allow({}, *(f"{one}.view.share" for one in services))


def _deny(*names: str) -> tuple[Grant, ...]:
    return tuple(Grant(pattern=one, effect="deny") for one in names)


def _role(name: str, owner: str, description: str, *grants: tuple[Grant, ...], break_glass: bool = False) -> SeedRole:
    lines = tuple(line for lot in grants for line in lot)
    return SeedRole(name=name, description=description, owner=owner, grants=lines, break_glass=break_glass)


_LOOK_UP = ("backoffice.casino.list", "backoffice.player.list", "backoffice.player.view", "backoffice.timeline.view")
_PLAY = ("games.game.list", "games.session.list", "games.round.list")
_REPORTS = ("reports.definition.list", "reports.job.list")
_PAYMENTS_VIEW = (
    "payments.provider.list",
    "payments.deposit.list",
    "payments.withdrawal.list",
    "payments.balance.view",
    "payments.statement.view",
)
_ADJUSTMENTS_VIEW = ("payments.adjustment.list", "payments.adjustment.view_reason")
_REFUNDS_VIEW = ("payments.refund.list", "payments.refund.view_reason")
_INSTRUMENTS = ("payments.instrument.list", "payments.instrument.disable")
_DISPUTES_ANSWER = (
    "payments.dispute.accept",
    "payments.dispute.challenge",
    "payments.dispute.submit",
    "payments.dispute.view_evidence",
)
_FRAUD_VIEW = (
    "payments.fraud_decision.list",
    "payments.fraud_case.list",
    "payments.fraud_rule.list",
    "payments.fraud_entry.list",
)
_RECONCILIATION_VIEW = ("payments.reconciliation.list", "payments.float.list")
_PROVIDERS_VIEW = ("payments.attempt.list", "payments.notification.list", "payments.routing.list")
_PROVIDERS_WORK = ("payments.notification.view", "payments.notification.replay", "payments.notification.resolve")
_PROVIDERS_STOP = ("payments.provider.stop",)
_CASES_VIEW = (
    "verification.case.list",
    "verification.case.view",
    "verification.document.list",
    "verification.list.view",
)
_ACCESS_VIEW = (
    "security.staff.list",
    "security.role.list",
    "security.permission.list",
    "security.assignment.list",
    "security.conflict.list",
    "security.elevation.list",
    "security.break_glass.list",
    "security.access.explain",
    "security.access_review.list",
    "security.alarm.list",
)

_MONEY_TAKEN_AWAY = ("payments.deposit.export", "payments.withdrawal.export")
_FRAUD_TAKEN_AWAY = ("payments.fraud_decision.export", "payments.fraud_case.export")
_PLAYERS_TAKEN_AWAY = ("backoffice.player.export", "backoffice.timeline.export")
_PLAY_TAKEN_AWAY = ("games.round.export", "games.session.export", "games.game.export")
_CASES_TAKEN_AWAY = ("verification.case.export", "verification.document.export")
_ACCESS_TAKEN_AWAY = (
    "security.alarm.export",
    "security.approval.export",
    "security.staff.export",
    "security.assignment.export",
    "security.role.export",
    "security.elevation.export",
    "security.break_glass.export",
)
_PROVIDERS_TAKEN_AWAY = (
    "payments.attempt.export",
    "payments.notification.export",
    "payments.statement.export",
    "payments.routing.export",
)
"""Lists as files. What leaves is what the line with the export shows, and never more than the line with the list."""

_SERVICES = ("security", "backoffice", "verification", "payments", "games", "reports")
_PARKED_VIEW = tuple(f"{one}.parked.list" for one in _SERVICES)
_PARKED_TAKEN_AWAY = tuple(f"{one}.parked.export" for one in _SERVICES)
_PARKED_WORK = tuple(f"{one}.parked.{action}" for one in _SERVICES for action in ("view", "replay"))

_EVERY_VIEW = (
    *_LOOK_UP,
    *_PLAY,
    "games.supplier.list",
    *_PAYMENTS_VIEW,
    *_PROVIDERS_VIEW,
    *_ADJUSTMENTS_VIEW,
    "payments.instrument.list",
    *_REFUNDS_VIEW,
    "payments.dispute.list",
    *_RECONCILIATION_VIEW,
    "payments.ledger.view",
    "payments.ledger.list",
    *_CASES_VIEW,
    "verification.hit.list",
    "backoffice.approval.list",
    "payments.approval.list",
    "verification.approval.list",
    "games.approval.list",
    "security.approval.list",
    *_REPORTS,
    *_ACCESS_VIEW,
    "security.audit.list",
    *_PARKED_VIEW,
)

_MORE = _allow({}, "security.elevation.request")
"""Whoever does the work may ask for more of it, for some hours."""

_ON_CALL = _allow({}, "security.break_glass.open")
"""Whoever is called at night."""

_SMALL_PAYOUTS = {"EUR": 5_000_00, "USD": 5_000_00, "GBP": 5_000_00, "CAD": 5_000_00, "SEK": 50_000_00}
"""What the payments desk lets out by itself, in minor units; more takes the finance department."""

SEED_ROLES: tuple[SeedRole, ...] = (
    _role(
        "support_l1",
        "customer support",
        "Answers players: finds a caller by what he says he is, sees his page masked, and notes what was said.",
        _MORE,
        _allow({**_MASKED, **_MONEY}, *_LOOK_UP, "payments.balance.view", "payments.deposit.list"),
        _allow({**_MASKED, **_MONEY}, "payments.withdrawal.list", *_PLAY),
        _allow(_MASKED, "backoffice.player.tag", "backoffice.player.note", "backoffice.player.search_identity"),
    ),
    _role(
        "support_l2",
        "customer support",
        "Solves what the first line cannot: reveals and changes personal data, blocks, sets limits, excludes.",
        _MORE,
        _allow({**_NAMES, **_MONEY, **_CARE}, *_LOOK_UP, *_PAYMENTS_VIEW, *_PLAY, "verification.case.list"),
        _allow(_NAMES, "backoffice.player.tag", "backoffice.player.note", "backoffice.player.reveal"),
        _allow(_NAMES, "backoffice.player.change", "backoffice.player.block", "backoffice.player.search_identity"),
        _allow({}, "backoffice.bulk.run", "backoffice.player.view_reason"),
        _allow(_CARE, "backoffice.limit.set", "backoffice.exclusion.start"),
        _share("backoffice"),
    ),
    _role(
        "payments",
        "payments",
        "Lets withdrawals out up to an amount, or rejects them; proposes what is put right by hand.",
        _MORE,
        _allow({**_MASKED, **_MONEY}, *_LOOK_UP, *_PAYMENTS_VIEW, "payments.withdrawal.reject"),
        _allow({**_MASKED, **_MONEY, **_SUSPICION}, "payments.withdrawal.list"),
        _allow({**_MASKED, **_MONEY, **_SUSPICION}, "payments.withdrawal.approve", ceilings=_SMALL_PAYOUTS),
        _allow(_MONEY, *_PROVIDERS_VIEW, *_PROVIDERS_WORK, *_PROVIDERS_STOP, "payments.withdrawal.view_reason"),
        _allow(_MONEY, *_ADJUSTMENTS_VIEW, "payments.adjustment.create", "payments.bonus.create"),
        _allow(_MONEY, *_REFUNDS_VIEW, "payments.refund.create", "payments.dispute.list"),
        _allow(_MONEY, "payments.outcome.resolve", "payments.outcome.view_reason"),
        _allow(_MONEY, *_DISPUTES_ANSWER, "payments.dispute.lift", "payments.debt.write_off"),
        _allow({**_NAMES, **_MONEY}, *_INSTRUMENTS),
        _allow({**_NAMES, **_MONEY}, *_RECONCILIATION_VIEW, "payments.reconciliation.view_file"),
        _allow(_MONEY, "payments.reconciliation.upload", "payments.reconciliation.resolve", "payments.float.set"),
        _allow(_MONEY, *_REPORTS, "reports.withdrawals.request", "verification.case.list", *_MONEY_TAKEN_AWAY),
        _share("payments"),
        _allow({}, "payments.bulk.run"),
    ),
    _role(
        "risk_fraud",
        "risk",
        "Looks for fraud over players, money and play; blocks players and rejects withdrawals.",
        _MORE,
        _ON_CALL,
        _allow({**_NAMES, **_MONEY}, *_LOOK_UP, *_PLAY, *_CASES_VIEW),
        _allow({**_NAMES, **_MONEY, **_SUSPICION}, *_PAYMENTS_VIEW, "payments.withdrawal.reject"),
        _allow(_NAMES, "backoffice.player.block", "backoffice.player.tag", "backoffice.player.note"),
        _allow(_MONEY, *_REPORTS, "reports.player_transactions.request"),
        _allow({**_NAMES, **_MONEY}, *_INSTRUMENTS),
        _allow({**_MONEY, **_SUSPICION}, *_FRAUD_VIEW, "payments.fraud_case.decide", "payments.fraud_entry.change"),
        _allow({**_MONEY, **_SUSPICION}, "payments.fraud_rule.edit", "payments.fraud_rule.publish"),
        _allow({**_MONEY, **_SUSPICION}, "payments.fraud_entry.ease", "payments.fraud_rule.switch", *_FRAUD_TAKEN_AWAY),
        _share("backoffice", "payments", "games"),
        _allow({}, *_PROVIDERS_STOP, "payments.routing.simulate", "payments.routing.approve"),
        _allow({}, "payments.approval.list", "payments.provider.approve", "payments.bulk.run", "backoffice.bulk.run"),
        _allow({}, "games.approval.list", "games.supplier.approve"),
        _allow({}, "payments.withdrawal.view_reason", "backoffice.player.view_reason"),
    ),
    _role(
        "aml_officer",
        "compliance",
        "Answers for what is done against money laundering: decides hits, sees everything about a player's money.",
        _MORE,
        _allow(_ALL, *_LOOK_UP, *_PAYMENTS_VIEW, *_PLAY, *_CASES_VIEW, "verification.hit.list"),
        _allow(_ALL, "payments.ledger.list", "payments.ledger.export"),
        _allow(_ALL, "payments.instrument.list", "payments.instrument.export"),
        _allow(_ALL, *_FRAUD_VIEW, "payments.fraud_case.decide", "payments.fraud_rule.switch", *_FRAUD_TAKEN_AWAY),
        _allow({}, "payments.fraud_rule.approve", "payments.fraud_entry.approve", "payments.instrument.approve"),
        _allow(_ALL, "verification.hit.decide", "verification.document.view", "backoffice.player.reveal"),
        _allow(_ALL, "backoffice.player.block", "backoffice.player.note", *_REPORTS),
        _allow(_ALL, "reports.player_transactions.request", "reports.withdrawals.request"),
        _allow(_ALL, "verification.hit.export", *_CASES_TAKEN_AWAY, *_MONEY_TAKEN_AWAY, "games.round.export"),
        _allow(_ALL, "backoffice.timeline.export", "payments.withdrawal.view_reason"),
        _allow(_ALL, "backoffice.note.export", "payments.statement.export", "backoffice.player.view_reason"),
        _allow({}, "payments.approval.list", "payments.policy.approve", "backoffice.approval.list"),
        _share("backoffice", "payments", "verification"),
        _allow({}, "backoffice.profile.approve", "backoffice.bulk.approve"),
        _allow({}, "verification.bulk.run", "verification.bulk.approve", "verification.approval.list"),
    ),
    _role(
        "rg_officer",
        "responsible gaming",
        "Protects players from themselves: limits, exclusions, and what led to them.",
        _MORE,
        _allow({**_NAMES, **_MONEY, **_CARE}, *_LOOK_UP, *_PLAY, "payments.balance.view", "payments.deposit.list"),
        _allow({**_NAMES, **_CARE}, "backoffice.limit.set", "backoffice.exclusion.start", "backoffice.player.block"),
        _allow({**_NAMES, **_CARE}, "backoffice.player.tag", "backoffice.player.note"),
        _allow({}, "backoffice.approval.list", "backoffice.erasure.approve", "backoffice.player.view_reason"),
        _share("backoffice"),
    ),
    _role(
        "kyc_agent",
        "verification",
        "Checks who players are, by documents, and whose what they pay with is.",
        _MORE,
        _allow({"pii_basic": "clear", "pii_sensitive": "clear"}, *_LOOK_UP, *_CASES_VIEW, "verification.document.view"),
        _allow({**_NAMES, **_MONEY}, *(f"payments.instrument.{one}" for one in ("list", "verify", "claim"))),
        _allow(
            {"pii_basic": "clear", "pii_sensitive": "clear"},
            "verification.document.upload",
            "verification.document.decide",
            "verification.bulk.run",
        ),
        _share("verification"),
    ),
    _role(
        "vip_manager",
        "VIP",
        "Looks after a few players: their names and play, tags and notes.",
        _MORE,
        _allow({**_NAMES, **_MONEY}, *_LOOK_UP, *_PLAY, "payments.balance.view", "payments.statement.view"),
        _allow(_NAMES, "backoffice.player.reveal", "backoffice.player.tag", "backoffice.player.note"),
    ),
    _role(
        "bonus_manager",
        "marketing",
        "Sees what players do, to reward them; the permissions of campaigns come with campaigns.",
        _MORE,
        _allow({"pii_basic": "mask", "financial": "clear"}, *_LOOK_UP, *_PLAY, "backoffice.player.tag"),
        _allow(_MONEY, *_REPORTS, "reports.revenue.request"),
    ),
    _role(
        "game_ops",
        "games",
        "Runs the lobby: catalogues, games on and off, sessions and rounds.",
        _MORE,
        _ON_CALL,
        _allow(_MONEY, "backoffice.casino.list", *_PLAY, "games.supplier.list", "games.catalogue.sync"),
        _allow({}, "games.game.enable"),
        _share("games"),
        _allow(_MONEY, *_PLAY_TAKEN_AWAY, "games.supplier.export"),
    ),
    _role(
        "finance",
        "finance",
        "Sees all money and draws all reports; approves the withdrawals that are too large for the payments desk.",
        _MORE,
        _allow({**_MASKED, **_MONEY}, *_LOOK_UP, *_PAYMENTS_VIEW, "payments.ledger.view", "payments.ledger.list"),
        _allow(_MONEY, *_PROVIDERS_VIEW, *_ADJUSTMENTS_VIEW, "payments.adjustment.export"),
        _allow({**_MASKED, **_MONEY, **_SUSPICION}, "payments.withdrawal.approve", "payments.withdrawal.reject"),
        _allow({**_MASKED, **_MONEY, **_SUSPICION}, "payments.withdrawal.list"),
        _allow(_MONEY, "payments.adjustment.approve", "payments.bonus.approve", "payments.refund.approve"),
        _allow(_MONEY, "payments.dispute.approve", "payments.debt.approve", "payments.outcome.approve"),
        _allow(_MONEY, *_REFUNDS_VIEW, "payments.refund.export", "payments.dispute.list", "payments.dispute.export"),
        _allow({**_NAMES, **_MONEY}, *_INSTRUMENTS),
        _allow({**_NAMES, **_MONEY}, *_RECONCILIATION_VIEW, "payments.reconciliation.view_file"),
        _allow(_MONEY, "payments.reconciliation.approve", "payments.reconciliation.export"),
        _allow({}, "payments.approval.list", "payments.bulk.approve", "payments.withdrawal.view_reason"),
        _allow(_MONEY, *_REPORTS, "reports.revenue.request", "reports.withdrawals.request"),
        _allow(_MONEY, "reports.player_transactions.request", *_MONEY_TAKEN_AWAY, "backoffice.casino.export"),
        _allow(_MONEY, "payments.ledger.export", "payments.approval.export", "reports.job.export"),
        _allow(_MONEY, *_PROVIDERS_TAKEN_AWAY, "payments.outcome.view_reason"),
        _share("payments", "reports"),
    ),
    _role(
        "bi_read",
        "business intelligence",
        "Counts and sums; of a person no more than a mark that is the same each time.",
        _allow({"pii_basic": "hash", "financial": "clear"}, "backoffice.casino.list", "backoffice.player.list"),
        _allow({"pii_basic": "hash", "financial": "clear"}, *_PLAY, "payments.deposit.list"),
        _allow({"pii_basic": "hash", "financial": "clear"}, "payments.withdrawal.list", "payments.ledger.view"),
        _allow(_MONEY, *_REPORTS, "reports.revenue.request", "reports.withdrawals.request"),
        _allow({"pii_basic": "hash", "financial": "clear"}, "backoffice.player.export", "backoffice.casino.export"),
        _allow({"pii_basic": "hash", "financial": "clear"}, *_MONEY_TAKEN_AWAY, *_PLAY_TAKEN_AWAY),
    ),
    _role(
        "compliance_audit",
        "compliance",
        "Reads everything, writes nothing.",
        _allow(_ALL, *_EVERY_VIEW, "verification.document.view", "payments.withdrawal.view_reason"),
        _allow(_ALL, "backoffice.player.view_reason", "payments.outcome.view_reason"),
        _allow(_ALL, "reports.revenue.request", "reports.withdrawals.request", "reports.player_transactions.request"),
        _allow(_ALL, *_MONEY_TAKEN_AWAY, *_PLAYERS_TAKEN_AWAY, *_PLAY_TAKEN_AWAY, *_CASES_TAKEN_AWAY),
        _allow(_ALL, "verification.hit.export", "backoffice.casino.export", "backoffice.approval.export"),
        _allow(_ALL, "payments.adjustment.export", "payments.refund.export", "payments.reconciliation.export"),
        _allow(_ALL, "payments.reconciliation.view_file"),
        _allow(_ALL, "payments.instrument.export"),
        _allow(_ALL, "payments.dispute.export", "payments.dispute.view_evidence"),
        _allow(_ALL, "payments.ledger.export", *_PROVIDERS_TAKEN_AWAY, "games.supplier.export"),
        _allow(_ALL, "payments.approval.export", "verification.approval.export", "games.approval.export"),
        _allow(_ALL, "verification.list.export", "reports.job.export", *_PARKED_TAKEN_AWAY),
        _allow(_ALL, "security.audit.export", *_ACCESS_TAKEN_AWAY),
    ),
    _role(
        "iam_admin",
        "security",
        "Staff, roles and who holds them; nothing about players and no money.",
        _allow({}, *_ACCESS_VIEW, "security.audit.list", "security.staff.create", "security.staff.disable"),
        _allow({}, "security.staff.enable", "security.staff.reset", "security.role.draft", "security.role.define"),
        _allow({}, "security.role.assign", "security.role.approve", "security.approval.list"),
        _allow({}, "security.access_review.conduct", "security.access_review.export", "security.alarm.acknowledge"),
        _allow({}, "security.break_glass.end", "security.break_glass.review"),
        _share("security"),
        _allow({}, *_ACCESS_TAKEN_AWAY),
        _allow({}, "security.session.list", "security.session.export", "security.session.end"),
        _allow({}, "security.bulk.run", "security.bulk.approve"),
        _deny("payments.*"),
    ),
    _role(
        "developer_support",
        "engineering",
        "Looks for faults: what is configured, what ran and what was set aside, and no personal data.",
        _MORE,
        _ON_CALL,
        _allow({}, "backoffice.casino.list", "games.supplier.list", "games.game.list", "games.session.list"),
        _allow({}, *_PROVIDERS_VIEW),
        _allow({}, "payments.provider.list", "verification.list.view", *_REPORTS, "security.permission.list"),
        _allow({}, *_PARKED_VIEW, *_PARKED_WORK, *_PARKED_TAKEN_AWAY),
        _deny("backoffice.player.reveal", "verification.document.view"),
    ),
    _role(
        "breakglass",
        "security",
        "For an emergency, for an hour, loud and reviewed: stops players, money and games, and sees what is needed.",
        _allow(_ALL, *_LOOK_UP, *_PLAY, *_PAYMENTS_VIEW, *_CASES_VIEW, "games.supplier.list"),
        _allow(_ALL, "backoffice.player.block", "backoffice.player.reveal", "payments.withdrawal.reject"),
        _allow(_ALL, "payments.withdrawal.view_reason", "backoffice.player.view_reason"),
        _allow(_ALL, "games.game.enable", "payments.provider.configure", "games.supplier.configure"),
        _allow(_ALL, *_PROVIDERS_STOP, "payments.routing.publish", "payments.routing.simulate"),
        _deny("security.*"),
        break_glass=True,
    ),
)

ADMINISTRATOR = "administrator"
OVERRIDE = "The first administrator of an installation holds everything until roles are given out."


def administrator(promised: frozenset[str]) -> SeedRole:
    """Whoever sets an installation up. Critical permissions are reached by no pattern, so all are named."""
    everything = Grant(pattern="*", modes=dict(_ALL), auto_extend=True)
    return _role(
        ADMINISTRATOR,
        "security",
        "Sets an installation up. Give the other roles out, then take this one away.",
        (everything, *_allow(_ALL, *sorted(promised))),
    )
