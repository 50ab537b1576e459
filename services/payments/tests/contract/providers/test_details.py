"""What a provider must know of the payer: what it says it needs is what it refuses to do without."""

import pytest

from chassis.domain import Invalid
from payments.application.routing.deciding import fitting, lacking
from payments.strategies.providers.registry import PROVIDERS

TAKING = {name: one.deposits for name, one in PROVIDERS.items() if one.deposits is not None}
PAYER = {
    "first_name": "Sue",
    "last_name": "Smith",
    "name": "Sue Smith",
    "email": "sue@casino.example",
    "phone": "+35699123456",
    "country": "MT",
    "locale": "en",
    "method": "skrill",
    "consumer_id": "sue@casino.example",
}


@pytest.mark.parametrize("name", sorted(TAKING))
def test_what_is_needed_is_refused_without_and_taken_with(name: str) -> None:
    flow = TAKING[name]
    needed = {one: PAYER[one] for group in flow.needs for one in group}
    flow.check_details(needed)
    for group in flow.needs:
        with pytest.raises(Invalid) as refused:
            flow.check_details({one: value for one, value in needed.items() if one not in group})
        assert refused.value.field in {f"details.{one}" for one in group}
        for alone in group:
            flow.check_details({one: value for one, value in needed.items() if one == alone or one not in group})


@pytest.mark.parametrize("name", sorted(TAKING))
def test_everything_that_lacks_is_named_at_once(name: str) -> None:
    flow = TAKING[name]
    assert [one.field for one in lacking(flow, {})] == [f"details.{group[0]}" for group in flow.needs]
    assert lacking(flow, PAYER) == []
    assert fitting(flow, PAYER) is not None


def test_what_is_no_such_thing_lacks_and_says_so() -> None:
    (email,) = lacking(TAKING["trustly"], {**PAYER, "email": "sue"})
    assert (email.field, email.detail) == ("details.email", "This is no email.")
    (phone,) = lacking(TAKING["truelayer"], {"name": "Sue", "phone": "1"})
    assert (phone.field, phone.detail) == ("details.phone", "This is no phone.")
