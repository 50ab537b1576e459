"""The partners' programs, as their list shows them."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Column, DateTime, Index, Table, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from chassis.store import ReadModel, Recorded, Row
from security.application.schema import metadata
from security.domain.client.events import ClientDisabled, ClientEnabled, ClientRegistered, ClientTermsSet


class ClientStatus(StrEnum):
    """Whether a client may call."""

    ACTIVE = "active"
    DISABLED = "disabled"


table = Table(
    "rm_client_list",
    metadata,
    Column("client_id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("contact", Text, nullable=False),
    Column("casinos", JSONB, nullable=False),
    Column("addresses", JSONB, nullable=False),
    Column("rate_tier", Text, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("status", Text, nullable=False),
    Column("disabled_for", Text),
    Column("registered_at", DateTime(timezone=True), nullable=False),
    Column("active_since", DateTime(timezone=True), nullable=False, comment="registered, or last enabled"),
    UniqueConstraint("name"),
    Index("ix_rm_client_list_registered_at", "registered_at", "client_id"),
)


def fold(row: Row | None, recorded: Recorded[Any]) -> Row | None:
    """The client after an event."""
    at = recorded.meta.occurred_at
    match recorded.event:
        case ClientRegistered(name=name):
            return {
                "client_id": recorded.stream_key,
                "name": name,
                "contact": "",
                "casinos": [],
                "addresses": [],
                "rate_tier": "",
                "expires_at": at,
                "status": ClientStatus.ACTIVE,
                "disabled_for": None,
                "registered_at": at,
                "active_since": at,
            }
        case ClientTermsSet() as event if row is not None:
            return {
                **row,
                "contact": event.contact,
                "casinos": list(event.casinos),
                "addresses": list(event.addresses),
                "rate_tier": event.rate_tier,
                "expires_at": event.expires_at,
            }
        case ClientDisabled(cause=cause) if row is not None:
            return {**row, "status": ClientStatus.DISABLED, "disabled_for": cause}
        case ClientEnabled() if row is not None:
            return {**row, "status": ClientStatus.ACTIVE, "disabled_for": None, "active_since": at}
    return row


client_list = ReadModel(
    "client_list",
    table,
    (ClientRegistered, ClientTermsSet, ClientDisabled, ClientEnabled),
    key=lambda r: (r.stream_key,),
    fold=fold,
)
