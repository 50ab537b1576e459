"""A partner's program that signs its requests, and what every service owes to one. The service asked is running."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver
from http_message_signatures.algorithms import ED25519

from chassis.auth.permissions import PermissionSpec
from chassis.auth.policy.local import LocalPolicy
from chassis.auth.policy.model import PermissionMeta
from chassis.auth.signed_requests import COVERED, TAG, SigningClient
from chassis.runtime import Service, http_application
from chassis.testing.client import running
from chassis.testing.problems import problem
from chassis.testing.tokens import bearer, make_token, policy_of


class Program:
    """A program with one key that holds permissions at casinos; also the list of keys a service checks it by."""

    def __init__(self, declared: Iterable[PermissionSpec], held: Iterable[str], casinos: Iterable[UUID]) -> None:
        self.id, self._kid, self._key = uuid4(), "1", Ed25519PrivateKey.generate()
        policy = policy_of(self.id, [{"permissions": list(held), "casinos": list(casinos)}])
        metas = {spec.id: PermissionMeta(id=spec.id, risk=spec.risk, api_client=spec.api_client) for spec in declared}
        subject = replace(policy.subjects[self.id], kind="client")
        self.policy = LocalPolicy.holding(replace(policy, permissions=metas, subjects={self.id: subject}))

    async def key(self, client_id: UUID, kid: str) -> SigningClient | None:
        """The program's key by its id."""
        known = (client_id, kid) == (self.id, self._kid)
        return SigningClient(self.id, self._key.public_key()) if known else None

    def signed(self, method: str, target: str, at: datetime, body: bytes = b"") -> httpx.Request:
        """A request that was signed at this moment; good once."""
        request = httpx.Request(method, f"http://service.test{target}", content=body)
        key_id = f"{self.id}/{self._kid}"
        HTTPMessageSigner(
            signature_algorithm=ED25519,
            key_resolver=MappingKeyResolver(public_keys={}, private_keys={key_id: self._key}),
        ).sign(
            request,
            key_id=key_id,
            created=at,
            nonce=uuid4().hex,
            tag=TAG,
            covered_component_ids=COVERED,
            body=body or None,
        )
        return request


async def listed(service: Service, path: str, permission: str, casino_id: UUID) -> list[Any]:
    """What a program that holds the permission at this casino alone reads by a signed request."""
    program = Program(service.permissions, [permission], [casino_id])
    own = replace(service, policy=program.policy, client_keys=program)
    async with running(http_application(own)) as client:
        answer = await client.send(program.signed("GET", path, service.application.clock.now()))
    assert answer.status_code == 200, answer.text
    rows: list[Any] = answer.json()
    return rows


async def assert_signed_requests(service: Service, path: str, permission: str) -> None:
    """A signed request comes in once and unaltered, where the permission is held and open to programs."""
    now = service.application.clock.now()
    program = Program(service.permissions, [permission], [uuid4()])
    without = Program(service.permissions, [], [uuid4()])
    own = replace(service, policy=program.policy, client_keys=program)
    async with running(http_application(own)) as client:
        request = program.signed("GET", path, now)
        assert (await client.send(request)).status_code == 200
        problem(await client.send(request), 401, "unauthenticated")  # It is good once.
        altered = program.signed("GET", path, now)
        altered.url = altered.url.copy_merge_params({"limit": "1"})
        problem(await client.send(altered), 401, "unauthenticated")
        twice = program.signed("GET", path, now)
        twice.headers.update(bearer(make_token()))
        problem(await client.send(twice), 401, "unauthenticated")
        problem(await client.send(without.signed("GET", path, now)), 401, "unauthenticated")
    async with running(http_application(replace(own, policy=without.policy, client_keys=without))) as client:
        problem(await client.send(without.signed("GET", path, now)), 403, "forbidden")
