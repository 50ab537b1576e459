"""Pydantic's findings in our words: stable codes, field paths, and never the value that was sent."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, get_args

from pydantic_core.core_schema import ErrorType

from chassis.http.problems import FieldError

_BUILT_IN: Final = frozenset(get_args(ErrorType))

CODES: Final[Mapping[str, str]] = {
    "missing": "missing",
    "extra_forbidden": "unknown_field",
    "int_type": "not_an_integer",
    "int_parsing": "not_an_integer",
    "int_from_float": "not_an_integer",
    "int_parsing_size": "out_of_range",
    "float_type": "not_a_number",
    "float_parsing": "not_a_number",
    "finite_number": "not_a_number",
    "decimal_type": "not_a_number",
    "decimal_parsing": "not_a_number",
    "string_type": "not_a_string",
    "string_unicode": "invalid_text",
    "string_too_short": "too_short",
    "string_too_long": "too_long",
    "too_short": "too_short",
    "too_long": "too_long",
    "string_pattern_mismatch": "wrong_format",
    "bool_type": "not_a_boolean",
    "bool_parsing": "not_a_boolean",
    "uuid_type": "not_a_uuid",
    "uuid_parsing": "not_a_uuid",
    "uuid_version": "not_a_uuid",
    "datetime_type": "not_a_timestamp",
    "datetime_parsing": "not_a_timestamp",
    "datetime_from_date_parsing": "not_a_timestamp",
    "datetime_object_invalid": "not_a_timestamp",
    "timezone_naive": "timezone_unwanted",
    "timezone_aware": "timezone_missing",
    "date_type": "not_a_date",
    "date_parsing": "not_a_date",
    "date_from_datetime_parsing": "not_a_date",
    "date_from_datetime_inexact": "not_a_date",
    "literal_error": "not_allowed",
    "enum": "not_allowed",
    "union_tag_invalid": "not_allowed",
    "union_tag_not_found": "missing",
    "greater_than": "out_of_range",
    "greater_than_equal": "out_of_range",
    "less_than": "out_of_range",
    "less_than_equal": "out_of_range",
    "multiple_of": "out_of_range",
    "date_past": "out_of_range",
    "date_future": "out_of_range",
    "datetime_past": "out_of_range",
    "datetime_future": "out_of_range",
    "model_type": "not_an_object",
    "model_attributes_type": "not_an_object",
    "dict_type": "not_an_object",
    "dataclass_type": "not_an_object",
    "list_type": "not_a_list",
    "tuple_type": "not_a_list",
    "set_type": "not_a_list",
    "frozen_set_type": "not_a_list",
    "url_type": "not_a_url",
    "url_parsing": "not_a_url",
    "url_scheme": "not_a_url",
    "url_syntax_violation": "not_a_url",
    "url_too_long": "too_long",
    "none_required": "not_allowed",
    "json_invalid": "invalid_json",
}


def field_errors(found: Sequence[Mapping[str, Any]]) -> list[FieldError]:
    """The findings of a validation, one per field and code."""
    errors: dict[tuple[str, str], FieldError] = {}
    for one in found:
        kind = str(one["type"])
        code = CODES.get(kind, "invalid" if kind in _BUILT_IN else kind)
        field = field_path(one["loc"])
        errors.setdefault((field, code), FieldError(field=field, code=code, message=_message(kind, one)))
    return list(errors.values())


def field_path(loc: Sequence[int | str]) -> str:
    """Where it is: the body's fields by name, everything else with the part of the request before it.

    >>> field_path(("body", "items", 3, "amount_minor"))
    'items[3].amount_minor'
    >>> field_path(("header", "idempotency-key"))
    'header.idempotency-key'
    >>> field_path(("body",))
    'body'
    """
    steps = list(loc)
    if len(steps) > 1 and steps[0] == "body":
        steps = steps[1:]
    path = ""
    for step in steps:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else str(step)
    return path or "body"


def _message(kind: str, found: Mapping[str, Any]) -> str:
    if kind == "missing":
        return "This field is required."
    if kind == "extra_forbidden":
        return "There is no such field."
    return str(found.get("msg", "")).removeprefix("Value error, ")
