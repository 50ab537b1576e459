"""One canonical path per request: what is matched is exactly what is forwarded.

A path is decoded once and refused when a second reader could see another path in it: encoded separators, an encoded
percent sign, dot segments, empty segments, parameters, control characters, anything that is not UTF-8.
"""

import re
from urllib.parse import quote, unquote_to_bytes

from chassis.http import RequestProblem

_AMBIGUOUS = re.compile(rb"%(?:2f|5c|00|25|2e)", re.IGNORECASE)
_BROKEN_PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_SEGMENT_SAFE = "-._~!$&'()*+,=:@"
_PLAIN = re.compile(rb"(?:/[A-Za-z0-9\-_~!$&'()*+,=:@][A-Za-z0-9\-._~!$&'()*+,=:@]*)+")
"""A path that is its own canonical form, as nearly all are."""


def canonical_path(raw_path: bytes) -> str:
    """The decoded path; RequestProblem 400 when it could be read in two ways.

    >>> canonical_path(b"/api/security/v1/staff")
    '/api/security/v1/staff'
    """
    if _PLAIN.fullmatch(raw_path):
        return raw_path.decode("ascii")
    if _AMBIGUOUS.search(raw_path) or _BROKEN_PERCENT.search(raw_path) or b";" in raw_path or b"\\" in raw_path:
        raise _refused()
    try:
        path = unquote_to_bytes(raw_path).decode("utf-8")
    except UnicodeDecodeError:
        raise _refused() from None
    if path == "/":
        return path
    segments = path.split("/")
    if segments[0] or any(segment in {"", ".", ".."} for segment in segments[1:]):
        raise _refused()
    if any(ord(character) < 0x20 or ord(character) == 0x7F for character in path):
        raise _refused()
    return path


def forwarded_path(path: str) -> str:
    """The canonical path encoded for the wire. A slash within a segment was refused before.

    >>> forwarded_path("/api/tags/höhe")
    '/api/tags/h%C3%B6he'
    """
    return quote(path, safe="/" + _SEGMENT_SAFE)


def _refused() -> RequestProblem:
    return RequestProblem(400, "ambiguous_path", "The path could be read in more than one way.")
