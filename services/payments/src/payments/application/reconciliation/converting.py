"""What a provider settles in another currency: two entries over the house's position, at the settlement's own rate."""

from dataclasses import replace
from uuid import UUID

from chassis.domain import uuid7
from contracts.money import EXPONENTS
from payments.application.desk import Desk
from payments.application.ledger import AccountType, Transfer, TransferKind, house, psp_clearing, transfer_id
from payments.application.reconciliation.conversions import Published
from payments.domain.exchange.quotes import RateUnavailable, new_enough
from payments.domain.reconciliation.conversions import Conversion


def published_now(desk: Desk) -> Published:
    """The rates a settlement is held against: those of the moment. Without any, or with old ones, people decide."""
    currencies = list(EXPONENTS)
    places = [EXPONENTS[one] for one in currencies]
    try:
        rates = new_enough(desk.exchanges.source.rates(), desk.now().date(), desk.exchanges.oldest_days)
    except RateUnavailable:
        return Published(currencies, [None] * len(currencies), places, None, None)
    return Published(currencies, [rates.per_base.get(one) for one in currencies], places, rates.source, rates.as_of)


def conversion_transfers(one: Conversion) -> list[Transfer]:
    """Out of the clearing account of the payments' currency, and into that of the settlement's."""
    return _both(one, one.id)


def taken_back(one: Conversion) -> list[Transfer]:
    """The same the other way. Whoever calls notes in the same transaction that it was done: it is new each time."""
    return _both(replace(one, sold_minor=-one.sold_minor, bought_minor=-one.bought_minor), uuid7())


def _both(one: Conversion, group: UUID) -> list[Transfer]:
    """Nothing, on one of the sides, is no entry."""
    sides = ((one.sold_currency, -one.sold_minor), (one.bought_currency, one.bought_minor))
    return [_more(one, currency, minor, group) for currency, minor in sides if minor]


def _more(one: Conversion, currency: str, more_minor: int, group: UUID) -> Transfer:
    """So much more is with the provider in this currency."""
    clearing = psp_clearing(one.casino_id, one.provider, currency)
    position = house(one.casino_id, AccountType.FX, currency)
    debit, credit = (clearing, position) if more_minor > 0 else (position, clearing)
    return Transfer(
        id=transfer_id(TransferKind.SETTLEMENT_EXCHANGE, group, currency),
        kind=TransferKind.SETTLEMENT_EXCHANGE,
        debit=debit,
        credit=credit,
        amount_minor=abs(more_minor),
        group=group,
        reference_id=one.id,
        provider=one.provider,
    )
