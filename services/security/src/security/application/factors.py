"""What proves who somebody is beside the password: codes by time (RFC 6238), recovery codes, and how it is told."""

import secrets
import string
from collections.abc import Iterable
from datetime import datetime
from typing import Final, Literal

import pyotp

FactorKind = Literal["totp", "webauthn"]

ISSUER: Final = "Pitboss"
RECOVERY_CODES: Final = 10
MOST_FACTORS: Final = 10
"""Of one person; a drawer of keys is nobody's."""

_ALPHABET: Final = "".join(sorted({*string.ascii_uppercase, *string.digits} - set("ILOU01")))
"""Nothing that looks like something else."""


def new_secret() -> str:
    """A secret for codes by time: 160 bits in base32, as RFC 4226 section 4 recommends."""
    return pyotp.random_base32(32)


def otpauth_uri(secret: str, login: str) -> str:
    """What an authenticator application reads from a picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)


def counter_of(secret: str, code: str, now: datetime) -> int | None:
    """The number of the 30 seconds the code belongs to; None when it is not the code of this very moment.

    Neither the code before nor the next one counts: a code lives for 30 seconds (ASVS 6.5.5).
    """
    totp = pyotp.TOTP(secret)
    return totp.timecode(now) if totp.verify(code, for_time=now, valid_window=0) else None


def recovery_codes() -> list[str]:
    """Ten codes of 78 random bits, in groups that can be written down."""
    return [
        "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4)) for _ in range(RECOVERY_CODES)
    ]


def written_alike(code: str) -> str:
    """A recovery code as it is hashed: dashes, blanks and small letters make no difference."""
    return "".join(code.split()).replace("-", "").upper()


def amr_of(methods: Iterable[str]) -> list[str]:
    """The `amr` claim (RFC 8176): the methods, and `mfa` where two factors were proved.

    A key proves two by itself: it is held, and it has asked its owner for a finger, a face or a number.

    >>> amr_of(["pwd"]), amr_of(["pwd", "otp"]), amr_of(["hwk"])
    (['pwd'], ['mfa', 'otp', 'pwd'], ['hwk', 'mfa'])
    """
    found = set(methods)
    if len(found) > 1 or found & {"hwk", "swk"}:
        found.add("mfa")
    return sorted(found)


def acr_of(amr: Iterable[str]) -> str:
    """The `acr` claim: the assurance level of NIST SP 800-63B that the methods reach.

    >>> acr_of(["pwd"]), acr_of(["mfa", "otp", "pwd"]), acr_of(["hwk", "mfa"])
    ('aal1', 'aal2', 'aal3')
    """
    found = set(amr)
    if "hwk" in found:
        return "aal3"
    return "aal2" if "mfa" in found else "aal1"
