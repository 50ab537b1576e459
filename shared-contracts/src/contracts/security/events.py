"""What security tells the others: who may come in, who left, and which access changed."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from contracts.event import ContractEvent
from contracts.fields import CasinoId, Code, Count, ExternalRef, FreeText, Label, PlayerId, Sha256, Slug, UtcTime

IDENTITY = "security.identity.events"
ROLES = "security.role.events"
FACTORS = "security.factor.events"
SESSIONS = "security.session.events"
POLICY = "security.policy.events"
HEARTBEAT = "security.heartbeat.events"
AUDIT = "security.audit.events"

Proof = Literal["password", "totp", "webauthn", "recovery_code"]
"""What somebody proves himself with; `recovery_code` is one kept for the day the others are lost."""

Signed = Annotated[str, StringConstraints(max_length=800_000)]
"""A compact JWS; whatever is larger is not sent, but fetched from security."""

PermissionPattern = Annotated[str, StringConstraints(max_length=100)]
"""A permission `service.resource.action`, or `*` for a whole trailing part (`payments.*`), or `*` alone."""


class StaffMemberAdded(
    ContractEvent,
    type="security.staff_member_added",
    version=1,
    topic=IDENTITY,
    key="staff_id",
    consumers=("backoffice", "reports"),
):
    """A member of staff exists; the log-in is a work address, shown to colleagues next to what they did."""

    staff_id: UUID
    login: ExternalRef
    """A work address."""
    name: Label
    contractor: bool = False
    """Somebody of another company."""


class StaffMemberDisabled(
    ContractEvent,
    type="security.staff_member_disabled",
    version=1,
    topic=IDENTITY,
    key="staff_id",
    consumers=("backoffice",),
):
    """The person may no longer come in; every session ended."""

    staff_id: UUID


class StaffMemberEnabled(
    ContractEvent,
    type="security.staff_member_enabled",
    version=1,
    topic=IDENTITY,
    key="staff_id",
    consumers=("backoffice",),
):
    """Somebody who was disabled may come in again, with no role."""

    staff_id: UUID


class OneTimePasswordGiven(
    ContractEvent, type="security.one_time_password_given", version=1, topic=IDENTITY, key="staff_id"
):
    """A colleague replaced the person's password by one for a single use; every session ended."""

    staff_id: UUID
    usable_until: UtcTime
    """The new password opens nothing after that."""


class RoleAssigned(ContractEvent, type="security.role_assigned", version=1, topic=IDENTITY, key="staff_id"):
    """A role was given to a person for the whole operator (`casinos` is `*`) or for some casinos."""

    staff_id: UUID
    assignment_id: UUID
    role_id: UUID
    role_name: Label
    casinos: tuple[ExternalRef, ...]
    """Casino ids, or `*` alone for the whole operator."""
    not_before: UtcTime | None = None
    expires_at: UtcTime | None = None
    """It ends by itself; absent: when it is taken away."""
    ticket: ExternalRef | None = None
    """Where it was asked for."""
    approved_by: ExternalRef | None = None
    """The second person, where there was one."""
    override: FreeText | None = None
    """Why duties that are kept apart may meet in this person, where they do."""


class RoleWithdrawn(ContractEvent, type="security.role_withdrawn", version=1, topic=IDENTITY, key="staff_id"):
    """An assignment ended."""

    staff_id: UUID
    assignment_id: UUID
    role_id: UUID


class RoleLine(BaseModel):
    """One line of a role: what it allows or denies, and how far."""

    model_config = ConfigDict(frozen=True)

    pattern: PermissionPattern
    effect: Literal["allow", "deny"] = "allow"
    casinos: tuple[ExternalRef, ...] = ("*",)
    """Where it holds, within those of the assignment."""
    modes: dict[str, Literal["none", "hash", "mask", "clear"]] = {}
    """How much is shown of a kind of data."""
    ceilings: dict[str, int] = {}
    """The largest amount in minor units by currency; empty: any."""
    auto_extend: bool = False
    """Whether a pattern reaches what is declared after the version was published."""


class RoleDefined(ContractEvent, type="security.role_defined", version=1, topic=ROLES, key="role_id"):
    """A role exists, or a new version of it holds: before and after are the whole sets."""

    role_id: UUID
    name: Label
    permissions_before: tuple[PermissionPattern, ...]
    """Permissions, or patterns ending in `*`; empty for a new role. What is denied is not among them."""
    permissions_after: tuple[PermissionPattern, ...]
    role_version: Count = 1
    """Grows by one with each version; a version never changes."""
    lines_before: tuple[RoleLine, ...] = ()
    lines_after: tuple[RoleLine, ...] = ()


class RoleRetired(ContractEvent, type="security.role_retired", version=1, topic=ROLES, key="role_id"):
    """Nobody is given the role any more; nobody held it."""

    role_id: UUID
    name: Label


class DutiesMet(ContractEvent, type="security.duties_met", version=1, topic=IDENTITY, key="staff_id"):
    """The nightly look found that somebody holds two permissions that are kept apart."""

    staff_id: UUID
    first: PermissionPattern
    second: PermissionPattern
    casinos: tuple[ExternalRef, ...]
    """Where they meet: casino ids, or `*` alone for the whole operator."""
    override: FreeText | None = None
    """Why it was allowed, where it was."""


class AccessReviewed(ContractEvent, type="security.access_reviewed", version=1, topic=IDENTITY, key="staff_id"):
    """Somebody else looked at a role that a colleague holds, and said that it is needed or took it away."""

    staff_id: UUID
    assignment_id: UUID
    role_id: UUID
    role_name: Label
    quarter: ExternalRef
    """`2026-Q4`: the quarter of the year in which it was looked at."""
    decision: Literal["confirmed", "withdrawn"]


class AlarmAcknowledged(ContractEvent, type="security.alarm_acknowledged", version=1, topic=IDENTITY, key="staff_id"):
    """Somebody else looked at an alarm about a colleague; what came of it is the reason."""

    alarm_id: UUID
    kind: Code
    staff_id: UUID
    """Whom it is about."""
    acknowledged_by: UUID


SessionCause = Literal[
    "logged_out",
    "disabled",
    "password_changed",
    "refresh_reused",
    "blocked",
    "idle",
    "expired",
    "ended_by_owner",
    "ended_by_colleague",
    "factors_changed",
    "proofs_failed",
]
"""Why a session is over."""


class LoggedIn(
    ContractEvent, type="security.logged_in", version=1, topic=SESSIONS, key="subject_id", consumers=("backoffice",)
):
    """A session began."""

    subject_kind: Literal["staff", "player"]
    subject_id: UUID
    session_id: UUID
    casino_id: CasinoId | None = None
    """The casino a player logged in to; absent for staff."""
    amr: tuple[Code, ...] = ()
    """How it was proved who it is (RFC 8176); empty in what was told before this was known."""


class PlayerPasswordChanged(
    ContractEvent,
    type="security.player_password_changed",
    version=1,
    topic=SESSIONS,
    key="subject_id",
    consumers=("backoffice", "payments"),
):
    """A player chose another password, or whoever had his; every other session of his ended."""

    subject_kind: Literal["player"]
    subject_id: PlayerId
    casino_id: CasinoId


class LogInFailed(
    ContractEvent,
    type="security.log_in_failed",
    version=1,
    topic=SESSIONS,
    key="subject_id",
    consumers=("backoffice", "payments"),
):
    """A known person's password or second factor was wrong; `locked_until` when this was one too many."""

    subject_kind: Literal["staff", "player"]
    subject_id: UUID
    casino_id: CasinoId | None = None
    """The casino a player tried; absent for staff."""
    failures: Count
    """Failures in a row, this one included: at the log-in, or within a session that goes on."""
    locked_until: UtcTime | None = None
    """Until then even the right password is refused."""
    proof: Proof = "password"
    """What was wrong."""


class SessionEnded(
    ContractEvent, type="security.session_ended", version=1, topic=SESSIONS, key="subject_id", consumers=("backoffice",)
):
    """A session is over: logged out, expired, revoked, or its refresh token was used twice. So are its tokens."""

    subject_kind: Literal["staff", "player"]
    subject_id: UUID
    session_id: UUID
    casino_id: CasinoId | None = None
    """The casino of a player's session; absent for staff."""
    cause: SessionCause


class SteppedUp(ContractEvent, type="security.stepped_up", version=1, topic=SESSIONS, key="subject_id"):
    """Somebody proved anew, within a session, who they are."""

    subject_kind: Literal["staff", "player"]
    subject_id: UUID
    session_id: UUID
    amr: tuple[Code, ...]
    """How (RFC 8176)."""


class FactorAdded(ContractEvent, type="security.factor_added", version=1, topic=FACTORS, key="subject_id"):
    """From now on a log-in asks for this too, or for another factor of the same person."""

    subject_kind: Literal["staff", "player"]
    subject_id: UUID
    factor_id: UUID
    kind: Literal["totp", "webauthn"]
    name: Label
    """As its owner calls it."""


class FactorRemoved(ContractEvent, type="security.factor_removed", version=1, topic=FACTORS, key="subject_id"):
    """Its owner took a factor away."""

    subject_kind: Literal["staff", "player"]
    subject_id: UUID
    factor_id: UUID
    kind: Literal["totp", "webauthn"]
    name: Label


class FactorsReset(ContractEvent, type="security.factors_reset", version=1, topic=FACTORS, key="subject_id"):
    """A colleague took away every factor and recovery code of somebody who lost them; every session ended."""

    subject_kind: Literal["staff", "player"]
    subject_id: UUID
    factors: Count
    """How many there were."""


class RecoveryCodesMade(ContractEvent, type="security.recovery_codes_made", version=1, topic=FACTORS, key="subject_id"):
    """New codes for the day the factors are lost; the earlier ones open nothing any more."""

    subject_kind: Literal["staff", "player"]
    subject_id: UUID


class RecoveryCodeUsed(ContractEvent, type="security.recovery_code_used", version=1, topic=FACTORS, key="subject_id"):
    """One of the codes stood in for a factor."""

    subject_kind: Literal["staff", "player"]
    subject_id: UUID
    left: Count
    """How many were not used yet."""


class AuditSealed(ContractEvent, type="security.audit_sealed", version=1, topic=AUDIT, key="log", audited=False):
    """What the audit log's hash chain was at a moment, said where the database's owner cannot take it back.

    `python -m security verify-audit --expect SEQUENCE:CHAIN` holds the log against it.
    """

    log: Slug
    """Which log: `audit`."""
    sequence: Count
    """How many entries were sealed by then."""
    chain: Sha256
    """The newest value of the chain: HMAC-SHA256 in hexadecimal."""


class PolicyChanged(
    ContractEvent,
    type="security.policy_changed",
    version=1,
    topic=POLICY,
    key="installation",
    audited=False,
):
    """Who may do what is another than before. Every process that decides hears it; one that missed something asks."""

    installation: Slug
    """The same in all of them, so that they arrive in order."""
    policy_version: Count
    """Of the new policy; versions only grow."""
    signed: Signed = ""
    """What makes it out of the version before (`policy-delta+jws`), or all of it (`policy+jws`); empty when too large:
    fetch it."""


class PolicyConfirmed(
    ContractEvent,
    type="security.policy_confirmed",
    version=1,
    topic=HEARTBEAT,
    key="installation",
    audited=False,
):
    """This is still the policy. It comes every few seconds; without it, services stop to trust their copies."""

    installation: Slug
    """The same in all of them, so that they arrive in order."""
    policy_version: Count
    signed: Signed
    """Version and moment (`policy-confirmed+jws`)."""
