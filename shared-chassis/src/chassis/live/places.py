"""How far a stream has come, as text a client gives back: sealed, because it says where a log is read on."""

import base64
import hashlib
import hmac
import struct
from dataclasses import dataclass
from typing import Final

from chassis.store.logs import Place

Position = tuple[Place, ...]
"""One place in each log that is followed, in the order of the sources."""

KEPT_S: Final = 300
"""How old a position may be for what came since to be told; what is older is read anew."""

SIGHT: Final = 8
"""Bytes that stand for whose stream a position is of, with which lists, and what they see of them."""

_MAC: Final = 12
_HEAD: Final = struct.Struct(f">Q{SIGHT}sB")
_PLACE: Final = struct.Struct(">QQQ")


@dataclass(frozen=True, slots=True)
class Mark:
    """A position, when (seconds since 1970) everything before it had been told, and as what.

    Attributes:
        sight: whoever sees something else by now, or asks for other lists, cannot go on from here.
    """

    position: Position
    at: int
    sight: bytes = bytes(SIGHT)


def written(mark: Mark, key: bytes) -> str:
    """The mark as an event's `id`.

    >>> read(written(Mark((Place(3, 7, 12),), 1000, b"sight678"), b"key"), b"key")
    Mark(position=(Place(window_from=3, window_to=7, position=12),), at=1000, sight=b'sight678')
    """
    body = _HEAD.pack(mark.at, mark.sight, len(mark.position)) + b"".join(
        _PLACE.pack(one.window_from, one.window_to, one.position) for one in mark.position
    )
    return base64.urlsafe_b64encode(_mac(body, key) + body).rstrip(b"=").decode()


def read(text: str, key: bytes) -> Mark | None:
    """The mark; None when it is not one of ours."""
    if not text.isascii() or len(text) > 1000:
        return None
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
    mac, body = raw[:_MAC], raw[_MAC:]
    if not hmac.compare_digest(mac, _mac(body, key)):
        return None
    at, sight, count = _HEAD.unpack_from(body)
    places = [_PLACE.unpack_from(body, _HEAD.size + number * _PLACE.size) for number in range(count)]
    return Mark(tuple(Place(*one) for one in places), at, sight)


def _mac(body: bytes, key: bytes) -> bytes:
    return hmac.new(key, b"live 2\0" + body, hashlib.sha256).digest()[:_MAC]
