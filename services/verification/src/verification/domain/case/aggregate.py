"""The case of one player: documents and hits in, a level out.

The level is never set by anybody. It follows from what is known, and every decision ends by working it out again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Literal, assert_never
from uuid import UUID

from chassis.domain import Decider
from verification.domain.case import commands as c
from verification.domain.case import errors
from verification.domain.case import events as e
from verification.domain.case.catalogue import FINAL_REASONS, PROVES, RETRY_REASONS, Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document and what was decided about it."""

    kind: str
    sha256: str
    uploaded_by: str
    decision: Literal["pending", "accepted", "rejected"] = "pending"
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Unopened:
    """Nobody registered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The case as far as decisions need it.

    Attributes:
        screened: the name the player has now was compared with the lists.
        names: how often it changed; a comparison made for an earlier number is of no use.
    """

    documents: Mapping[UUID, Document] = field(default_factory=lambda: MappingProxyType({}))
    screened: bool = False
    names: int = 0
    open_hits: frozenset[UUID] = frozenset()
    confirmed_hits: frozenset[UUID] = frozenset()
    refused: bool = False
    level: Level = "none"


@dataclass(frozen=True, slots=True)
class Erased:
    """The player asked to be forgotten."""


Case = Unopened | Opened | Erased


Judgement = c.AcceptDocument | c.RejectDocument | c.RecordScreening | c.SettleHit | c.AssessLevel | c.ChangeName


def decide(command: c.CaseCommand, state: Case) -> Sequence[e.CaseEvent]:
    """What happens because of `command`; after a judgement, the level that follows is part of it."""
    match command:
        case c.OpenCase():
            return open_case(command, state)
        case c.UploadDocument():
            return upload(command, opened(state))
        case c.EraseCase():
            return erase(command, state)
        case c.ChangeName() if not isinstance(state, Opened):
            return []  # The news may be late; whoever registers afterwards is compared under the name of that day.
        case _:
            current = opened(state)
            return with_level(current, judge(command, current), command.required, command.now)


def judge(command: Judgement, state: Opened) -> Sequence[e.CaseEvent]:
    match command:
        case c.AcceptDocument():
            return accept(command, state)
        case c.RejectDocument():
            return reject(command, state)
        case c.RecordScreening():
            return record_screening(command, state)
        case c.SettleHit():
            return settle(command, state)
        case c.AssessLevel():
            return []
        case c.ChangeName():
            return change_name(command, state)
        case _:
            assert_never(command)


def opened(state: Case) -> Opened:
    """The case, when there is one to work on."""
    match state:
        case Unopened():
            raise errors.CaseUnknown
        case Erased():
            raise errors.CaseGone
        case Opened():
            return state
        case _:
            assert_never(state)


def open_case(command: c.OpenCase, state: Case) -> Sequence[e.CaseEvent]:
    if not isinstance(state, Unopened):
        return []  # The news of a registration may come twice.
    return [
        e.CaseOpened(
            player_id=command.player_id, casino_id=command.casino_id, country=command.country, opened_at=command.now
        )
    ]


def upload(command: c.UploadDocument, state: Opened) -> Sequence[e.CaseEvent]:
    if command.kind not in PROVES:
        raise errors.DocumentKindUnknown(f"a document is one of {', '.join(PROVES)}", field="kind")
    if command.document_id in state.documents:
        return []  # The same file again is the same document.
    if state.refused:
        raise errors.CaseClosed
    return [
        e.DocumentUploaded(
            document_id=command.document_id,
            kind=command.kind,
            media_type=command.media_type,
            size_bytes=command.size_bytes,
            sha256=command.sha256,
            uploaded_by=command.uploaded_by,
            uploaded_at=command.now,
        )
    ]


def accept(command: c.AcceptDocument, state: Opened) -> Sequence[e.CaseEvent]:
    document = judged(command.document_id, command.decided_by, state)
    if command.expires_on is not None and command.expires_on < command.now.date():
        raise errors.DocumentExpired(field="expires_on")
    match document.decision:
        case "accepted":
            return []
        case "rejected":
            raise errors.DocumentAlreadyDecided
        case "pending":
            return [
                e.DocumentAccepted(
                    document_id=command.document_id,
                    kind=document.kind,
                    expires_on=command.expires_on,
                    decided_by=command.decided_by,
                    decided_at=command.now,
                )
            ]
        case _:
            assert_never(document.decision)


def reject(command: c.RejectDocument, state: Opened) -> Sequence[e.CaseEvent]:
    if command.reason not in RETRY_REASONS | FINAL_REASONS:
        known = ", ".join(sorted(RETRY_REASONS | FINAL_REASONS))
        raise errors.RejectReasonUnknown(f"a reason is one of {known}", field="reason")
    document = judged(command.document_id, command.decided_by, state)
    if document.decision == "rejected":
        if document.reason == command.reason:
            return []
        raise errors.DocumentAlreadyDecided
    return [
        e.DocumentRejected(
            document_id=command.document_id,
            kind=document.kind,
            reason=command.reason,
            final=command.reason in FINAL_REASONS,
            decided_by=command.decided_by,
            decided_at=command.now,
        )
    ]


def judged(document_id: UUID, by: str, state: Opened) -> Document:
    """The document `by` may decide about."""
    document = state.documents.get(document_id)
    if document is None:
        raise errors.DocumentUnknown
    if document.uploaded_by == by:
        raise errors.UploaderCannotDecide
    return document


def record_screening(command: c.RecordScreening, state: Opened) -> Sequence[e.CaseEvent]:
    raised = tuple(hit for hit in command.raised if hit not in state.open_hits)
    withdrawn = tuple(hit for hit in command.withdrawn if hit in state.open_hits)
    if state.screened and not raised and not withdrawn:
        return []  # Lists change daily; a case tells only of those days that changed something for it.
    return [
        e.ScreeningCompleted(
            raised=raised,
            withdrawn=withdrawn,
            open_hits=len((state.open_hits | set(raised)) - set(withdrawn)),
            lists=command.lists,
            screened_at=command.now,
        )
    ]


def settle(command: c.SettleHit, state: Opened) -> Sequence[e.CaseEvent]:
    if command.hit_id not in state.open_hits:
        return []  # Settled before, or withdrawn meanwhile; the hit's own stream refuses a second opinion.
    return [e.HitSettled(hit_id=command.hit_id, confirmed=command.confirmed, settled_at=command.now)]


def change_name(command: c.ChangeName, state: Opened) -> Sequence[e.CaseEvent]:
    reopened = [
        e.DocumentReopened(document_id=document_id, kind=document.kind, reopened_at=command.now)
        for document_id, document in state.documents.items()
        if document.decision == "accepted" and PROVES.get(document.kind) == "identity"
    ]
    return [e.NameChanged(changed_at=command.now), *reopened]


def erase(command: c.EraseCase, state: Case) -> Sequence[e.CaseEvent]:
    match state:
        case Unopened() | Erased():
            return []
        case Opened():
            return [e.CaseErased(erased_at=command.now)]
        case _:
            assert_never(state)


def level_of(state: Opened, required: tuple[str, ...]) -> Level:
    """How far the player is known: nobody with an undecided or confirmed hit is known at all."""
    if state.refused or not state.screened or state.open_hits or state.confirmed_hits:
        return "none"
    accepted = {document.kind for document in state.documents.values() if document.decision == "accepted"}
    proved = accepted | {PROVES[kind] for kind in accepted if kind in PROVES}
    return "verified" if required and proved.issuperset(required) else "basic"


def with_level(
    state: Opened, decided: Sequence[e.CaseEvent], required: tuple[str, ...], now: datetime
) -> Sequence[e.CaseEvent]:
    """`decided`, and the level reached by it when that is another one."""
    after = case.fold(decided, state)
    if not isinstance(after, Opened):
        return decided
    level = level_of(after, required)
    if level == after.level:
        return decided
    return [*decided, e.LevelReached(level=level, previous=after.level, reached_at=now)]


def evolve(state: Case, happened: e.CaseEvent) -> Case:
    """The case after an event."""
    match happened:
        case e.CaseOpened():
            return Opened()
        case e.CaseErased():
            return Erased()
        case _:
            return evolve_opened(state, happened) if isinstance(state, Opened) else state


def evolve_opened(
    state: Opened,
    happened: e.DocumentUploaded
    | e.DocumentAccepted
    | e.DocumentRejected
    | e.DocumentReopened
    | e.NameChanged
    | e.ScreeningCompleted
    | e.HitSettled
    | e.LevelReached,
) -> Opened:
    match happened:
        case e.DocumentUploaded():
            fresh = Document(kind=happened.kind, sha256=happened.sha256, uploaded_by=happened.uploaded_by)
            return replace(state, documents=MappingProxyType({**state.documents, happened.document_id: fresh}))
        case e.DocumentAccepted():
            return with_document(state, happened.document_id, "accepted", None)
        case e.DocumentRejected():
            refused = state.refused or happened.final
            return replace(with_document(state, happened.document_id, "rejected", happened.reason), refused=refused)
        case e.DocumentReopened():
            return with_document(state, happened.document_id, "pending", None)
        case e.NameChanged():
            return replace(state, screened=False, names=state.names + 1)
        case e.ScreeningCompleted():
            hits = (state.open_hits | set(happened.raised)) - set(happened.withdrawn)
            return replace(state, screened=True, open_hits=hits)
        case e.HitSettled():
            confirmed = state.confirmed_hits | {happened.hit_id} if happened.confirmed else state.confirmed_hits
            return replace(state, open_hits=state.open_hits - {happened.hit_id}, confirmed_hits=confirmed)
        case e.LevelReached():
            return replace(state, level=happened.level)
        case _:
            assert_never(happened)


def with_document(
    state: Opened, document_id: UUID, decision: Literal["pending", "accepted", "rejected"], reason: str | None
) -> Opened:
    document = state.documents.get(document_id)
    if document is None:
        return state
    judged_document = replace(document, decision=decision, reason=reason)
    return replace(state, documents=MappingProxyType({**state.documents, document_id: judged_document}))


case: Decider[c.CaseCommand, Case, e.CaseEvent] = Decider("case", Unopened(), decide, evolve)
