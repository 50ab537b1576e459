"""The rules a casino begins with, as data. Amounts are euros, whatever the currency of the payment."""

from typing import Any, Final

from payments.domain.fraud.laundering import LAUNDERING
from payments.domain.fraud.told import CONTACTS, SCREENING, TAKEOVERS
from payments.domain.fraud.writing import euros, of, rule

_NAMED_BY_DEPOSITS = ("player", "device", "ip", "network", "instrument", "bin")
_BLOCKED_INSTRUMENT = {"gte": [of("blocked_instruments"), 1]}
_ANOTHERS = {"gte": [of("mismatched_instruments"), 1]}
_TAKEN_BACK = {"gt": [of("reversals", "player", "ever"), of("reinstatements", "player", "ever")]}

_LISTS = [
    rule(
        "ALLOW-LIST",
        "deposit",
        "allow",
        "The player is on the allow list: whatever else is wanted, his deposit goes on.",
        of("allowed", "player"),
        overrides=True,
    ),
    rule(
        "BLOCK-LIST",
        "deposit",
        "decline",
        "The player, his device, address or network, or an instrument of his or its issuer is on the block list.",
        {"or": [*(of("blocked", key) for key in _NAMED_BY_DEPOSITS), _BLOCKED_INSTRUMENT]},
    ),
    rule(
        "BLOCK-LIST-OUT",
        "withdrawal",
        "hold",
        "The player or his device is on the block list.",
        {"or": [of("blocked", key) for key in ("player", "device")]},
    ),
    rule(
        "BLOCK-LIST-PAYOUT",
        "withdrawal",
        "hold",
        "Where the money shall go, or an instrument he paid in with, is on the block list.",
        {"or": [of("blocked", "payout"), _BLOCKED_INSTRUMENT]},
    ),
]

_VELOCITY = [
    rule(
        "VEL-DEP-COUNT",
        "deposit",
        "decline",
        "Ten deposits were asked for within an hour.",
        {"gte": [of("deposits", "player", "1h"), 10]},
        mode="shadow",
    ),
    rule(
        "VEL-DEP-SUM",
        "deposit",
        "review",
        "More than 10,000 euros were asked for within a day.",
        {"gt": [{"add": [of("asked_minor", "player", "24h"), of("amount_minor")]}, euros(10_000)]},
        mode="shadow",
    ),
    rule(
        "VEL-DEP-FAIL",
        "deposit",
        "block",
        "The last six deposits failed, all of them within an hour: time to cool down.",
        {"and": [{"gte": [of("failures_in_row"), 6]}, {"gte": [of("failures", "player", "1h"), 6]}]},
        block={"of": ["player"], "minutes": 30},
        typology="card_testing",
        score=40,
    ),
]

_CARDS = [
    rule(
        "CARD-TEST-IP",
        "deposit",
        "block",
        "Ten deposits from one address failed within an hour, and not more than half as many succeeded.",
        {
            "and": [
                {"gte": [of("failures", "ip", "1h"), 10]},
                {"gte": [of("failures", "ip", "1h"), {"mul": [2, of("credited", "ip", "1h")]}]},
            ]
        },
        block={"of": ["ip", "device"], "minutes": 60},
        typology="card_testing",
        score=60,
    ),
    rule(
        "CARD-TEST-CARDS",
        "deposit",
        "block",
        "One player tried more than three instruments within a day, and three deposits of his failed.",
        {
            "and": [
                {"gt": [of("instruments", "player", "24h"), 3]},
                {"gte": [of("failures", "player", "24h"), 3]},
            ]
        },
        block={"of": ["player", "device"], "minutes": 24 * 60},
        typology="card_testing",
        score=80,
    ),
    rule(
        "CARD-TEST-BINS",
        "deposit",
        "block",
        "Cards of four issuers by one player, or of eight from one address, within an hour.",
        {"or": [{"gte": [of("bins", "player", "1h"), 4]}, {"gte": [of("bins", "ip", "1h"), 8]}]},
        block={"of": ["player", "ip", "device"], "minutes": 60},
        typology="card_testing",
        score=60,
    ),
    rule(
        "CARD-TEST-DEVICE",
        "deposit",
        "block",
        "Eight deposits from one device failed within a day.",
        {"gte": [of("failures", "device", "24h"), 8]},
        block={"of": ["device"], "minutes": 24 * 60},
        typology="card_testing",
        score=60,
    ),
    rule(
        "CARD-TEST-CARD",
        "deposit",
        "block",
        "Six deposits by one card or account failed within a day, whoever tried it and from whatever address, and not"
        " more than half as many succeeded.",
        {
            "and": [
                {"gte": [of("failures", "instrument", "24h"), 6]},
                {"gte": [of("failures", "instrument", "24h"), {"mul": [2, of("credited", "instrument", "24h")]}]},
            ]
        },
        block={"of": ["instrument"], "minutes": 24 * 60},
        typology="card_testing",
        score=60,
    ),
]

_RINGS = [
    rule(
        "INSTR-SHARE",
        "withdrawal",
        "review",
        "An instrument the player paid in with was used by another player.",
        {"gte": [of("instrument_sharers"), 1]},
        typology="ring",
        score=40,
    ),
    rule(
        "MULTI-ACC",
        "withdrawal",
        "review",
        "Devices, instruments or payouts connect the player with at least two others.",
        {"gte": [of("cluster_players"), 3]},
        typology="ring",
        score=50,
    ),
    rule(
        "MULTI-ACC-DEVICE",
        "deposit",
        "review",
        "The third player within a week uses this device, or what is shared connects him with two others.",
        {"or": [{"gte": [of("players", "device", "7d"), 3]}, {"gte": [of("cluster_players"), 3]}]},
        mode="shadow",
        typology="ring",
        score=30,
    ),
    rule(
        "MULE-PAYOUT",
        "withdrawal",
        "hold",
        "Money of another player went, or was to go, to the same place.",
        {"gte": [of("players", "payout", "ever"), 2]},
        typology="ring",
        score=60,
    ),
]

_CHARGEBACKS = [
    rule(
        "CB-RISK",
        "withdrawal",
        "hold",
        "Money of a deposit of his was taken back before, and not given back.",
        _TAKEN_BACK,
        typology="chargeback",
        score=60,
    ),
    rule(
        "CB-RISK-DEPOSIT",
        "deposit",
        "challenge",
        "Money of a deposit of his was taken back before, and not given back: he proves that the instrument is his.",
        _TAKEN_BACK,
        typology="chargeback",
        score=40,
    ),
    rule(
        "CB-WARNING",
        "withdrawal",
        "hold",
        "A bank reported fraud of a deposit of his: the money is likely to be taken back.",
        {"gte": [of("fraud_warnings", "player", "ever"), 1]},
        typology="chargeback",
        score=60,
    ),
    rule(
        "CB-WARNING-DEPOSIT",
        "deposit",
        "challenge",
        "A bank reported fraud of a deposit of his, or of this device: he proves that the instrument is his.",
        {"or": [{"gte": [of("fraud_warnings", key, "ever"), 1]} for key in ("player", "device")]},
        typology="chargeback",
        score=40,
    ),
    rule(
        "CB-WARNING-BLOCK",
        "deposit",
        "block",
        "Banks reported fraud of two deposits within thirty days, by this player or from this device.",
        {"or": [{"gte": [of("fraud_warnings", key, "30d"), 2]} for key in ("player", "device")]},
        block={"of": ["player", "device"], "minutes": 30 * 24 * 60},
        typology="chargeback",
        score=60,
    ),
    rule(
        "CB-LINKED",
        "withdrawal",
        "review",
        "Money was taken back from players who are connected with him, or a bank reported fraud of them.",
        {"or": [{"gte": [of("cluster_reversals"), 1]}, {"gte": [of("cluster_warnings"), 1]}]},
        typology="chargeback",
        score=40,
    ),
]

_UNPROVEN = [
    rule(
        "UNPROVEN",
        "withdrawal",
        "hold",
        "A deposit of the last thirty days went on though its payer should have proven who he is, and could not.",
        {"gte": [of("unproven", "player", "30d"), 1]},
    ),
]

_NEW_DEVICE = {"and": [{"lt": [of("device_age_h"), 24]}, {"gte": [of("devices", "player", "ever"), 2]}]}
_NO_DEVICE = {"and": [{"not": {"known": of("device_age_h")}}, {"gte": [of("devices", "player", "ever"), 1]}]}

_TAKEOVER = [
    rule(
        "ATO",
        "withdrawal",
        "hold",
        "A device of less than a day, or one that is not told, asks for money to a place of less than a day; he had"
        " others of both before.",
        {
            "and": [
                {"or": [_NEW_DEVICE, _NO_DEVICE]},
                {"lt": [of("payout_age_h"), 24]},
                {"gte": [of("payouts", "player", "ever"), 2]},
            ]
        },
        typology="takeover",
        score=80,
    ),
]

_NAMES = [
    rule(
        "NAME-MISMATCH",
        "withdrawal",
        "hold",
        "The holder of an instrument of his has another name than he, or people found that it is somebody else's.",
        _ANOTHERS,
    ),
    rule(
        "NAME-MISMATCH-DEPOSIT",
        "deposit",
        "review",
        "The holder of an instrument of his has another name than he, or people found that it is somebody else's.",
        _ANOTHERS,
    ),
    rule(
        "COUNTRY-MISMATCH",
        "withdrawal",
        "review",
        "He paid in with an instrument of another country than the one he lives in.",
        {"gte": [of("foreign_instruments"), 1]},
        mode="shadow",
    ),
]

_BONUSES = [
    rule(
        "BONUS-RING",
        "withdrawal",
        "review",
        "He was given a bonus within thirty days, and so were players who are connected with him.",
        {"and": [{"gte": [of("bonuses", "player", "30d"), 1]}, {"gte": [of("cluster_bonuses"), 1]}]},
        typology="ring",
        score=40,
    ),
    rule(
        "BONUS-MAX-BET",
        "withdrawal",
        "review",
        "While he had a bonus, within thirty days, he bet more than 5 euros at once.",
        {"gt": [of("largest_bonus_bet_minor"), euros(5)]},
        mode="shadow",  # What may be bet is in the terms of each casino's bonus, or nothing is.
    ),
    rule(
        "BONUS-ND",
        "withdrawal",
        "review",
        "He was given two bonuses within thirty days, and has asked for more money than he ever paid in.",
        {
            "and": [
                {"gte": [of("bonuses", "player", "30d"), 2]},
                {
                    "gt": [
                        {"add": [of("amount_minor"), of("withdrawn_minor", "player", "ever")]},
                        of("credited_minor", "player", "ever"),
                    ]
                },
            ]
        },
        mode="shadow",  # Whoever is lucky looks the same.
    ),
]

CATALOGUE: Final[dict[str, Any]] = {
    "rules": [
        *_LISTS,
        *_VELOCITY,
        *_CARDS,
        *_RINGS,
        *CONTACTS,
        *_BONUSES,
        *LAUNDERING,
        *_CHARGEBACKS,
        *_UNPROVEN,
        *_TAKEOVER,
        *TAKEOVERS,
        *SCREENING,
        *_NAMES,
    ],
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
    "BONUS by opposite bets": "No supplier of games tells on what somebody bet; sums and the largest bet are known.",
    "CB-RISK, refund unplayed": "Two people send it back, who see the case: once a bank has reported fraud it may take"
    " the same money back by itself, and then it would go twice.",
    "SANCTION/PEP, confirmed": "A confirmed hit stops deposits, and payouts take two people, whatever rules say.",
    "MULTI-ACC by address and browser": "Households, hotels and carriers share both: they connect nobody.",
    "Counts by e-mail domain": "Half of all players have theirs at few domains: each payment would wait for one row."
    " Who else has his is known.",
    "Affiliate": "No service knows who brought a player.",
    "Source of funds": "Verification asks nobody for proof of it; a case does, by hand.",
    "Country of an address, VPN, TOR": "No table of addresses of the internet is part of the product.",
    "Crypto addresses at risk": "No list of them is part of the product; a casino's own goes on its block list as"
    " payouts.",
    "Bonus off, confiscation": "Bonuses are given and taken back by two people; the case says why.",
}
"""What the literature knows and payments cannot decide, and why."""
