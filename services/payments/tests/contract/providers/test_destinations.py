"""Every strategy that pays out translates the kinds of destination it says it can pay to, and no others."""

from uuid import UUID

import pytest

from contracts.money import EXPONENTS
from payments.application.instruments.ports import ReadsDestinations
from payments.application.ports import PayoutFlow
from payments.domain.instrument.words import Kind
from payments.domain.withdrawal.destination import (
    Accepted,
    BankAccount,
    CryptoAddress,
    DestinationKind,
    Iban,
    Named,
    Wallet,
)
from payments.strategies.providers.registry import PROVIDERS

SUE = {"first_name": "Sue", "last_name": "Hopper"}
GERMAN = Iban(iban="DE89370400440532013000", **SUE)
SWEDISH = BankAccount(country="SE", bank_number="6112", account_number="69706212", **SUE)
BRITISH = BankAccount(country="GB", bank_number="100000", account_number="31510604", **SUE)
BRITISH_IBAN = Iban(iban="GB88BARC10000031510604", **SUE)
"""The same account: sort code 10-00-00, number 31510604."""
SKRILL = Wallet(service="skrill", owner="sue@player.example")
ADDRESS = CryptoAddress(address="bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq")

NAMED: dict[DestinationKind, list[tuple[Named, str]]] = {
    DestinationKind.IBAN: [(GERMAN, "EUR")],
    DestinationKind.BANK_ACCOUNT: [(SWEDISH, "SEK"), (BRITISH, "GBP")],
    DestinationKind.WALLET: [(SKRILL, "EUR")],
    DestinationKind.CRYPTO_ADDRESS: [(ADDRESS, "BTC")],
}
OF_KIND = {
    DestinationKind.IBAN: Kind.BANK,
    DestinationKind.BANK_ACCOUNT: Kind.BANK,
    DestinationKind.WALLET: Kind.WALLET,
    DestinationKind.CRYPTO_ADDRESS: Kind.CRYPTO,
}
IN_ITS_WORDS = [
    ("adyen_transfers", GERMAN, "EUR", {"account_holder_name": "Sue Hopper", "iban": "DE89370400440532013000"}),
    ("btcpay", ADDRESS, "BTC", {"address": ADDRESS.address}),
    ("paysafe", SKRILL, "EUR", {"method": "skrill", "consumer_id": "sue@player.example"}),
    ("skrill", SKRILL, "EUR", {"email": "sue@player.example"}),
    ("truelayer", GERMAN, "EUR", {"account_holder_name": "Sue Hopper", "iban": "DE89370400440532013000"}),
    (
        "truelayer",
        BRITISH,
        "GBP",
        {"account_holder_name": "Sue Hopper", "sort_code": "100000", "account_number": "31510604"},
    ),
    ("trustly", GERMAN, "EUR", {"clearing_house": "GERMANY", "account_number": "DE89370400440532013000", **SUE}),
    (
        "trustly",
        SWEDISH,
        "SEK",
        {"clearing_house": "SWEDEN", "bank_number": "6112", "account_number": "69706212", **SUE},
    ),
]
NOT_THERE: list[tuple[str, Named, str]] = [
    ("trustly", Iban(iban="SE4550000000058398257466", **SUE), "SEK"),
    ("trustly", Iban(iban="BR1800360305000010009795493C1", **SUE), "EUR"),
    ("trustly", BankAccount(country="DE", bank_number="37040044", account_number="532013000", **SUE), "EUR"),
    ("truelayer", Iban(iban="GB33BUKB20201555555555", **SUE), "GBP"),
    ("truelayer", BankAccount(country="GB", bank_number=None, account_number="31510604", **SUE), "GBP"),
    ("skrill", Wallet(service="neteller", owner="sue@player.example"), "EUR"),
    ("paysafe", Wallet(service="paypal", owner="sue@player.example"), "EUR"),
]


def flow(name: str) -> PayoutFlow:
    found = PROVIDERS[name].payouts
    assert found is not None
    return found


PAYING = sorted(name for name, one in PROVIDERS.items() if one.payouts is not None)


@pytest.mark.parametrize("name", PAYING)
@pytest.mark.parametrize("kind", list(NAMED))
def test_it_translates_what_it_says_it_can_pay_to_and_nothing_else(name: str, kind: DestinationKind) -> None:
    found = [flow(name).translated(to, currency) for to, currency in NAMED[kind]]
    assert any(found) is (kind in flow(name).destinations)


SAMPLES: list[Named] = [
    *(Iban(iban=f"{country}89370400440532013000", **SUE) for country in ("DE", "GB", "SE", "DK", "NO", "BR", "ES")),
    *(
        BankAccount(country=country, bank_number=bank, account_number="69706212", **SUE)
        for country in ("SE", "GB", "DE", "NO")
        for bank in ("100000", None)
    ),
    *(Wallet(service=service, owner="sue@player.example") for service in ("skrill", "neteller", "interac", "paypal")),
    ADDRESS,
]
KIND_OF: dict[type, DestinationKind] = {
    Iban: DestinationKind.IBAN,
    BankAccount: DestinationKind.BANK_ACCOUNT,
    Wallet: DestinationKind.WALLET,
    CryptoAddress: DestinationKind.CRYPTO_ADDRESS,
}


def fits(accepted: Accepted, to: Named) -> bool:
    return (
        accepted.kind is KIND_OF[type(to)]
        and all(getattr(to, name) in values for name, values in accepted.one_of.items())
        and all(getattr(to, name) for name in accepted.needs)
    )


@pytest.mark.parametrize("name", PAYING)
@pytest.mark.parametrize("currency", ["EUR", "GBP", "SEK"])
def test_it_says_beforehand_what_it_translates(name: str, currency: str) -> None:
    accepted = flow(name).accepts(currency)
    for to in SAMPLES:
        assert any(fits(one, to) for one in accepted) is (flow(name).translated(to, currency) is not None), to


@pytest.mark.parametrize("name", PAYING)
def test_what_it_translated_it_accepts_and_recognises(name: str) -> None:
    for kind, named in NAMED.items():
        for to, currency in named:
            words = flow(name).translated(to, currency)
            if words is None:
                continue
            assert flow(name).check_destination(words).startswith("****")
            reading = flow(name)
            assert isinstance(reading, ReadsDestinations)
            told = reading.instrument_of(words)
            assert told is not None
            assert (told.kind, dict(told.pays_to)) == (OF_KIND[kind], dict(words))


@pytest.mark.parametrize(("name", "to", "currency", "words"), IN_ITS_WORDS)
def test_in_its_own_words(name: str, to: Named, currency: str, words: dict[str, str]) -> None:
    assert flow(name).translated(to, currency) == words


@pytest.mark.parametrize(("name", "to", "currency"), NOT_THERE)
def test_where_it_cannot_pay_it_says_so(name: str, to: Named, currency: str) -> None:
    assert flow(name).translated(to, currency) is None


@pytest.mark.parametrize("name", PAYING)
def test_a_known_instrument_is_paid_to_where_its_strategy_tells_how(name: str) -> None:
    """A provider on whose page the player says where, or that names accounts itself, is told of none."""
    assert (DestinationKind.INSTRUMENT in flow(name).destinations) is bool(flow(name).destinations)


def test_the_same_account_is_the_same_instrument_whoever_pays_it() -> None:
    marks = set()
    for name in ("adyen_transfers", "truelayer", "trustly"):
        words, reading = flow(name).translated(GERMAN, "EUR"), flow(name)
        assert words is not None
        assert isinstance(reading, ReadsDestinations)
        told = reading.instrument_of(words)
        assert told is not None
        marks.add(told.identity)
    assert len(marks) == 1


@pytest.mark.parametrize(
    ("same", "payers"),
    [
        ([GERMAN], {"adyen_transfers", "truelayer", "trustly"}),
        ([SWEDISH], {"trustly"}),
        ([BRITISH, BRITISH_IBAN], {"adyen_transfers", "truelayer", "trustly"}),
        ([SKRILL, Wallet(service="skrill", owner="Sue@Player.example")], {"paysafe", "skrill"}),
        ([ADDRESS], {"btcpay"}),
    ],
    ids=["iban", "national", "british", "wallet", "crypto"],
)
def test_whoever_pays_there_knows_the_same_instrument(same: list[Named], payers: set[str]) -> None:
    """So that one entry on the block list holds at all of them: see `instrument_named`."""
    found = {
        (name, told.identity)
        for to in same
        for name in PAYING
        for currency in EXPONENTS
        if (words := flow(name).translated(to, currency)) is not None
        and isinstance(reading := flow(name), ReadsDestinations)
        and (told := reading.instrument_of(words)) is not None
    }
    assert {name for name, _ in found} == payers
    assert len({identity for _, identity in found}) == 1


def test_nothing_personal_is_in_what_is_printed() -> None:
    shown = repr([GERMAN, SWEDISH, SKRILL, ADDRESS, UUID(int=1)])
    assert not any(one in shown for one in ("Hopper", "DE89", "69706212", "sue@", "bc1q"))
