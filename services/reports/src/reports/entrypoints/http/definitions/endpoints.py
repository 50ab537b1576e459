"""Which reports there are, with every column's meaning: the metric dictionary."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel

from chassis.auth import Caller, Requires
from contracts.reports.permissions import ReportsPermission as P
from reports.application.definitions import DEFINITIONS

router = APIRouter(prefix="/api/reports/v1/definitions", tags=["definitions"])


class ColumnView(BaseModel):
    """A column and what it says."""

    name: str
    title: str
    kind: str
    meaning: str


class ParameterView(BaseModel):
    """A parameter, what it takes, and what it is when nothing is given."""

    name: str
    meaning: str
    default: str | None


class DefinitionView(BaseModel):
    """A report. `allowed` tells whether the caller may ask for it at any casino."""

    name: str
    title: str
    permission: str
    allowed: bool
    longest_days: int
    columns: list[ColumnView]
    parameters: list[ParameterView]


@router.get("")
async def list_definitions(caller: Annotated[Caller, Requires(P.DEFINITION_LIST)]) -> list[DefinitionView]:
    """Every report with its columns and their formulae."""
    return [
        DefinitionView(
            name=one.name,
            title=one.title,
            permission=one.permission,
            allowed=caller.could(one.permission),
            longest_days=one.longest_days,
            columns=[ColumnView.model_validate(column, from_attributes=True) for column in one.columns],
            parameters=[
                ParameterView(name=name, meaning=parameter.meaning, default=parameter.default)
                for name, parameter in one.parameters.items()
            ],
        )
        for one in DEFINITIONS.values()
    ]
