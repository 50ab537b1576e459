"""WebAuthn ceremonies (Level 3, sections 7.1 and 7.2): what a key is asked, and whether its answer is right."""

import json
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from cbor2 import CBORError
from cryptography.exceptions import UnsupportedAlgorithm
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    base64url_to_bytes,
    parse_attestation_object,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

_ATTESTATIONS: Final = ("none", "packed")
"""We ask for none. A browser that sends a statement all the same sends one of the key itself."""

_LONGEST_ID: Final = 1023
_MALFORMED: Final = (
    WebAuthnException,
    CBORError,
    UnsupportedAlgorithm,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    ArithmeticError,
    EOFError,
    RecursionError,
    struct.error,
)
"""What the libraries raise for an answer that is wrong, or none at all."""


class KeyRefused(Exception):
    """The answer of a key is not the one to what was asked."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was registered.

    Attributes:
        method: `hwk` where it cannot leave its device, `swk` where it is copied between devices (RFC 8176).
    """

    credential_id: bytes
    public_key: bytes
    sign_count: int
    method: str


class RelyingParty:
    """Us, as keys know us.

    Args:
        rp_id: the domain keys are bound to; a key registered under another one is never offered.
        name: shown when a key is registered.
        origins: the web addresses whose pages may use keys.
        timeout_ms: how long a browser waits for its owner.
    """

    def __init__(self, rp_id: str, name: str, origins: Iterable[str], *, timeout_ms: int) -> None:
        self.rp_id = rp_id
        self._name = name
        self._origins = list(origins)
        self._timeout_ms = timeout_ms

    def creation(self, subject_id: UUID, login: str, known: Iterable[bytes], challenge: bytes) -> dict[str, Any]:
        """What `navigator.credentials.create()` takes; keys that are known already are not registered twice."""
        options = generate_registration_options(
            rp_id=self.rp_id,
            rp_name=self._name,
            user_id=subject_id.bytes,
            user_name=login,
            challenge=challenge,
            timeout=self._timeout_ms,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.DISCOURAGED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
        )
        made: dict[str, Any] = json.loads(options_to_json(options))
        return made

    def created(self, answer: dict[str, Any], challenge: bytes) -> NewKey:
        """The key behind the answer; KeyRefused when it is not the one to this challenge, or nobody was verified."""
        try:
            parsed = parse_registration_credential_json(answer)
            _require_own_page(parsed.response.client_data_json)
            statement = parse_attestation_object(parsed.response.attestation_object)
            if statement.fmt not in _ATTESTATIONS or statement.att_stmt.x5c:
                raise KeyRefused
            verified = verify_registration_response(
                credential=parsed,
                expected_challenge=challenge,
                expected_rp_id=self.rp_id,
                expected_origin=self._origins,
                require_user_verification=True,
            )
        except _MALFORMED as error:
            raise KeyRefused from error
        if not 0 < len(verified.credential_id) <= _LONGEST_ID:
            raise KeyRefused
        stays = verified.credential_device_type is CredentialDeviceType.SINGLE_DEVICE
        return NewKey(
            verified.credential_id, verified.credential_public_key, verified.sign_count, "hwk" if stays else "swk"
        )

    def request(self, known: Iterable[bytes], challenge: bytes) -> dict[str, Any]:
        """What `navigator.credentials.get()` takes."""
        options = generate_authentication_options(
            rp_id=self.rp_id,
            challenge=challenge,
            timeout=self._timeout_ms,
            allow_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        made: dict[str, Any] = json.loads(options_to_json(options))
        return made

    def used(
        self, answer: dict[str, Any], challenge: bytes, *, subject_id: UUID, public_key: bytes, sign_count: int
    ) -> int:
        """The key's new count. KeyRefused when the answer is not right, or when the key has counted backwards: then
        there are two of it, and nobody knows which one is in whose hands.
        """
        try:
            parsed = parse_authentication_credential_json(answer)
            _require_own_page(parsed.response.client_data_json)
            if (parsed.response.user_handle or subject_id.bytes) != subject_id.bytes:
                raise KeyRefused
            verified = verify_authentication_response(
                credential=parsed,
                expected_challenge=challenge,
                expected_rp_id=self.rp_id,
                expected_origin=self._origins,
                credential_public_key=public_key,
                credential_current_sign_count=sign_count,
                require_user_verification=True,
            )
        except _MALFORMED as error:
            raise KeyRefused from error
        return verified.new_sign_count


def named_key(answer: dict[str, Any]) -> bytes:
    """The id of the key an answer says it is from; KeyRefused when it says none."""
    try:
        return base64url_to_bytes(str(answer["rawId"]))
    except _MALFORMED as error:
        raise KeyRefused from error


def _require_own_page(client_data: bytes) -> None:
    """A page within somebody else's page gets no answer of a key for us."""
    if parse_client_data_json(client_data).cross_origin:
        raise KeyRefused
