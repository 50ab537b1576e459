"""What the bus says about the policy: it changed, it still holds, a session is over."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from joserfc.jwk import OKPKey

from chassis.auth.policy import signing
from chassis.messaging.bus import Record
from contracts.envelope import Envelope
from contracts.security.events import (
    HEARTBEAT,
    POLICY,
    SESSIONS,
    PolicyChanged,
    PolicyConfirmed,
    SessionEnded,
)

TOPICS: Final = (POLICY, HEARTBEAT, SESSIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One of them.

    Attributes:
        changed: the new policy or the difference to it, signed; empty when it was too large to be sent.
        confirmed: signed.
        ended: the session, and when it ended.
    """

    version: int = 0
    changed: str | None = None
    confirmed: str | None = None
    ended: tuple[UUID, datetime] | None = None


class Confirmed(msgspec.Struct, frozen=True):
    """The policy of this version holds at this moment."""

    version: int
    at: datetime

    def sign(self, key: OKPKey) -> str:
        """As it travels."""
        return signing.sign(msgspec.json.encode(self), "policy-confirmed+jws", key)

    @classmethod
    def read(cls, signed: str, keys: Mapping[str, OKPKey]) -> "Confirmed":
        """BadSignature when security did not say so."""
        try:
            found = msgspec.json.decode(signing.read(signed, "policy-confirmed+jws", keys), type=cls)
        except msgspec.MsgspecError as error:
            raise signing.BadSignature("no confirmation") from error
        if found.at.tzinfo is None:
            raise signing.BadSignature("a moment without a zone")
        return found


class _Glance(msgspec.Struct):
    type: str


_GLANCE = msgspec.json.Decoder(_Glance)
_CONCERNS_US: Final = frozenset(cls.type for cls in (PolicyChanged, PolicyConfirmed, SessionEnded))


def heard(record: Record) -> News | None:
    """The news in a record; None when it is about something else. ValueError when it is none."""
    if _GLANCE.decode(record.value).type not in _CONCERNS_US:
        return None
    envelope = Envelope.from_json(record.value)
    match envelope.event():
        case PolicyChanged(policy_version=version, signed=signed):
            return News(version=version, changed=signed)
        case PolicyConfirmed(policy_version=version, signed=signed):
            return News(version=version, confirmed=signed)
        case SessionEnded(session_id=session_id):
            return News(ended=(session_id, envelope.time))
    return None
