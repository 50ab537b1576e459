"""Cursors: a place in a list, signed, and good only for the same list, filter, order, search, caller and casinos.

Beneath the signature stands when it was issued: whoever walks through a list gets a new one with every page, so that
one that lay about for longer than `LIFETIME` belongs to nobody who still reads.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Boolean, Date, DateTime, Uuid

from chassis.http.listing import errors
from chassis.http.listing.errors import refused
from chassis.http.listing.keyset import Term

_MAC_BYTES: Final = 16
_LONGEST: Final = 4096

LIFETIME: Final = timedelta(hours=24)
"""As long as the file of an export is kept."""


def make_cursor(key: bytes, bound_to: Sequence[Any], values: Sequence[Any], now: datetime) -> str:
    """The place of a row with these values of the order's fields, issued now."""
    payload = json.dumps([int(now.timestamp()), *map(_plain, values)], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_mac(key, bound_to, payload) + payload).rstrip(b"=").decode("ascii")


def read_cursor(key: bytes, bound_to: Sequence[Any], cursor: str, terms: Sequence[Term], now: datetime) -> list[Any]:
    """The values a cursor was made with.

    Raises:
        RequestProblem: 400. LST107 for one that is not of this list, filter, order or caller, always in the same words,
            that tell nothing about why; LST123 for one that is, and is too old.
    """
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
    issued_at_s, *values = json.loads(payload)
    if now.timestamp() - issued_at_s > LIFETIME.total_seconds():
        hours = LIFETIME // timedelta(hours=1)
        raise refused(errors.CURSOR_OLD, "after", f"This cursor is older than {hours} hours: begin at the first page.")
    return [_typed(term, value) for term, value in zip(terms, values, strict=True)]


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
