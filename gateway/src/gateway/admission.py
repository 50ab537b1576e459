"""How much each may ask: whoever connects, each session and program, each session for what can do harm, each log-in."""

from chassis.auth import Caller
from gateway.accounts import LOG_INS
from gateway.answers import RawHeaders
from gateway.limits import Limiter, Policy, Remembered, network_of, require
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
        self._clients = {
            "low": Policy.each_second("api-client-low", settings.requests_per_second_per_low_client),
            "standard": Policy.each_second("api-client", settings.requests_per_second_per_client),
            "high": Policy.each_second("api-client-high", settings.requests_per_second_per_high_client),
        }
        self._risks = {
            "high": Policy.each_minute("high-risk", settings.high_risk_per_minute_per_session),
            "critical": Policy.each_minute("critical", settings.critical_per_minute_per_session),
        }
        self._log_ins = _for_many("log-ins", settings.log_ins_per_minute_per_ip)
        self._registrations = _for_many("registrations", settings.registrations_per_minute_per_ip)
        self._account = Policy.each_minute("account", settings.log_ins_per_minute_per_account)
        self._everywhere = Policy.each_minute("account-all", settings.log_ins_per_minute_per_account_everywhere)
        self._entered = Remembered()
        self._ipv6_bits = settings.ipv6_prefix
        self._streams = Policy.each_minute("streams", settings.streams_begun_per_minute_per_person)
        self._tokens = Policy.each_minute("tokens", settings.tokens_per_minute_per_client)

    async def address(self, ip: str) -> RawHeaders:
        """Whoever connects, before anything is looked at."""
        return await require(self._limiter, self._address, self._whence(ip))

    async def stranger(self, template: str, method: str, ip: str) -> None:
        """What may be done without a token."""
        if method != "POST":
            return
        if template in LOG_INS:
            await require(self._limiter, self._log_ins, self._whence(ip))
        elif template == _REGISTRATION:
            await require(self._limiter, self._registrations, self._whence(ip))

    async def log_in(self, account: str | None, ip: str) -> None:
        """One account: from one address, and from all of them together.

        Whoever guesses from many addresses uses up what all of them have together; the person whose account it is
        logs in all the same from where they did so before.
        """
        if account is None:
            return
        whence = f"{account} {self._whence(ip)}"
        await require(self._limiter, self._account, whence)
        if whence not in self._entered:
            await require(self._limiter, self._everywhere, account)

    def entered(self, account: str | None, ip: str) -> None:
        """The right password for the account came from this address."""
        if account is not None:
            self._entered.add(f"{account} {self._whence(ip)}")

    async def program(self, named: str, ip: str) -> None:
        """A partner's program that asks for a token, from one address: nobody uses up what another may ask."""
        await require(self._limiter, self._tokens, f"{named} {self._whence(ip)}")

    async def stream(self, person: str) -> None:
        """A stream of events that begins: lists of many services may be read for it, so coming back is counted."""
        await require(self._limiter, self._streams, person)

    async def signed(self, ip: str, risk: str | None) -> None:
        """A request that is signed, by whom the service will know: counted by its address."""
        await require(self._limiter, self._clients["standard"], self._whence(ip))
        tier = self._risks.get(risk or "")
        if tier is not None:
            await require(self._limiter, tier, self._whence(ip))

    async def caller(self, caller: Caller, risk: str | None) -> RawHeaders:
        """A session, or a partner's program as its terms say, and for what can do harm less.

        A program has a session with each token, and all of them count as one.
        """
        program = caller.kind == "client"
        who = str(caller.id if program else caller.session_id or caller.id)
        left = await require(self._limiter, self._clients[caller.rate_tier] if program else self._session, who)
        tier = self._risks.get(risk or "")
        return left if tier is None else await require(self._limiter, tier, who)

    def _whence(self, ip: str) -> str:
        return network_of(ip, self._ipv6_bits)


def _for_many(name: str, per_minute: float) -> Policy:
    return Policy.each_minute(name, per_minute, burst=max(per_minute / 3, _PEOPLE_BEHIND_ONE_ADDRESS))
