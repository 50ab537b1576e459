"""Rules against fraud come into force, and somebody is let in whatever they want, only when a second person agrees."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime

from chassis.approvals import FourEyes, GuardedCommand, Subject
from chassis.http import StrictModel
from chassis.store import UnitOfWork
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.desk import Desk
from payments.application.fraud.listing import add_entry, remove_entry, the_entry
from payments.application.fraud.naming import Listable
from payments.application.fraud.rules_port import Draft
from payments.application.fraud.ruling import publish_rules, the_draft
from payments.entrypoints.http.fraud.schemas import Kind, Sha256

PUBLISH_RULES = "payments.publish_fraud_rules"
ALLOW = "payments.allow_despite_fraud_rules"
END_BLOCK = "payments.end_fraud_block"

Off = Mapping[str, datetime | None]
"""Rules that were switched off, and until when; None: until somebody lets it go on."""

_EASE = FourEyes(permission=P.FRAUD_ENTRY_EASE, approve=P.FRAUD_ENTRY_APPROVE)


class RulesPayload(StrictModel):
    """The draft that shall be in force."""

    casino_id: UUID
    sha256: Sha256


class AllowPayload(StrictModel):
    """What shall stand on the allow list, by its key: a fingerprint, unless it is a player."""

    casino_id: UUID
    kind: Kind
    key: str
    player_id: UUID | None
    until: AwareDatetime


class EndBlockPayload(StrictModel):
    """What shall stand on the block list no more."""

    casino_id: UUID
    entry_id: UUID


def guarded_commands(desk: Desk) -> list[GuardedCommand[Any]]:
    """All of them. Nothing else calls what they execute."""

    async def describe(uow: UnitOfWork, payload: RulesPayload) -> Subject:
        draft = await the_draft(desk, uow.connection, payload.casino_id, payload.sha256)
        current = await desk.fraud.rules.current(uow.connection, payload.casino_id)
        off = await desk.fraud.rules.switched_off(uow.connection, payload.casino_id)
        return Subject(
            casino_id=payload.casino_id,
            kind="fraud_rules",
            id=str(payload.casino_id),
            summary=f"Rules against fraud, version {current.version + 1}",
            before={**current.content, **_stopped(off)},
            after={**draft.content, **_stopped(_staying(off, draft, uow.ctx.occurred_at))},
            version=payload.sha256,
        )

    async def execute(uow: UnitOfWork, payload: RulesPayload) -> None:
        draft = await the_draft(desk, uow.connection, payload.casino_id, payload.sha256)
        await publish_rules(desk, uow, payload.casino_id, draft.content)

    rules = GuardedCommand(
        name=PUBLISH_RULES,
        rule=FourEyes(permission=P.FRAUD_RULE_PUBLISH, approve=P.FRAUD_RULE_APPROVE),
        payload=RulesPayload,
        describe=describe,
        execute=execute,
    )
    return [rules, *_eased(desk)]


def _stopped(off: Off) -> dict[str, Any]:
    """As an approver sees it beside the rules."""
    return {"switched_off": {rule: until and until.isoformat() for rule, until in off.items()}} if off else {}


def _staying(off: Off, draft: Draft, now: datetime) -> Off:
    """What of it will be switched off when the draft is in force: a rule that is gone is not, nor one whose time to be
    off is over.
    """
    rules = {rule["id"] for rule in draft.content["rules"]}
    return {rule: until for rule, until in off.items() if rule in rules and (until is None or until > now)}


def _eased(desk: Desk) -> list[GuardedCommand[Any]]:
    async def describe_allowed(uow: UnitOfWork, payload: AllowPayload) -> Subject:
        await desk.casino(uow.connection, payload.casino_id)
        return Subject(
            casino_id=payload.casino_id,
            kind="fraud_entry",
            id=str(payload.player_id or payload.key),
            summary=f"A {payload.kind} is allowed whatever rules against fraud want",
            after={"list": "allow", "kind": payload.kind, "until": payload.until.isoformat()},
        )

    async def allow(uow: UnitOfWork, payload: AllowPayload) -> None:
        what = Listable(payload.player_id, payload.key)
        await add_entry(desk, uow, payload.casino_id, name="allow", kind=payload.kind, what=what, until=payload.until)

    async def describe_block(uow: UnitOfWork, payload: EndBlockPayload) -> Subject:
        entry = await the_entry(desk, uow, payload.entry_id, "block")
        until = None if entry.until is None else entry.until.isoformat()
        return Subject(
            casino_id=entry.casino_id,
            kind="fraud_entry",
            id=str(entry.id),
            summary=f"A {entry.kind} is taken off the block list",
            before={"list": "block", "kind": entry.kind, "rule": entry.rule, "until": until},
            version=entry.added_at.isoformat(),
        )

    async def end_block(uow: UnitOfWork, payload: EndBlockPayload) -> None:
        await remove_entry(desk, uow, payload.casino_id, payload.entry_id)

    return [
        GuardedCommand(name=ALLOW, rule=_EASE, payload=AllowPayload, describe=describe_allowed, execute=allow),
        GuardedCommand(name=END_BLOCK, rule=_EASE, payload=EndBlockPayload, describe=describe_block, execute=end_block),
    ]
