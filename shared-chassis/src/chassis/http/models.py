"""The base of every request body: what is not declared is refused, and nothing changes after parsing."""

from pydantic import BaseModel, ConfigDict


class StrictModel(BaseModel):
    """A request body. Unknown fields are errors (a misspelt optional field must not be ignored silently).

    >>> class Approve(StrictModel):
    ...     reason: str
    >>> Approve.model_validate({"reason": "checked", "amount": 1})
    Traceback (most recent call last):
    pydantic_core._pydantic_core.ValidationError: 1 validation error for Approve
    amount
      Extra inputs are not permitted [type=extra_forbidden, input_value=1, input_type=int]
        For further information visit https://errors.pydantic.dev/2.14/v/extra_forbidden
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=False)
