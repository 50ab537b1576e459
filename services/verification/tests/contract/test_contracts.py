"""Promises kept, in both directions."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from chassis.domain import DomainError
from chassis.store import Actor, Meta, Recorded
from chassis.testing.environment import make_settings
from contracts.event import ContractEvent
from contracts.registry import consumed_by
from contracts.verification import events as public
from contracts.verification.errors import VerificationError
from contracts.verification.permissions import VerificationPermission
from verification.application import files, ports
from verification.application.publishing import publish
from verification.domain.case import errors as of_cases
from verification.domain.case import events as case
from verification.domain.hit import errors as of_hits
from verification.entrypoints.http.permissions import PERMISSIONS
from verification.main import build
from verification.settings import Settings

NOW = datetime(2026, 3, 1, tzinfo=UTC)
PLAYER, CASINO, DOCUMENT, HIT = (UUID(int=n) for n in range(1, 5))
COMMON = {"case_id": PLAYER, "player_id": PLAYER, "casino_id": CASINO}


def recorded(event: Any, category: str = "case") -> Recorded[Any]:
    meta = Meta(actor=Actor("system", "tests"), occurred_at=NOW, casino_id=CASINO, correlation_id=HIT)
    return Recorded(event, HIT, "x", f"{category}-{PLAYER}", 1, 1, meta)


@pytest.mark.parametrize(
    ("happened", "told"),
    [
        (
            case.CaseOpened(player_id=PLAYER, casino_id=CASINO, country="MT", opened_at=NOW),
            [public.CaseOpened(**COMMON)],
        ),
        (
            case.DocumentUploaded(
                document_id=DOCUMENT,
                kind="passport",
                media_type="image/png",
                size_bytes=1,
                sha256="a",
                uploaded_by="x",
                uploaded_at=NOW,
            ),
            [public.DocumentUploaded(**COMMON, document_id=DOCUMENT, kind="passport")],
        ),
        (
            case.DocumentAccepted(
                document_id=DOCUMENT, kind="passport", expires_on=date(2030, 1, 1), decided_by="x", decided_at=NOW
            ),
            [public.DocumentAccepted(**COMMON, document_id=DOCUMENT, kind="passport", expires_on=date(2030, 1, 1))],
        ),
        (
            case.DocumentRejected(
                document_id=DOCUMENT, kind="passport", reason="blurry", final=False, decided_by="x", decided_at=NOW
            ),
            [public.DocumentRejected(**COMMON, document_id=DOCUMENT, kind="passport", reject_reason="blurry")],
        ),
        (
            case.ScreeningCompleted(
                raised=(HIT,), withdrawn=(), open_hits=1, lists=("uk@1", "ofac-sdn@2024-07-02"), screened_at=NOW
            ),
            [public.ScreeningCompleted(**COMMON, hits=1, lists=("ofac-sdn", "uk"))],
        ),
        (
            case.HitSettled(hit_id=HIT, confirmed=True, settled_at=NOW),
            [public.HitDecided(hit_id=HIT, player_id=PLAYER, casino_id=CASINO, decision="confirm")],
        ),
        (
            case.LevelReached(level="basic", previous="none", reached_at=NOW),
            [public.VerificationLevelReached(**COMMON, level="basic", previous="none")],
        ),
        (case.CaseErased(erased_at=NOW), []),
    ],
)
def test_each_event_of_a_case_is_told_as_promised(happened: Any, told: list[ContractEvent]) -> None:
    assert list(publish(recorded(happened))) == told


def test_every_promised_event_is_published_by_something() -> None:
    published = {
        public.CaseOpened,
        public.DocumentUploaded,
        public.DocumentAccepted,
        public.DocumentRejected,
        public.ScreeningCompleted,
        public.HitDecided,
        public.VerificationLevelReached,
        public.ScreeningListImported,
    }
    assert {
        cls for cls in vars(public).values() if isinstance(cls, type) and cls.__module__ == public.__name__
    } == published


def test_what_is_consumed_is_what_the_catalogue_says() -> None:
    service = build(make_settings(Settings, backoffice_url="http://backoffice.test"))
    assert service.consumer is not None
    assert service.consumer.handles == frozenset(consumed_by("verification"))


def test_every_permission_of_the_contract_is_declared() -> None:
    assert {spec.id for spec in PERMISSIONS} == {str(one) for one in VerificationPermission}


def test_every_code_of_a_refusal_is_promised() -> None:
    modules = (of_cases, of_hits, files, ports)
    codes = {
        cls.code
        for module in modules
        for cls in vars(module).values()
        if isinstance(cls, type) and issubclass(cls, DomainError) and cls.__module__ == module.__name__
    }
    assert codes == {str(one) for one in VerificationError}
