"""Rules by what other services tell of a player: his log-in, where he is reached, and lists."""

from typing import Any, Final

from payments.domain.fraud.writing import of, rule

_NEW_PLACE = {"and": [{"lt": [of("payout_age_h"), 24]}, {"gte": [of("payouts", "player", "ever"), 2]}]}
"""The money is to go where none of it went before today, and it went elsewhere before."""

TAKEOVERS: Final[list[dict[str, Any]]] = [
    rule(
        "ATO-PASSWORD",
        "withdrawal",
        "hold",
        "Within a day his password was changed, or wrong ones locked his log-in, and money goes to a place of less than"
        " a day; it went to others before.",
        {"and": [{"or": [{"lt": [of(name), 24]} for name in ("password_age_h", "lock_age_h")]}, _NEW_PLACE]},
        typology="takeover",
        score=80,
    ),
    rule(
        "ATO-CONTACT",
        "withdrawal",
        "review",
        "Within a day he has another telephone or address, and money goes to a place of less than a day; it went to"
        " others before.",
        {"and": [{"lt": [of("contact_age_h"), 24]}, _NEW_PLACE]},
        mode="shadow",  # Whoever moves has a new bank as well, now and then.
        typology="takeover",
        score=40,
    ),
]

SCREENING: Final[list[dict[str, Any]]] = [
    rule(
        "SCREENING-HIT",
        "withdrawal",
        "hold",
        "A name on a list of sanctioned or exposed people may be his, and nobody decided yet.",
        {"gte": [of("open_hits"), 1]},
    ),
]

CONTACTS: Final[list[dict[str, Any]]] = [
    rule(
        "MULTI-ACC-PHONE",
        "withdrawal",
        "review",
        "Another player has the same telephone.",
        {"gte": [of("players", "phone", "ever"), 2]},
        mode="shadow",
        typology="ring",
        score=40,
    ),
    rule(
        "MULTI-ACC-ADDRESS",
        "withdrawal",
        "review",
        "He was given a bonus within thirty days, and at least three other players have his postal address.",
        {"and": [{"gte": [of("bonuses", "player", "30d"), 1]}, {"gte": [of("players", "address", "ever"), 4]}]},
        mode="shadow",
        typology="ring",
        score=30,
    ),
    rule(
        "MULTI-ACC-MAIL",
        "deposit",
        "review",
        "Four players registered within a week with e-mail at a domain that fewer than twenty have theirs at.",
        {
            "and": [
                {"gte": [of("players", "email_domain", "7d"), 4]},
                {"lt": [of("players", "email_domain", "ever"), 20]},
            ]
        },
        mode="shadow",
        typology="ring",
        score=30,
    ),
]
