"""How much each may ask: whoever connects, each session and program, each session for what can do harm, each log-in."""

from chassis.auth import Caller
from gateway.accounts import LOG_INS
from gateway.answers import RawHeaders
from gateway.limits import Limiter, Policy, require
from gateway.settings import Settings

_REGISTRATION = "/api/backoffice/v1/players"
_PEOPLE_BEHIND_ONE_ADDRESS = 20
"""A bucket for log-ins or registrations holds this much at least: an office or a hotel has one address for many."""


class Admission:
    """Asks the limiter. Each raises RequestProblem 429, or gives the headers that tell what is left."""

    def __init__(self, settings: Settings, limiter: Limiter) -> None:
        self._limiter = limiter
        self._address = Policy.each_second("address", settings.requests_per_second_per_ip)
        self._session = Policy.each_second("session", settings.requests_per_second_per_session)
        self._client = Policy.each_second("api-client", settings.requests_per_second_per_client)
        self._risks = {
            "high": Policy.each_minute("high-risk", settings.high_risk_per_minute_per_session),
            "critical": Policy.each_minute("critical", settings.critical_per_minute_per_session),
        }
        self._log_ins = _for_many("log-ins", settings.log_ins_per_minute_per_ip)
        self._registrations = _for_many("registrations", settings.registrations_per_minute_per_ip)
        self._account = Policy.each_minute("account", settings.log_ins_per_minute_per_account)
        self._tokens = Policy.each_minute("tokens", settings.tokens_per_minute_per_client)

    async def address(self, ip: str) -> RawHeaders:
        """Whoever connects, before anything is looked at."""
        return await require(self._limiter, self._address, ip)

    async def stranger(self, template: str, method: str, ip: str) -> None:
        """What may be done without a token."""
        if method != "POST":
            return
        if template in LOG_INS:
            await require(self._limiter, self._log_ins, ip)
        elif template == _REGISTRATION:
            await require(self._limiter, self._registrations, ip)

    async def log_in(self, account: str | None, ip: str) -> None:
        """One account, from one address: whoever guesses passwords from many is security's to lock."""
        if account is not None:
            await require(self._limiter, self._account, f"{account} {ip}")

    async def program(self, named: str, ip: str) -> None:
        """A partner's program that asks for a token, from one address: nobody uses up what another may ask."""
        await require(self._limiter, self._tokens, f"{named} {ip}")

    async def signed(self, ip: str, risk: str | None) -> None:
        """A request that is signed, by whom the service will know: counted by its address."""
        await require(self._limiter, self._client, ip)
        tier = self._risks.get(risk or "")
        if tier is not None:
            await require(self._limiter, tier, ip)

    async def caller(self, caller: Caller, risk: str | None) -> RawHeaders:
        """A session or a partner's program, and for what can do harm less."""
        who = str(caller.session_id or caller.id)
        person = caller.kind in ("staff", "player")
        left = await require(self._limiter, self._session if person else self._client, who)
        tier = self._risks.get(risk or "")
        return left if tier is None else await require(self._limiter, tier, who)


def _for_many(name: str, per_minute: float) -> Policy:
    return Policy.each_minute(name, per_minute, burst=max(per_minute / 3, _PEOPLE_BEHIND_ONE_ADDRESS))
