"""What is agreed with a provider about settlements in one currency."""

from dataclasses import dataclass
from typing import Final

BANK: Final = "bank"
"""Stands where a provider does in terms of the casino's own bank."""

UNAGREED_SHARE_BPS: Final = 300
"""What fees may be of what payments move where nobody agreed on any: about what acquirers publish as their price for
cards without terms of one's own (Stripe in the euro area: 1.5 to 3.25 per cent and 0.25 EUR).
"""

PRICE_TOLERANCE_BPS: Final = 100
"""Where prices are agreed, fees may be more than these by so much of what payments move: for what the price of a
payment leaves out, as scheme fees and the cost of the settlement itself.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementTerms:
    """The defaults hold where nothing is agreed.

    Attributes:
        due_days: after a movement a file must tell of it; from then on it is missing at the provider.
        alarm_days: a movement without a line may be so old before people hear of it.
        match_days: how far apart a line and a movement may be where nothing but the amount tells which it is.
        tolerance_minor: an amount may be off by so much; what it is off by is booked with the fees.
        fee_fixed_minor: of each line.
        fee_bps: of its amount, in hundredths of a per cent; without this and the other, fees are taken as they come.
        fee_tolerance_minor: a fee may be off by so much.
        rate_tolerance_bps: what is settled in this currency and was paid in another may be off from published rates by
            so much, in hundredths of a per cent.
        fee_share_bps: of what the payments move that a batch explains its fees may be so much, in hundredths of a per
            cent; what is more waits for two people. None: see `UNAGREED_SHARE_BPS` and `PRICE_TOLERANCE_BPS`.
        prefunded: payouts are sent only as far as the provider holds our money.
        holds_max_minor: a deposit with which the provider would hold more of our money goes to another; None: no bound.
        float_low_minor: people are told when the provider can pay out less than this; None: they are not.
        accounts: of `BANK`, and of nobody else: the casino's own accounts, as `account_key` writes them.
    """

    due_days: int = 3
    alarm_days: int = 7
    match_days: int = 2
    tolerance_minor: int = 0
    fee_fixed_minor: int | None = None
    fee_bps: int | None = None
    fee_tolerance_minor: int = 0
    rate_tolerance_bps: int = 0
    fee_share_bps: int | None = None
    prefunded: bool = False
    holds_max_minor: int | None = None
    float_low_minor: int | None = None
    accounts: tuple[str, ...] = ()
