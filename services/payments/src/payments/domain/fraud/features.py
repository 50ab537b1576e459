"""The features a rule may ask for: what each means, of whom, over which time, and how it is kept in a record.

A value's name is `feature`, `feature:of` or `feature:of:window`, for instance `failures:ip:1h`. Records are sparse: of
what is counted only what is not zero is kept, and `known:device` says that there was a device to count for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Literal

Type = Literal["number", "text", "truth", "numbers"]
Value = int | Fraction | str | bool | tuple[int, ...] | None
Values = Mapping[str, Value]
"""What is known about a payment, by name. None, or absent: it is not known."""

WINDOWS: Mapping[str, timedelta | None] = {
    "1h": timedelta(hours=1),
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "ever": None,
}
"""How far back a feature looks. `1h` is counted in stretches of ten minutes, `24h` in whole hours of the clock, `7d`
and `30d` in whole days of UTC: a window may hold up to one such stretch more than it says, and never less."""

KEYS = ("player", "device", "ip", "network", "instrument", "bin", "payout")
"""Of what is counted. All but the player are fingerprints under a key of ours, different at each casino. `network` is
the address without its last part (/24, /48), `payout` is where a withdrawal goes."""

CONTACTS = ("phone", "address", "email_domain")
"""Of what a player registered with: who else has the same. Nothing is counted for them, nor listed."""

KNOWN_WITH: Mapping[str, tuple[str, ...]] = {
    "deposit": ("player", "device", "ip", "network", "instrument", "bin"),
    "withdrawal": ("player", "device", "ip", "network", "payout"),
}
"""By trigger: what comes with the payment. The instrument of a deposit mostly follows with the provider's answer: it is
judged again then. Of those a player used before there are features of their own."""

OF_INSTRUMENTS = ("used_instruments", "blocked_instruments", "foreign_instruments", "mismatched_instruments",
                  "instrument_sharers")  # fmt: skip
"""Of what a player paid in with: otherwise when the instrument of a deposit is known."""

OF_STANDING = ("blocked", "allowed", "fraud_warnings", "reversals", "reversed_minor", "reinstatements",
               "reinstated_minor", "unproven", "players", "country", "level", "open_hits", "cluster_players",
               "cluster_reversals", "cluster_warnings", "cluster_bonuses", *OF_INSTRUMENTS)  # fmt: skip
"""What is known of a player and of what he uses whatever he asks for, and becomes known at any time."""

_OF_PAYOUTS = ("new_payout", "payout_age_h", "to_source")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One thing a rule may ask for.

    Attributes:
        of: the keys it is kept for; none: it is about the payment itself.
        windowed: it is asked for over one of WINDOWS.
        kept: a counter: absent means zero wherever its key is known.
    """

    type: Type
    meaning: str
    of: tuple[str, ...] = ()
    windowed: bool = False
    kept: bool = False


def _counted(meaning: str) -> Feature:
    return Feature(type="number", meaning=meaning, of=KEYS, windowed=True, kept=True)


def _linked(meaning: str, *of: str) -> Feature:
    return Feature(type="number", meaning=meaning, of=of, windowed=True, kept=True)


COUNTED: Mapping[str, Feature] = {
    "deposits": _counted("deposits asked for"),
    "asked_minor": _counted("the sum of deposits asked for, in the payment's currency"),
    "largest_minor": _counted("the largest deposit asked for, in the payment's currency"),
    "credited": _counted("deposits credited"),
    "credited_minor": _counted("the sum of deposits credited, in the payment's currency"),
    "failures": _counted(
        "deposits that the provider refused for a reason of the payer's, or without one; its own faults, and what he"
        " cancelled, are none"
    ),
    "refusals": _counted("deposits that we refused"),
    "unproven": _counted("deposits that went on though their payer should have proven who he is, and could not"),
    "withdrawals": _counted("withdrawals asked for"),
    "withdrawn_minor": _counted("the sum of withdrawals asked for, in the payment's currency"),
    "reversals": _counted("times that a bank or provider took money of a deposit back; what we refund is none"),
    "reversed_minor": _counted("the sum of what was taken back, in the payment's currency"),
    "reinstatements": _counted("times that money which was taken back was given back: disputes won"),
    "reinstated_minor": _counted("the sum of what was given back, in the payment's currency"),
    "fraud_warnings": _counted("deposits of which the payer's bank reported fraud"),
    "bonuses": Feature(type="number", meaning="bonuses that were given", of=("player",), windowed=True, kept=True),
}

STAKED: Mapping[str, Feature] = {
    "staked_minor": Feature(
        type="number",
        meaning="wagered, less what was given back of it, in the payment's currency; unknown of players from before it"
        " was kept by windows, for as long as the window reaches back",
        of=("player",),
        windowed=True,
    )
}

LINKED: Mapping[str, Feature] = {
    "players": _linked(
        "different players; where he has proved that it is his, those who have as well, else all who named it",
        *("device", "ip", "network", "instrument", "payout", *CONTACTS),
    ),
    "instruments": _linked("different instruments", "player", "device", "ip"),
    "bins": _linked("different issuers of cards (BIN)", "player", "ip"),
    "devices": _linked("different devices", "player"),
    "ips": _linked("different addresses", "player"),
    "payouts": _linked("different places that withdrawals go to", "player"),
}

PLAIN: Mapping[str, Feature] = {
    "amount_minor": Feature(type="number", meaning="what is asked for, in minor units"),
    "euro_minor": Feature(
        type="number",
        meaning="what one euro is in minor units of the payment's currency, by the newest rates there are; 100 where"
        " there is none for it",
    ),
    "currency": Feature(type="text", meaning="the payment's currency"),
    "provider": Feature(type="text", meaning="the provider that is asked for"),
    "hour": Feature(type="number", meaning="the hour of the day in UTC, 0 to 23"),
    "account_age_h": Feature(type="number", meaning="hours since payments has known the player"),
    "balance_minor": Feature(type="number", meaning="the player's cash before the payment"),
    "bonus_minor": Feature(type="number", meaning="the player's bonus before the payment"),
    "owed_minor": Feature(type="number", meaning="what the player owes for deposits and wins that were taken back"),
    "failures_in_row": Feature(
        type="number",
        meaning="the player's last deposits that failed, one after another; what failed by the provider's own fault, or"
        " was cancelled, is left out",
    ),
    "recent_deposits_minor": Feature(
        type="numbers",
        meaning="the player's deposits of the last 24 hours, by when they were credited, or asked for where they are"
        " not yet; this one included and those left out that failed or were refused: fifty at most; those in other"
        " currencies at the newest rates, and left out where there are none",
    ),
    "minutes_since_deposit": Feature(type="number", meaning="since a deposit of the player was last credited"),
    "minutes_to_first_bet": Feature(
        type="number", meaning="from his last credited deposit to his first bet after it; unknown until he bets"
    ),
    "wagered_minor": Feature(type="number", meaning="all that the player ever wagered"),
    "wagered_since_empty_minor": Feature(type="number", meaning="wagered since his cash was last 0"),
    "deposited_since_empty_minor": Feature(
        type="number", meaning="deposited since his cash was last 0, less what went back to where it came from"
    ),
    "country": Feature(type="text", meaning="where the player lives, as he registered (ISO 3166-1 alpha-2)"),
    "level": Feature(type="text", meaning="how far verification has come with him"),
    "open_hits": Feature(
        type="number", meaning="names on lists of sanctioned or exposed people that may be his: nobody decided yet"
    ),
    "password_age_h": Feature(type="number", meaning="hours since his password was changed; unknown if it never was"),
    "lock_age_h": Feature(
        type="number", meaning="hours since too many wrong passwords or codes locked his log-in; unknown if none did"
    ),
    "contact_age_h": Feature(
        type="number", meaning="hours since he has another telephone or postal address; unknown if he never had"
    ),
    "largest_bonus_bet_minor": Feature(
        type="number",
        meaning="his largest bet of the last thirty days while he had a bonus, in the payment's currency; unknown if"
        " there was none",
    ),
    "new_device": Feature(type="truth", meaning="the player was never seen with this device, but with others"),
    "new_payout": Feature(type="truth", meaning="no withdrawal of the player went to this place"),
    "to_source": Feature(type="truth", meaning="the place is one that a deposit of his came from"),
    "device_age_h": Feature(type="number", meaning="hours since the player was first seen with this device"),
    "payout_age_h": Feature(type="number", meaning="hours since he first asked for a withdrawal to this place"),
    "used_instruments": Feature(type="number", meaning="the instruments he paid in with, shared with nobody or not"),
    "blocked_instruments": Feature(type="number", meaning="those of them that are on the casino's block list now"),
    "foreign_instruments": Feature(
        type="number", meaning="those of them whose issuer is of another country than the one he lives in"
    ),
    "mismatched_instruments": Feature(
        type="number",
        meaning="instruments of his whose holder has another name than he, unless people found them to be his; and"
        " those that people found to be somebody else's",
    ),
    "instrument_sharers": Feature(type="number", meaning="other players who used one of his instruments"),
    "cluster_players": Feature(
        type="number",
        meaning="players connected with him by devices, instruments, payouts and telephones, himself included",
    ),
    "cluster_reversals": Feature(
        type="number", meaning="times that money was taken back from other players of his cluster, and not given back"
    ),
    "cluster_warnings": Feature(
        type="number", meaning="deposits of other players of his cluster of which a bank reported fraud"
    ),
    "cluster_bonuses": Feature(type="number", meaning="bonuses that were given to other players of his cluster"),
    "blocked": Feature(type="truth", meaning="on the casino's block list now", of=KEYS),
    "allowed": Feature(type="truth", meaning="on the casino's allow list now", of=KEYS),
}

FEATURES: Mapping[str, Feature] = {**PLAIN, **COUNTED, **STAKED, **LINKED}
"""All of them, by name."""


def value_name(feature: str, of: str | None = None, window: str | None = None) -> str:
    """How the value is called in a record.

    >>> value_name("failures", "ip", "1h")
    'failures:ip:1h'
    """
    return ":".join(part for part in (feature, of, window) if part is not None)


def is_never_known(name: str, trigger: str) -> bool:
    """Whether no payment of this trigger brings what the value is about.

    >>> is_never_known("failures:payout:1h", "deposit"), is_never_known("failures:ip:1h", "deposit")
    (True, False)
    """
    feature, _, rest = name.partition(":")
    of = rest.partition(":")[0] or ("payout" if feature in _OF_PAYOUTS else None)
    return of is not None and of not in (*KNOWN_WITH[trigger], *CONTACTS)


def is_of_instrument(name: str) -> bool:
    """Whether the value is another one once the instrument of a deposit is known.

    >>> is_of_instrument("failures:bin:1h"), is_of_instrument("known:instrument"), is_of_instrument("failures:ip:1h")
    (True, True, False)
    """
    return name in OF_INSTRUMENTS or name.split(":")[1:2] in (["instrument"], ["bin"])


def is_of_standing(name: str) -> bool:
    """Whether the value may be another one after the payment was asked for, and tells of whom, not of the payment.

    >>> is_of_standing("fraud_warnings:player:ever"), is_of_standing("withdrawn_minor:player:7d")
    (True, False)
    """
    return name.partition(":")[0] in OF_STANDING


def look_up(values: Values, name: str) -> Value:
    """The value of this name. Of what is counted and absent: zero where its key is known, else unknown.

    >>> look_up({"known:ip": True}, "failures:ip:1h")
    0
    >>> look_up({}, "failures:ip:1h") is None
    True
    """
    if name in values:
        return values[name]
    feature, _, rest = name.partition(":")
    of = rest.partition(":")[0]
    known = bool(of) and values.get(f"known:{of}") is True
    if not known:
        return None
    spec = FEATURES[feature]
    if spec.kept:
        return 0
    return False if spec.type == "truth" else None
