"""A player arrives: registered, screened, verified, with money."""

import struct
import uuid
import zlib
from typing import Any

from journey.client import Person, Refused, eventually, refusal
from journey.opening import unless
from journey.tale import PLAYER_DOOR, Step, Tale, money

DEPOSIT_MINOR = 500_00
CARD = "4242424242424242"
V1 = "/api/verification/v1"


async def register(tale: Tale) -> str:
    """He is of age, accepts the terms, and happens to be called like somebody on a list."""
    said = (await tale.stack.run("verification", "import-list", "ofac-sdn", "demo")).strip().splitlines()[-1]
    body = {
        "casino_id": tale.casino_id,
        "email": f"erasmus.{uuid.uuid4().hex[:8]}@player.example",
        "password": "a fine day for roulette",
        "first_name": "Erasmus",
        "last_name": "Nightshade",
        "date_of_birth": "1971-10-13",
        "country": "MT",
        "currency": tale.currency,
        "phone": "+35621000000",
        "address": "1 Harbour Street, Valletta",
        "terms_version": "2026-01",
    }
    tale.player = await register_player(tale, body)
    said_no = await _refused_registrations(tale, body)
    return f"registered and logged in; {said_no}; {said}"


async def _refused_registrations(tale: Tale, body: dict[str, Any]) -> str:
    """Who may not register: told why by a code where the request is wrong, and nothing where somebody is here already;
    and no such account comes into being.
    """
    stranger = {**body, "email": f"stranger.{uuid.uuid4().hex[:8]}@player.example", "last_name": "Daybreak"}
    expected = {
        "a child": ("player_too_young", 422, {**stranger, "date_of_birth": "2015-01-01"}),
        "from nowhere": ("country_unknown", 422, {**stranger, "country": "XX"}),
        "with other money": ("currency_not_offered", 422, {**stranger, "currency": "SEK"}),
        "without terms": ("invalid_request", 422, {**stranger, "terms_version": ""}),
        "at no casino": ("not_found", 404, {**stranger, "casino_id": str(uuid.uuid4())}),
    }
    for who, (code, status, wish) in expected.items():
        met = await refusal(tale.api.send("POST", "/api/backoffice/v1/players", body=wish))
        assert (met.code, met.status) == (code, status), (who, met)
    for again in (body, {**stranger, "email": body["email"].upper()}, {**body, "email": stranger["email"]}):
        answer = (await tale.api.send("POST", "/api/backoffice/v1/players", body=again)).json()
        assert answer.keys() == {"player_id", "casino_id"}, answer
    players = await tale.staff["agent"].pages("/api/backoffice/v1/players")
    assert [one["player_id"] for one in players] == [tale.player_id], players
    return "; ".join(f"{who}: {code}" for who, (code, _, _) in expected.items())


async def register_player(tale: Tale, body: dict[str, Any]) -> Person:
    """A new player, logged in."""
    answer = (await tale.api.send("POST", "/api/backoffice/v1/players", body=body)).json()
    credentials = {name: body[name] for name in ("casino_id", "email", "password")}
    player = Person(tale.api, body["first_name"], PLAYER_DOOR, credentials, id=answer["player_id"])

    async def let_in() -> bool | None:
        try:
            await player.log_in()
        except Refused as refused:
            if refused.status == 401:
                return None  # Security has not heard of the registration yet.
            raise
        return True

    await eventually("security hears of the player", let_in)
    return player


async def screened(tale: Tale) -> str:
    """The name looks like one on the list: a person decides."""
    agent = tale.staff["agent"]

    async def hit() -> dict[str, Any] | None:
        found = await agent.pages(f"{V1}/hits", player_id=f"eq.{tale.player_id}", status="eq.open")
        return found[0] if found else None

    found = await eventually("the screening finds somebody", hit)
    opened = await agent.get(f"{V1}/hits/{found['id']}")
    assert opened["evidence"]["player_name"] == "Erasmus Nightshade", opened["evidence"]
    await agent.post(
        f"{V1}/hits/{found['id']}/decide", {"decision": "clear", "reason": "born in Valletta, not in Gloam"}
    )
    likeness = found["score_permille"] // 10
    return f"{found['listed_name']!r} of {found['list_name']} is {likeness} % like him; cleared by a person"


async def verified(tale: Tale) -> str:
    """He uploads a passport; an agent looks at it and accepts it."""
    agent, player = tale.staff["agent"], tale.who
    path = f"{V1}/players/{tale.player_id}/documents"
    evil = await refusal(
        player.send("POST", path, data={"kind": "passport"}, files={"file": ("x.png", b"MZ not a picture")})
    )
    assert (evil.code, evil.status) == ("file_type_unknown", 415), evil
    picture = png()
    sent = await player.send("POST", path, data={"kind": "passport"}, files={"file": ("me.png", picture, "image/png")})
    tale.document_id = sent.json()["document_id"]

    async def waiting() -> dict[str, Any] | None:
        found = await agent.pages(f"{V1}/documents", player_id=f"eq.{tale.player_id}", status="eq.pending")
        return found[0] if found else None

    document = await eventually("the document waits for an agent", waiting)
    seen = await agent.send("GET", f"{V1}/documents/{document['id']}/content")
    assert seen.content == picture, "the picture came back altered"
    await agent.post(f"{V1}/documents/{document['id']}/accept", {"expires_on": "2031-05-01"})

    async def level() -> bool | None:
        case = await agent.get(f"{V1}/cases/{tale.player_id}")
        return case["level"] == "verified" or None

    await eventually("the level verified is reached", level)
    return f"a passport was uploaded and accepted, level verified reached; a program as a picture: {evil.code}"


def png(width: int = 32, height: int = 20) -> bytes:
    """A small grey picture."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress((b"\x00" + bytes(range(width))) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


async def deposit(tale: Tale) -> str:
    """A card payment whose webhook comes late and twice."""
    player = tale.who
    begun = await begin_deposit(player, DEPOSIT_MINOR, tale.currency)
    secret = begun["next_action"]["client_secret"]
    await tale.direct("POST", f"/stripe/pay/{secret}", {"card": CARD, "webhook_copies": 2, "webhook_delay_s": 1.0})
    early = await player.get(f"/api/payments/v1/deposits/{begun['deposit_id']}")
    ended = await deposit_ends(player, begun["deposit_id"])
    assert ended["status"] == "succeeded", ended
    tale.cash_minor += DEPOSIT_MINOR
    tale.deposits_minor += DEPOSIT_MINOR
    tale.movements += 1
    await parcels_taken(tale)
    wallet = await tale.balance()
    assert wallet["cash_minor"] == tale.cash_minor, wallet
    amount, before = money(DEPOSIT_MINOR, tale.currency), early["status"]
    return f"{amount} by card: {before} until the signed webhook came; delivered twice, credited once"


async def begin_deposit(player: Person, amount_minor: int, currency: str, provider: str = "stripe", **more: Any) -> Any:
    """A deposit the casino agreed to; it waits until payments has heard of the player."""

    async def begin() -> Any:
        wish = {
            "provider": provider,
            "amount_minor": amount_minor,
            "currency": currency,
            "return_url": "https://casino.example/cashier",
            **more,
        }
        return await unless(player.post("/api/payments/v1/deposits", wish), "player_unknown")

    begun = await eventually("payments hears of the player", begin)

    async def with_action() -> Any:
        now = await player.get(f"/api/payments/v1/deposits/{begun['deposit_id']}")
        return now if now.get("next_action") else None

    return begun if begun.get("next_action") else await eventually("the provider says what to do", with_action)


async def deposit_ends(player: Person, deposit_id: str) -> Any:
    """The deposit once it is decided."""

    async def decided() -> Any:
        now = await player.get(f"/api/payments/v1/deposits/{deposit_id}")
        return now if now["status"] in ("succeeded", "failed", "refused", "expired", "declined") else None

    return await eventually("the deposit is decided", decided)


async def parcels_taken(tale: Tale) -> None:
    """Every notification that partners sent so far was taken."""

    async def none_waiting() -> bool | None:
        told = await tale.direct("GET", "/control/parcels")
        assert told["distrusted"] == 0, "an answer to a notification was not signed by the operator"
        return told["waiting"] == 0 or None

    await eventually("every notification is taken", none_waiting)


STEPS = (
    Step("A player registers", register),
    Step("He is screened", screened),
    Step("He uploads a document and is verified", verified),
    Step("He deposits by card", deposit),
)
