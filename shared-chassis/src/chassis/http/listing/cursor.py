"""Cursors: a place in a list, signed, and good only for the same list, filter, order, search, caller and casinos."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Boolean, Date, DateTime, Uuid

from chassis.http.listing import errors
from chassis.http.listing.errors import refused
from chassis.http.listing.keyset import Term

_MAC_BYTES: Final = 16
_LONGEST: Final = 4096


def make_cursor(key: bytes, bound_to: Sequence[Any], values: Sequence[Any]) -> str:
    """The place of a row with these values of the order's fields."""
    payload = json.dumps([_plain(value) for value in values], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_mac(key, bound_to, payload) + payload).rstrip(b"=").decode("ascii")


def read_cursor(key: bytes, bound_to: Sequence[Any], cursor: str, terms: Sequence[Term]) -> list[Any]:
    """The values a cursor was made with. Every refusal is the same 400: it tells nothing about why."""
    wrong = refused(errors.WRONG_CURSOR, "after", "This cursor belongs to another list, filter, order or caller.")
    if len(cursor) > _LONGEST:
        raise wrong
    try:
        raw = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise wrong from None
    mac, payload = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
    if not hmac.compare_digest(mac, _mac(key, bound_to, payload)):
        raise wrong
    return [_typed(term, value) for term, value in zip(terms, json.loads(payload), strict=True)]


def _mac(key: bytes, bound_to: Sequence[Any], payload: bytes) -> bytes:
    bound = json.dumps(bound_to, separators=(",", ":"), ensure_ascii=True).encode()
    return hmac.new(key, len(bound).to_bytes(8) + bound + payload, hashlib.sha256).digest()[:_MAC_BYTES]


def _plain(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _typed(term: Term, value: Any) -> Any:
    kind = term.column.type
    if value is None or isinstance(kind, Boolean):
        return value
    if isinstance(kind, Uuid):
        return UUID(value)
    if isinstance(kind, DateTime):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(kind, Date) else value
