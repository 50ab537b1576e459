"""One inbox over all services. Each service keeps and decides its own; `href` says where."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, get_args
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, Text, and_, false, literal, not_, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from backoffice.read_models.approval_inbox import WITHDRAWAL, table
from chassis.auth import AnyStaff, Caller, Requires
from chassis.auth.permissions import Risk
from chassis.auth.policy.compile import Access
from chassis.auth.policy.decide import tied
from chassis.db import Database
from chassis.db.states import ApprovalState
from chassis.http import App, Db
from chassis.http.listing import Field as Listed
from chassis.http.listing import ListSpec, in_scope, serve_list
from contracts.backoffice.permissions import BackofficePermission as P
from contracts.event import SERVICES
from contracts.payments.permissions import PaymentsPermission
from contracts.security.permissions import SecurityPermission

router = APIRouter(prefix="/api/backoffice/v1/approvals", tags=["approvals"])

_C = table.c
_PROPOSALS = tuple(f"{service}.approval.list" for service in SERVICES)
_LISTS = (
    *_PROPOSALS,
    str(PaymentsPermission.WITHDRAWAL_LIST),
    str(SecurityPermission.ELEVATION_LIST),
    str(SecurityPermission.BREAK_GLASS_LIST),
)

INBOX = ListSpec(
    "approval_inbox",
    table,
    casino_column=_C.casino_id,
    fields={
        "id": Listed(_C.id),
        "service": Listed(_C.service, values=SERVICES),
        "casino_id": Listed(_C.casino_id),
        "command": Listed(_C.command),
        "permission": Listed(_C.permission),
        "approve_permission": Listed(_C.approve_permission),
        "risk": Listed(_C.risk, values=get_args(Risk)),
        "subject_kind": Listed(_C.subject_kind),
        "subject_id": Listed(_C.subject_id),
        "summary": Listed(_C.summary, ops=()),
        "requester_id": Listed(_C.requester_id),
        "approved_by": Listed(_C.approved_by),
        "needed": Listed(_C.needed),
        "state": Listed(_C.state, values=ApprovalState),
        "proposed_at": Listed(_C.proposed_at, sortable=True),
        "expires_at": Listed(_C.expires_at),
        "href": Listed(_C.href, ops=()),
    },
    default_order="proposed_at.desc",
)


class InboxItem(BaseModel):
    """Something that takes, or took, a second person."""

    id: UUID
    service: str
    casino_id: UUID | None
    command: str
    permission: str
    approve_permission: str
    risk: str
    subject_kind: str
    subject_id: str
    summary: str
    requester_id: UUID
    approved_by: list[str]
    needed: int
    state: str
    proposed_at: datetime
    expires_at: datetime | None
    href: str = Field(description="Where it is looked at and decided")


_MAY_LIST = Requires(P.APPROVAL_LIST)
_ANYBODY = AnyStaff()
Conditions = Sequence[ColumnElement[bool]]


async def _all(caller: Annotated[Caller, _MAY_LIST]) -> Conditions:
    return [_visible(caller)]


async def _awaiting_me(caller: Annotated[Caller, _ANYBODY], db: Db, app: App) -> Conditions:
    """Whoever may approve a proposal sees it at the service that keeps it, whether or not they list all of them."""
    seen = or_(_visible(caller), _C.list_permission.in_(_PROPOSALS))
    return [seen, *await _awaiting(caller, db, app.clock.now())]


async def _mine(caller: Annotated[Caller, _ANYBODY]) -> Conditions:
    return [_C.requester_id == caller.id]


def _visible(caller: Caller) -> ColumnElement[bool]:
    """What the caller could see at the service that keeps it."""
    return or_(false(), *(and_(_C.list_permission == one, in_scope(_C.casino_id, caller.reach(one))) for one in _LISTS))


async def _awaiting(caller: Caller, db: Database, now: datetime) -> Conditions:
    """What a yes of the caller would count for, as the service that keeps it would see it.

    A withdrawal goes on waiting when the time of its first yes is over: anybody may be the first again.
    """
    if caller.access is None:
        return [false()]
    async with db.read() as connection:
        asked = select(_C.approve_permission).where(_C.state == ApprovalState.WAITING).distinct()
        permissions = (await connection.execute(asked)).scalars().all()
    not_apart = sorted(tied(caller.access.policy, caller.id, now))
    names = literal([str(one) for one in not_apart], ARRAY(Text))
    in_time = or_(_C.expires_at.is_(None), _C.expires_at > now)
    return [
        _C.state == ApprovalState.WAITING,
        or_(in_time, _C.command == WITHDRAWAL),
        _C.requester_id.not_in(not_apart),
        not_(_C.barred.has_any(names)),
        not_(and_(in_time, _C.approved_by.has_any(names))),
        or_(false(), *(and_(_C.approve_permission == one, _held(caller, caller.access, one)) for one in permissions)),
    ]


def _held(caller: Caller, access: Access, permission: str) -> ColumnElement[bool]:
    """Where, and up to which amount, somebody holds it. What is of no single casino takes the whole operator."""
    scope = caller.reach(permission)
    here = true() if scope.unlimited else and_(_C.casino_id.is_not(None), in_scope(_C.casino_id, scope))
    enough = (and_(in_scope(_C.casino_id, where), _within(most)) for where, most in access.ceilings(permission))
    return and_(here, or_(false(), *enough))


def _within(most: Mapping[str, int]) -> ColumnElement[bool]:
    if not most:
        return true()
    amounts = (and_(_C.currency == currency, _C.amount_minor <= limit) for currency, limit in most.items())
    return or_(_C.amount_minor.is_(None), *amounts)


for _path, _marker, _narrow, _name, _summary in (
    (
        "",
        _MAY_LIST,
        _all,
        "inbox",
        "What waits for a second person in any service, as far as the caller may see it there.",
    ),
    (
        "/awaiting-me",
        _ANYBODY,
        _awaiting_me,
        "awaiting_me",
        "What the caller could approve now: as much as they may, and beside nobody who could be the same human.",
    ),
    ("/mine", _ANYBODY, _mine, "mine", "What the caller proposed."),
):
    serve_list(
        router,
        _path,
        INBOX,
        _marker,
        item=InboxItem,
        narrow=_narrow,
        name=f"approvals_{_name}",
        export=P.APPROVAL_EXPORT,
        summary=_summary,
    )
