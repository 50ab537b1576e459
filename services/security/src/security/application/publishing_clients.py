"""The events of clients in the words of the contract."""

from collections.abc import Iterable
from typing import assert_never
from uuid import UUID

from contracts.event import ContractEvent
from contracts.security import client_events as contract
from security.domain.client import events as client


def told(client_id: UUID, happened: client.ClientEvent) -> Iterable[ContractEvent]:
    """What others may know of it."""
    match happened:
        case client.ClientRegistered(name=name):
            yield contract.ClientRegistered(client_id=client_id, name=name)
        case client.ClientTermsSet() as event:
            yield contract.ClientTermsSet(
                client_id=client_id,
                contact=event.contact,
                casinos=event.casinos,
                networks=event.addresses,
                rate_tier=event.rate_tier,
                expires_at=event.expires_at,
            )
        case client.ClientKeyAdded() as event:
            yield contract.ClientKeyAdded(
                client_id=client_id, kid=event.kid, algorithm=event.algorithm, thumbprint=event.thumbprint
            )
        case client.ClientKeyRetired(kid=kid):
            yield contract.ClientKeyRetired(client_id=client_id, kid=kid)
        case client.ClientRoleAssigned() as event:
            yield contract.ClientRoleAssigned(
                client_id=client_id,
                assignment_id=event.assignment_id,
                role_id=event.role_id,
                role_name=event.role_name,
                casinos=event.casinos,
            )
        case client.ClientRoleWithdrawn(assignment_id=assignment_id, role_id=role_id):
            yield contract.ClientRoleWithdrawn(client_id=client_id, assignment_id=assignment_id, role_id=role_id)
        case client.ClientDisabled(cause=cause):
            yield contract.ClientDisabled(client_id=client_id, cause=cause)
        case client.ClientEnabled():
            yield contract.ClientEnabled(client_id=client_id)
        case _:
            assert_never(happened)
