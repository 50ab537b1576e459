"""Reading what others wrote, without believing more of it than fits."""

import json
import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from chassis.domain import Invalid
from payments.application.ports import HttpAnswer

LONGEST = 255
SHORTEST_SECRET = 16
_MOST_DIGITS = 20
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
_PLAIN = re.compile(r"[0-9]{1,28}(\.[0-9]{1,28})?", re.ASCII)


def word(value: object) -> str | None:
    """A short printable ASCII text, such as ids and codes are; None for everything else.

    >>> word("pi_1"), word(""), word("\\x00"), word(7)
    ('pi_1', None, None, None)
    """
    fits = isinstance(value, str) and 0 < len(value) <= LONGEST and value.isascii() and value.isprintable()
    return str(value) if fits else None


def our_id(value: object) -> UUID | None:
    """The UUID we once gave as our reference; None when it is not one.

    >>> our_id("018f3a5e-7c1d-7000-8000-000000000001"), our_id("order 7")
    (UUID('018f3a5e-7c1d-7000-8000-000000000001'), None)
    """
    text = word(value)
    try:
        return UUID(text) if text and len(text) == 36 else None
    except ValueError:
        return None


def decimal(value: object) -> Fraction | None:
    """A plain decimal, exactly; None for a number that is no text, a sign, an exponent and everything else.

    >>> decimal("0.00078"), decimal("-1"), decimal("1e3"), decimal(0.5)
    (Fraction(39, 50000), None, None, None)
    """
    text = word(value)
    return Fraction(text) if text and _PLAIN.fullmatch(text) else None


def section(value: object) -> Mapping[str, Any]:
    """A JSON object, empty when there is none."""
    return value if isinstance(value, dict) else {}


def decoded(answer: HttpAnswer | None) -> Any:
    """The JSON of an answer; None when there was no answer, or it is none.

    >>> decoded(HttpAnswer(200, b'{"id": "pi_1"}')), decoded(HttpAnswer(200, b"<html>")), decoded(None)
    ({'id': 'pi_1'}, None, None)
    """
    if answer is None:
        return None
    try:
        return msgspec.json.decode(answer.body)
    except (ValueError, RecursionError):
        return None


def decoded_object(answer: HttpAnswer | None) -> Mapping[str, Any] | None:
    """The same where only a JSON object makes sense; None for everything else."""
    body = decoded(answer)
    return body if isinstance(body, dict) else None


def told(raw: bytes) -> Mapping[str, Any] | None:
    """The JSON object of a genuine notification, as far as it can be read; None when it is none, or goes too deep.

    What no table or signature of ours takes is replaced: half a character by U+FFFD, a whole number of more than 64
    bits by the text it was written as. Of a key that is named twice the last counts, as for most readers of JSON.

    >>> told(b'{"a": 1, "a": "x\\ud800", "b": 99999999999999999999}'), told(b"[]")
    ({'a': 'x\ufffd', 'b': '99999999999999999999'}, None)
    """
    try:
        text = raw.decode("utf-8-sig", "replace")
        found = json.loads(text, strict=False, parse_int=_whole, parse_constant=str)
        return _mended(found) if isinstance(found, dict) else None
    except (ValueError, RecursionError):
        return None


def _whole(digits: str) -> int | str:
    number = int(digits) if len(digits) <= _MOST_DIGITS else None
    return digits if number is None or not -(2**63) <= number < 2**63 else number


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return _HALF_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, dict):
        return {_mended(key): _mended(inner) for key, inner in value.items()}
    return [_mended(inner) for inner in value] if isinstance(value, list) else value


def unix_moment(seconds: object, now: datetime) -> datetime:
    """When it happened, in whole seconds since 1970; what is no such number is `now`."""
    if isinstance(seconds, int) and not isinstance(seconds, bool) and 0 < seconds < 2**33:
        return datetime.fromtimestamp(seconds, UTC)
    return now


def name(value: object) -> str | None:
    """A person's or company's name in any script; None for what is none.

    >>> name("Ana García"), name(""), name("a\\nb"), name(7)
    ('Ana García', None, None, None)
    """
    fits = isinstance(value, str) and 0 < len(value.strip()) <= LONGEST and value.isprintable()
    return str(value).strip() if fits else None


def end_of(value: object) -> str | None:
    """The last four letters or digits of a number; None where there are fewer.

    >>> end_of("XXXX-1111"), end_of("****582"), end_of("12")
    ('1111', None, None)
    """
    kept = re.findall(r"[0-9A-Za-z]", word(value) or "")
    return "".join(kept[-4:]) if len(kept) >= 4 else None


def issuer(value: object) -> str | None:
    """The first digits of a card: 8 where there are as many, else 6; None where there are none.

    >>> issuer("411111"), issuer("4111111145551142"), issuer("41")
    ('411111', '41111111', None)
    """
    digits = re.match(r"[0-9]*", word(value) or "", re.ASCII)
    found = digits.group() if digits else ""
    return found[:8] if len(found) >= 8 else found[:6] if len(found) >= 6 else None


def country(value: object) -> str | None:
    """An ISO 3166-1 alpha-2 code in capitals; None for everything else."""
    text = word(value)
    return text.upper() if text and len(text) == 2 and text.isalpha() else None


def wallet_mark(brand: str, owner: str) -> str:
    """By what the same wallet is recognised whichever provider leads to it.

    >>> wallet_mark("skrill", " Ana@Player.example")
    'skrill:ana@player.example'
    """
    return f"{brand}:{owner.strip().lower()}"


def last_day(year: object, month: object) -> date | None:
    """The last day of a card's month of expiry; None when it is none.

    >>> last_day(2028, 2), last_day("2030", "03"), last_day(30, 3), last_day("x", 1)
    (datetime.date(2028, 2, 29), datetime.date(2030, 3, 31), None, None)
    """
    try:
        when = date(int(str(year)), int(str(month)), 1)
    except ValueError:
        return None
    return when.replace(day=monthrange(when.year, when.month)[1]) if 1990 <= when.year < 2100 else None


def require_text(given: Mapping[str, Any], name: str, *, within: str, longest: int = LONGEST) -> str:
    """A setting or secret that must be a text of at most `longest` characters, in one line unless it may be a
    long one; Invalid names `within.name`.
    """
    value = given.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > longest or "\x00" in value:
        raise Invalid(f"{name} is missing or is not a text of at most {longest} characters.", field=f"{within}.{name}")
    if longest <= LONGEST and not value.isprintable():
        raise Invalid(f"{name} is one line of letters that are seen.", field=f"{within}.{name}")
    return value


def require_secret(given: Mapping[str, Any], name: str, *, shortest: int = SHORTEST_SECRET, begins: str = "") -> str:
    """A secret that signs what moves money: whoever guesses it credits himself. Invalid names `secrets.name`."""
    value = require_text(given, name, within="secrets")
    if len(value) < shortest or not value.startswith(begins):
        beginning = f" and begins with {begins}" if begins else ""
        raise Invalid(f"{name} has at least {shortest} characters{beginning}.", field=f"secrets.{name}")
    return value


def require_url(given: Mapping[str, Any], name: str, *, within: str) -> str:
    """A setting that must be the address of a server: http or https, no user, query or fragment; without a last /."""
    value = require_text(given, name, within=within)
    mistake = Invalid(f"{name} is not the address of a server (https://host).", field=f"{within}.{name}")
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise mistake from None
    if not usable or parts.username or parts.password or parts.query or parts.fragment or not value.isascii():
        raise mistake
    return value.rstrip("/")


def refuse_others(given: Mapping[str, Any], known: frozenset[str], *, within: str) -> None:
    """Invalid when there is a setting or secret that nobody would ever read."""
    for name in sorted(given.keys() - known):
        raise Invalid(f"There is no {within.removesuffix('s')} of this name.", field=f"{within}.{name}")
