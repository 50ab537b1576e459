"""The base of every request body: what is not declared is refused, and nothing is guessed."""

from typing import Any, Final, cast

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

_EXACT: Final = frozenset({"int", "bool", "float"})
_MOMENTS: Final = {
    "datetime": PydanticCustomError("not_a_timestamp", "Input should be a time as 2026-01-31T12:00:00Z"),
    "date": PydanticCustomError("not_a_date", "Input should be a date as 2026-01-31"),
}
_NOT_SCHEMAS: Final = frozenset({"metadata", "serialization", "default", "expected", "ref", "schema_ref"})


def _exact(schema: Any) -> Any:
    """The schema with every number, truth value and moment in it taken literally. A field's own `strict` stays."""
    if isinstance(schema, (list, tuple)):
        return type(schema)(_exact(one) for one in schema)
    if not isinstance(schema, dict):
        return schema
    made = {name: inner if name in _NOT_SCHEMAS else _exact(inner) for name, inner in schema.items()}
    kind = schema.get("type")
    if kind in _EXACT:
        made.setdefault("strict", True)
    elif kind in _MOMENTS:
        return core_schema.no_info_before_validator_function(_no_number(kind), cast("CoreSchema", made))
    return made


def _no_number(kind: str) -> Any:
    def refuse_numbers(value: Any) -> Any:
        if isinstance(value, (int, float)):
            raise _MOMENTS[kind]
        return value

    return refuse_numbers


class StrictModel(BaseModel):
    """A request body.

    Unknown fields are errors: a misspelt optional field must not be ignored silently. Numbers are numbers and truth
    values are truth values: `"5"` and `true` are no amounts, and `1767225600` is no date. (Pydantic's own strict mode
    would refuse dates and UUIDs altogether, which are texts in JSON.)

    >>> class Approve(StrictModel):
    ...     amount_minor: int
    >>> Approve.model_validate({"amount_minor": True})  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    pydantic_core._pydantic_core.ValidationError: 1 validation error for Approve
    amount_minor
      Input should be a valid integer [type=int_type, input_value=True, input_type=bool]
    ...
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type[BaseModel], handler: GetCoreSchemaHandler) -> CoreSchema:
        return cast("CoreSchema", _exact(handler(source)))
