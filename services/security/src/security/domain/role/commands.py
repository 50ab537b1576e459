"""What can be asked about a role.

`catalogue` is what the services declared; `own` are the lines whoever asks holds himself, or None for the installation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from security.domain.grants import Catalogue, Grant, Line


@dataclass(frozen=True, slots=True, kw_only=True)
class DefineRole:
    name: str
    grants: tuple[Grant, ...]
    catalogue: Catalogue
    own: Sequence[Line] | None
    description: str = ""
    owner: str = ""
    review_by: date | None = None
    break_glass: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftVersion:
    """Keep the lines of a version to come."""

    grants: tuple[Grant, ...]
    catalogue: Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishVersion:
    """Let a new version hold. `grants` None: those of the draft. What is not said stays as it was.

    Attributes:
        held: somebody holds the role, or may open it, so that what is critical and new in it takes a second person.
        gained: what is critical and those who hold the role get by it, all they hold taken together.
    """

    grants: tuple[Grant, ...] | None
    catalogue: Catalogue
    own: Sequence[Line] | None
    description: str | None = None
    owner: str | None = None
    review_by: date | None = None
    held: bool = True
    gained: tuple[str, ...] = ()
    by: UUID | None = None
    approved_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireRole:
    """Give the role to nobody any more. `held`: somebody holds it still."""

    held: bool


RoleCommand = DefineRole | DraftVersion | PublishVersion | RetireRole
"""All of them."""
