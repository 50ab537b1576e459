"""Countries as staff name them: what is set up for one that there is not would never be of any effect."""

from typing import Annotated

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

from chassis.domain.countries import COUNTRIES


def _known(code: str) -> str:
    if code not in COUNTRIES:
        raise PydanticCustomError("country_unknown", "ISO 3166-1 has no country with this code.")
    return code


KnownCountry = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$"), AfterValidator(_known)]
"""ISO 3166-1 alpha-2, of a country there is: `GB`, not `UK`."""
