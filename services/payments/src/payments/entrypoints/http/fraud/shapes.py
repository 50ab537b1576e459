"""What rules against fraud look like, for the description of the API.

Nothing is checked by it: rules are read by `domain/fraud/rules.py`, which names the place of what is wrong as far down
as it is.
"""

from typing import Annotated, Any

from pydantic import BaseModel, Field, GetJsonSchemaHandler, RootModel, TypeAdapter
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from payments.domain.fraud.expressions import OPERATORS
from payments.domain.fraud.features import CONTACTS, FEATURES, KEYS, WINDOWS
from payments.domain.fraud.rules import LONGEST_BLOCK_MIN, MOST_RULES, Action, Mode, Trigger, Unproven


class Documented:
    """Has a value described as this shape."""

    def __init__(self, shape: Any) -> None:
        self._shape = TypeAdapter(shape).core_schema

    def __get_pydantic_json_schema__(self, _: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """See pydantic."""
        return handler(self._shape)


_Feature = Annotated[str, Field(json_schema_extra={"enum": [*FEATURES]})]
_Key = Annotated[str, Field(json_schema_extra={"enum": [*KEYS]})]
_Of = Annotated[str, Field(json_schema_extra={"enum": [*KEYS, *CONTACTS]})]
_Window = Annotated[str, Field(json_schema_extra={"enum": [*WINDOWS]})]
_Operator = Annotated[str, Field(json_schema_extra={"enum": [*OPERATORS]})]
_Typology = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")]


class FraudFeature(BaseModel):
    """Something that is known of the payment or of its player. docs/fraud-rules.md says what each is."""

    feature: _Feature
    of: _Of | None = Field(default=None, description="Of what it is counted, where it is a count")
    in_: _Window | None = Field(default=None, alias="in", description="The window: over which time it is counted")


class FraudExpression(
    RootModel[
        "bool | int | str | FraudFeature | dict[_Operator, FraudExpression | list[FraudExpression | list[int | str]]]"
    ]
):
    """A value, a feature, or one operator with its arguments; the second one of `in` is a list of values."""


class FraudBlock(BaseModel):
    """What a hit puts on the block list, and for how long."""

    of: Annotated[list[_Key], Field(min_length=1)]
    minutes: Annotated[int, Field(ge=1, le=LONGEST_BLOCK_MIN)]


class FraudRule(BaseModel):
    """One rule. Of all rules that hold of a payment the strictest action is done."""

    id: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9-]{0,39}$")]
    text: str = Field(default="", max_length=500, description="What it says, for people")
    trigger: Trigger = Field(description="What it looks at")
    when: FraudExpression = Field(description="A condition: what holds or does not")
    action: Action = Field(description="`hold` of withdrawals alone; `challenge`, `decline` and `block` of deposits")
    mode: Mode = Field(description="`shadow`: evaluated and recorded, of no effect; `off`: not evaluated")
    score: int = Field(default=0, ge=0, le=1000, description="What it adds to its typology")
    typology: _Typology | None = Field(default=None, description="One of `typologies`")
    overrides: bool = Field(default=False, description="Of `allow`: done whatever else is wanted")
    block: FraudBlock | None = Field(default=None, description="Of `block`, which needs it")


FraudThresholds = Annotated[
    dict[Action, Annotated[int, Field(ge=1, le=100_000)]],
    Field(description="From which sum of the scores of its rules on the action is wanted"),
]


class FraudRules(BaseModel):
    """All rules of a casino."""

    rules: Annotated[list[FraudRule], Field(max_length=MOST_RULES)]
    typologies: dict[_Typology, FraudThresholds] = Field(default_factory=dict)
    unproven: Unproven = Unproven.REVIEW
