"""What is said about rules against fraud, decisions, cases and lists."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from chassis.http import NO_CARD_NUMBER, Reason, StrictModel
from payments.application.fraud.naming import Named
from payments.application.fraud.ports import Proof
from payments.domain.fraud.rules import MOST_RULES, Action, Mode, Trigger, Unproven
from payments.domain.fraud_case.words import CaseOutcome
from payments.entrypoints.http.fraud.shapes import Documented, FraudRule, FraudRules, FraudThresholds

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True), NO_CARD_NUMBER]
Days = Annotated[int, Field(ge=1, le=366, strict=True)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,30}$")]
Destination = Annotated[
    dict[Name, Annotated[str, StringConstraints(min_length=1, max_length=64)]], Field(min_length=1, max_length=10)
]
ListName = Literal["block", "allow"]
Kind = Literal["player", "device", "ip", "network", "instrument", "bin", "payout"]


class RulesBody(StrictModel):
    """All rules of a casino. What a condition may say is in docs/fraud-rules.md."""

    rules: Annotated[list[Annotated[dict[str, Any], Documented(FraudRule)]], Field(max_length=MOST_RULES)]
    typologies: Annotated[
        dict[str, Annotated[dict[str, int], Documented(FraudThresholds)]], Field(max_length=MOST_RULES)
    ] = Field(default_factory=dict)
    unproven: Unproven = Field(
        default=Unproven.REVIEW, description="What is done where a payer is to prove who he is and no provider can"
    )


class RulesView(BaseModel):
    """The rules in force. Version 0: the casino has not adopted any yet, and these are what it would begin with."""

    casino_id: UUID
    version: int
    sha256: str
    content: Annotated[dict[str, Any], Documented(FraudRules)]
    published_by: str | None = Field(description="`catalogue`: the casino began with them; null: nobody, version 0")
    published_at: datetime | None


class DraftView(BaseModel):
    """What the casino works on."""

    casino_id: UUID
    sha256: str = Field(description="Of the content; publishing names it")
    content: Annotated[dict[str, Any], Documented(FraudRules)]
    edited_by: str
    edited_at: datetime


class BacktestBody(StrictModel):
    """Try a draft on what happened."""

    sha256: Sha256 = Field(description="Of the draft")
    days: Days = Field(default=30, description="How far back, 1 to 366; the newest 20,000 payments at most")


class BecameView(BaseModel):
    """What became of payments. Each counts under one of `disputed`, `refunded`, `succeeded` and `blocked`, or under
    none: it failed otherwise, or is under way.
    """

    disputed: int = Field(
        description="The payer's bank wanted the money back or reported fraud, whoever won in the end"
    )
    charged_back: int = Field(description="Of the disputed: it wanted the money back")
    fraud_warned: int = Field(description="Of the disputed: it reported fraud; both may be so")
    refunded: int = Field(description="Given or taken back otherwise, in part or whole")
    succeeded: int = Field(description="Credited or paid out, and neither disputed nor refunded")
    blocked: int = Field(description="Refused by the rules of then")


class TriedView(BaseModel):
    """What one rule would have found."""

    rule: str
    mode: Mode
    payments: int = Field(description="That the rule looks at: deposits, or withdrawals")
    of_these: BecameView = Field(description="What became of them")
    hits: int
    of_hits: BecameView = Field(description="What became of the payments it holds at")
    hits_percent: int | None = Field(description="Of these payments; null: there are none")
    disputed_percent: int | None = Field(
        description="Disputed of the payments it holds at that came to an end that is known: disputed, refunded or"
        " succeeded; null: none did"
    )
    caught_percent: int | None = Field(
        description="Of the disputed payments it looks at, those it holds at; null: there are none"
    )
    fraud: int = Field(description="Cases of the payments it holds at that were decided as fraud; each counts once")
    not_fraud: int = Field(description="The same, as no fraud")
    precision_percent: int | None = Field(description="Fraud of all cases that were clear; null: there are none")


class BacktestView(BaseModel):
    """What would have been otherwise."""

    payments: int
    became: BecameView = Field(description="What became of them")
    since: datetime | None = Field(description="When the oldest of them was judged; null: there was none")
    complete: bool = Field(description="Whether they are all of these days, and not only the newest")
    actions: dict[str, int]
    before: dict[str, int]
    changed: dict[str, int] = Field(description="`from -> to`: how many payments")
    rules: list[TriedView]


class PublishBody(StrictModel):
    """Propose that the draft comes into force."""

    sha256: Sha256 = Field(description="Of the draft as it was looked at")
    reason: Reason


class SwitchBody(StrictModel):
    """Stop a rule at once, or let it go on."""

    off: bool
    until: AwareDatetime | None = Field(
        default=None, description="When a rule that is stopped counts again, within a day; null: in a day"
    )
    reason: Reason


class SwitchView(BaseModel):
    """How the rule counts from now on."""

    rule: str
    mode: Mode


class PerformanceView(BaseModel):
    """How a rule did. A case counts once, however often the rule held."""

    rule: str
    live_hits: int
    shadow_hits: int
    fraud: int
    not_fraud: int
    unclear: int
    undecided: int
    precision_percent: int | None = Field(description="Fraud of all cases that were clear; null: there are none")


class RuleItem(BaseModel):
    """A rule in force."""

    rule_id: UUID
    casino_id: UUID
    rule: str
    version: int
    trigger: Trigger
    action: Action
    mode: Mode = Field(description="As it was published")
    typology: str | None
    score: int
    switched_off: bool
    off_until: datetime | None = Field(description="When it counts again by itself")
    switched_by: str | None
    switched_at: datetime | None
    published_at: datetime


class DecisionItem(BaseModel):
    """What was decided about a payment."""

    decision_id: UUID
    casino_id: UUID
    player_id: UUID
    trigger: Trigger
    payment_id: UUID
    amount_minor: int
    currency: str
    action: Action
    shadow_action: Action = Field(description="What it would be if rules in shadow counted")
    rules: list[str]
    shadow_rules: list[str]
    rule_version: int
    proof: Proof | None = Field(description="What became of the proof of the payer that was wanted; null: none was")
    case_id: UUID | None
    decided_at: datetime


class LookView(BaseModel):
    """What was found when the instrument of a deposit became known: by the values it was decided by, with these."""

    action: Action
    shadow_action: Action
    rules: list[str]
    shadow_rules: list[str]
    scores: dict[str, int]
    overridden: bool
    rule_version: int
    rules_sha256: str
    switched_off: list[str]
    features: dict[str, Any] = Field(description="Of the instrument; those of the decision are not among them")
    proof: Proof | None
    refusal: str | None = Field(description="The code the deposit would have been refused with")
    looked_at: datetime


class DecisionView(DecisionItem):
    """The whole record: enough to reach the verdict again."""

    looks: list[LookView] = Field(description="When its instrument became known and other rules held, in order")

    scores: dict[str, int]
    overridden: bool
    rules_sha256: str
    switched_off: list[str]
    features: dict[str, Any]


class CaseItem(BaseModel):
    """A case."""

    case_id: UUID
    casino_id: UUID
    player_id: UUID
    status: Literal["open", "closed"]
    outcome: CaseOutcome | None
    rules: list[str]
    alerts: int
    assignee: str | None
    decided_by: str | None
    opened_at: datetime
    updated_at: datetime


class NoteView(BaseModel):
    """What somebody wrote down."""

    note_id: UUID
    text: str | None = Field(description="Null: the player was forgotten, and with him the words")
    author: str
    noted_at: datetime


class CaseView(CaseItem):
    """A case with what was written down."""

    notes: list[NoteView]


class AssignBody(StrictModel):
    """Who shall look into it; null: whoever likes."""

    assignee: UUID | None


class NoteBody(StrictModel):
    """What was found."""

    text: Words


class DecideBody(StrictModel):
    """What it was."""

    outcome: CaseOutcome
    reason: Reason | None = None


class _What(StrictModel):
    """Something to put on a list. What is not a player's id is kept as a fingerprint and never shown again.

    Its `value` is said, or the decision about a payment that came with it is named, or where a payout goes.
    """

    kind: Kind
    value: Annotated[str, StringConstraints(min_length=1, max_length=255, strip_whitespace=True)] | None = Field(
        default=None,
        repr=False,
        description="The id of a player, or of an instrument (also for a payout), a device_id, an address, a network "
        "(/24, /48), or the first 6 or 8 digits of cards",
    )
    decision_id: UUID | None = Field(default=None, description="What its payment came with")
    provider: Name | None = Field(
        default=None, description="In whose words the destination is; none where it says its `kind`"
    )
    destination: Destination | None = Field(
        default=None,
        repr=False,
        description="As a withdrawal names it: with its `kind`, whichever provider pays (the holder's names may be "
        "left out), or in the words of one provider",
        examples=[
            {"kind": "iban", "iban": "DE89370400440532013000"},
            {"kind": "wallet", "service": "skrill", "owner": "sue@player.example"},
        ],
    )
    reason: Reason

    def named(self) -> Named:
        """By what it is named."""
        return Named(
            value=self.value,
            decision_id=self.decision_id,
            provider=self.provider,
            destination=self.destination,
        )


class EntryBody(_What):
    """Something to put on the block list."""

    list: Literal["block"] = "block"
    until: AwareDatetime | None = Field(default=None, description="Null: until somebody takes it off")


class AllowBody(_What):
    """Something to put on the allow list, if a second person agrees."""

    until: AwareDatetime = Field(description="When rules count for it again")


class RemoveBody(StrictModel):
    """Why it is taken off."""

    reason: Reason


class EntryItem(BaseModel):
    """What stands on a list."""

    entry_id: UUID
    casino_id: UUID
    list: ListName
    kind: str
    player_id: UUID | None = Field(description="Because of whom, or who it is")
    until: datetime | None
    rule: str | None = Field(description="The rule that put it there; null: a person")
    added_by: str
    added_at: datetime


class EdgeView(BaseModel):
    """A player and something he was seen with, as a fingerprint."""

    player_id: UUID
    kind: str
    key: str
    first_seen: datetime
    last_seen: datetime
    proved: bool = Field(
        description="Whether it is more than his word: of a card or account, that a provider told; what a player only"
        " named connects nobody else with him"
    )


class MemberView(BaseModel):
    """A player of a cluster, and what is known of him."""

    player_id: UUID
    open_case_id: UUID | None
    fraud_cases: int = Field(description="That were decided as fraud")
    reversals: int
    reinstatements: int
    fraud_warnings: int
    bonuses: int
    blocked: bool = Field(description="Himself on the block list now")


class ClusterView(BaseModel):
    """Players that devices, instruments, payouts and telephones connect, and who lives where they do."""

    players: list[UUID]
    members: list[MemberView]
    edges: list[EdgeView]
    complete: bool = Field(description="Whether there are no more players or edges than these")
