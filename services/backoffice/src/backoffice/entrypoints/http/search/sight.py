"""What of a search somebody may see: the kinds whose lists are open to him, each at the casinos where it is."""

from collections.abc import Collection, Mapping
from typing import Literal, get_args

from chassis.auth import Caller
from chassis.store.context import CasinoScope
from contracts.backoffice.permissions import BackofficePermission
from contracts.games.permissions import GamesPermission
from contracts.payments.permissions import PaymentsPermission
from contracts.reports.permissions import ReportsPermission
from contracts.verification.permissions import VerificationPermission

Kind = Literal["player", "casino", "deposit", "withdrawal", "round", "session", "case", "document", "hit", "report"]
KINDS: tuple[Kind, ...] = get_args(Kind)

LISTED_WITH: Mapping[Kind, str] = {
    "player": BackofficePermission.PLAYER_LIST,
    "casino": BackofficePermission.CASINO_LIST,
    "deposit": PaymentsPermission.DEPOSIT_LIST,
    "withdrawal": PaymentsPermission.WITHDRAWAL_LIST,
    "round": GamesPermission.ROUND_LIST,
    "session": GamesPermission.SESSION_LIST,
    "case": VerificationPermission.CASE_LIST,
    "document": VerificationPermission.DOCUMENT_LIST,
    "hit": VerificationPermission.HIT_LIST,
    "report": ReportsPermission.JOB_LIST,
}
"""The permission that the list of each kind asks for; without it a search finds none."""

Sight = Mapping[Kind, CasinoScope]


def sight_of(caller: Caller, wanted: Collection[Kind]) -> Sight:
    """The kinds that are looked through for this caller, with the casinos."""
    scopes = {kind: _scope(caller, kind) for kind in KINDS if not wanted or kind in wanted}
    return {kind: scope for kind, scope in scopes.items() if not scope.empty}


def _scope(caller: Caller, kind: Kind) -> CasinoScope:
    """Where the list is open; of hits, where the list would show that there are any."""
    permission = LISTED_WITH[kind]
    scope = caller.reach(permission)
    if kind != "hit":
        return scope
    if scope.ids is None:
        return scope if caller.shown("aml", None, permission) != "none" else CasinoScope.of()
    return CasinoScope.of(*(one for one in scope.ids if caller.shown("aml", one, permission) != "none"))
