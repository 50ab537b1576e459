"""Rules against laundering: money that comes in to go out again, hardly played with."""

from typing import Any, Final

from payments.domain.fraud.writing import of, rule

_REPORTED = 2_000_00
"""From which sum on, single or linked, a casino in the EU must know its customer (Directive (EU) 2015/849, art. 11)."""

_RECENT = of("recent_deposits_minor")
_UNKNOWN_PAYERS = 150_00
"""What may be paid without anybody knowing by whom (Directive (EU) 2018/843, art. 1(7)): less is not worth the way."""
_WORTH_IT = {"gte": [of("deposited_since_empty_minor"), _UNKNOWN_PAYERS]}
_HARDLY_PLAYED = {"lt": [{"mul": [2, of("wagered_since_empty_minor")]}, of("deposited_since_empty_minor")]}
_TAKEN_OUT = {"add": [of("amount_minor"), of("withdrawn_minor", "player", "24h")]}
_JUST_BELOW = {"count_between": [_RECENT, _REPORTED * 4 // 5, _REPORTED]}
"""Deposits of a day just below what must be reported."""

LAUNDERING: Final[list[dict[str, Any]]] = [
    rule(
        "NO-PLAY",
        "withdrawal",
        "hold",
        "Of what was deposited since the player's cash was last 0, 150 or more, less than half was wagered.",
        {"and": [_WORTH_IT, _HARDLY_PLAYED]},
        typology="laundering",
        score=60,
    ),
    rule(
        "NO-PLAY-ONCE",
        "withdrawal",
        "review",
        "Less was wagered than was deposited since the player's cash was last 0; but half of it, or it was less than"
        " 150.",
        {
            "and": [
                {"not": {"and": [_WORTH_IT, _HARDLY_PLAYED]}},
                {"lt": [of("wagered_since_empty_minor"), of("deposited_since_empty_minor")]},
            ]
        },
        mode="shadow",  # It finds honest players above all: for casinos that have to ask for every deposit once.
    ),
    rule(
        "STRUCT",
        "deposit",
        "review",
        "Three deposits within a day, each of 80 to 100 % of 2,000, and 2,000 or more together.",
        {
            "and": [
                {"gte": [_JUST_BELOW, 3]},
                {"gte": [{"sum_between": [_RECENT, _REPORTED * 4 // 5, _REPORTED]}, _REPORTED]},
            ]
        },
        typology="laundering",
        score=60,
    ),
    rule(
        "STRUCT-OUT",
        "withdrawal",
        "hold",
        "Two such deposits within a day, and money goes out again that was hardly played with.",
        {"and": [{"gte": [_JUST_BELOW, 2]}, _HARDLY_PLAYED]},
        typology="laundering",
        score=60,
    ),
    rule(
        "ROUND-BURST",
        "deposit",
        "review",
        "Four deposits within a day, each a multiple of 500.",
        {"gte": [{"count_multiples": [_RECENT, 500_00]}, 4]},
        mode="shadow",
        typology="laundering",
        score=30,
    ),
    rule(
        "PASS-THRU",
        "withdrawal",
        "hold",
        "At least 80 % of a day's deposits of 150 or more go out again, in parts or at once, to a place of less than a"
        " day, hardly played with.",
        {
            "and": [
                {"lte": [of("minutes_since_deposit"), 24 * 60]},
                {"lt": [of("payout_age_h"), 24]},
                {"gte": [{"ratio": [_TAKEN_OUT, of("credited_minor", "player", "24h")]}, {"ratio": [4, 5]}]},
                _WORTH_IT,
                _HARDLY_PLAYED,
            ]
        },
        typology="laundering",
        score=60,
    ),
]
