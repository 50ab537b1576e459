"""The supplier's side of the wallet protocol: signed calls, repeated until they are answered."""

import asyncio
import base64
import json
from dataclasses import dataclass, field
from typing import Any, Protocol

import aiohttp
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from simulators.chaos import Chaos
from simulators.keys import KeyPair

SCALE = 100_000
"""Amounts count 1/100000 of the main unit."""

TIMEOUT_S = 3.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 3.0
PATIENCE_S = 120.0
DEFINITE = frozenset({"RS_ERROR_NOT_ENOUGH_MONEY", "RS_ERROR_LIMIT_REACHED", "RS_ERROR_USER_DISABLED"})
"""Refusals of a bet after which there is nothing to roll back."""


@dataclass
class Call:
    """One call to an operator's wallet and what became of it; its bytes are the same at every attempt."""

    operation: str
    body: dict[str, Any]
    raw: bytes = b""
    attempts: int = 0
    status: str | None = None
    answers: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.raw = json.dumps(self.body, separators=(",", ":")).encode()

    @property
    def transaction(self) -> str | None:
        """The supplier's id of the transaction."""
        return self.body.get("transaction_uuid")

    @property
    def refused(self) -> bool:
        """Whether it was refused for good."""
        return self.status in DEFINITE

    def told(self) -> dict[str, Any]:
        """What is known about it."""
        return {
            "operation": self.operation,
            "transaction": self.transaction,
            "reference": self.body.get("reference_transaction_uuid"),
            "round": self.body.get("round"),
            "user": self.body["user"],
            "amount": self.body.get("amount"),
            "currency": self.body.get("currency"),
            "status": self.status,
            "attempts": self.attempts,
        }


class Counterpart(Protocol):
    """Whose wallet is called, and with which key."""

    wallet_url: str
    own: KeyPair
    calls: list[Call]


class Wallet:
    """Calls operators' wallets."""

    def __init__(self, session: aiohttp.ClientSession, chaos: Chaos) -> None:
        self._session = session
        self.chaos = chaos

    async def ask(self, operator: Counterpart, call: Call) -> dict[str, Any] | None:
        """Send the call once; None when no answer came."""
        if call not in operator.calls:
            operator.calls.append(call)
        call.attempts += 1
        await self.chaos.dawdle()
        try:
            answer = await self._post(operator, call)
            if self.chaos.strikes("duplicates"):
                answer = await self._post(operator, call)
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return None
        if self.chaos.strikes("lost_answers") or answer is None:
            return None
        call.status = answer.get("status")
        call.answers.append(answer)
        return answer

    async def certain(self, operator: Counterpart, call: Call) -> dict[str, Any] | None:
        """Send the call until something definite is answered, whatever it is; None after two minutes of doubt."""
        given_up, pause = asyncio.get_running_loop().time() + PATIENCE_S, FIRST_PAUSE_S
        while True:
            answer = await self.ask(operator, call)
            if answer is not None and call.status != "RS_ERROR_UNKNOWN":
                return answer
            if asyncio.get_running_loop().time() > given_up:
                return None
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)

    async def insist(self, operator: Counterpart, call: Call, tries: int | None = None) -> None:
        """Send the call until it is answered well or refused for good: `tries` times, or for two minutes.

        A bet is given up soon and rolled back; a rollback and a win are owed, so they are not.
        """
        given_up, pause = asyncio.get_running_loop().time() + PATIENCE_S, FIRST_PAUSE_S
        while True:
            answer = await self.ask(operator, call)
            if answer is not None and (call.status == "RS_OK" or call.refused):
                return
            if (tries and call.attempts >= tries) or asyncio.get_running_loop().time() > given_up:
                return
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)

    async def _post(self, operator: Counterpart, call: Call) -> dict[str, Any] | None:
        headers = {"Content-Type": "application/json", "X-Hub88-Signature": signed(operator.own.private, call.raw)}
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        url = f"{operator.wallet_url}/{call.operation}"
        async with self._session.post(url, data=call.raw, headers=headers, timeout=timeout) as answer:
            if answer.status != 200:
                return None
            told: dict[str, Any] = await answer.json()
            return told if told.get("request_uuid") == call.body["request_uuid"] else None


def signed(key: RSAPrivateKey, body: bytes) -> str:
    """The header X-Hub88-Signature over exactly these bytes."""
    return base64.b64encode(key.sign(body, PKCS1v15(), SHA256())).decode()


def verified(key: RSAPublicKey, signature: str, body: bytes) -> bool:
    """Whether the operator signed exactly these bytes."""
    try:
        key.verify(base64.b64decode(signature, validate=True), body, PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True
