"""Every key a client ever had: a retired one stays, so that it is given to nobody again."""

from typing import Any

from sqlalchemy import Column, DateTime, Table, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from chassis.store import ReadModel, Recorded, Row
from security.application.schema import metadata
from security.domain.client.events import ClientKeyAdded, ClientKeyRetired

table = Table(
    "rm_client_keys",
    metadata,
    Column("client_id", Uuid, primary_key=True),
    Column("kid", Text, primary_key=True),
    Column("algorithm", Text, nullable=False),
    Column("thumbprint", Text, nullable=False),
    Column("jwk", JSONB, nullable=False, comment="the public members alone"),
    Column("added_at", DateTime(timezone=True), nullable=False),
    Column("retired_at", DateTime(timezone=True)),
    UniqueConstraint("thumbprint"),
)


def fold(row: Row | None, recorded: Recorded[Any]) -> Row | None:
    """The key after an event."""
    match recorded.event:
        case ClientKeyAdded() as event:
            return {
                "client_id": recorded.stream_key,
                "kid": event.kid,
                "algorithm": event.algorithm,
                "thumbprint": event.thumbprint,
                "jwk": dict(event.jwk),
                "added_at": recorded.meta.occurred_at,
                "retired_at": None,
            }
        case ClientKeyRetired() if row is not None:
            return {**row, "retired_at": recorded.meta.occurred_at}
    return row


client_keys = ReadModel(
    "client_keys",
    table,
    (ClientKeyAdded, ClientKeyRetired),
    key=lambda r: (r.stream_key, r.event.kid),
    fold=fold,
)
