"""The kinds of value contract events are made of, each with its meaning, its form and a bound.

A bound is part of the promise: a consumer may size its columns by it. It may be widened later, never narrowed.
"""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints


def _to_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


UtcTime = Annotated[AwareDatetime, AfterValidator(_to_utc)]
"""A moment with its offset, kept in UTC. A moment without an offset is refused: nobody could say when it was."""

PlayerId = Annotated[UUID, Field(description="The player")]
CasinoId = Annotated[UUID, Field(description="The casino (brand)")]

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]*$", max_length=64)]
"""A name people configure and code compares: a provider, a supplier, a list, a report, a setting."""

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
"""A stable word of ours that code branches on: an error code, a cause, a kind."""

PermissionPattern = Annotated[
    str, StringConstraints(pattern=r"^(\*|[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*(\.\*)?)$", max_length=100)
]
"""A permission `service.resource.action`, or `*` for a whole trailing part: `payments.*`, or `*` alone."""

Label = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""A short text for people; never a player's personal data."""

FreeText = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
"""What a member of staff wrote as a reason."""

ExternalRef = Annotated[str, StringConstraints(min_length=1, max_length=255)]
"""An identifier or code made by an outside party, kept as it came."""

ActorRef = Annotated[str, StringConstraints(min_length=1, max_length=100)]
"""Who acted: a staff or player id, a partner's name, the name of a part of the system."""

CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 in lower-case hexadecimal."""

Count = Annotated[int, Field(strict=True, ge=0)]
"""How many of something."""
