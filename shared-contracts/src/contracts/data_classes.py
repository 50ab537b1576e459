"""Events, and codes within events, that are themselves of a guarded kind of data: not for everybody to know."""

from collections.abc import Mapping
from typing import Final, Literal

from contracts.backoffice.events import (
    DepositLimitSet,
    PersonalDataErased,
    PlayerBlocked,
    PlayerProfileChanged,
    PlayerTagged,
    PlayerUnblocked,
    PlayerUntagged,
    RegistrationDeclined,
    SelfExclusionStarted,
)
from contracts.backoffice.permissions import BackofficePermission
from contracts.games.errors import GamesError
from contracts.payments.adjustment_events import WalletAdjusted
from contracts.payments.errors import PaymentsError
from contracts.payments.events import WithdrawalApproved, WithdrawalRejected
from contracts.payments.fraud_events import FraudCaseDecided, FraudCaseOpened
from contracts.payments.instrument_events import InstrumentReviewed, InstrumentShared
from contracts.payments.permissions import PaymentsPermission
from contracts.verification.events import (
    DocumentRejected,
    HitDecided,
    HitRaised,
    HitWithdrawn,
    ScreeningCompleted,
)
from contracts.verification.permissions import VerificationPermission

GuardedClass = Literal["rg", "aml"]

EVENT_CLASSES: Final[Mapping[str, GuardedClass]] = {
    DepositLimitSet.type: "rg",
    SelfExclusionStarted.type: "rg",
    RegistrationDeclined.type: "rg",
    HitRaised.type: "aml",
    HitWithdrawn.type: "aml",
    HitDecided.type: "aml",
    ScreeningCompleted.type: "aml",
    InstrumentShared.type: "aml",
    FraudCaseOpened.type: "aml",
    FraudCaseDecided.type: "aml",
}
"""By type. Limits and exclusions protect a player; whoever warns a suspect that he is looked into breaks the law."""

_ABOUT_A_PLAYER = (
    PlayerBlocked,
    PlayerUnblocked,
    PlayerTagged,
    PlayerUntagged,
    PlayerProfileChanged,
    PersonalDataErased,
)

WORDS: Final[Mapping[str, tuple[str | None, str]]] = {
    **{one.type: (None, BackofficePermission.PLAYER_VIEW_REASON.value) for one in _ABOUT_A_PLAYER},
    WithdrawalApproved.type: (None, PaymentsPermission.WITHDRAWAL_VIEW_REASON.value),
    WithdrawalRejected.type: ("reject_reason", PaymentsPermission.WITHDRAWAL_VIEW_REASON.value),
    WalletAdjusted.type: (None, PaymentsPermission.ADJUSTMENT_VIEW_REASON.value),
    InstrumentReviewed.type: (None, PaymentsPermission.INSTRUMENT_VERIFY.value),
    DocumentRejected.type: (None, VerificationPermission.DOCUMENT_LIST.value),
}
"""Of events for which staff write freely, by type: the field, if it is one, and the permission that reads it and why it
was done. What follows from such an event elsewhere is told without these words."""

CODE_CLASSES: Final[Mapping[str, GuardedClass]] = {
    PaymentsError.SELF_EXCLUDED.value: "rg",
    PaymentsError.DEPOSIT_LIMIT_REACHED.value: "rg",
    GamesError.PLAYER_SELF_EXCLUDED.value: "rg",
    PaymentsError.ACCOUNT_UNDER_REVIEW.value: "aml",
    PaymentsError.FRAUD_BLOCKED.value: "aml",
    PaymentsError.FRAUD_DECLINED.value: "aml",
    PaymentsError.FRAUD_UNPROVEN.value: "aml",
}
"""By the word for why something was refused or ended."""

NOT_ALLOWED: Final = "not_allowed"
"""What is said instead of each of them, to whoever is not to know."""

NEUTRAL_CODES: Final = frozenset(
    {
        *CODE_CLASSES,
        PaymentsError.ACCOUNT_BLOCKED.value,
        PaymentsError.RESTRICTION_FEED_STALE.value,
        GamesError.PLAYER_BLOCKED.value,
    },
)
"""What `not_allowed` is said for: harmless causes as well, or the word itself would tell of what it hides."""
