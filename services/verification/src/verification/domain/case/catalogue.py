"""The words a case is spoken in: kinds of documents, what each proves, and the reasons to refuse one."""

from typing import Literal

Level = Literal["none", "basic", "verified"]

PROVES: dict[str, str] = {
    "passport": "identity",
    "id_card": "identity",
    "driving_licence": "identity",
    "residence_permit": "identity",
    "proof_of_address": "address",
    "selfie": "likeness",
    "payment_proof": "payment",
    "source_of_funds": "funds",
}
"""Kind of document -> what it is a proof of. A casino's profile may require either word."""

RETRY_REASONS = frozenset(
    {"blurry", "glare", "cropped", "wrong_type", "expired", "name_mismatch", "date_of_birth_mismatch", "not_latest"}
)
"""The document is no good; another one may be."""

FINAL_REASONS = frozenset({"forged", "tampered", "underage", "sanctioned", "duplicate_identity", "stolen"})
"""The person is no good: nothing uploaded later can help, the case is closed to documents."""


def is_required_word(word: str) -> bool:
    """Whether a profile may require `word`: a kind of document or what one proves.

    >>> is_required_word("identity"), is_required_word("passport"), is_required_word("horoscope")
    (True, True, False)
    """
    return word in PROVES or word in PROVES.values()
