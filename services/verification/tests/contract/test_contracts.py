"""Promises kept, in both directions."""

from datetime import UTC, date, datetime
from typing import Any, get_args
from uuid import UUID

import pytest
from services.verification.tests.component.world import World, png

from chassis.domain import DomainError
from chassis.testing.environment import make_settings
from chassis.testing.golden import Effect, assert_as_promised, assert_effect, label, recorded, said
from contracts.backoffice.events import (
    CasinoOpened,
    JurisdictionProfileAdopted,
    PersonalDataErased,
    PlayerProfileChanged,
    PlayerRegistered,
)
from contracts.event import ContractEvent
from contracts.platform.events import AccessRecorded
from contracts.registry import consumed_by, produced_by
from contracts.verification import events as public
from contracts.verification.documents import REQUIRED_DOCUMENTS, DocumentKind, Proof
from contracts.verification.errors import VerificationError
from contracts.verification.permissions import VerificationPermission
from verification.application import files, ports
from verification.application.profiles import REASSESS
from verification.application.publishing import publish
from verification.application.screening import SCREEN
from verification.domain.case import errors as of_cases
from verification.domain.case import events as case
from verification.domain.case.catalogue import PROVES, is_required_word
from verification.domain.hit import errors as of_hits
from verification.domain.hit import events as hit
from verification.entrypoints.permissions import PERMISSIONS
from verification.main import build
from verification.settings import Settings

NOW = datetime(2026, 3, 1, tzinfo=UTC)
PLAYER, CASINO, DOCUMENT, HIT, OLD_HIT = (UUID(int=n) for n in range(1, 6))
COMMON = {"case_id": PLAYER, "player_id": PLAYER, "casino_id": CASINO}


EFFECTS: dict[type[ContractEvent], Effect] = {
    CasinoOpened: Effect({"casino_profile": {"profile_version": 0}, "rm_casino_zone": {"time_zone": "Europe/Malta"}}),
    JurisdictionProfileAdopted: Effect({"casino_profile": {"profile_version": 2}, "task": {"kind": REASSESS}}),
    PlayerRegistered: Effect(
        {
            "event": {"type": "verification.case_opened"},
            "outbox": {"topic": "verification.case.events"},
            "rm_case_list": {"level": "none", "country": "MT"},
            "task": {"kind": SCREEN},
        }
    ),
    PlayerProfileChanged: Effect(
        {"event": {"type": "verification.name_changed"}, "task": {"kind": SCREEN}}, after=(PlayerRegistered,)
    ),
    PersonalDataErased: Effect(
        {
            "event": {"type": "verification.case_erased"},
            "rm_case_list": {"status": "erased"},
            "subject_key": {"wrapped_key": None},
        },
        after=(PlayerRegistered,),
    ),
}


def test_what_is_consumed_is_what_the_catalogue_says() -> None:
    service = build(make_settings(Settings, backoffice_url="http://backoffice.test"))
    assert service.consumer is not None
    assert service.consumer.handles == frozenset(consumed_by("verification")) == frozenset(EFFECTS)


@pytest.mark.parametrize("cls", EFFECTS, ids=label)
async def test_an_example_of_what_is_consumed_has_its_effect(world: World, cls: type[ContractEvent]) -> None:
    await assert_effect(world.service, cls, EFFECTS[cls])


TOLD: list[tuple[Any, list[ContractEvent]]] = [
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
            raised=(HIT,), withdrawn=(OLD_HIT,), open_hits=1, lists=("uk@1", "ofac-sdn@2024-07-02"), screened_at=NOW
        ),
        [
            public.HitRaised(hit_id=HIT, player_id=PLAYER, casino_id=CASINO),
            public.HitWithdrawn(hit_id=OLD_HIT, player_id=PLAYER, casino_id=CASINO),
            public.ScreeningCompleted(**COMMON, hits=1, lists=("ofac-sdn", "uk")),
        ],
    ),
    (
        case.HitSettled(hit_id=HIT, confirmed=True, settled_at=NOW),
        [public.HitDecided(hit_id=HIT, player_id=PLAYER, casino_id=CASINO, decision="confirm")],
    ),
    (
        case.LevelReached(level="basic", previous="none", reached_at=NOW),
        [public.VerificationLevelReached(**COMMON, level="basic", previous="none")],
    ),
    (case.NameChanged(changed_at=NOW), []),
    (case.DocumentReopened(document_id=DOCUMENT, kind="passport", reopened_at=NOW), []),
    (case.CaseErased(erased_at=NOW), []),
]


@pytest.mark.parametrize(("happened", "told"), TOLD, ids=lambda value: type(value).__name__)
def test_each_event_is_told_as_promised(happened: Any, told: list[ContractEvent]) -> None:
    assert list(publish(recorded(happened, f"case-{PLAYER}", CASINO))) == told
    for fact in told:
        assert_as_promised(fact)


def test_no_event_of_a_case_is_forgotten() -> None:
    assert {type(happened) for happened, _ in TOLD} == {*case.CaseEvent.__args__}


@pytest.mark.parametrize("cls", hit.HitEvent.__args__)
def test_a_hit_says_nothing_because_its_case_does(cls: type[Any]) -> None:
    assert list(publish(recorded(object.__new__(cls), f"hit-{HIT}", CASINO))) == []


def test_every_promised_event_is_told_by_something() -> None:
    owned = {cls for cls in produced_by("verification") if cls.owner() == "verification"}
    assert {type(fact) for _, told in TOLD for fact in told} | {public.ScreeningListImported} == owned


async def test_what_is_said_of_lists_hits_and_documents_is_as_promised(world: World) -> None:
    await world.import_list("ofac-sdn", "demo")
    await world.work()
    player = await world.register("Erasmus Quillon", "Nightshade", born=date(1971, 10, 13))
    await world.work()
    document = (await world.upload(player, png())).json()["document_id"]
    hit_id = (await world.waiting_hit(player))["id"]
    await world.get(f"/hits/{hit_id}")
    await world.post(f"/hits/{hit_id}/decide", {"decision": "clear", "reason": "another man"})
    await world.post(f"/documents/{document}/accept")
    other = (await world.upload(player, png(4))).json()["document_id"]
    await world.post(f"/documents/{other}/reject", {"reason": "blurry"})
    owned = {cls for cls in produced_by("verification") if cls.owner() == "verification"}
    # No list let go of a name here; that a hit is withdrawn is told with the screening, above.
    assert {type(fact) for fact in await said(world.service)} == {*owned, AccessRecorded} - {public.HitWithdrawn}


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
    of_the_door = {"too_many_uploads", "uploads_busy"}
    assert codes | of_the_door == {str(one) for one in VerificationError}


def test_a_casino_may_require_just_the_words_that_are_known_here() -> None:
    assert get_args(DocumentKind) == tuple(PROVES)
    assert set(get_args(Proof)) == set(PROVES.values())
    assert {word for word in (*REQUIRED_DOCUMENTS, "library_card") if is_required_word(word)} == REQUIRED_DOCUMENTS
