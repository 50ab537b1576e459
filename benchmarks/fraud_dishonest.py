"""Fraudsters, and whoever is honest beside them."""

from dataclasses import replace

from fraud_people import DAY, STOLEN, Scene, Who


def ring(scene: Scene) -> None:
    """One person behind four accounts: two devices, one card, one bank account."""
    devices, ip, card = (scene.thing("device"), scene.thing("device")), scene.home(), scene.thing("4")
    at, payout = scene.begin(20), scene.thing("iban")
    for number in range(4):
        who = scene.player("bonus_ring", ip=ip, device=devices[number % 2], card=card)
        at += scene.random.randrange(30, 600)
        scene.happens(who, at, "bonus")
        scene.pays(who, at, 20_00)
        scene.plays(who, at, 20_00, times=1.1)
        scene.takes_out(who, at + 300, payout)


def card_tester(scene: Scene) -> None:
    """Tries stolen cards, one small deposit each."""
    who, at = scene.player("card_tester"), scene.begin(25)
    for _ in range(scene.random.randrange(8, 20)):
        at += scene.random.randrange(1, 4)
        _tries(scene, replace(who, card=scene.thing(scene.issuer())), at, good=0.15)


def _tries(scene: Scene, who: Who, at: int, *, good: float) -> None:
    """One small deposit."""
    amount = scene.random.choice((1_00, 2_00, 5_00))
    scene.pays(who, at, amount, why=None if scene.random.random() < good else STOLEN)


def cashing_tester(scene: Scene) -> None:
    """Pays with the first that works, tries more of them, and takes out what he has when no more is taken."""
    who, at = scene.player("card_tester"), scene.begin(20)
    scene.pays(who, at, 60_00)
    for minute in range(2, 14, 2):
        _tries(scene, replace(who, card=scene.thing(scene.issuer())), at + minute, good=0.0)
    scene.takes_out(who, at + 60, scene.thing("iban"))


def card_guesser(scene: Scene) -> None:
    """Has the number of one card and guesses the rest of it."""
    who, at = scene.player("card_tester"), scene.begin(25)
    for minute in range(12):
        _tries(scene, who, at + minute, good=0.0)


def tester_in_a_cafe(scene: Scene) -> None:
    """Tries his cards at a device of everybody's. One who played there in the morning comes back to pay and to take out
    what he has.
    """
    guest, at = scene.player("honest"), scene.begin(20)
    scene.pays(guest, at, 50_00)
    scene.plays(guest, at, 50_00, times=1.0)
    tester = scene.player("card_tester", ip=guest.ip, device=guest.device)
    for minute in range(300, 324, 2):
        _tries(scene, replace(tester, card=scene.thing(scene.issuer())), at + minute, good=0.0)
    scene.pays(guest, at + 340, 20_00)
    scene.takes_out(guest, at + 350, scene.thing("iban"))


def testers_at_one_address(scene: Scene) -> None:
    """Six accounts, none of which tries much, with stolen cards of two banks; a neighbour has the same address of his
    carrier.
    """
    ip, at = scene.home(), scene.begin(25)
    for _ in range(6):
        who = scene.player("card_tester", ip=ip)
        for _ in range(3):
            at += scene.random.randrange(1, 4)
            _tries(scene, replace(who, card=scene.thing(scene.random.choice("12"))), at, good=0.1)
    neighbour = scene.player("honest", ip=ip)
    scene.pays(neighbour, at + 20, 30_00)


def testers_on_one_device(scene: Scene) -> None:
    """The same with the device in common."""
    device, at = scene.thing("device"), scene.begin(25)
    for _ in range(6):
        who = scene.player("card_tester", device=device)
        for _ in range(2):
            at += scene.random.randrange(1, 5)
            _tries(scene, replace(who, ip=scene.home(), card=scene.thing(scene.issuer())), at, good=0.1)


def guessers_of_one_card(scene: Scene) -> None:
    """The same with one card whose date and digits they guess. Whose it is plays here as well, and wants his money."""
    owner, at = scene.player("honest"), DAY + scene.begin(20)
    scene.pays(owner, at - DAY, 40_00)
    scene.plays(owner, at - DAY, 40_00, times=1.0)
    began = at
    for _ in range(6):
        who = scene.player("card_tester", card=owner.card)
        for _ in range(2):
            at += scene.random.randrange(1, 5)
            _tries(scene, replace(who, ip=scene.home(), device=scene.thing("device")), at, good=0.1)
    scene.takes_out(owner, began + 300, scene.thing("iban"))


def launderer(scene: Scene) -> None:
    """Large sums just below what is reported, hardly played with, out again the same day, in two parts."""
    who, at = scene.player("launderer", card=scene.thing("5")), scene.begin(25)
    for _ in range(scene.random.randrange(2, 5)):
        at += scene.random.randrange(30, 240)
        amount = scene.random.randrange(1_650_00, 1_990_00)
        scene.pays(who, at, amount)
        scene.plays(who, at, amount, times=scene.random.uniform(0, 0.4))
    payout = scene.thing("iban")
    scene.takes_out(who, at + 300, payout, scene.random.randrange(1_000_00, 2_000_00))
    scene.takes_out(who, at + 600, payout)


def round_launderer(scene: Scene) -> None:
    """Bundles of cash from somebody else's account, in round sums over a day, hardly played with, out the next."""
    who, at = scene.player("round_launderer", card=scene.thing("5"), anothers=True), scene.begin(20)
    for hour in range(0, 20, 4):
        amount = scene.random.choice((2_000_00, 2_500_00, 3_000_00))
        scene.pays(who, at + hour * 60, amount)
        scene.plays(who, at + hour * 60, amount, times=scene.random.uniform(0.05, 0.3))
    scene.takes_out(who, at + 2 * DAY, scene.thing("iban"))


def small_launderer(scene: Scene) -> None:
    """Many sums that nobody would look at, each below 150 and taken out again before the next, none of it played with
    to speak of.
    """
    who = scene.player("small_launderer", card=scene.thing("6"))
    at, payout = scene.begin(15), scene.thing("iban")
    for _ in range(scene.random.randrange(5, 9)):
        at += scene.random.randrange(DAY, 2 * DAY)
        amount = scene.random.randrange(40_00, 150_00)
        scene.pays(who, at, amount)
        scene.plays(who, at, amount, times=scene.random.uniform(0, 0.5))
        scene.takes_out(who, at + 300, payout)


def patient_launderer(scene: Scene) -> None:
    """Plays about as much as an honest player, at stakes that hardly lose, and takes it out days later."""
    who, at = scene.player("patient_launderer", card=scene.thing("6")), scene.begin(15)
    for _ in range(3):
        at += scene.random.randrange(DAY, 3 * DAY)
        amount = scene.random.randrange(400_00, 1_200_00)
        scene.pays(who, at, amount)
        scene.plays(who, at, amount, times=scene.random.uniform(0.5, 1.1))
    scene.takes_out(who, at + 3 * DAY, scene.thing("iban"))


def slow_launderer(scene: Scene) -> None:
    """One sum that nobody would look at, from a bank that takes a day or two, and elsewhere as soon as it is there."""
    who, at = scene.player("slow_launderer", card=scene.thing("6")), scene.begin(20)
    amount = scene.random.randrange(60_00, 150_00)
    scene.pays(who, at, amount, why="")
    at += scene.random.randrange(DAY + 60, 2 * DAY)
    scene.happens(who, at, "credit")
    scene.takes_out(who, at + 5, scene.thing("iban"), amount * 95 // 100)


def _worth_taking(scene: Scene) -> tuple[Who, int]:
    """Somebody who pays in, plays and was paid once, and when: his account is about to be taken."""
    who, at = scene.player("account_taken"), scene.begin(15)
    for _ in range(2):
        at += scene.random.randrange(DAY, 3 * DAY)
        scene.pays(who, at, 200_00)
        scene.plays(who, at, 200_00, times=1.5)
    scene.takes_out(who, at + 300, scene.thing("iban"), 20_00)
    return who, at


def account_taken(scene: Scene) -> None:
    """An honest player's account, until somebody else asks for its money: another device, another place."""
    who, at = _worth_taking(scene)
    thief = replace(who, ip=scene.home(), device=scene.thing("device"))
    scene.takes_out(thief, at + 2 * DAY, scene.thing("iban"))


def friendly_fraudster(scene: Scene) -> None:
    """Plays, tells his bank that it was not him, and comes again, before it took the money back and afterwards; what he
    wins then he takes out. Half of them pay in a way in which nobody can be authenticated.
    """
    who = scene.player("friendly_fraudster", card=scene.thing("3"), provable=scene.random.random() < 0.5)
    at = scene.begin(15)
    for day in (0, 3, 7):
        scene.pays(who, at + day * DAY, 100_00)
        scene.plays(who, at + day * DAY, 100_00, times=0.8)
    scene.charged_back(who, at + 2 * DAY)
    scene.takes_out(who, at + 8 * DAY, scene.thing("iban"))


def friendly_fraudster_again(scene: Scene) -> None:
    """Has his bank take everything back and comes again under another name, at the device that his wife has too."""
    who, at = scene.player("friendly_fraudster"), scene.begin(10)
    for day in (0, 1):
        scene.pays(who, at + day * DAY, 90_00)
        scene.plays(who, at + day * DAY, 90_00, times=1.0)
        scene.charged_back(who, at + (day + 3) * DAY, number=day)
    again = scene.player("friendly_fraudster", ip=who.ip, device=who.device)
    wife = scene.player("honest", ip=who.ip, device=who.device)
    for one, minute in ((again, at + 2 * DAY), (wife, at + 2 * DAY + 60)):
        scene.pays(one, minute, 60_00)
        scene.plays(one, minute, 60_00, times=1.0)
        scene.takes_out(one, minute + 5 * DAY, scene.thing("iban"))
    scene.pays(who, at + 6 * DAY, 90_00)


def trusted_fraudster(scene: Scene) -> None:
    """So good a customer that people let him go on whatever the rules say, until his bank takes everything back."""
    who, at = scene.player("friendly_fraudster"), scene.begin(10)
    scene.happens(who, at + DAY, "allow")
    for day in (0, 3, 5, 8):
        scene.pays(who, at + day * DAY, 300_00)
        scene.plays(who, at + day * DAY, 300_00, times=2.0)
    scene.charged_back(who, at + 7 * DAY)


def mules(scene: Scene) -> None:
    """Five people's identities, one account that all the money goes to. Some pay by accounts of the gang, which are
    abroad. After the third people find out, and put the place on the block list.
    """
    payout, device, at = scene.thing("iban"), scene.thing("device"), scene.begin(20)
    for number in range(5):
        gangs = scene.random.random() < 0.5
        who = scene.player("mule", device=device, card=scene.thing("2"), abroad=gangs, anothers=gangs)
        at += scene.random.randrange(400, DAY)
        scene.pays(who, at, 500_00)
        scene.plays(who, at, 500_00, times=0.2)
        scene.takes_out(replace(who, ip=scene.home()), at + 300, payout)
        if number == 2:
            scene.happens(who, at + 360, "block", payout=payout)


def ring_by_post(scene: Scene) -> None:
    """One person behind five accounts who minds his devices, cards and banks, and not his telephone, his street and the
    domain of his e-mail.
    """
    at = scene.begin(20)
    contacts = {kind: scene.thing(kind) for kind in ("phone", "address", "email_domain")}
    for _ in range(5):
        who = scene.player("bonus_ring", contacts=contacts)
        at += scene.random.randrange(60, DAY)
        scene.happens(who, at, "bonus")
        scene.pays(who, at, 20_00)
        scene.plays(who, at, 20_00, times=1.1)
        scene.takes_out(who, at + 300, scene.thing("iban"))


def password_thief(scene: Scene) -> None:
    """Sits at the player's own device from afar: guesses until the log-in is locked, or knows the password and changes
    it, has the letters go elsewhere, and then the money.
    """
    who, at = _worth_taking(scene)
    scene.happens(who, at + 2 * DAY, "lock" if scene.random.random() < 0.5 else "password")
    scene.happens(who, at + 2 * DAY + 5, "contact")
    scene.takes_out(who, at + 2 * DAY + 20, scene.thing("iban"))


def bonus_hunter(scene: Scene) -> None:
    """Lives on bonuses: pays in what each takes, bets large sums that win about as often as they lose, and is gone."""
    who, at, payout = scene.player("bonus_hunter"), scene.begin(15), scene.thing("iban")
    for day in (0, 3):
        scene.pays(who, at + day * DAY, 50_00)
        scene.happens(who, at + day * DAY, "grant", amount_minor=50_00)
        scene.wins(who, at + day * DAY + 30, 25_00, 2, 0, 2, 2, 2)
        scene.takes_out(who, at + day * DAY + 300, payout)


def listed(scene: Scene) -> None:
    """Is whom the list means. He takes out what he has before anybody decided."""
    who, at = scene.player("listed"), scene.begin(20)
    scene.pays(who, at, 300_00)
    scene.plays(who, at, 300_00, times=1.2)
    scene.happens(who, at + 60, "hit")
    scene.takes_out(who, at + 300, scene.thing("iban"))
