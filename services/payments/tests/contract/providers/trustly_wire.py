"""How Trustly writes to us, signed by a key of the tests."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from payments.application.ports import HttpAnswer
from payments.strategies.providers.trustly.signature import Signed
from payments.strategies.providers.trustly.signature import sign as trustly_sign

from .suite import OUR_PRIVATE, PLAYER, THEIR_PRIVATE, THEIR_PUBLIC, TellsAmounts, Wire


class TrustlyWire(TellsAmounts):
    """What deposits and payouts have in common; `reference` is how the money they are about is called."""

    name = "trustly"
    settings: ClassVar[Mapping[str, Any]] = {
        "base_url": "https://api.trustly.com",
        "username": "casino",
        "public_key": THEIR_PUBLIC,
    }
    secrets: ClassVar[Mapping[str, str]] = {"password": "hunter22", "private_key": OUR_PRIVATE}
    signed_with: ClassVar[Sequence[str]] = ()
    other_reference: ClassVar[Mapping[str, Any]] = {"messageid": "order 7"}
    unsigned_parts = "all but method, uuid and data"
    reference: ClassVar[str]
    settles: ClassVar[str]

    def notification(self, method: str, key: str | None = THEIR_PRIVATE, **fields: Any) -> Wire:
        data = {
            "amount": "50.00", "currency": "EUR", "messageid": self.reference, "orderid": "4711",
            "enduserid": str(PLAYER), "notificationid": "n1", "timestamp": "2026-03-01 11:59:00.5+00", **fields,
        }  # fmt: skip
        params: dict[str, Any] = {"uuid": "u1", "data": data}
        raw = json.dumps({"method": method, "params": params, "version": "1.1"}).encode()
        if key is not None:
            received = json.loads(raw, parse_int=str, parse_float=str)["params"]["data"]
            params["signature"] = trustly_sign(key, "RS256", Signed(method, "u1", received))
            raw = json.dumps({"method": method, "params": params, "version": "1.1"}).encode()
        return raw, {}

    def genuine(self, **extra: Any) -> Wire:
        return self.notification(self.settles, **extra)

    def of_unknown_kind(self) -> Wire:
        return self.notification("teleported")

    def with_amount(self, amount: Any, currency: str) -> Wire:
        return self.genuine(amount=amount, currency=currency)

    def unsigned(self) -> Wire:
        return self.notification(self.settles, key=None)

    def tampered(self) -> Wire:
        raw, headers = self.genuine()
        return raw.replace(b"50.00", b"51.00"), headers

    def badly_signed(self) -> Wire:
        return self.notification(self.settles, key=OUR_PRIVATE)


def signed_answer(
    method: str, data: Mapping[str, Any] | Sequence[Any], uuid: str, *, key: str = THEIR_PRIVATE, error: bool = False
) -> HttpAnswer:
    """An answer to our call, as Trustly signs it."""
    read = json.loads(json.dumps(data), parse_int=str)
    signature = trustly_sign(key, "RS256", Signed(method, uuid, read))
    part = {"method": method, "uuid": uuid, "data": data, "signature": signature}
    message = {"version": "1.1", **({"error": {"error": part, "code": 1}} if error else {"result": part})}
    return HttpAnswer(200, json.dumps(message).encode())
