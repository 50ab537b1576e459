"""Reading settings: a person who deploys sees which variable is wrong and what would be right, and no secret."""

import sys
from typing import Any, TypeVar

from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

S = TypeVar("S", bound=BaseSettings)

EX_CONFIG = 78
"""The exit status of a program that is configured wrongly (sysexits.h)."""

_SHOWN = 60


class SettingsRefused(Exception):
    """The environment does not describe a process that could run. `problems` has one line per variable."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


def parse(cls: type[S], **overrides: Any) -> S:
    """The settings from the environment and `overrides`; SettingsRefused with a line per wrong variable."""
    try:
        return cls(**overrides)
    except ValidationError as error:
        raise SettingsRefused(_problems(cls, error)) from None


def load(cls: type[S]) -> S:
    """The settings of this process, or the end of it with exit status 78 and the reasons on standard error."""
    try:
        return parse(cls)
    except SettingsRefused as refused:
        sys.stderr.write("The settings are wrong:\n" + "".join(f"  {line}\n" for line in refused.problems))
        raise SystemExit(EX_CONFIG) from None


def _problems(cls: type[BaseSettings], error: ValidationError) -> list[str]:
    lines: dict[str, str] = {}
    for found in error.errors(include_url=False):
        name = str(found["loc"][0]) if found["loc"] else ""
        field = next((field for key, field in cls.model_fields.items() if name in (key, field.alias)), None)
        lines.setdefault(name, _line(name, field, found))
    return list(lines.values())


def _line(name: str, field: FieldInfo | None, found: Any) -> str:
    if field is None:
        return f"{name.upper() or 'settings'}: {found['msg']}"
    allowed = field.description or found["msg"]
    value = found.get("input")
    if found["type"] == "missing" or value is None or value == "":
        return f"{name.upper()} is missing. Allowed: {allowed}."
    if _is_secret(field) or not isinstance(value, (str, int, float)):
        return f"{name.upper()} is wrong. Allowed: {allowed}."
    return f"{name.upper()} is {str(value)[:_SHOWN]!r}. Allowed: {allowed}."


def _is_secret(field: FieldInfo) -> bool:
    extra = field.json_schema_extra
    return (
        "Secret" in str(field.annotation)
        or SecretStr is field.annotation
        or bool(isinstance(extra, dict) and extra.get("secret"))
    )
