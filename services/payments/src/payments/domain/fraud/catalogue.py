"""The rules a casino begins with, as data. Amounts are minor units of currencies with two decimals."""

from typing import Any, Final

_REPORTED = 2_000_00
"""From which sum on, single or linked, a casino in the EU must know its customer (Directive (EU) 2015/849, art. 11)."""


def _of(feature: str, of: str | None = None, window: str | None = None) -> dict[str, str]:
    named = {"feature": feature, "of": of, "in": window}
    return {name: value for name, value in named.items() if value is not None}


def _rule(id_: str, trigger: str, action: str, text: str, when: Any, **more: Any) -> dict[str, Any]:
    return {"id": id_, "trigger": trigger, "action": action, "mode": "live", "text": text, "when": when, **more}


_RECENT = _of("recent_deposits_minor")

_LISTS = [
    _rule(
        "ALLOW-LIST",
        "deposit",
        "allow",
        "The player is on the allow list: whatever else is wanted, his deposit goes on.",
        _of("allowed", "player"),
        overrides=True,
    ),
    _rule(
        "BLOCK-LIST",
        "deposit",
        "decline",
        "The player, his device, his address or a network is on the block list.",
        {"or": [_of("blocked", of) for of in ("player", "device", "ip", "network", "instrument")]},
    ),
]

_VELOCITY = [
    _rule(
        "VEL-DEP-COUNT",
        "deposit",
        "decline",
        "Ten deposits were asked for within an hour.",
        {"gte": [_of("deposits", "player", "1h"), 10]},
        mode="shadow",
    ),
    _rule(
        "VEL-DEP-SUM",
        "deposit",
        "review",
        "More than 10,000 was asked for within a day.",
        {"gt": [{"add": [_of("asked_minor", "player", "24h"), _of("amount_minor")]}, 10_000_00]},
        mode="shadow",
    ),
    _rule(
        "VEL-DEP-FAIL",
        "deposit",
        "block",
        "The last six deposits failed, all of them within an hour: time to cool down.",
        {"and": [{"gte": [_of("failures_in_row"), 6]}, {"gte": [_of("failures", "player", "1h"), 6]}]},
        block={"of": ["player"], "minutes": 30},
        typology="card_testing",
        score=40,
    ),
]

_CARDS = [
    _rule(
        "CARD-TEST-IP",
        "deposit",
        "block",
        "Ten deposits from one address failed within an hour, and not more than half as many succeeded.",
        {
            "and": [
                {"gte": [_of("failures", "ip", "1h"), 10]},
                {"gte": [_of("failures", "ip", "1h"), {"mul": [2, _of("credited", "ip", "1h")]}]},
            ]
        },
        block={"of": ["ip", "device"], "minutes": 60},
        typology="card_testing",
        score=60,
    ),
    _rule(
        "CARD-TEST-CARDS",
        "deposit",
        "block",
        "One player tried more than three instruments within a day, and three deposits of his failed.",
        {
            "and": [
                {"gt": [_of("instruments", "player", "24h"), 3]},
                {"gte": [_of("failures", "player", "24h"), 3]},
            ]
        },
        block={"of": ["player", "device"], "minutes": 24 * 60},
        typology="card_testing",
        score=80,
    ),
    _rule(
        "CARD-TEST-BINS",
        "deposit",
        "block",
        "Cards of four issuers by one player, or of eight from one address, within an hour.",
        {"or": [{"gte": [_of("bins", "player", "1h"), 4]}, {"gte": [_of("bins", "ip", "1h"), 8]}]},
        block={"of": ["player", "ip", "device"], "minutes": 60},
        typology="card_testing",
        score=60,
    ),
    _rule(
        "CARD-TEST-DEVICE",
        "deposit",
        "block",
        "Eight deposits from one device failed within a day.",
        {"gte": [_of("failures", "device", "24h"), 8]},
        block={"of": ["device"], "minutes": 24 * 60},
        typology="card_testing",
        score=60,
    ),
]

_RINGS = [
    _rule(
        "INSTR-SHARE",
        "withdrawal",
        "review",
        "An instrument the player paid in with was used by another player.",
        {"gte": [_of("instrument_sharers"), 1]},
        typology="ring",
        score=40,
    ),
    _rule(
        "MULTI-ACC",
        "withdrawal",
        "review",
        "Devices, instruments or payouts connect the player with at least two others.",
        {"gte": [_of("cluster_players"), 3]},
        typology="ring",
        score=50,
    ),
    _rule(
        "MULTI-ACC-DEVICE",
        "deposit",
        "review",
        "The third player within a week uses this device.",
        {"gte": [_of("players", "device", "7d"), 3]},
        mode="shadow",
        typology="ring",
        score=30,
    ),
    _rule(
        "MULE-PAYOUT",
        "withdrawal",
        "hold",
        "Money of another player went, or was to go, to the same place.",
        {"gte": [_of("players", "payout", "ever"), 2]},
        typology="ring",
        score=60,
    ),
]

_LAUNDERING = [
    _rule(
        "NO-PLAY",
        "withdrawal",
        "hold",
        "Less was wagered than was deposited since the player's cash was last 0.",
        {
            "and": [
                {"gt": [_of("deposited_since_empty_minor"), 0]},
                {"lt": [_of("wagered_since_empty_minor"), _of("deposited_since_empty_minor")]},
            ]
        },
        typology="laundering",
        score=60,
    ),
    _rule(
        "STRUCT",
        "deposit",
        "review",
        "Three deposits within a day, each of 80 to 100 % of 2,000, and 2,000 or more together.",
        {
            "and": [
                {"gte": [{"count_between": [_RECENT, _REPORTED * 4 // 5, _REPORTED]}, 3]},
                {"gte": [{"sum_between": [_RECENT, _REPORTED * 4 // 5, _REPORTED]}, _REPORTED]},
            ]
        },
        typology="laundering",
        score=60,
    ),
    _rule(
        "PASS-THRU",
        "withdrawal",
        "hold",
        "At least 80 % of a day's deposits go out again, to a place they never went to, hardly played with.",
        {
            "and": [
                {"lte": [_of("minutes_since_deposit"), 24 * 60]},
                _of("new_payout"),
                {"gte": [{"ratio": [_of("amount_minor"), _of("credited_minor", "player", "24h")]}, {"ratio": [4, 5]}]},
                {"lt": [{"mul": [2, _of("wagered_since_empty_minor")]}, _of("deposited_since_empty_minor")]},
            ]
        },
        typology="laundering",
        score=60,
    ),
]

_CHARGEBACKS = [
    _rule(
        "CB-RISK",
        "withdrawal",
        "hold",
        "Money of a deposit of his was taken back before.",
        {"gte": [_of("reversals", "player", "ever"), 1]},
        typology="chargeback",
        score=60,
    ),
    _rule(
        "CB-RISK-DEPOSIT",
        "deposit",
        "challenge",
        "Money of a deposit of his was taken back before: he proves that the instrument is his.",
        {"gte": [_of("reversals", "player", "ever"), 1]},
        typology="chargeback",
        score=40,
    ),
    _rule(
        "CB-LINKED",
        "withdrawal",
        "review",
        "Money was taken back from players who are connected with him.",
        {"gte": [_of("cluster_reversals"), 1]},
        typology="chargeback",
        score=40,
    ),
]

_UNPROVEN = [
    _rule(
        "UNPROVEN",
        "withdrawal",
        "hold",
        "A deposit of the last thirty days went on though its payer should have proven who he is, and could not.",
        {"gte": [_of("unproven", "player", "30d"), 1]},
    ),
]

_TAKEOVER = [
    _rule(
        "ATO",
        "withdrawal",
        "hold",
        "A device he was never seen with asks for money to a place it never went to, while it went elsewhere before.",
        {
            "and": [
                _of("new_device"),
                _of("new_payout"),
                {"gte": [_of("payouts", "player", "ever"), 2]},
            ]
        },
        typology="takeover",
        score=80,
    ),
]

CATALOGUE: Final[dict[str, Any]] = {
    "rules": [*_LISTS, *_VELOCITY, *_CARDS, *_RINGS, *_LAUNDERING, *_CHARGEBACKS, *_UNPROVEN, *_TAKEOVER],
    "typologies": {
        "card_testing": {"decline": 100},
        "chargeback": {"review": 40},
        "laundering": {"hold": 100},
        "ring": {"hold": 90},
        "takeover": {"hold": 80},
    },
    "unproven": "review",
}
"""As it would be published: `{"rules": [...], "typologies": {...}, "unproven": ...}`."""

NOT_DECIDED_HERE: Final[dict[str, str]] = {
    "BONUS": "Bets, odds and bonuses are known to games; payments knows their sums only.",
    "NAME-MISMATCH": "The name in the documents is known to verification alone, and no name is kept here in clear.",
    "SANCTION/PEP": "Verification screens players; a confirmed hit stops deposits, and payouts take two people.",
    "ATO by password": "Changes of passwords and of contact data are known to the service that logs players in.",
    "MULTI-ACC by phone and address": "Phone numbers and postal addresses are known to the back office.",
    "Country, VPN, TOR": "No table of addresses or of issuers is part of the product.",
}
"""What the literature knows and payments cannot decide, and why."""
