"""Players with labels, the same for the same seed: who pays what, whence and with what, and how he plays."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random
from typing import Literal
from uuid import UUID

Label = Literal["honest", "bonus_ring", "card_tester", "launderer", "small_launderer", "patient_launderer",
                "slow_launderer", "friendly_fraudster", "mule", "account_taken"]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something a player does.

    Attributes:
        minute: after the beginning.
        kind: `deposit`, `credit`: what he asked for last and was not told of is paid, `bet`, `withdraw`, `bonus`: he is
            given one, `warn`: his bank reports fraud of his first deposit, or `reverse`: it takes that back.
        amount_minor: of a bet or a withdrawal at most: nobody has more than he has.
        won_minor: what a bet of that amount brings.
        paid: whether a deposit is. `why` it is not: what Stripe says; empty: it says nothing yet.
        card: the instrument of a deposit; its first digit names its issuer.
        payout: where a withdrawal goes.
    """

    minute: int
    player: UUID
    kind: Literal["deposit", "credit", "bet", "withdraw", "bonus", "warn", "reverse"]
    amount_minor: int = 0
    won_minor: int = 0
    paid: bool = True
    why: str = "do_not_honor"
    ip: str = ""
    device: str = ""
    card: str = ""
    payout: str = ""


@dataclass(frozen=True, slots=True)
class Who:
    """A player, whence he comes and what he pays with."""

    player: UUID
    ip: str
    device: str
    card: str

    def pays(self, minute: int, amount_minor: int, *, why: str | None = None) -> Step:
        """He asks for a deposit, and it is paid; `why` not."""
        return Step(
            minute=minute, player=self.player, kind="deposit", amount_minor=amount_minor, paid=why is None,
            why=why or "", ip=self.ip, device=self.device, card=self.card,
        )  # fmt: skip

    def takes_out(self, minute: int, payout: str, most: int) -> Step:
        """He asks for money."""
        return Step(
            minute=minute, player=self.player, kind="withdraw", amount_minor=most, ip=self.ip, device=self.device,
            payout=payout,
        )  # fmt: skip


@dataclass(slots=True)
class Population:
    """Players by label, and everything they do in order of time. `groups`: fraudsters who belong together."""

    labels: dict[UUID, Label] = field(default_factory=dict)
    groups: list[set[UUID]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)


_DAY = 24 * 60
ALL = 10**9
"""As an amount: whatever he has."""


def population(random: Random, players: int) -> Population:
    """Nine of ten are honest; the others come in the proportions they are met in."""
    made = Population()
    _honest(made, random, players * 9 // 10)
    odd = max(players // 10, 30)
    for _ in range(odd * 3 // 30):
        _ring(made, random)
    for _ in range(odd * 4 // 30):
        _card_tester(made, random)
    _testers_together(made, random, by="ip")
    _testers_together(made, random, by="device")
    for number in range(odd * 6 // 30):
        (_launderer, _small_launderer, _patient_launderer)[number % 3](made, random)
    for _ in range(odd * 2 // 30):
        _account_taken(made, random)
    for _ in range(odd * 4 // 30):
        _friendly_fraudster(made, random)
    for _ in range(max(odd // 15, 1)):
        _mules(made, random)
    for _ in range(max(odd // 15, 1)):
        _slow_launderer(made, random)
    _testers_together(made, random, by="card")
    _outage(made, random, max(players // 50, 3))
    _lodgers(made, random)
    for _ in range(max(players // 100, 2)):
        _undecided(made, random)
    made.steps.sort(key=lambda step: step.minute)
    return made


def _new(made: Population, random: Random, label: Label) -> UUID:
    player = UUID(int=random.getrandbits(128), version=4)
    made.labels[player] = label
    return player


def _home(random: Random) -> str:
    return f"81.{random.randrange(1, 250)}.{random.randrange(250)}.{random.randrange(1, 250)}"


def _name(random: Random, kind: str) -> str:
    return f"{kind}-{random.getrandbits(64):016x}"


def _honest(made: Population, random: Random, count: int) -> None:
    """Deposits now and then, plays with them, sometimes wins and takes it home. One of twelve shares a device, and one
    of six of these a card as well. After one deposit of fifty he has second thoughts and takes out what he has; three
    of four have it sent back where it came from. One of five is given a bonus; one of forty has a new telephone one day
    and his money sent elsewhere.
    """
    before: tuple[str, str, str] | None = None
    for _ in range(count):
        player = _new(made, random, "honest")
        shared = before is not None and random.random() < 1 / 12
        card, payout = _name(random, str(random.randrange(9))), _name(random, "iban")
        ip, device, theirs = before if shared and before is not None else (_home(random), _name(random, "device"), card)
        card = theirs if random.random() < 1 / 6 else card
        before = (ip, device, card)
        at = random.randrange(20 * _DAY)
        if random.random() < 1 / 5:
            made.steps.append(Step(minute=at, player=player, kind="bonus"))
        for _ in range(random.randrange(1, 5)):
            at += random.randrange(60, 5 * _DAY)
            if random.random() < 1 / 40:
                device, payout = _name(random, "device"), _name(random, "iban")
            amount = random.choice((10_00, 20_00, 50_00, 100_00, 200_00, 1_800_00 if random.random() < 0.02 else 30_00))
            paid = random.random() > 0.12
            made.steps.append(
                Step(
                    minute=at,
                    player=player,
                    kind="deposit",
                    amount_minor=amount,
                    paid=paid,
                    ip=ip,
                    device=device,
                    card=card,
                )
            )
            if not paid:
                continue
            regrets = random.random() < 0.02
            times = random.uniform(0, 0.3) if regrets else random.uniform(0.6, 6.0)
            made.steps.extend(_plays(random, player, at, amount, times=times))
            if regrets or random.random() < 0.25:
                made.steps.append(
                    Step(
                        minute=at + 300,
                        player=player,
                        kind="withdraw",
                        amount_minor=ALL,
                        ip=ip,
                        device=device,
                        payout=card if regrets and random.random() < 0.75 else payout,
                    )
                )


def _plays(random: Random, player: UUID, at: int, amount: int, *, times: float) -> Iterator[Step]:
    """What he wagers of a deposit and its winnings, in eight parts; of a stake nine tenths come back on average."""
    minute, stake = at, int(amount * times / 8)
    for _ in range(8):
        minute += random.randrange(1, 30)
        won = int(stake * random.choice((0, 0, 0, 0.4, 0.8, 1.2, 1.8, 3.0)))
        yield Step(minute=minute, player=player, kind="bet", amount_minor=stake, won_minor=won)


def _outage(made: Population, random: Random, count: int) -> None:
    """Their provider does not work for half an hour: each tries again and again, and pays when it does."""
    began = random.randrange(20 * _DAY)
    for _ in range(count):
        he = _equipped(made, random, "honest", str(random.randrange(9)))
        for minute in sorted(random.sample(range(30), 8)):
            made.steps.append(he.pays(began + minute, 30_00, why="processing_error"))
        made.steps.append(he.pays(began + random.randrange(35, 50), 30_00))
        made.steps.extend(_plays(random, he.player, began + 60, 30_00, times=2.0))


def _lodgers(made: Population, random: Random) -> None:
    """Twelve who live behind one address when that happens: each tries once, and pays when it works."""
    began, ip = random.randrange(20 * _DAY), _home(random)
    for _ in range(12):
        he = replace(_equipped(made, random, "honest", "8"), ip=ip)
        made.steps.append(he.pays(began + random.randrange(15), 20_00, why="issuer_not_available"))
        made.steps.append(he.pays(began + random.randrange(20, 40), 20_00))
        made.steps.extend(_plays(random, he.player, began + 60, 20_00, times=2.0))


def _undecided(made: Population, random: Random) -> None:
    """Opens the page and leaves it again, seven times, and pays at last."""
    he, at = _equipped(made, random, "honest", str(random.randrange(9))), random.randrange(20 * _DAY)
    for number in range(7):
        made.steps.append(he.pays(at + 4 * number, 50_00, why="requested_by_customer"))
    made.steps.append(he.pays(at + 35, 50_00))
    made.steps.extend(_plays(random, he.player, at + 40, 50_00, times=2.0))


def _ring(made: Population, random: Random) -> None:
    """One person behind four accounts: two devices, one card, one bank account."""
    devices = [_name(random, "device") for _ in range(2)]
    card, payout, ip = _name(random, "4"), _name(random, "iban"), _home(random)
    at = random.randrange(20 * _DAY)
    group: set[UUID] = set()
    made.groups.append(group)
    for number in range(4):
        he = Who(_new(made, random, "bonus_ring"), ip, devices[number % 2], card)
        group.add(he.player)
        at += random.randrange(30, 600)
        made.steps.append(Step(minute=at, player=he.player, kind="bonus"))
        made.steps.append(he.pays(at, 20_00))
        made.steps.extend(_plays(random, he.player, at, 20_00, times=1.1))
        made.steps.append(he.takes_out(at + 300, payout, ALL))


def _card_tester(made: Population, random: Random) -> None:
    """Tries stolen cards, one small deposit each."""
    player, ip, device = _new(made, random, "card_tester"), _home(random), _name(random, "device")
    at = random.randrange(25 * _DAY)
    for _ in range(random.randrange(8, 20)):
        at += random.randrange(1, 4)
        card = _name(random, str(random.randrange(9)))
        amount = random.choice((1_00, 2_00, 5_00))
        why = None if random.random() < 0.15 else "do_not_honor"
        made.steps.append(Who(player, ip, device, card).pays(at, amount, why=why))


def _testers_together(made: Population, random: Random, *, by: Literal["ip", "device", "card"]) -> None:
    """The same with six accounts, of which none tries much: they have the address in common, or the device, or the one
    card whose date and digits they guess.
    """
    ip, device, at = _home(random), _name(random, "device"), random.randrange(25 * _DAY)
    card = _name(random, "7") if by == "card" else ""
    group: set[UUID] = set()
    made.groups.append(group)
    for _ in range(6):
        player = _new(made, random, "card_tester")
        group.add(player)
        for _ in range(2):
            at += random.randrange(1, 5)
            made.steps.append(
                Step(
                    minute=at,
                    player=player,
                    kind="deposit",
                    amount_minor=random.choice((1_00, 2_00, 5_00)),
                    paid=random.random() < 0.1,
                    ip=ip if by == "ip" else _home(random),
                    device=device if by == "device" else _name(random, "device"),
                    card=card or _name(random, str(random.randrange(9))),
                )
            )


def _equipped(made: Population, random: Random, label: Label, card: str) -> Who:
    """A new player with his address, his device and a card that begins so."""
    return Who(_new(made, random, label), _home(random), _name(random, "device"), _name(random, card))


def _launderer(made: Population, random: Random) -> None:
    """Large sums just below what is reported, hardly played with, out again the same day, in two parts."""
    he = _equipped(made, random, "launderer", "5")
    at = random.randrange(25 * _DAY)
    for _ in range(random.randrange(2, 5)):
        at += random.randrange(30, 240)
        amount = random.randrange(1_650_00, 1_990_00)
        made.steps.append(he.pays(at, amount))
        made.steps.extend(_plays(random, he.player, at, amount, times=random.uniform(0, 0.4)))
    payout = _name(random, "iban")
    for minute, most in ((at + 300, random.randrange(1_000_00, 2_000_00)), (at + 600, ALL)):
        made.steps.append(he.takes_out(minute, payout, most))


def _small_launderer(made: Population, random: Random) -> None:
    """Many sums that nobody would look at, each below 150 and taken out again before the next, none of it played with
    to speak of.
    """
    he = _equipped(made, random, "small_launderer", "6")
    at, payout = random.randrange(15 * _DAY), _name(random, "iban")
    for _ in range(random.randrange(5, 9)):
        at += random.randrange(_DAY, 2 * _DAY)
        amount = random.randrange(40_00, 150_00)
        made.steps.append(he.pays(at, amount))
        made.steps.extend(_plays(random, he.player, at, amount, times=random.uniform(0, 0.5)))
        made.steps.append(he.takes_out(at + 300, payout, ALL))


def _patient_launderer(made: Population, random: Random) -> None:
    """Plays about as much as an honest player, at stakes that hardly lose, and takes it out days later."""
    he = _equipped(made, random, "patient_launderer", "6")
    at = random.randrange(15 * _DAY)
    for _ in range(3):
        at += random.randrange(_DAY, 3 * _DAY)
        amount = random.randrange(400_00, 1_200_00)
        made.steps.append(he.pays(at, amount))
        made.steps.extend(_plays(random, he.player, at, amount, times=random.uniform(0.5, 1.1)))
    made.steps.append(he.takes_out(at + 3 * _DAY, _name(random, "iban"), ALL))


def _slow_launderer(made: Population, random: Random) -> None:
    """One sum that nobody would look at, from a bank that takes a day or two, and elsewhere as soon as it is there."""
    he = _equipped(made, random, "slow_launderer", "6")
    at, amount = random.randrange(20 * _DAY), random.randrange(60_00, 150_00)
    made.steps.append(he.pays(at, amount, why=""))
    at += random.randrange(_DAY + 60, 2 * _DAY)
    made.steps.append(Step(minute=at, player=he.player, kind="credit", amount_minor=amount, card=he.card))
    made.steps.append(he.takes_out(at + 5, _name(random, "iban"), amount * 95 // 100))


def _account_taken(made: Population, random: Random) -> None:
    """An honest player's account, until somebody else asks for its money: another device, another place."""
    he = _equipped(made, random, "account_taken", "1")
    at = random.randrange(15 * _DAY)
    home = _name(random, "iban")
    for _ in range(2):
        at += random.randrange(_DAY, 3 * _DAY)
        made.steps.append(he.pays(at, 200_00))
        made.steps.extend(_plays(random, he.player, at, 200_00, times=1.5))
    made.steps.append(he.takes_out(at + 300, home, 20_00))
    thief = Who(he.player, _home(random), _name(random, "device"), he.card)
    made.steps.append(thief.takes_out(at + 2 * _DAY, _name(random, "iban"), ALL))


def _friendly_fraudster(made: Population, random: Random) -> None:
    """Plays, tells his bank that it was not him, comes again, and again once the bank took the money back."""
    he = _equipped(made, random, "friendly_fraudster", "3")
    at = random.randrange(15 * _DAY)
    made.steps.append(he.pays(at, 100_00))
    made.steps.extend(_plays(random, he.player, at, 100_00, times=0.8))
    made.steps.append(Step(minute=at + 2 * _DAY, player=he.player, kind="warn"))
    made.steps.append(Step(minute=at + 5 * _DAY, player=he.player, kind="reverse", amount_minor=100_00))
    made.steps.extend(he.pays(at + days * _DAY, 100_00) for days in (3, 7))


def _mules(made: Population, random: Random) -> None:
    """Five people's identities, one account that all the money goes to."""
    payout, device = _name(random, "iban"), _name(random, "device")
    at = random.randrange(20 * _DAY)
    group: set[UUID] = set()
    made.groups.append(group)
    for _ in range(5):
        player = _new(made, random, "mule")
        group.add(player)
        at += random.randrange(60, _DAY)
        made.steps.append(
            Step(
                minute=at,
                player=player,
                kind="deposit",
                amount_minor=500_00,
                ip=_home(random),
                device=device,
                card=_name(random, "2"),
            )
        )
        made.steps.extend(_plays(random, player, at, 500_00, times=0.2))
        made.steps.append(
            Step(
                minute=at + 300,
                player=player,
                kind="withdraw",
                amount_minor=ALL,
                ip=_home(random),
                device=device,
                payout=payout,
            )
        )
