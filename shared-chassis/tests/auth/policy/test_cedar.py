"""Ten thousand wishes, decided by us and by Cedar, which was written by others and proved with Lean."""

from random import Random
from uuid import UUID

import cedarpy
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.auth.policy.decide import decide
from chassis.auth.policy.model import Asking, Policy, Wish

from . import cedar
from .policies import CASINOS, HOUR, NAMES, NOW, SUBJECTS, policies

_POLICIES, _WISHES = 50, 200


def _wishes(random: Random) -> list[tuple[Asking, Wish]]:
    return [
        (
            Asking(
                subject_id=random.choice((*SUBJECTS, SUBJECTS[0], UUID(int=8888))),
                kind=random.choice(("staff", "staff", "staff", "client")),
                issued_at=random.choice((NOW, NOW, NOW - 2 * HOUR)),
                authenticated_at=NOW,
                impersonating=random.random() < 0.2,
            ),
            Wish(
                permission=random.choice(NAMES),
                casino_id=random.choice((*CASINOS, UUID(int=1999))),
                amount_minor=random.choice((None, None, 1, 500, -500, 5000)),
                currency=random.choice((None, "EUR", "SEK", "JPY")),
            ),
        )
        for _ in range(_WISHES)
    ]


@settings(max_examples=_POLICIES)
@given(policies(), st.integers(0, 2**32))
def test_cedar_decides_as_we_do(policy: Policy, seed: int) -> None:
    wishes = _wishes(Random(seed))
    rules, schema = cedar.policies(policy), cedar.schema(policy)
    found = cedarpy.validate_policies(rules, schema)
    assert found.validation_passed, found.errors

    theirs = cedarpy.is_authorized_batch(
        [cedar.request(asking, wish, int(NOW.timestamp())) for asking, wish in wishes],
        cedarpy.PolicySet.from_str(rules),
        cedar.entities(policy, [asking for asking, _ in wishes]),
        cedarpy.Schema.from_json_str(schema),
    )

    for (asking, wish), answer in zip(wishes, theirs, strict=True):
        assert not answer.diagnostics.errors
        decision = decide(policy, asking, wish, NOW)
        assert answer.allowed == (decision.outcome != "deny"), (asking, wish, decision)
