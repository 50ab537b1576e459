"""What games and payments agreed on: codes, ids of movements, and the events the ledger writes by hand."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from chassis.store import Actor, Context
from contracts.envelope import Envelope
from contracts.payments.events import DebtRecorded, RollbackRemembered, TransferPosted
from contracts.payments.wallet import WalletCode, transfer_id
from payments.adapters.ledger.envelopes import events_of
from payments.domain.ledger.accounts import WalletKey
from payments.domain.ledger.transfers import Code, Entry

NOW = datetime(2026, 3, 1, 12, 30, 0, 123456, tzinfo=UTC)
OWNER = WalletKey(UUID(int=1), UUID(int=2), "EUR")
ODD = 'quo"te \\ \u2028 \U0001f3b0'


def entry(**changed: object) -> Entry:
    usual = Entry(
        id=UUID(int=9),
        kind="bet",
        debit_account=10,
        credit_account=100,
        amount_minor=30,
        debit_balance=70,
        credit_balance=None,
        wallet_id=10,
        cash_after=70,
        fingerprint=1,
        reference_id=None,
        reversal_of=None,
        group_id=None,
        provider=None,
        supplier="hub88",
        supplier_tx=ODD,
        game_code="dragon",
        round_ref="round-1",
        round_closed=True,
        session_id=UUID(int=5),
        casino_id=OWNER.casino_id,
        player_id=OWNER.player_id,
        currency=OWNER.currency,
        debit_type="cash",
        credit_type="game_house",
    )
    return usual._replace(**changed)  # type: ignore[arg-type]


def told(of: Entry, ctx: Context | None = None) -> list[Envelope]:
    return [Envelope.from_json(text) for text in events_of(of, OWNER, str(OWNER.player_id), ctx, NOW, 4711)]


def test_the_codes_of_the_hop_are_those_of_the_books():
    assert {code.name: code.value for code in Code} == {
        code.name: code.value for code in WalletCode if code is not WalletCode.UNANSWERED
    }


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (("hub88", "0190f5fe-7c00-7a00-8000-000000000001", "tx-1", "bet"), "0ddadcb1-f058-8a8b-800c-9ccd03edbed4"),
        (("hub88", "0190f5fe-7c00-7a00-8000-000000000001", "tx-1", "win"), "0b82f56c-232b-8ab1-a1e8-1ea95fd73e1d"),
        (("hub88", "0190f5fe-7c00-7a00-8000-000000000002", "tx-1", "bet"), "7a0a840a-0898-8e20-966b-acbcbb14d440"),
        (("deposit", "0190f5fe-7c00-7a00-8000-000000000003"), "9c1b6e7a-8d08-8393-8de9-5184c8368385"),
        (("", "ü"), "027f3e26-3bff-8c1e-9ac2-c4575b1de104"),
    ],
)
def test_a_movement_has_the_same_id_for_ever(facts: tuple[str, ...], expected: str):
    assert str(transfer_id(*facts)) == expected


def test_no_text_in_a_fact_can_imitate_the_border_to_the_next():
    assert (
        len({transfer_id("a", "b1:c"), transfer_id("a", "b", "c"), transfer_id("a1:b", "c"), transfer_id("ab", "c")})
        == 4
    )


def test_a_bet_is_told_as_contracts_would_tell_it():
    (envelope,) = told(entry())
    assert envelope.event() == TransferPosted(
        transfer_id=UUID(int=9),
        player_id=OWNER.player_id,
        casino_id=OWNER.casino_id,
        kind="bet",
        currency="EUR",
        amount_minor=30,
        delta_minor=-30,
        balance_minor=70,
        posted_at=NOW,
        supplier="hub88",
        game_code="dragon",
        round_ref="round-1",
        session_id=UUID(int=5),
        supplier_tx=ODD,
        round_closed=True,
        sequence=4711,
    )
    assert (envelope.id, envelope.partitionkey, envelope.casinoid) == (
        UUID(int=9),
        str(OWNER.player_id),
        OWNER.casino_id,
    )
    assert (envelope.actorkind, envelope.actorid, envelope.time) == ("partner", "hub88", NOW)


def test_a_deposit_is_told_with_who_asked_and_not_with_his_words():
    ctx = Context(
        actor=Actor("staff", "somebody", "10.0.0.1"),
        occurred_at=NOW,
        correlation_id=UUID(int=77),
        reason="because",
        authorised_by="another",
    )
    credit = {"debit_account": 200, "credit_account": 10, "debit_balance": None, "credit_balance": 70}
    nothing = dict.fromkeys(("supplier", "supplier_tx", "game_code", "round_ref", "session_id"))
    (envelope,) = told(entry(kind="deposit", provider="stripe", round_closed=False, **credit, **nothing), ctx)
    event = envelope.event()
    assert isinstance(event, TransferPosted)
    assert (event.delta_minor, event.provider, event.supplier) == (30, "stripe", None)
    assert (envelope.actorkind, envelope.actorid, envelope.actorip) == ("staff", "somebody", "10.0.0.1")
    assert (envelope.correlationid, envelope.reason, envelope.authorisedby) == (UUID(int=77), None, "another")


def test_a_payout_leaves_the_cash_as_it_is():
    (envelope,) = told(entry(kind="withdrawal_paid", debit_account=11, credit_account=200))
    event = envelope.event()
    assert isinstance(event, TransferPosted)
    assert (event.delta_minor, event.balance_minor) == (0, 70)


def test_a_tombstone_is_told_as_a_remembered_rollback():
    (envelope,) = told(entry(kind="tombstone", amount_minor=0, reversal_of=UUID(int=3)))
    assert isinstance(envelope.event(), RollbackRemembered)


def test_a_debt_is_told_beside_the_transfer_that_made_it():
    loan = entry(kind="owed", debit_account=12, credit_account=10, debit_balance=-55, reference_id=UUID(int=4))
    posted, debt = told(loan)
    assert isinstance(posted.event(), TransferPosted)
    event = debt.event()
    assert isinstance(event, DebtRecorded)
    assert (event.transfer_id, event.amount_minor, event.owed_minor) == (UUID(int=4), 30, 55)
    assert posted.id != debt.id
