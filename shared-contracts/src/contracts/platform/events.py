"""Facts every service publishes about itself, each on its own topic so that services stay apart."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contracts.event import ContractEvent
from contracts.fields import CasinoId, Code, Count, ExternalRef, Label, Slug, UtcTime

Risk = Literal["low", "normal", "high", "critical"]


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
    outcome: Literal["allowed", "denied"]
    subject_kind: Code
    subject_id: ExternalRef
    """Whom or what it was about."""
    casino_id: CasinoId | None = None


class DecisionCount(BaseModel):
    """How often somebody was answered in one way."""

    model_config = ConfigDict(frozen=True)

    subject_id: UUID
    """A member of staff or a partner's client."""
    permission: Slug
    casino_id: CasinoId | None = None
    """The casino that was asked about; absent: none in particular."""
    outcome: Literal["allow", "deny", "challenge", "four_eyes"]
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
