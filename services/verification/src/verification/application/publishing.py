"""What others learn of a case and its hits: the one place where both vocabularies meet."""

from collections.abc import Iterable
from typing import Any, Literal, assert_never

from chassis.store import Recorded
from contracts.event import ContractEvent
from contracts.verification import events as public
from verification.domain.case import events as case


def publish(recorded: Recorded[Any]) -> Iterable[ContractEvent]:
    """The contract events of a domain event. A case has its player's id, so that is who it is about."""
    if recorded.stream_id.startswith("case-"):
        return of_case(recorded)
    return ()  # What others must know of a hit is that it was settled, which the case says in the same transaction.


def of_case(recorded: Recorded[case.CaseEvent]) -> Iterable[ContractEvent]:
    player_id, casino_id = recorded.stream_key, recorded.meta.casino_id
    assert casino_id is not None, "a case belongs to a casino"
    common = {"case_id": player_id, "player_id": player_id, "casino_id": casino_id}
    match recorded.event:
        case case.CaseOpened():
            return [public.CaseOpened(**common)]
        case case.DocumentUploaded(document_id=document_id, kind=kind):
            return [public.DocumentUploaded(**common, document_id=document_id, kind=kind)]
        case case.DocumentAccepted(document_id=document_id, kind=kind, expires_on=expires_on):
            return [public.DocumentAccepted(**common, document_id=document_id, kind=kind, expires_on=expires_on)]
        case case.DocumentRejected(document_id=document_id, kind=kind, reason=reason):
            return [public.DocumentRejected(**common, document_id=document_id, kind=kind, reject_reason=reason)]
        case case.ScreeningCompleted(raised=raised, withdrawn=withdrawn, open_hits=open_hits, lists=lists):
            names = tuple(sorted({name.split("@")[0] for name in lists}))
            facts = {"player_id": player_id, "casino_id": casino_id}
            return [
                *(public.HitRaised(**facts, hit_id=one) for one in raised),
                *(public.HitWithdrawn(**facts, hit_id=one) for one in withdrawn),
                public.ScreeningCompleted(**common, hits=open_hits, lists=names),
            ]
        case case.LevelReached(level=level, previous=previous):
            return [public.VerificationLevelReached(**common, level=level, previous=previous)]
        case case.HitSettled(hit_id=hit_id, confirmed=confirmed):
            decision: Literal["clear", "confirm"] = "confirm" if confirmed else "clear"
            facts = {"player_id": player_id, "casino_id": casino_id}
            return [public.HitDecided(**facts, hit_id=hit_id, decision=decision)]
        case case.NameChanged() | case.DocumentReopened() | case.CaseErased():
            return []  # That the level fell is told of itself, and that the name changed by backoffice.
        case _:
            assert_never(recorded.event)
