"""Who is who from frame to frame: each face gets the number of the person who was there, or who looked like that."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from .appearance import Look, change_around, unlikeness
from .detector import Face

PLACE_SECONDS = 5.0  # for so long a person's last place says who is there
REACH = 2.0  # face sides that a face may move between two looks: somebody walking by, at five frames a second
GROWTH = 2.0  # and by which its size may change
# The limits below were set on acted clips of nine people, eight in one studio: of pairs of frames of two people,
# 0.1 % are below SAME_LOOK and 4 % below SAME_PLACE; of frames of one shot, 0.4 s apart, all are below SAME_PLACE.
SAME_LOOK = 0.165  # unlikeness up to which a face is known again anywhere, at any time
SAME_PLACE = 0.38  # unlikeness with the change of the place up to which a face in a known place is the same
JUMP_WEIGHT = 0.2  # of a face side moved, against the change of the surroundings
MOST_CHANGE = 0.2  # to which the place's change counts: somebody crossing is not a cut, where the face stays alike
DISTANCE_WEIGHT = 0.05  # of a face side moved, in the choice between persons: tells apart faces that look the same
ELSEWHERE = 0.2  # by which a person in place goes before one who only looks like that
DOUBT = 0.1  # by which a person seen only once yields to another who may be meant: a head turned fast is no newcomer
NEW = 0.59  # what it costs to be nobody known; above all other costs
NOVEL = 0.08  # unlikeness from which a look is worth keeping
MOST_LOOKS = 6  # kept of a person: 10 KB each
MOST_PEOPLE = 200  # known at once; beyond them whoever was not seen for longest is forgotten


@dataclass
class Person:
    """Somebody seen."""

    number: int
    face: Face
    """At last sight."""
    look: Look
    """At last sight."""
    clock: float
    """Seconds at last sight."""
    looks: list[Look] = field(default_factory=list)
    """Different ones, the first of them always."""
    sights: int = 0

    def sight(self, face: Face, look: Look, clock: float) -> None:
        """Take note of this person seen again."""
        unlike = self.unlike(look)
        sure = min(unlike, unlikeness(look, self.look)) <= SAME_LOOK
        if not self.looks or (sure and unlike > NOVEL):
            self.looks.append(look)
        if len(self.looks) > MOST_LOOKS:
            del self.looks[1]
        self.face, self.look, self.clock = face, look, clock
        self.sights += 1

    def unlike(self, look: Look) -> float:
        return min((unlikeness(look, known) for known in self.looks), default=np.inf)

    def cost(self, face: Face, look: Look, clock: float) -> float:
        """How little speaks for `face` being this person: below NEW, or infinite where it cannot be."""
        unlike, far = self.unlike(look), distance(self.face, face)
        if clock - self.clock <= PLACE_SECONDS and far <= REACH:
            changed = min(change_around(look, self.look) + JUMP_WEIGHT * far, MOST_CHANGE)
            here = min(unlike, unlikeness(look, self.look)) + changed
            if here <= SAME_PLACE:
                return here + DISTANCE_WEIGHT * far + (DOUBT if self.sights == 1 else 0)
        return unlike + ELSEWHERE if unlike <= SAME_LOOK else np.inf


class People:
    """All persons of one recording. Two faces of one frame are never one person."""

    def __init__(self) -> None:
        self.times_seen: Counter[int] = Counter()
        self._known: list[Person] = []

    def recent(self, clock: float, seconds: float) -> list[Person]:
        """Whoever was seen within the last `seconds`."""
        return [person for person in self._known if clock - person.clock <= seconds]

    def name(self, faces: Sequence[Face], looks: Sequence[Look], clock: float) -> list[int]:
        """The number of the person of each face of one frame; new persons get theirs in the order given."""
        numbers = []
        for face, look, known in zip(faces, looks, self._match(faces, looks, clock), strict=True):
            person = known or self._new(face, look, clock)
            person.sight(face, look, clock)
            self.times_seen[person.number] += 1
            numbers.append(person.number)
        self._known = sorted(self._known, key=lambda person: -person.clock)[:MOST_PEOPLE]
        return numbers

    def _new(self, face, look, clock):
        self._known.append(Person(len(self.times_seen), face, look, clock))
        return self._known[-1]

    def _match(self, faces, looks, clock):
        """For each face the known person, or None: least cost in all (Kuhn 1955; so does SORT, Bewley et al. 2016)."""
        recent = self.recent(clock, PLACE_SECONDS)
        costs = self._costs(recent, faces, looks, clock)
        if (costs.min(1, initial=np.inf) <= SAME_LOOK).all():  # everybody is in place: the usual case
            return _assigned(recent, costs)
        return _assigned(self._known, self._costs(self._known, faces, looks, clock))

    def _costs(self, people, faces, looks, clock):
        costs = [[person.cost(face, look, clock) for person in people] for face, look in zip(faces, looks, strict=True)]
        return np.array(costs, float).reshape(len(faces), len(people))


def _assigned(people, costs):
    from scipy.optimize import linear_sum_assignment

    _, columns = linear_sum_assignment(np.hstack([costs, np.full((len(costs), len(costs)), NEW)]))
    return [people[column] if column < len(people) else None for column in columns]


def distance(one: Face, other: Face) -> float:
    """Between the middles of two faces, in sides of the larger; infinite where their sizes differ too much."""
    boxes = np.array([one.box, other.box])
    middles, sides = (boxes[:, :2] + boxes[:, 2:]) / 2, (boxes[:, 2:] - boxes[:, :2]).max(1)
    if sides.max() > GROWTH * sides.min():
        return np.inf
    return float(np.hypot(*(middles[0] - middles[1])) / max(sides.max(), 1e-6))
