"""Why somebody of the staff does something, in their own words."""

from typing import Annotated

from pydantic import Field, StringConstraints

Reason = Annotated[
    str,
    StringConstraints(min_length=3, max_length=500, strip_whitespace=True),
    Field(
        description="Why, for the audit trail. It is kept there in clear as long as the law asks for the trail, also "
        "after an erasure: no personal data and nothing about anybody's health belong in it; write a note for that"
    ),
]
"""Required of staff where the audit trail must tell why. Players do not write any: see ADR 17."""
