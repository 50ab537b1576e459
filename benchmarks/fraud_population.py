"""Who plays at the casino of the fraud benchmark, with labels: the same people for the same seed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from uuid import UUID

import fraud_dishonest as bad
import fraud_honest as good
from fraud_people import Label, Scene, Step


@dataclass(slots=True)
class Population:
    """Players by label and by what they do, and every step of theirs in order of time. `groups`: fraudsters who belong
    together.
    """

    labels: dict[UUID, Label] = field(default_factory=dict)
    behaviours: dict[UUID, str] = field(default_factory=dict)
    groups: list[set[UUID]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def add(self, behaviour: str, scene: Scene) -> None:
        """The people of the scene, too."""
        self.labels |= scene.labels
        self.behaviours |= dict.fromkeys(scene.labels, behaviour)
        self.steps += scene.steps
        fraudsters = {player for player, label in scene.labels.items() if label != "honest"}
        if len(fraudsters) > 1:
            self.groups.append(fraudsters)


def population(seed: int, players: int) -> Population:
    """About so many. Each scene has random numbers of its own: one more changes nobody else."""
    made = Population()
    for behaviour, times in _cast(players).items():
        for number in range(times):
            scene = Scene(Random(f"{seed} {behaviour.__name__} {number}"))
            behaviour(scene)
            made.add(behaviour.__name__, scene)
    made.steps.sort(key=lambda step: step.minute)
    return made


def _cast(players: int) -> Mapping[Callable[[Scene], None], int]:
    """How often each scene is played. Nine of ten players are honest and look it; of the other scenes each is played
    at least once, and fraudsters come in the proportions they are met in.
    """
    ordinary, few = players * 9 // 10, max(players // 300, 1)
    return {
        good.honest: ordinary - 2 * (ordinary // 12),
        good.household: ordinary // 12,
        good.outage: few,
        good.lodgers: 1,
        good.undecided: 2 * few,
        good.before_payday: 2 * few,
        good.high_roller: few,
        good.known_high_roller: few,
        good.surprised: 2 * few,
        good.couple: few,
        good.expatriate: 2 * few,
        good.new_telephone: few,
        good.moved: few,
        good.forgetful: 2 * few,
        good.namesake: 2 * few,
        good.family: 1,
        good.colleagues: 1,
        good.lucky: few,
        good.careless: few,
        bad.ring: 3 * few,
        bad.ring_by_post: few,
        bad.bonus_hunter: 2 * few,
        bad.card_tester: 4 * few,
        bad.cashing_tester: 2 * few,
        bad.card_guesser: few,
        bad.tester_in_a_cafe: few,
        bad.testers_at_one_address: 1,
        bad.testers_on_one_device: 1,
        bad.guessers_of_one_card: 1,
        bad.launderer: 2 * few,
        bad.round_launderer: 2 * few,
        bad.small_launderer: 2 * few,
        bad.patient_launderer: 2 * few,
        bad.slow_launderer: 2 * few,
        bad.account_taken: 2 * few,
        bad.password_thief: 2 * few,
        bad.listed: few,
        bad.friendly_fraudster: 4 * few,
        bad.friendly_fraudster_again: few,
        bad.trusted_fraudster: few,
        bad.mules: 2 * few,
    }
