"""Secrets and personal data never reach a log: by the name of a key, and by the look of a text."""

import re
from collections.abc import Mapping, MutableMapping
from functools import lru_cache
from typing import Any, Final

from chassis.domain.numbers import adds_up, is_real_iban

HIDDEN: Final = "[redacted]"

_DEEPEST: Final = 8
_LONGEST: Final = 8_000

_SECRET_WORDS: Final = (
    "password", "passwd", "secret", "token", "authorization", "api_key", "apikey", "private_key", "master_key",
    "internal_key", "cookie", "credential", "signature", "otp", "cvv", "cvc", "pan", "card_number",
)  # fmt: skip
_PERSONAL_WORDS: Final = (
    "email", "e_mail", "phone", "mobile", "first_name", "last_name", "full_name", "firstname", "lastname", "surname",
    "iban", "account_number", "date_of_birth", "birth_date", "dob", "address", "street", "postcode", "document_number",
    "passport",
)  # fmt: skip
_WHOLE_WORDS: Final = frozenset({"otp", "cvv", "cvc", "pan", "dob", "address", "token", "cookie", "mobile", "phone"})
_HARMLESS: Final = frozenset({"token_type", "email_index", "document_id", "expires_in_s"})

_PLAIN: Final = re.compile(r"(?:[0-9]{0,12}+[a-z_/{}]++)*+[0-9]{0,12}")
_WORD_BORDER: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[-. ]")
_BEARER: Final = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}")
_JWT: Final = re.compile(r"\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*")
_CIPHERTEXT: Final = re.compile(r"\b(?:pd1|sb1):[A-Za-z0-9_=-]+")
_EMAIL: Final = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_IBAN: Final = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_CARD: Final = re.compile(r"(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-])")
_URL_PASSWORD: Final = re.compile(r"(?<=://)([^\s:/@]+):[^\s@]+@")
_ASSIGNED: Final = re.compile(
    r"(?i)([\"']?\b(?:password|passwd|secret|api_key|token|master_key|internal_key)[\"']?\s*[=:]\s*)"
    r"(\"[^\"]*\"|'[^']*'|[^\s,;&}\]]+)"
)


def redact_text(text: str) -> str:
    """The text with whatever looks like a secret or a person's data taken out.

    >>> redact_text("mail to ann@example.com with Bearer abcdefghijkl")
    'mail to [redacted] with Bearer [redacted]'
    >>> redact_text("card 4242 4242 4242 4242, order 4242 4242 4242 4243")
    'card [redacted], order 4242 4242 4242 4243'
    """
    if _PLAIN.fullmatch(text):
        return text
    if len(text) > _LONGEST:
        text = text[:_LONGEST] + "…"
    # Every line of a log comes through here: a look for the character without which there is no match costs a fortieth.
    if "@" in text:
        text = _URL_PASSWORD.sub(rf"\1:{HIDDEN}@", text)
        text = _EMAIL.sub(HIDDEN, text)
    if "eyJ" in text:
        text = _JWT.sub(HIDDEN, text)
    if " " in text:
        text = _BEARER.sub(rf"\1 {HIDDEN}", text)
    if "1:" in text:
        text = _CIPHERTEXT.sub(HIDDEN, text)
    if "=" in text or ":" in text:
        text = _ASSIGNED.sub(rf"\1{HIDDEN}", text)
    if not text.islower():
        text = _IBAN.sub(_unless_not_iban, text)
    return _CARD.sub(_unless_not_card, text)


def redact(value: Any, *, depth: int = 0) -> Any:
    """A value fit for a log: mappings by their keys, texts by their look, all the way down.

    >>> redact({"player_id": 7, "email": "ann@example.com", "nested": {"api_key": "k"}})
    {'player_id': 7, 'email': '[redacted]', 'nested': {'api_key': '[redacted]'}}
    """
    if isinstance(value, str):
        return redact_text(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, (Mapping, list, tuple, set, frozenset)):
        return "…" if depth >= _DEEPEST else _redact_inside(value, depth + 1)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"[{len(value)} bytes]"
    return redact_text(str(value))


def _redact_inside(value: Any, depth: int) -> Any:
    if isinstance(value, Mapping):
        return {
            _shown_key(str(key)): HIDDEN if _hides(str(key)) and inner is not None else redact(inner, depth=depth)
            for key, inner in value.items()
        }
    return [redact(inner, depth=depth) for inner in value]


def redaction(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The structlog processor. It stands last before the renderer, so that formatted exceptions pass through it."""
    clean: MutableMapping[str, Any] = redact(line)
    return clean


@lru_cache(maxsize=4096)
def _shown_key(key: str) -> str:
    return redact_text(key)


@lru_cache(maxsize=4096)
def _hides(key: str) -> bool:
    name = _WORD_BORDER.sub("_", key).lower()
    if name in _HARMLESS or name.endswith(("_id", "_count", "_index")):
        return False
    words = set(name.split("_"))
    return any(word in words if word in _WHOLE_WORDS else word in name for word in (*_SECRET_WORDS, *_PERSONAL_WORDS))


def _unless_not_card(found: re.Match[str]) -> str:
    digits = "".join(filter(str.isdigit, found.group()))
    return HIDDEN if adds_up(digits) and len(set(digits)) > 1 else found.group()


def _unless_not_iban(found: re.Match[str]) -> str:
    return HIDDEN if is_real_iban(found.group().replace(" ", "")) else found.group()
