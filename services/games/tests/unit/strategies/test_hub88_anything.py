"""Whatever bytes come, signed or not, they are understood or refused with a word of the protocol."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from services.games.tests.support import hub88 as other_side
from services.games.tests.support.facts import account

from games.application.wallet_calls import CallRefused, Verdict
from games.strategies.suppliers.hub88 import Hub88
from games.strategies.suppliers.hub88.desk import refusal

DESK = Hub88().desk(account(settings=other_side.settings()))
OPERATION = st.sampled_from(sorted(Hub88.operations))
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def check(operation: str, body: bytes) -> None:
    """It is read, or refused; and either way there is an answer."""
    try:
        call = DESK.read(operation, [(b"x-hub88-signature", other_side.sign(body).encode())], body)
    except CallRefused as refused:
        assert refused.verdict in (Verdict.WRONG_SYNTAX, Verdict.WRONG_TYPES, Verdict.WRONG_CURRENCY)  # noqa: PT017
        answer = json.loads(refusal(body, refused.verdict))
        assert answer["status"].startswith("RS_ERROR_")
    else:
        assert call.amount_minor >= 0
        assert "\x00" not in call.round_ref + call.transaction + call.game_code + call.user


@given(OPERATION, st.binary(max_size=200))
@settings(max_examples=60)
def test_any_bytes(operation: str, body: bytes) -> None:
    check(operation, body)


@given(OPERATION, st.data())
@settings(max_examples=150)
def test_a_good_body_with_one_field_of_anything(operation: str, data: st.DataObject) -> None:
    document = other_side.document(operation)
    name = data.draw(st.sampled_from(sorted(document)))
    check(operation, json.dumps({**document, name: data.draw(JSON)}).encode())
