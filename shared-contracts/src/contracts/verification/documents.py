"""The words for documents: which kinds there are, and what they prove. A casino's rules may require either."""

from typing import Literal, get_args

DocumentKind = Literal[
    "passport",
    "id_card",
    "driving_licence",
    "residence_permit",
    "proof_of_address",
    "selfie",
    "payment_proof",
    "source_of_funds",
]
"""What a document can be."""

Proof = Literal["identity", "address", "likeness", "payment", "funds"]
"""What one can prove."""

RequiredDocument = Literal[DocumentKind, Proof]
"""What a casino may ask for before a player is `verified`: one certain kind, or whatever proves it."""

REQUIRED_DOCUMENTS: frozenset[str] = frozenset((*get_args(DocumentKind), *get_args(Proof)))
"""All of these words."""
