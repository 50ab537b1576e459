"""Honest players: how they play, and what they do that looks like something else."""

from dataclasses import replace

from fraud_people import ALL, BROKE, DAY, Scene, Who


def honest(scene: Scene) -> None:
    """One who shares nothing with anybody."""
    _lives(scene, scene.player("honest"))


def household(scene: Scene) -> None:
    """Two at one device and one address; one of three such pairs has one card, one of eight gives one telephone."""
    one = scene.player("honest")
    shared = {kind: one.contacts[kind] for kind in ("address", *(("phone",) if one.player.int % 8 == 0 else ()))}
    card = one.card if scene.random.random() < 1 / 3 else ""
    other = scene.player("honest", ip=one.ip, device=one.device, card=card, contacts=shared)
    for who in (one, other):
        _lives(scene, who)


def _lives(scene: Scene, who: Who) -> None:
    """Deposits now and then, plays with them, sometimes wins and takes it home. After one deposit of fifty he has
    second thoughts and takes out what he has; three of four have it sent back where it came from. One of five is given
    a bonus; one of forty has a new telephone one day and his money sent elsewhere.
    """
    random, at, payout = scene.random, scene.begin(20), scene.thing("iban")
    if random.random() < 1 / 5:
        scene.happens(who, at, "bonus")
    for _ in range(random.randrange(1, 5)):
        at += random.randrange(60, 5 * DAY)
        if random.random() < 1 / 40:
            who, payout = replace(who, device=scene.thing("device")), scene.thing("iban")
        amount = random.choice((10_00, 20_00, 50_00, 100_00, 200_00, 1_800_00 if random.random() < 0.02 else 30_00))
        paid = random.random() > 0.12
        scene.pays(who, at, amount, why=None if paid else BROKE)
        if not paid:
            continue
        regrets = random.random() < 0.02
        scene.plays(who, at, amount, times=random.uniform(0, 0.3) if regrets else random.uniform(0.6, 6.0))
        if regrets or random.random() < 0.25:
            scene.takes_out(who, at + 300, who.card if regrets and random.random() < 0.75 else payout)


def outage(scene: Scene) -> None:
    """The provider of three does not work for half an hour: each tries again and again, and pays when it does."""
    began = scene.begin(20)
    for _ in range(3):
        who = scene.player("honest")
        for minute in sorted(scene.random.sample(range(30), 8)):
            scene.pays(who, began + minute, 30_00, why="processing_error")
        scene.pays(who, began + scene.random.randrange(35, 50), 30_00)
        scene.plays(who, began + 60, 30_00, times=2.0)


def lodgers(scene: Scene) -> None:
    """Twelve who live behind one address when that happens: each tries once, and pays when it works."""
    began, ip = scene.begin(20), scene.home()
    for _ in range(12):
        who = scene.player("honest", ip=ip)
        scene.pays(who, began + scene.random.randrange(15), 20_00, why="issuer_not_available")
        scene.pays(who, began + scene.random.randrange(20, 40), 20_00)
        scene.plays(who, began + 60, 20_00, times=2.0)


def undecided(scene: Scene) -> None:
    """Opens the page and leaves it again, seven times, and pays at last."""
    who, at = scene.player("honest"), scene.begin(20)
    for number in range(7):
        scene.pays(who, at + 4 * number, 50_00, why="requested_by_customer")
    scene.pays(who, at + 35, 50_00)
    scene.plays(who, at + 40, 50_00, times=2.0)


def before_payday(scene: Scene) -> None:
    """There is not enough in his account: he tries less and less of it, and pays the day his wages come."""
    who, at = scene.player("honest"), scene.begin(20)
    for number, amount in enumerate((100_00, 80_00, 60_00, 50_00, 40_00, 30_00, 20_00)):
        scene.pays(who, at + 4 * number, amount, why=BROKE)
    scene.pays(who, at + DAY, 100_00)
    scene.plays(who, at + DAY, 100_00, times=2.0)


def high_roller(scene: Scene) -> None:
    """Brings 2,500 again and again on one evening, plays until it is gone, and takes home what he wins at last."""
    who, at = scene.player("honest"), scene.begin(20)
    for _ in range(scene.random.randrange(4, 7)):
        scene.pays(who, at, 2_500_00)
        scene.plays(who, at, 2_500_00, times=3.0)
        at += 150
    scene.takes_out(who, at + 300, scene.thing("iban"))


def known_high_roller(scene: Scene) -> None:
    """Pays in what his bank lets through at once, 1,900, three times on an evening. After the first people ask him
    where he has it from, and let him go on from then on.
    """
    who, at = scene.player("honest"), scene.begin(10)
    for evening in (at, at + 4 * DAY):
        for hour in (0, 3, 6):
            scene.pays(who, evening + hour * 60, 1_900_00)
            scene.plays(who, evening + hour * 60, 1_900_00, times=3.0)
    scene.happens(who, at + 2 * DAY, "allow")


def surprised(scene: Scene) -> None:
    """Does not know the name on his statement: his bank reports a deposit as fraud, of some two, and takes it back. He
    finds out, goes on playing, half of them where nobody can have him authenticated, and takes out what he won.
    """
    who, at = scene.player("honest", provable=scene.random.random() < 0.5), scene.begin(10)
    for day in (0, 1, 7, 8):
        scene.pays(who, at + day * DAY, 60_00)
        scene.plays(who, at + day * DAY, 60_00, times=1.0)
    scene.charged_back(who, at + 3 * DAY)
    if scene.random.random() < 0.5:
        scene.happens(who, at + 3 * DAY + 1, "warn", number=1)
    scene.takes_out(who, at + 9 * DAY, scene.thing("iban"))


def couple(scene: Scene) -> None:
    """One pays with the other's card, and both have one bank account."""
    one = scene.player("honest")
    other = scene.player("honest", ip=one.ip, card=one.card, anothers=True)
    account = scene.thing("iban")
    for who in (one, other):
        at = scene.begin(20)
        scene.pays(who, at, 80_00)
        scene.plays(who, at, 80_00, times=1.0)
        scene.takes_out(who, at + 300, account)


def expatriate(scene: Scene) -> None:
    """Still has the card of the country he comes from."""
    who, at = scene.player("honest", abroad=True), scene.begin(20)
    scene.pays(who, at, 120_00)
    scene.plays(who, at, 120_00, times=1.0)
    scene.takes_out(who, at + 300, scene.thing("iban"))


def new_telephone(scene: Scene) -> None:
    """Has a new bank as well, and wants the rest of his money there."""
    who, at = scene.player("honest"), scene.begin(20)
    scene.pays(who, at, 200_00)
    scene.plays(who, at, 200_00, times=1.5)
    scene.takes_out(who, at + 300, scene.thing("iban"), 20_00)
    scene.takes_out(replace(who, device=scene.thing("device")), at + 3 * DAY, scene.thing("iban"), ALL)


def moved(scene: Scene) -> None:
    """Lives elsewhere, has a new bank there and a new telephone, and thinks of another password when he tells them."""
    who, at = scene.player("honest"), scene.begin(20)
    scene.pays(who, at, 100_00)
    scene.plays(who, at, 100_00, times=1.5)
    scene.takes_out(who, at + 300, scene.thing("iban"), 20_00)
    scene.happens(who, at + 3 * DAY, "contact")
    if scene.random.random() < 0.5:
        scene.happens(who, at + 3 * DAY + 5, "password")
    scene.takes_out(who, at + 3 * DAY + 30, scene.thing("iban"))


def forgetful(scene: Scene) -> None:
    """Locks himself out, chooses another password, and has his money sent where it always went."""
    who, at, payout = scene.player("honest"), scene.begin(20), scene.thing("iban")
    scene.pays(who, at, 100_00)
    scene.plays(who, at, 100_00, times=1.5)
    scene.takes_out(who, at + 300, payout, 20_00)
    scene.happens(who, at + 2 * DAY, "lock")
    scene.happens(who, at + 2 * DAY + 20, "password")
    scene.takes_out(who, at + 2 * DAY + 40, payout)


def namesake(scene: Scene) -> None:
    """Is called like somebody on a list. People find that he is another one a day later, before he asks again."""
    who, at, payout = scene.player("honest"), scene.begin(20), scene.thing("iban")
    scene.happens(who, at, "hit")
    scene.pays(who, at + 5, 80_00)
    scene.plays(who, at + 5, 80_00, times=1.0)
    scene.takes_out(who, at + 300, payout, 20_00)
    scene.happens(who, at + DAY, "clear")
    scene.takes_out(who, at + 2 * DAY, payout)


def family(scene: Scene) -> None:
    """Four grown-ups of one house, two of whom are given a bonus; each has all else for himself."""
    street = scene.thing("street")
    for number in range(4):
        who, at = scene.player("honest", contacts={"address": street}), scene.begin(20)
        if number < 2:
            scene.happens(who, at, "bonus")
        scene.pays(who, at, 40_00)
        scene.plays(who, at, 40_00, times=1.0)
        scene.takes_out(who, at + 300, scene.thing("iban"))


def colleagues(scene: Scene) -> None:
    """Five who use the e-mail of their small firm hear of the casino from one another in a week."""
    firm, at = scene.thing("firm"), scene.begin(20)
    for _ in range(5):
        at += scene.random.randrange(60, DAY)
        who = scene.player("honest", contacts={"email_domain": firm})
        scene.pays(who, at, 30_00)
        scene.plays(who, at, 30_00, times=1.5)


def lucky(scene: Scene) -> None:
    """Is given a bonus twice, plays each by its terms, and wins."""
    who, at = scene.player("honest"), scene.begin(15)
    for day in (0, 2):
        scene.pays(who, at + day * DAY, 20_00)
        scene.happens(who, at + day * DAY, "grant", amount_minor=10_00)
        scene.wins(who, at + day * DAY + 60, 4_00, 0, 1.5, 0, 2, 6)
    scene.takes_out(who, at + 3 * DAY, scene.thing("iban"))


def careless(scene: Scene) -> None:
    """Has not read the terms of his bonus, and loses more than he has time for."""
    who, at = scene.player("honest"), scene.begin(15)
    scene.pays(who, at, 50_00)
    scene.happens(who, at, "grant", amount_minor=10_00)
    scene.wins(who, at + 60, 10_00, 0, 1.2, 0, 0, 2)
    scene.takes_out(who, at + DAY, scene.thing("iban"))
