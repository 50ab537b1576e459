"""The signature of a status report: a hash, in upper-case hex, of the fields that count and the hashed secret."""

import hashlib
import hmac
from collections.abc import Mapping

FIELDS = {"sha2": "sha2sig", "md5": "md5sig"}
"""How an account's reports are signed, and the field with the signature. Skrill switches on `sha2` when asked to."""


def sign(form: str, secret_word: str, report: Mapping[str, str]) -> str:
    """The signature of a report; what it lacks counts as nothing.

    >>> report = {"merchant_id": "4637827", "transaction_id": "5585262", "mb_amount": "9.99", "mb_currency": "EUR"}
    >>> sign("md5", "Answer One", {**report, "status": "2"})
    'CF9DCA614656D19772ECAB978A56866D'
    """
    names = ("merchant_id", "transaction_id", None, "mb_amount", "mb_currency", "status")
    secret = _hash(form, secret_word)
    return _hash(form, "".join(secret if name is None else report.get(name, "") for name in names))


def is_signed(form: str, secret_words: tuple[str, ...], report: Mapping[str, str]) -> bool:
    """Whether one of our secret words signed it, in the form the account has."""
    given = report.get(FIELDS[form], "").encode(errors="replace")
    return any(hmac.compare_digest(sign(form, one, report).encode(), given) for one in secret_words)


def _hash(form: str, text: str) -> str:
    plain = text.encode(errors="replace")
    digest = hashlib.sha256(plain) if form == "sha2" else hashlib.md5(plain)  # noqa: S324 - the protocol's older form
    return digest.hexdigest().upper()
