"""Facts every service publishes about itself, each on its own topic so that services stay apart."""

from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.event import ContractEvent

Risk = Literal["low", "normal", "high", "critical"]


class DeclaredPermission(BaseModel):
    """One permission as its service declares it next to the routes that ask for it."""

    model_config = ConfigDict(frozen=True)

    id: str
    title: str
    risk: Risk = "normal"
    data_classes: tuple[str, ...] = ()


class PermissionManifestPublished(
    ContractEvent,
    type="platform.permission_manifest_published",
    version=1,
    topic="platform.manifest.events",
    key="service",
    consumers=("security",),
):
    """A service started and says which permissions its routes ask for. The whole list, each time."""

    service: str
    permissions: tuple[DeclaredPermission, ...]


class SettingChanged(
    ContractEvent,
    type="platform.setting_changed",
    version=1,
    topic="platform.setting.events",
    key="element",
    consumers=("security", "backoffice"),
):
    """A plain setting (no aggregate of its own) changed. Secrets appear as the word `set`, never as a value."""

    element: str
    element_id: str
    casino_id: UUID | None = None
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class AccessRecorded(
    ContractEvent,
    type="platform.access_recorded",
    version=1,
    topic="platform.access.events",
    key="subject_id",
    consumers=("security", "backoffice"),
):
    """Somebody saw or was refused something that must leave a trace: a reveal, a download, a denial."""

    action: str
    permission: str | None = None
    outcome: Literal["allowed", "denied"]
    subject_kind: str
    subject_id: str
    casino_id: UUID | None = None
