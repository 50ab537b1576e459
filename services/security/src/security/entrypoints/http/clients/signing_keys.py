"""The keys with which programs sign requests, for the services that check these."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import select

from chassis.auth import Internal
from chassis.http import App
from security.read_models.client_keys import client_keys
from security.read_models.client_list import ClientStatus, client_list

router = APIRouter(tags=["clients"])


class SigningKey(BaseModel):
    """An Ed25519 key (RFC 8037) and where its client calls from."""

    client_id: UUID
    kid: str
    x: str
    networks: list[str]


class SigningKeys(BaseModel):
    """All that are good now."""

    keys: list[SigningKey]


@router.get("/internal/v1/client-keys", dependencies=[Internal()])
async def list_signing_keys(app: App) -> SigningKeys:
    """The Ed25519 keys of active clients. The other kinds prove a client to us alone, for a token."""
    keys, table = client_keys.table, client_list.table
    statement = (
        select(keys.c.client_id, keys.c.kid, keys.c.jwk, table.c.addresses)
        .join(table, table.c.client_id == keys.c.client_id)
        .where(keys.c.algorithm == "EdDSA", keys.c.retired_at.is_(None))
        .where(table.c.status == ClientStatus.ACTIVE, table.c.expires_at > app.clock.now())
        .order_by(keys.c.client_id, keys.c.kid)
    )
    async with app.db.read() as connection:
        rows = (await connection.execute(statement)).all()
    return SigningKeys(
        keys=[SigningKey(client_id=row.client_id, kid=row.kid, x=row.jwk["x"], networks=row.addresses) for row in rows]
    )
