"""What the people of the fraud benchmark can do, and the scenes in which they do it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Literal
from uuid import UUID

Label = Literal["honest", "bonus_ring", "card_tester", "launderer", "small_launderer", "patient_launderer",
                "slow_launderer", "round_launderer", "friendly_fraudster", "mule", "account_taken", "bonus_hunter",
                "listed"]  # fmt: skip
Kind = Literal["deposit", "credit", "play", "withdraw", "bonus", "grant", "warn", "reverse", "allow", "block",
               "password", "lock", "contact", "hit", "clear"]  # fmt: skip

DAY = 24 * 60
ALL = 10**9
"""As an amount: whatever he has."""
MOST_HAVE = "mail.example"
"""The domain of most players' e-mail."""
BROKE = "insufficient_funds"
STOLEN = "do_not_honor"
"""Why a deposit is not paid, as Stripe says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """A player, whence he comes and what he pays with.

    Attributes:
        card: the instrument of his deposits; its first digit names its issuer.
        abroad: its issuer is of another country than the one he lives in.
        anothers: the name on it is another's.
        provable: a provider can have him authenticated by his bank.
        contacts: what he registered with, by kind; others may have the same.
    """

    player: UUID
    ip: str
    device: str
    card: str
    abroad: bool = False
    anothers: bool = False
    provable: bool = True
    contacts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something a player does.

    Attributes:
        minute: after the beginning.
        kind: `deposit`; `credit`: what he asked for last and was not told of is paid; `play`; `withdraw`; `bonus`: he
            is given one, and has played it; `grant`: he is given one of `amount_minor`, and has it; `warn`: his bank
            reports fraud of a deposit; `reverse`: it takes that back; `allow`, `block`: people put him on the allow
            list, or the place of his withdrawals on the block list, for two weeks; `password`: his is changed; `lock`:
            wrong ones lock his log-in; `contact`: he has another telephone; `hit`: a name on a list may be his;
            `clear`: people found that it is not.
        amount_minor: of a withdrawal at most: nobody has more than he has.
        why: a deposit is not paid: what Stripe says; empty: it says nothing yet; None: it is paid.
        stakes: of a play: what he bets, if he has as much, and what that brings, one bet after another.
        payout: where a withdrawal goes.
        number: which of his paid deposits a `warn` or `reverse` is about.
    """

    minute: int
    who: Who
    kind: Kind
    amount_minor: int = 0
    why: str | None = None
    stakes: Sequence[tuple[int, int]] = ()
    payout: str = ""
    number: int = 0


@dataclass(slots=True)
class Scene:
    """A few people and what they do, the same for the same random numbers. Who is not honest belongs together."""

    random: Random
    labels: dict[UUID, Label] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)

    def begin(self, days: int) -> int:
        """A minute of the first days."""
        return self.random.randrange(days * DAY)

    def thing(self, kind: str) -> str:
        """A new one: the name of a device, a card or an account."""
        return f"{kind}-{self.random.getrandbits(64):016x}"

    def home(self) -> str:
        """A new address of the internet."""
        numbers = self.random
        return f"81.{numbers.randrange(1, 250)}.{numbers.randrange(250)}.{numbers.randrange(1, 250)}"

    def issuer(self) -> str:
        """One of nine."""
        return str(self.random.randrange(9))

    def player(
        self, label: Label, *, ip: str = "", device: str = "", card: str = "", abroad: bool = False,
        anothers: bool = False, provable: bool = True, contacts: Mapping[str, str] | None = None,
    ) -> Who:  # fmt: skip
        """A new one; whatever is not told is his alone, and his e-mail is where most have theirs."""
        player = UUID(int=self.random.getrandbits(128), version=4)
        self.labels[player] = label
        ip, device = ip or self.home(), device or self.thing("device")
        card = card or self.thing(self.issuer())
        own = {"phone": f"phone-{player}", "address": f"street-{player}", "email_domain": MOST_HAVE}
        return Who(
            player=player, ip=ip, device=device, card=card, abroad=abroad, anothers=anothers, provable=provable,
            contacts={**own, **(contacts or {})},
        )  # fmt: skip

    def pays(self, who: Who, minute: int, amount_minor: int, *, why: str | None = None) -> None:
        """He asks for a deposit, and it is paid; `why` not."""
        self.steps.append(Step(minute=minute, who=who, kind="deposit", amount_minor=amount_minor, why=why))

    def plays(self, who: Who, minute: int, amount_minor: int, *, times: float) -> None:
        """What he wagers of a deposit and its winnings within four hours, in eight parts; of a stake nine tenths come
        back on average.
        """
        stake = int(amount_minor * times / 8)
        won = (int(stake * self.random.choice((0, 0, 0, 0.4, 0.8, 1.2, 1.8, 3.0))) for _ in range(8))
        ended = minute + self.random.randrange(8, 4 * 60)
        self.steps.append(Step(minute=ended, who=who, kind="play", stakes=[(stake, one) for one in won]))

    def takes_out(self, who: Who, minute: int, payout: str, most_minor: int = ALL) -> None:
        """He asks for money."""
        self.steps.append(Step(minute=minute, who=who, kind="withdraw", amount_minor=most_minor, payout=payout))

    def happens(
        self, who: Who, minute: int, kind: Kind, *, payout: str = "", number: int = 0, amount_minor: int = 0
    ) -> None:
        """Something that others do about him."""
        self.steps.append(
            Step(minute=minute, who=who, kind=kind, payout=payout, number=number, amount_minor=amount_minor)
        )

    def wins(self, who: Who, minute: int, stake_minor: int, *brings: float) -> None:
        """He bets so much at once, and each bet brings so many times of it."""
        stakes = [(stake_minor, int(stake_minor * one)) for one in brings]
        self.steps.append(Step(minute=minute, who=who, kind="play", stakes=stakes))

    def charged_back(self, who: Who, minute: int, number: int = 0) -> None:
        """His bank reports a deposit as fraud, and takes the money three days later."""
        self.happens(who, minute, "warn", number=number)
        self.happens(who, minute + 3 * DAY, "reverse", number=number)
