"""Identities across frames: each face gets the number of the person who was there, or who looked like that."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from .appearance import Appearance, appearance_distance, background_distance
from .detector import Face

PLACE_SECONDS = 5.0  # for which a person's last place tells who is there
REACH = 2.0  # face sides that a face may move between two frames: somebody walking by, at five frames a second
GROWTH = 2.0  # factor by which its size may change
# The limits below were set on acted clips of nine people, eight in one studio: of pairs of frames of two people,
# 0.1 % are below SAME_ANYWHERE and 4 % below SAME_PLACE; of frames of one shot, 0.4 s apart, all are below SAME_PLACE.
SAME_ANYWHERE = 0.165  # appearance distance up to which a face is recognised anywhere, at any time
SAME_PLACE = 0.38  # appearance distance, plus the change of place, up to which a face in a known place is the same
JUMP_WEIGHT = 0.2  # of a face side moved, against the change of the background
MOST_CHANGE = 0.2  # at which the change of place is cut off: somebody crossing is not a cut, where the face stays alike
DISTANCE_WEIGHT = 0.05  # of a face side moved, in the choice between persons: separates faces that look the same
ELSEWHERE_COST = 0.2  # of a person who only looks alike, so that one in place goes first
DOUBT_COST = 0.1  # of a person detected once, so that a known one goes first: a head turned fast is no newcomer
NEW_COST = 0.59  # of a new person; above all other costs
NOVEL = 0.08  # appearance distance from which an appearance is worth keeping
MOST_APPEARANCES = 6  # kept of a person: 10 KB each
MOST_PEOPLE = 200  # known at once; beyond, whoever was away longest is forgotten


@dataclass
class Person:
    """One person of the recording."""

    number: int
    face: Face
    """At the last detection."""
    appearance: Appearance
    """At the last detection."""
    clock: float
    """Seconds at the last detection."""
    appearances: list[Appearance] = field(default_factory=list)
    """Different ones, always with the first."""
    detections: int = 0

    def update(self, face: Face, appearance: Appearance, clock: float) -> None:
        """Record a further detection."""
        nearest = self.nearest(appearance)
        is_certain = min(nearest, appearance_distance(appearance, self.appearance)) <= SAME_ANYWHERE
        if not self.appearances or (is_certain and nearest > NOVEL):
            self.appearances.append(appearance)
        if len(self.appearances) > MOST_APPEARANCES:
            del self.appearances[1]
        self.face, self.appearance, self.clock = face, appearance, clock
        self.detections += 1

    def nearest(self, appearance: Appearance) -> float:
        """Return the distance to the most similar of the appearances kept."""
        return min((appearance_distance(appearance, known) for known in self.appearances), default=np.inf)

    def cost(self, face: Face, appearance: Appearance, clock: float) -> float:
        """Return the cost of `face` being this person: below NEW_COST, or infinite where it cannot be."""
        nearest, moved = self.nearest(appearance), distance(self.face, face)
        if clock - self.clock <= PLACE_SECONDS and moved <= REACH:
            change = min(background_distance(appearance, self.appearance) + JUMP_WEIGHT * moved, MOST_CHANGE)
            in_place = min(nearest, appearance_distance(appearance, self.appearance)) + change
            if in_place <= SAME_PLACE:
                return in_place + DISTANCE_WEIGHT * moved + (DOUBT_COST if self.detections == 1 else 0)
        return nearest + ELSEWHERE_COST if nearest <= SAME_ANYWHERE else np.inf


class People:
    """All persons of one recording. Two faces of one frame are never one person."""

    def __init__(self) -> None:
        self._known: list[Person] = []
        self._count = 0

    def recent(self, clock: float, seconds: float) -> list[Person]:
        """Return the persons detected within the last `seconds`."""
        return [person for person in self._known if clock - person.clock <= seconds]

    def assign(self, faces: Sequence[Face], appearances: Sequence[Appearance], clock: float) -> list[int]:
        """Return the number of each face's person in one frame; new persons are numbered in the order given."""
        numbers = []
        for face, appearance, person in zip(faces, appearances, self._match(faces, appearances, clock), strict=True):
            if person is None:
                person = Person(self._count, face, appearance, clock)
                self._known.append(person)
                self._count += 1
            person.update(face, appearance, clock)
            numbers.append(person.number)
        self._known = sorted(self._known, key=lambda person: -person.clock)[:MOST_PEOPLE]
        return numbers

    def _match(self, faces: Sequence[Face], appearances: Sequence[Appearance], clock: float) -> Sequence[Person | None]:
        """Return each face's known person, or None: least total cost (Kuhn 1955; as SORT does, Bewley et al. 2016)."""
        from scipy.optimize import linear_sum_assignment

        def costs_of(people: list[Person]) -> np.ndarray:
            costs = [[person.cost(*face, clock) for person in people] for face in zip(faces, appearances, strict=True)]
            return np.array(costs, float).reshape(len(faces), len(people))

        people = self.recent(clock, PLACE_SECONDS)
        costs = costs_of(people)
        if (costs.min(1, initial=np.inf) > SAME_ANYWHERE).any():  # not the usual case, everybody in place
            people = list(self._known)
            costs = costs_of(people)
        _, columns = linear_sum_assignment(np.hstack([costs, np.full((len(costs), len(costs)), NEW_COST)]))
        return [people[column] if column < len(people) else None for column in columns]


def distance(one: Face, other: Face) -> float:
    """Return the distance of two faces' middles in sides of the larger; infinite where their sizes differ too much."""
    boxes = np.array([one.box, other.box])
    middles, sides = (boxes[:, :2] + boxes[:, 2:]) / 2, (boxes[:, 2:] - boxes[:, :2]).max(1)
    if sides.max() > GROWTH * sides.min():
        return np.inf
    return float(np.hypot(*(middles[0] - middles[1])) / max(sides.max(), 1e-6))
