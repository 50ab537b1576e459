"""A document's way: brought, looked at, decided, erased."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from chassis.auth.policy.model import Mode
from chassis.testing.lists import after_of
from chassis.testing.problems import problem
from chassis.testing.tokens import ALL_CLEAR, bearer, make_token
from contracts.verification.permissions import VerificationPermission as P

from .world import CASINO, ELSEWHERE, V1, World, player_token, png, staff


async def uploaded(world: World, seed: int = 0, kind: str = "passport") -> tuple[UUID, str]:
    """A player who is basic and has a document waiting."""
    if not await world.get("/lists"):
        await world.import_list("ofac-sdn", "demo")
    player = await world.register()
    await world.work()
    answer = await world.upload(player, png(seed), kind=kind)
    assert answer.status_code == 201, answer.text
    return player, answer.json()["document_id"]


def stored(files: Path) -> list[Path]:
    return [path for path in files.rglob("*") if path.is_file()]


async def test_a_player_uploads_and_an_agent_accepts(world: World) -> None:
    player, document = await uploaded(world)
    shown = await world.get(f"/documents/{document}")
    assert (shown["status"], shown["kind"], shown["media_type"]) == ("pending", "passport", "image/png")
    assert shown["sha256"] == hashlib.sha256(png()).hexdigest()
    answer = await world.post(f"/documents/{document}/accept", {"expires_on": "2030-01-01"})
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"document_id": document, "player_id": str(player), "status": "accepted"}
    assert await world.level(player) == "verified"
    [accepted] = await world.said("verification.document_accepted")
    assert (accepted["kind"], accepted["expires_on"]) == ("passport", "2030-01-01")
    levels = [one["level"] for one in await world.said("verification.level_reached")]
    assert levels == ["basic", "verified"]


async def test_what_is_stored_is_encrypted_and_what_is_opened_is_the_picture(world: World, files: Path) -> None:
    picture = png(7, size=150_000)
    player = await world.register()
    document = (await world.upload(player, picture)).json()["document_id"]
    [path] = stored(files)
    assert picture[200:260] not in path.read_bytes()
    answer = await world.client.get(f"{V1}/documents/{document}/content", headers=bearer(staff(P.DOCUMENT_VIEW)))
    assert answer.status_code == 200
    assert answer.content == picture
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"] == f'attachment; filename="passport-{document}.png"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    [access] = await world.said("platform.access_recorded")
    assert (access["subject_id"], access["casino_id"]) == (str(player), str(CASINO))


@pytest.mark.parametrize("mode", ["none", "hash", "mask"])
async def test_who_sees_no_sensitive_data_in_clear_opens_no_picture(shared: World, mode: Mode) -> None:
    document = (await shared.upload(await shared.register(), png(3))).json()["document_id"]
    blind = make_token(permissions=[P.DOCUMENT_VIEW], casinos=[CASINO], modes={**ALL_CLEAR, "pii_sensitive": mode})
    content = f"{V1}/documents/{document}/content"
    problem(await shared.client.get(content, headers=bearer(blind)), 403, "document_not_shown")


async def test_a_stored_file_that_was_altered_is_not_given_out(world: World, files: Path) -> None:
    _, document = await uploaded(world)
    [path] = stored(files)
    raw = bytearray(path.read_bytes())
    raw[-20] ^= 1
    path.write_bytes(bytes(raw))
    content = f"{V1}/documents/{document}/content"
    answer = await world.client.get(content, headers=bearer(staff(P.DOCUMENT_VIEW)))
    assert (answer.status_code, answer.json()["code"]) == (503, "file_damaged")
    path.unlink()
    answer = await world.client.get(content, headers=bearer(staff(P.DOCUMENT_VIEW)))
    assert (answer.status_code, answer.json()["code"]) == (503, "file_damaged")


async def test_the_same_file_twice_is_one_document(world: World, files: Path) -> None:
    player, document = await uploaded(world)
    again = await world.upload(player, png(), name="other name.pdf")
    assert (again.status_code, again.json()) == (200, {"document_id": document, "created": False})
    other_kind = await world.upload(player, png(), kind="id_card")
    assert other_kind.status_code == 201
    assert len(stored(files)) == 2
    assert len(await world.said("verification.document_uploaded")) == 2


async def test_the_same_file_many_times_at_once_is_one_document(world: World, files: Path) -> None:
    player = await world.register()
    answers = await asyncio.gather(*(world.upload(player, png()) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    assert len({answer.json()["document_id"] for answer in answers}) == 1
    assert len(stored(files)) == 1
    assert len(await world.said("verification.document_uploaded")) == 1


async def test_staff_may_bring_a_document_and_then_not_judge_it(world: World) -> None:
    player = await world.register()
    uploader = uuid4()
    token = staff(subject=uploader)
    document = (await world.upload(player, png(), token=token)).json()["document_id"]
    for path, body in (("accept", None), ("reject", {"reason": "blurry"})):
        answer = await world.post(f"/documents/{document}/{path}", body, token)
        assert (answer.status_code, answer.json()["code"]) == (409, "uploader_cannot_decide")
    assert (await world.post(f"/documents/{document}/accept")).status_code == 200


async def test_a_rejection_names_its_reason(world: World) -> None:
    player, document = await uploaded(world)
    answer = await world.post(f"/documents/{document}/reject", {"reason": "blurry"})
    assert answer.status_code == 200
    assert (await world.post(f"/documents/{document}/reject", {"reason": "blurry"})).status_code == 200
    other = await world.post(f"/documents/{document}/accept")
    assert (other.status_code, other.json()["code"]) == (409, "document_already_decided")
    shown = await world.get(f"/documents/{document}", player_token(player))
    assert (shown["status"], shown["reject_reason"]) == ("rejected", "blurry")
    assert "decided_by" not in shown
    assert len(await world.said("verification.document_rejected")) == 1
    assert (await world.upload(player, png(5))).status_code == 201


async def test_a_final_rejection_closes_the_case_and_does_not_warn_the_player(world: World) -> None:
    player, document = await uploaded(world)
    assert (await world.post(f"/documents/{document}/reject", {"reason": "forged"})).status_code == 200
    assert await world.level(player) == "none"
    refused = await world.upload(player, png(5))
    assert (refused.status_code, refused.json()["code"]) == (409, "case_closed")
    token = player_token(player)
    assert (await world.get(f"/documents/{document}", token))["reject_reason"] is None
    [shown] = await world.get("/documents", token)
    assert (shown["status"], shown["reject_reason"]) == ("rejected", None)
    assert "final" not in shown
    [known] = await world.get("/documents")
    assert (known["reject_reason"], known["final"]) == ("forged", True)


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("reject", {"reason": "ugly"}, "reject_reason_unknown"),
        ("reject", {"reason": ""}, "invalid_request"),
        ("reject", {}, "invalid_request"),
        ("reject", {"reason": "blurry", "note": "x"}, "invalid_request"),
        ("accept", {"expires_on": "soon"}, "invalid_request"),
        ("accept", {"expires_on": "9999-12-31"}, "invalid_request"),
        ("accept", {"valid": True}, "invalid_request"),
    ],
)
async def test_a_decision_in_other_words_is_refused(shared: World, path: str, body: object, code: str) -> None:
    _, document = await uploaded(shared)
    answer = await shared.post(f"/documents/{document}/{path}", body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert (await shared.get(f"/documents/{document}"))["status"] == "pending"


async def test_a_document_past_its_date_is_not_accepted(shared: World) -> None:
    _, document = await uploaded(shared)
    answer = await shared.post(f"/documents/{document}/accept", {"expires_on": "2026-02-28"})
    assert (answer.status_code, answer.json()["code"]) == (409, "document_expired")


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "file_empty"),
        (b"GIF89a", 415, "file_type_unknown"),
        (b"<html><script>alert(1)</script></html>", 415, "file_type_unknown"),
        (b"MZ" + bytes(100), 415, "file_type_unknown"),
        (png()[:-3], 422, "file_malformed"),
        (b"\xff\xd8\xff\xe0" + bytes(50), 422, "file_malformed"),
        (b"%PDF-1.7\n1 0 obj << /S /JavaScript >> endobj\n%%EOF", 422, "file_active"),
        (b"%PDF-1.7\n1 0 obj << >> endobj\n%%EOF\nPK\x03\x04", 422, "file_malformed"),
        (png(size=199_000), 201, None),
        (png(size=200_001), 413, "file_too_large"),
    ],
)
async def test_only_files_that_can_be_made_harmless_are_kept(
    shared: World, content: bytes, status: int, code: str | None
) -> None:
    player = await shared.register()
    answer = await shared.upload(player, content)
    assert (answer.status_code, answer.json().get("code")) == (status, code)
    assert len(shared.stored(player)) == int(status == 201)


async def test_fifty_megabytes_are_refused_before_they_are_read(shared: World) -> None:
    player = await shared.register()
    answer = await shared.upload(player, bytes(50_000_000))
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


async def test_an_endless_body_without_a_length_is_cut_off(shared: World) -> None:
    player = await shared.register()
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        while sent < 100_000_000:
            sent += 65_536
            yield bytes(65_536)

    headers = {**bearer(player_token(player)), "Content-Type": "multipart/form-data; boundary=b"}
    url = f"{V1}/players/{player}/documents"
    answer = await shared.client.post(url, content=body(), headers=headers)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "..\\..\\boot.ini", "/abs.png", "ünïcødé 名前.png", 'q"uote.png', "x" * 3000, "\u202egnp.exe"],
)
async def test_the_name_of_the_file_is_of_no_use_to_anyone(shared: World, name: str) -> None:
    player = await shared.register()
    answer = await shared.upload(player, png(), name=name)
    assert answer.status_code == 201, answer.text
    [path] = shared.stored(player)
    assert path.parent == shared.files / "documents" / str(player)
    document = answer.json()["document_id"]
    content = await shared.client.get(f"{V1}/documents/{document}/content", headers=bearer(staff(P.DOCUMENT_VIEW)))
    assert content.headers["content-disposition"] == f'attachment; filename="passport-{document}.png"'
    if name.isascii():
        assert name not in await shared.everything_stored()


FILE = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n' + png() + b"\r\n"
KIND = b'--b\r\nContent-Disposition: form-data; name="kind"\r\n\r\npassport\r\n'
MULTIPART = "multipart/form-data; boundary=b"


@pytest.mark.parametrize(
    ("content_type", "body", "status", "code"),
    [
        (MULTIPART, KIND + FILE + b"--b--\r\n", 201, None),
        (MULTIPART, FILE + KIND + b"--b--\r\n", 201, None),
        (MULTIPART, KIND + b"--b--\r\n", 422, "invalid_request"),
        (MULTIPART, FILE + b"--b--\r\n", 422, "invalid_request"),
        (MULTIPART, KIND + FILE, 400, "invalid_body"),
        (MULTIPART, KIND + FILE + FILE + b"--b--\r\n", 422, "invalid_request"),
        (MULTIPART, KIND + FILE.replace(b'"file"', b'"life"') + b"--b--\r\n", 422, "invalid_request"),
        (MULTIPART, KIND.replace(b"passport", b"p" * 65) + FILE + b"--b--\r\n", 422, "invalid_request"),
        (MULTIPART, KIND.replace(b"passport", b"pass\x00port") + FILE + b"--b--\r\n", 422, "invalid_request"),
        (MULTIPART, KIND.replace(b"passport", b"\xff\xfe") + FILE + b"--b--\r\n", 422, "invalid_request"),
        (MULTIPART, KIND.replace(b"passport", b"horoscope") + FILE + b"--b--\r\n", 422, "document_kind_unknown"),
        (MULTIPART, KIND.replace(b"form-data", b"f" * 5000) + FILE + b"--b--\r\n", 400, "invalid_body"),
        (MULTIPART, b"", 400, "invalid_body"),
        (MULTIPART, b"garbage", 400, "invalid_body"),
        (MULTIPART, KIND * 9 + b"--b--\r\n", 422, "invalid_request"),
        ("multipart/form-data", KIND + FILE + b"--b--\r\n", 415, "unsupported_media_type"),
        ("application/json", b"{}", 415, "unsupported_media_type"),
        ("image/png", png(), 415, "unsupported_media_type"),
    ],
)
async def test_a_form_is_read_or_refused(
    shared: World, content_type: str, body: bytes, status: int, code: str | None
) -> None:
    player = await shared.register()
    headers = {**bearer(player_token(player)), "Content-Type": content_type}
    answer = await shared.client.post(f"{V1}/players/{player}/documents", content=body, headers=headers)
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text


async def test_strangers_cannot_upload(world: World, files: Path) -> None:
    player, other = await world.register(), await world.register()
    foreign = await world.register(casino_id=ELSEWHERE)
    path = f"{V1}/players/{player}/documents"
    anonymous = await world.client.post(path, files={"file": png()}, data={"kind": "passport"})
    assert anonymous.status_code == 401
    assert (await world.upload(player, png(), token=player_token(other))).status_code == 404
    assert (await world.upload(player, png(), token=staff(P.DOCUMENT_VIEW))).status_code == 403
    hidden = await world.upload(foreign, png(), token=staff())
    unknown = await world.upload(uuid4(), png(), token=staff())
    assert (hidden.status_code, hidden.json()["code"]) == (unknown.status_code, unknown.json()["code"])
    assert (unknown.status_code, unknown.json()["code"]) == (404, "case_unknown")
    assert (await world.upload(player, png(), token=player_token(player, ELSEWHERE))).status_code == 404
    assert stored(files) == []


async def test_documents_of_another_casino_or_player_do_not_exist(world: World) -> None:
    player, document = await uploaded(world)
    other = await world.register()
    stranger = staff(casinos=(uuid4(),))
    reading = [f"/documents/{document}", f"/documents/{document}/content", f"/cases/{player}"]
    for path in reading:
        assert (await world.client.get(V1 + path, headers=bearer(stranger))).status_code == 404, path
    for path, body in (("accept", None), ("reject", {"reason": "blurry"})):
        assert (await world.post(f"/documents/{document}/{path}", body, stranger)).status_code == 404
        assert (await world.post(f"/documents/{uuid4()}/{path}", body)).status_code == 404
    token = player_token(other)
    assert (await world.client.get(f"{V1}/documents/{document}", headers=bearer(token))).status_code == 404
    assert (await world.get("/documents", token)) == []
    assert (await world.get("/documents", stranger)) == []
    assert len(await world.get("/documents", player_token(player))) == 1
    assert await world.said("platform.access_recorded") == []


async def test_a_player_cannot_decide_or_open(shared: World) -> None:
    player, document = await uploaded(shared)
    token = player_token(player)
    assert (await shared.post(f"/documents/{document}/accept", token=token)).status_code == 403
    assert (await shared.post(f"/documents/{document}/reject", {"reason": "blurry"}, token)).status_code == 403
    assert (await shared.client.get(f"{V1}/documents/{document}/content", headers=bearer(token))).status_code == 403


async def test_erasure_destroys_keys_and_files(world: World, files: Path) -> None:
    player, document = await uploaded(world)
    _, kept = await uploaded(world, seed=3)
    await world.erase(player)
    content = await world.client.get(f"{V1}/documents/{document}/content", headers=bearer(staff(P.DOCUMENT_VIEW)))
    assert (content.status_code, content.json()["code"]) == (409, "case_erased")
    assert len(stored(files)) == 2
    await world.work()
    assert len(stored(files)) == 1
    async with world.service.db.read() as connection:
        keys = await connection.execute(text("SELECT document_id, key_token FROM document_file"))
        by_document = {str(row.document_id): row.key_token for row in keys}
    assert by_document[document] is None
    assert by_document[kept] is not None
    refused = await world.upload(player, png(9))
    assert (refused.status_code, refused.json()["code"]) == (409, "case_erased")
    assert len(stored(files)) == 1
    assert (await world.post(f"/documents/{document}/accept")).json()["code"] == "case_erased"


async def test_the_same_erasure_twice_does_nothing_more(world: World, files: Path) -> None:
    player, _ = await uploaded(world)
    await world.erase(player)
    world.backoffice.players[str(player)] = {}
    await world.erase(player)
    await world.work()
    assert stored(files) == []


async def test_a_file_is_removed_when_the_case_refuses_it_at_the_last_moment(world: World, files: Path) -> None:
    player = await world.register()
    documents = world.client._transport.app.state.documents  # type: ignore[attr-defined]
    inspect = documents._inspect

    def erased_meanwhile(content: bytes) -> object:
        asyncio.run_coroutine_threadsafe(world.erase(player), loop).result(10)
        return inspect(content)

    loop = asyncio.get_running_loop()
    documents._inspect = erased_meanwhile
    answer = await world.upload(player, png())
    assert (answer.status_code, answer.json()["code"]) == (409, "case_erased")
    assert stored(files) == []


async def test_lists_are_filtered_sorted_and_paged(world: World) -> None:
    await world.import_list("ofac-sdn", "demo")
    for seed in range(3):
        await uploaded(world, seed)
        world.clock.advance(timedelta(minutes=1))
    token = staff()
    answer = await world.client.get(f"{V1}/documents?limit=2&status=eq.pending", headers=bearer(token))
    first, path = answer.json(), f"{V1}/documents?limit=2&status=eq.pending&after={after_of(answer)}"
    answer = await world.client.get(path, headers=bearer(token))
    rest = answer.json()
    assert (len(first), len(rest), after_of(answer)) == (2, 1, None)
    assert first[0]["uploaded_at"] > rest[0]["uploaded_at"]
    assert (await world.get("/documents?status=eq.accepted")) == []
    refused = await world.client.get(f"{V1}/documents?evidence=eq.x", headers=bearer(token))
    assert refused.status_code == 400


async def test_pending_documents_are_counted_on_the_case(world: World) -> None:
    player, document = await uploaded(world)
    assert (await world.get(f"/cases/{player}"))["pending_documents"] == 1
    waiting = await world.get("/cases?pending_documents=gt.0")
    assert [one["player_id"] for one in waiting] == [str(player)]
    await world.post(f"/documents/{document}/accept")
    assert (await world.get("/cases?pending_documents=gt.0")) == []


async def test_a_request_without_a_token_is_answered_before_the_body_is_read(shared: World) -> None:
    read = []

    async def body() -> AsyncIterator[bytes]:
        read.append(1)
        yield b"--b"

    headers = {"Content-Type": MULTIPART}
    url = f"{V1}/players/{uuid4()}/documents"
    answer = await shared.client.post(url, content=body(), headers=headers)
    assert (answer.status_code, read) == (401, [])
