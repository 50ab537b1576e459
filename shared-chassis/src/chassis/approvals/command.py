"""A command behind four eyes: what it takes, what it is about, and how it is done."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel

from chassis.approvals.canonical import sha256_of
from chassis.approvals.commands import Draft
from chassis.approvals.rule import FourEyes, Size
from chassis.auth.permissions import Risk
from chassis.store import Row, UnitOfWork

P = TypeVar("P", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a command would change, as it is at this moment.

    Attributes:
        casino_id: whose it is; None: it takes people who work for the whole operator.
        kind, id: what it is about: a `provider`, `player`, `casino` and which.
        summary: one sentence for the list of what waits; no personal data.
        before, after: the difference an approver is shown. Secrets appear as words, personal data not at all.
        version: what else of its state must stay the same until it is done: a time of change, say.
        beneficiary: who profits from it and so cannot approve it.
        last_editor: who last changed the record and so cannot approve what is done because of it.
        barred: who else profits, where they are many.
        size: how much it moves, in a currency's minor unit or the unit of the rule's threshold. Where it is money,
            whoever proposes and whoever approves holds the permission for as much.
    """

    casino_id: UUID | None
    kind: str
    id: str
    summary: str
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    version: str = ""
    beneficiary: UUID | None = None
    last_editor: UUID | None = None
    barred: tuple[UUID, ...] = ()
    size: Size | None = None

    @property
    def sha256(self) -> str:
        """Of the state it is in; another one makes a proposal about it worthless."""
        return sha256_of([self.kind, self.id, self.before, self.version])

    def draft(self, payload_sha256: str) -> Draft:
        """As it is proposed."""
        return Draft(
            payload_sha256=payload_sha256,
            subject_kind=self.kind,
            subject_id=self.id,
            subject_sha256=self.sha256,
            before=self.before,
            after=self.after,
            barred=tuple(one for one in (self.beneficiary, self.last_editor, *self.barred) if one is not None),
            summary=self.summary,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardedCommand(Generic[P]):
    """A command that is reachable through a proposal alone.

    Attributes:
        name: `service.verb_noun`; what a proposal remembers it by, so it never changes.
        rule: who proposes, who approves, how many, for how long.
        payload: all it takes, as a model. Its canonical JSON is what is hashed, approved and done.
        describe: what it would change. DomainError when it could not be done now; locks what must not change meanwhile.
        execute: does it in the transaction it is given. Calls to the outside belong into tasks.
        risk: for the inbox; that of the permission.
        reason_permission: reads why it was proposed, approved or rejected, beside whoever proposed it and whoever may
            approve it; None: whoever sees the proposal.
        proposed: is told of the proposal that was made, in the transaction it was made in.
        own_id: its payload holds an id that was made for this proposal: of the adjustment it will be, say. So the same
            again has another payload, and is known by what it comes to (`after`) and why instead. Whoever means
            another one gives another reason. `after` tells all of the payload but the id and the casino.
        beside: names of routes that ask for the same permission for something else, which takes nobody else: to take
            away what was given must never wait for a second person.
    """

    name: str
    rule: FourEyes
    payload: type[P]
    describe: Callable[[UnitOfWork, P], Awaitable[Subject]]
    execute: Callable[[UnitOfWork, P], Awaitable[BaseModel | None]]
    risk: Risk = field(default="critical")
    reason_permission: str | None = None
    proposed: Callable[[UnitOfWork, P, Row], Awaitable[None]] | None = None
    own_id: bool = False
    beside: frozenset[str] = frozenset()
