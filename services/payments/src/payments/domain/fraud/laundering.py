"""Rules against laundering: money that comes in to go out again, hardly played with. Amounts are euros."""

from typing import Any, Final

from payments.domain.fraud.writing import euros, of, rule

_REPORTED = 2_000
"""From which sum on, single or linked, a casino in the EU must know its customer (Directive (EU) 2015/849, art. 11)."""

_RECENT = of("recent_deposits_minor")
_UNKNOWN_PAYERS = 150
"""What may be paid without anybody knowing by whom (Directive (EU) 2018/843, art. 1(7)): less is not worth the way."""
_WORTH_IT = {"gte": [of("deposited_since_empty_minor"), euros(_UNKNOWN_PAYERS)]}
_HARDLY_PLAYED = {"lt": [{"mul": [2, of("wagered_since_empty_minor")]}, of("deposited_since_empty_minor")]}
_WINDOWS = ("7d", "30d")
"""Over a day alone, whoever takes out what he won the day before looks like somebody who does not play."""
_WORTH_SENDING = 50
"""What PASS-THRU begins with: less is hardly worth an account of one's own to send it to."""


def _taken_out(window: str, share: dict[str, list[int]]) -> dict[str, Any]:
    """With this withdrawal so much of what was credited in the window goes out, or more."""
    out = {"add": [of("amount_minor"), of("withdrawn_minor", "player", window)]}
    return {"gte": [{"ratio": [out, of("credited_minor", "player", window)]}, share]}


def _hardly_played(window: str) -> dict[str, Any]:
    """Less than half of what was credited in the window was wagered in it."""
    return {"lt": [{"mul": [2, of("staked_minor", "player", window)]}, of("credited_minor", "player", window)]}


def _worth_it(window: str) -> dict[str, Any]:
    return {"gte": [of("credited_minor", "player", window), euros(_UNKNOWN_PAYERS)]}


def _passed_on(window: str) -> dict[str, Any]:
    """In and out over the window, in however many parts: what is taken out empties the account each time."""
    return {"and": [_worth_it(window), _hardly_played(window), _taken_out(window, {"ratio": [1, 2]})]}


_NO_PLAY = {"or": [{"and": [_WORTH_IT, _HARDLY_PLAYED]}, *map(_passed_on, _WINDOWS)]}
_BOUNDS = [euros(_REPORTED * 4 // 5), euros(_REPORTED)]
_JUST_BELOW = {"count_between": [_RECENT, *_BOUNDS]}
"""Deposits of a day just below what must be reported."""

LAUNDERING: Final[list[dict[str, Any]]] = [
    rule(
        "NO-PLAY",
        "withdrawal",
        "hold",
        "Of what was deposited since the player's cash was last 0, or within a week or thirty days of which half goes"
        " out again, 150 or more, less than half was wagered.",
        _NO_PLAY,
        typology="laundering",
        score=60,
    ),
    rule(
        "NO-PLAY-ONCE",
        "withdrawal",
        "review",
        "Less was wagered than was deposited since the player's cash was last 0, and NO-PLAY does not hold.",
        {
            "and": [
                {"not": _NO_PLAY},
                {"lt": [of("wagered_since_empty_minor"), of("deposited_since_empty_minor")]},
            ]
        },
        mode="shadow",  # It finds honest players above all: for casinos that have to ask for every deposit once.
    ),
    rule(
        "STRUCT",
        "deposit",
        "review",
        "Three deposits within a day, each of 80 to 100 % of 2,000 euros, and 2,000 or more together.",
        {
            "and": [
                {"gte": [_JUST_BELOW, 3]},
                {"gte": [{"sum_between": [_RECENT, *_BOUNDS]}, euros(_REPORTED)]},
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
        "Four deposits within a day, each a multiple of 500, in a currency whose unit is worth half a euro to two.",
        {
            "and": [
                {"gte": [of("euro_minor"), 50]},
                {"lte": [of("euro_minor"), 200]},
                {"gte": [{"count_multiples": [_RECENT, 500_00]}, 4]},
            ]
        },
        mode="shadow",
        typology="laundering",
        score=30,
    ),
    rule(
        "PASS-THRU",
        "withdrawal",
        "hold",
        "At least 80 % of a day's deposits of 50 or more go out again, in parts or at once, hardly played with, to a"
        " place of less than a day that none of his deposits came from; where it is less than 150, by somebody who"
        " hardly played with a month's deposits either.",
        {
            "and": [
                {"lte": [of("minutes_since_deposit"), 24 * 60]},
                {"lt": [of("payout_age_h"), 24]},
                {"not": of("to_source")},
                {"gte": [of("credited_minor", "player", "24h"), euros(_WORTH_SENDING)]},
                _taken_out("24h", {"ratio": [4, 5]}),
                {"or": [_HARDLY_PLAYED, _hardly_played("24h")]},
                {"or": [_WORTH_IT, _worth_it("24h"), _hardly_played("30d")]},
            ]
        },
        typology="laundering",
        score=60,
    ),
]
