"""Where everything lies: cards in lanes, links, skip arcs, slots.  Pure geometry without a screen.

The layout is automatic: one lane from left to right, or as many as are needed below each other.
Lengths are logical pixels at 100 %.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from cnnstudio.design import Design
from cnnstudio.studio.canvas.units import HEIGHT, Unit

GAP = 16.0
MARGIN = 14.0
BRACKET = 46.0
"""Height above a lane that is kept for brackets."""

ARC = 15.0
"""Height of one level of arcs."""

CLEARANCE = 12.0
"""Distance of the lowest arc from the cards."""

BETWEEN = 26.0
"""Distance between the bottom of a lane and the space above the next."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Arc:
    """A link that is no straight line to the next card; blocks by id.

    Attributes
    ----------
    source, target : str
    level : int
        Height over the lane, 0 is lowest; of the end at the source.
    target_level : int
        Of the end at the target; another one where the lanes differ.
    stub : int
        Number shown at both ends where they lie in different lanes; 0 where they do not.
    start, end : float
        Where it leaves and where it arrives, from the left of the lane.
    """

    source: str
    target: str
    level: int
    target_level: int
    stub: int
    start: float
    end: float


@dataclass(frozen=True)
class Slot:
    """A place where a block can be inserted; x and y are its centre.

    Attributes
    ----------
    after : str
        Name of the block it comes behind.
    before : str or None
        Name of the reader, where the place is a skip connection.
    seam : bool
        Between two parts of one card.
    """

    after: str
    x: float
    y: float
    lane: int
    seam: bool = False
    before: str | None = None


@dataclass(frozen=True)
class Layout:
    """Places of all cards.

    Attributes
    ----------
    places : mapping of str to (float, float)
        Left top corner of each card by the id of its head.
    lanes : tuple of tuple of Unit
    tops : tuple of float
        Top of the cards of each lane.
    levels : tuple of int
        Levels of arcs above each lane.
    arcs : tuple of Arc
    joined : tuple of (str, str)
        Pairs of cards, by key, that a straight link joins, in the order of the lane.
    slots : tuple of Slot
    width, height : float
    lane_of : mapping of str to int
        Lane of each card.
    spare : float
        Height that is kept free below the last lane, a part of `height`.
    """

    places: Mapping[str, Point]
    lanes: tuple[tuple[Unit, ...], ...]
    tops: tuple[float, ...]
    levels: tuple[int, ...]
    arcs: tuple[Arc, ...]
    joined: tuple[tuple[str, str], ...]
    slots: tuple[Slot, ...]
    width: float
    height: float
    lane_of: Mapping[str, int] = field(default_factory=dict)
    spare: float = 0.0

    def arc_height(self, lane: int, level: int) -> float:
        """Where an arc of this level runs."""
        return self.tops[lane] - CLEARANCE - ARC * level

    def bracket_height(self, lane: int) -> float:
        """Where the bracket over a lane runs."""
        levels = self.levels[lane]
        return self.tops[lane] - 10 - (CLEARANCE + ARC * (levels - 1) if levels else 0)


def total_width(units: Sequence[Unit]) -> float:
    """Width of cards in one lane."""
    return sum(unit.width for unit in units) + GAP * (len(units) - 1)


def break_lanes(units: Sequence[Unit], widest: float) -> list[tuple[Unit, ...]]:
    """Distribute cards over as few lanes as a width allows, all about equally long."""
    lanes = _filled(units, widest)
    if len(lanes) == 1:
        return lanes
    low, high = max(unit.width for unit in units), widest
    while high - low > 4:
        middle = (low + high) / 2
        if len(_filled(units, middle)) <= len(lanes):
            high = middle
        else:
            low = middle
    return _filled(units, high)


def _filled(units: Sequence[Unit], widest: float) -> list[tuple[Unit, ...]]:
    lanes: list[tuple[Unit, ...]] = []
    lane: list[Unit] = []
    x = 0.0
    for unit in units:
        if lane and x + unit.width > widest:
            lanes.append(tuple(lane))
            lane, x = [], 0.0
        lane.append(unit)
        x += unit.width + GAP
    lanes.append(tuple(lane))
    return lanes


def lay_out(
    design: Design,
    units: Sequence[Unit],
    widest: float,
    room_below: Mapping[str, float] | None = None,
) -> Layout:
    """Place every card.

    Parameters
    ----------
    design : Design
    units : sequence of Unit
        Its cards.
    widest : float
        Width at which the pipeline goes on in another lane.
    room_below : mapping of str to float, optional
        Height to keep free below the lane of a card, by key.
    """
    lanes = tuple(break_lanes(units, widest))
    lane_of: dict[str, int] = {}
    left: dict[str, float] = {}
    for number, lane in enumerate(lanes):
        x = 0.0
        for unit in lane:
            left[unit.key], lane_of[unit.key] = x, number
            x += unit.width + GAP
    joined, arcs, levels = _wires(design, units, lane_of, left, len(lanes))
    tops: list[float] = []
    y = 0.0
    for number, lane in enumerate(lanes):
        above = BRACKET + (CLEARANCE + ARC * (levels[number] - 1) if levels[number] else 0)
        tops.append(y + above)
        extra = max((room_below or {}).get(unit.key, 0.0) for unit in lane)
        y = tops[-1] + HEIGHT + BETWEEN + extra
    places = {unit.key: (left[unit.key], tops[lane_of[unit.key]]) for unit in units}
    return Layout(
        places,
        lanes,
        tuple(tops),
        levels,
        arcs,
        joined,
        _slots(lanes, places, tops),
        max(total_width(lane) for lane in lanes),
        y - BETWEEN,
        lane_of,
        max((room_below or {}).get(unit.key, 0.0) for unit in lanes[-1]),
    )


def _wires(
    design: Design,
    units: Sequence[Unit],
    lane_of: Mapping[str, int],
    left: Mapping[str, float],
    lane_count: int,
) -> tuple[tuple[tuple[str, str], ...], tuple[Arc, ...], tuple[int, ...]]:
    owner = {part.id: unit for unit in units for part in unit.parts}
    centre = {
        part.id: left[unit.key] + part.x + part.width / 2 for unit in units for part in unit.parts
    }
    joined, long = [], []
    for before, unit in pairwise(units):
        sources = {source.id for source in design.sources(unit.head.row.block)}
        if before.tail.id in sources:
            joined.append((before.key, unit.key))
    for place, block in enumerate(design.blocks):
        previous = design.blocks[place - 1].id if place else ""
        long += [(source.id, block.id) for source in design.sources(block) if source.id != previous]
    taken: list[list[tuple[float, float, int]]] = [[] for _ in range(lane_count)]
    arcs: list[Arc] = []
    arriving: dict[str, int] = {}
    leaving: dict[str, int] = {}
    long.sort(key=lambda pair: abs(centre[pair[1]] - centre[pair[0]]))
    for source, target in long:
        lanes = lane_of[owner[source].key], lane_of[owner[target].key]
        start = centre[source] + 6 + 7 * leaving.get(source, 0)
        end = centre[target] - 6 + 7 * arriving.get(target, 0)
        leaving[source] = leaving.get(source, 0) + 1
        arriving[target] = arriving.get(target, 0) + 1
        if lanes[0] == lanes[1]:
            level = _free_level(taken[lanes[0]], *sorted((start, end)))
            arcs.append(Arc(source, target, level, level, 0, start, end))
        else:
            stub = sum(1 for arc in arcs if arc.stub) + 1
            levels = (
                _free_level(taken[lanes[0]], start - 4, start + 30),
                _free_level(taken[lanes[1]], end - 30, end + 4),
            )
            arcs.append(Arc(source, target, *levels, stub, start, end))
    heights = tuple(max((level + 1 for *_, level in lane), default=0) for lane in taken)
    return tuple(joined), tuple(arcs), heights


def _free_level(taken: list[tuple[float, float, int]], low: float, high: float) -> int:
    used = {level for a, b, level in taken if a < high + 4 and low - 4 < b}
    level = next(number for number in range(len(taken) + 1) if number not in used)
    taken.append((low, high, level))
    return level


def _slots(
    lanes: Sequence[Sequence[Unit]], places: Mapping[str, Point], tops: Sequence[float]
) -> tuple[Slot, ...]:
    slots = []
    for number, lane in enumerate(lanes):
        middle = tops[number] + HEIGHT / 2
        for unit in lane:
            x = places[unit.key][0]
            for part, following in pairwise(unit.parts):
                slots.append(Slot(part.name, x + following.x, middle, number, seam=True))
            slots.append(Slot(unit.tail.name, x + unit.width + GAP / 2, middle, number))
    return tuple(slots)


def nearest_slot(layout: Layout, x: float, y: float, reach: float = 7.0) -> Slot:
    """Return the place where a block that is dropped at a point goes.

    Seams inside a card count only right at them.
    """

    def distance(slot: Slot) -> float:
        # Lanes first: a drop below a lane belongs to that lane.
        lane = abs(y - slot.y)
        return abs(x - slot.x) + (0 if lane <= HEIGHT / 2 else 40 * (lane - HEIGHT / 2))

    seams = [s for s in layout.slots if s.seam and abs(x - s.x) <= reach]
    seams = [slot for slot in seams if abs(y - slot.y) <= HEIGHT / 2]
    return min(seams or [s for s in layout.slots if not s.seam], key=distance)
