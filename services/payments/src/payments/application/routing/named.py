"""A request that names a provider instead of a method: on whose terms it is taken binds it all the same."""

from collections.abc import Mapping

from payments.application.ports import ProviderAccount
from payments.application.routing.unrouted import refusal_for
from payments.domain.routing.choice import Asking, Offer, nearest, obstacle
from payments.domain.routing.strategy import Direction
from payments.domain.routing.terms import MethodTerms

_NOTHING: Mapping[str, int] = {}


def ensure_agreed(
    account: ProviderAccount,
    asking: Asking,
    direction: Direction,
    *,
    float_minor: int | None = None,
    pays_minor: int | None = None,
) -> None:
    """Take it if one of the provider's methods would; an account without methods has no terms but its bounds.

    `float_minor`: what the provider can pay out; None: not known, or not bounded.
    `pays_minor`: what of the amount goes out there; None: all of it.

    Raises:
        NoProviderAvailable: no method serves his country, moves as much, or has as much.
    """
    terms = [*account.methods.values()] or [MethodTerms()]
    out, currency = direction is Direction.WITHDRAWAL, asking.currency
    whys = [
        obstacle(
            asking,
            Offer(
                provider=account.provider,
                countries=frozenset(one.countries) or None,
                min_minor=(one.payout_min_minor if out else _NOTHING).get(currency),
                max_minor=(one.payout_max_minor if out else _NOTHING).get(currency),
                float_minor=float_minor,
                pays_minor=pays_minor,
            ),
        )
        for one in terms
    ]
    closest = None if None in whys else nearest(whys)
    if closest is not None:
        raise refusal_for(closest, "provider")
