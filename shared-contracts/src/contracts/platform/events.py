"""Facts every service publishes about itself, each on its own topic so that services stay apart."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contracts.event import ContractEvent
from contracts.fields import CasinoId, Code, Count, ExternalRef, Label, Sha256, Slug, UtcTime

Risk = Literal["low", "normal", "high", "critical"]

Outcome = Literal["allow", "deny", "challenge", "four_eyes"]
"""What a policy says: yes, no, after a fresh proof of who it is, or with a second person."""

Ending = Literal["rejected", "withdrawn", "expired", "voided"]
"""How a proposal ends that is not executed."""


class DeclaredPermission(BaseModel):
    """One permission as its service declares it next to the routes that ask for it."""

    model_config = ConfigDict(frozen=True)

    id: Slug
    title: Label
    risk: Risk = "normal"
    data_classes: tuple[Code, ...] = ()
    description: Annotated[str, StringConstraints(max_length=2000)] = ""
    step_up_s: Annotated[int, Field(ge=1, le=86_400)] | None = None
    """How old, in seconds, the proof of who it is may be; absent: as old as the session."""
    four_eyes: bool = False
    """It takes a second person."""
    impersonation: bool = False
    """Whether somebody who looks at things as a player may have it."""
    api_client: bool = False
    """Whether a partner's program may have it."""
    scopable: Literal["casino", "operator"] = "casino"
    """Whether it is held for single casinos, or for the whole operator alone."""
    since: Annotated[str, StringConstraints(max_length=10)] = ""
    """The day it was first declared."""
    amounts: bool = False
    """It is asked for with an amount, so that a role may set a largest one."""


class PermissionManifestPublished(
    ContractEvent,
    type="platform.permission_manifest_published",
    version=1,
    topic="platform.manifest.events",
    key="service",
    consumers=("security",),
):
    """A service started and says which permissions its routes ask for. The whole list, each time."""

    service: Slug
    permissions: tuple[DeclaredPermission, ...]
    """All of them, each time: one that is missing is no longer asked for."""


class SettingChanged(
    ContractEvent,
    type="platform.setting_changed",
    version=1,
    topic="platform.setting.events",
    key="element",
    consumers=("security", "backoffice"),
):
    """A plain setting (no aggregate of its own) changed. Secrets appear as the word `set`, never as a value."""

    element: Slug
    """What kind of setting: `payments.provider`, say."""
    element_id: ExternalRef
    """Which one."""
    casino_id: CasinoId | None = None
    before: dict[str, Any] | None
    """The values before; absent when it is new."""
    after: dict[str, Any] | None
    """The values after; absent when it was removed."""


class AccessRecorded(
    ContractEvent,
    type="platform.access_recorded",
    version=1,
    topic="platform.access.events",
    key="subject_id",
    consumers=("security", "backoffice"),
):
    """Somebody saw or was refused something that must leave a trace: a reveal, a download, a denial."""

    action: Slug
    """What was done or tried: `player.reveal`, say."""
    permission: Slug | None = None
    """The permission that was asked for, where one was."""
    outcome: Outcome | Literal["allowed", "denied"]
    """What was decided; of what was done, `allow`. `allowed` and `denied` are words of earlier entries alone, in which
    `decision` tells a challenge and a second person."""
    subject_kind: Code
    subject_id: ExternalRef
    """Whom or what it was about; of a decision at the door: method and path of the route, kind `route`."""
    casino_id: CasinoId | None = None
    decision: Code | None = None
    """Why, when it is a decision of the policy: `not_granted`, `step_up_needed`, `allowed`, say."""
    rules: tuple[str, ...] = ()
    """The lines of roles that decided, as `role@version#line`."""
    policy_version: int | None = None
    """The policy that was decided by."""
    request_id: UUID | None = None
    """The request; of several that were the same within a second the first."""
    authenticated_at: UtcTime | None = None
    """When whoever asked last proved who they are."""
    amr: tuple[str, ...] = ()
    """By which methods (RFC 8176)."""
    acting_for: UUID | None = None
    """The member of staff who looked at things as the player does."""
    break_glass: bool = False
    """Whether emergency access gave it."""
    count: Count = 1
    """How often the same was decided within a second."""
    details: dict[str, Any] | None = None
    """What else belongs to it: an export's list, filter, rows and hash. Never personal data."""
    reason_permission: Slug | None = None
    """Reads why it was done; absent: whoever sees this may."""


class DecisionCount(BaseModel):
    """How often somebody was answered in one way."""

    model_config = ConfigDict(frozen=True)

    subject_id: UUID
    """A member of staff or a partner's client."""
    permission: Slug
    casino_id: CasinoId | None = None
    """The casino that was asked about; absent: none in particular."""
    outcome: Outcome
    count: Count


class DecisionsCounted(
    ContractEvent,
    type="platform.decisions_counted",
    version=1,
    topic="platform.decision.events",
    key="service",
    consumers=("security",),
    audited=False,
):
    """What a service decided about permissions since it last said so: what is used, and by whom."""

    service: Slug
    counted_at: UtcTime
    """When the counting ended."""
    counts: tuple[DecisionCount, ...]


APPROVALS = "platform.approval.events"


class RevealLimitReached(
    ContractEvent,
    type="platform.reveal_limit_reached",
    version=1,
    topic="platform.alarm.events",
    key="staff_id",
    consumers=("security",),
):
    """Somebody wanted to see personal data in clear more often than anybody's work takes; it was refused. Told once an
    hour.
    """

    alarm_id: UUID
    service: Slug
    """Where it was."""
    staff_id: UUID
    reveals: Count
    """How many were shown, since then."""
    since: UtcTime


class ApprovalProposed(
    ContractEvent,
    type="platform.approval_proposed",
    version=1,
    topic=APPROVALS,
    key="approval_id",
    consumers=("backoffice",),
):
    """Somebody wants something done that takes a second person. The service keeps what exactly, and does it."""

    approval_id: UUID
    service: Slug
    """The service that keeps the proposal."""
    casino_id: CasinoId | None = None
    """Absent: it is about the whole operator."""
    command: Slug
    """What would be done: `payments.configure_provider`, say."""
    permission: Slug
    """What the requester needs."""
    approve_permission: Slug
    """What an approver needs, in the same casino."""
    risk: Risk
    requester_id: UUID
    barred: tuple[UUID, ...] = ()
    """Who may not approve besides the requester: whoever profits from it, or last edited what it is about."""
    needed: Count
    """How many must approve."""
    expires_at: UtcTime
    payload_sha256: Sha256
    """Of the canonical JSON that would be executed."""
    subject_kind: Code
    subject_id: ExternalRef
    """What it is about."""
    summary: Label
    reason_permission: Slug | None = None
    """Reads why it was done; absent: whoever sees this may."""


class ApprovalEdited(
    ContractEvent,
    type="platform.approval_edited",
    version=1,
    topic=APPROVALS,
    key="approval_id",
    consumers=("backoffice",),
):
    """The requester proposes something else now; earlier approvals count for nothing."""

    approval_id: UUID
    service: Slug
    casino_id: CasinoId | None = None
    payload_sha256: Sha256
    summary: Label
    barred: tuple[UUID, ...] = ()
    reason_permission: Slug | None = None
    """Reads why it was done; absent: whoever sees this may."""


class ApprovalGiven(
    ContractEvent,
    type="platform.approval_given",
    version=1,
    topic=APPROVALS,
    key="approval_id",
    consumers=("backoffice",),
):
    """Another person approved it."""

    approval_id: UUID
    service: Slug
    casino_id: CasinoId | None = None
    approved_by: UUID
    given: Count
    """How many have, this one included."""
    needed: Count
    reason_permission: Slug | None = None
    """Reads why it was done; absent: whoever sees this may."""


class ApprovalLapsed(
    ContractEvent,
    type="platform.approval_lapsed",
    version=1,
    topic=APPROVALS,
    key="approval_id",
    consumers=("backoffice",),
):
    """Whoever approved it may do so no longer, before it was executed; another person must."""

    approval_id: UUID
    service: Slug
    casino_id: CasinoId | None = None
    approved_by: UUID
    reason_permission: Slug | None = None
    """Reads why it was done; absent: whoever sees this may."""


class ApprovalExecuted(
    ContractEvent,
    type="platform.approval_executed",
    version=1,
    topic=APPROVALS,
    key="approval_id",
    consumers=("backoffice",),
):
    """It was done, exactly as it was approved, once."""

    approval_id: UUID
    service: Slug
    casino_id: CasinoId | None = None
    requester_id: UUID
    approvers: tuple[UUID, ...]
    reason_permission: Slug | None = None
    """Reads why it was done; absent: whoever sees this may."""


class ApprovalClosed(
    ContractEvent,
    type="platform.approval_closed",
    version=1,
    topic=APPROVALS,
    key="approval_id",
    consumers=("backoffice",),
):
    """It will not be done."""

    approval_id: UUID
    service: Slug
    casino_id: CasinoId | None = None
    outcome: Ending
    code: Code | None = None
    """Why it was voided."""
    reason_permission: Slug | None = None
    """Reads why it was done; absent: whoever sees this may."""
