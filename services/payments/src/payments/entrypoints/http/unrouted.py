"""A refusal that is remembered under the idempotency key: the decision it came of is kept, and a repeat is answered the
same.
"""

from typing import Final

from pydantic import BaseModel

from chassis.domain import Blame, DomainError, Invalid
from chassis.http.problems import FieldError
from payments.application.errors import MethodNotOffered, NoProviderAvailable
from payments.application.ledger import InsufficientFunds

_REFUSALS: Final[dict[str, type[DomainError]]] = {
    one.code: one for one in (Invalid, MethodNotOffered, NoProviderAvailable, InsufficientFunds)
}


class RefusalKept(BaseModel):
    """What was answered."""

    code: str
    detail: str
    errors: list[FieldError]

    @classmethod
    def of(cls, refusal: DomainError) -> "RefusalKept":
        """The refusal, to be remembered."""
        errors = [FieldError(field=one.field, code=one.code, message=one.detail) for one in refusal.blames]
        return cls(code=refusal.code, detail=refusal.detail, errors=errors)

    def again(self) -> DomainError:
        """The same refusal."""
        blames = [Blame(one.field, one.code, one.message) for one in self.errors]
        return _REFUSALS[self.code](self.detail, blames=blames)


class Unserved(BaseModel):
    """What is remembered of a request that nobody takes, where else it would be the payment."""

    unserved: RefusalKept
