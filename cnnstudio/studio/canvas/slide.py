"""Neighbours make room for what is dragged: cards slide sideways from their places and back."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QAbstractAnimation, QEasingCurve, QObject, QVariantAnimation, Slot

from cnnstudio.studio.canvas.layout import GAP
from cnnstudio.studio.canvas.places import Places
from cnnstudio.studio.theme import METRICS


class Slide(QObject):
    """Moves the cards of a scene sideways.

    Attributes
    ----------
    shift : mapping of str to float
        How far from their places cards are, or will be at the end; others stay.
    """

    def __init__(self, places: Places) -> None:
        super().__init__(places)
        self._places = places
        self.shift: Mapping[str, float] = {}
        self._from: Mapping[str, float] = {}
        self._animation = QVariantAnimation(self)
        self._animation.setDuration(METRICS.slide_ms)
        self._animation.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._animation.setStartValue(0.0)
        self._animation.setEndValue(1.0)
        self._animation.valueChanged.connect(self._move)

    def open(self, name: str, width: float) -> None:
        """Make room of a width behind a block, where a card follows."""
        places = self._places
        if places.empty or not places.is_followed(name):
            self.close()
            return
        half = (width + GAP) / 2
        key = places.key_of(name)
        keys = [unit.key for unit in places.layout_.lanes[places.layout_.lane_of[key]]]
        cut = keys.index(key) + 1
        self._to({k: -half for k in keys[:cut]} | {k: half for k in keys[cut:]})

    def close(self) -> None:
        """Slide back."""
        self._to({})

    def _to(self, shift: Mapping[str, float]) -> None:
        self._aim(shift)
        self._animation.start(QAbstractAnimation.DeletionPolicy.KeepWhenStopped)

    def end(self) -> None:
        """Be back at once."""
        self._aim({})
        self._move(1.0)

    def _aim(self, shift: Mapping[str, float]) -> None:
        self._animation.stop()
        self._from, self.shift = self._now(), shift

    def settle(self) -> None:
        """Be at the end of the slide at once."""
        if self._animation.state() == QAbstractAnimation.State.Running:
            self._animation.stop()
            self._move(1.0)

    def forget(self) -> None:
        """Leave the cards alone: they get new places."""
        self._animation.stop()
        self._from = self.shift = {}

    def _now(self) -> dict[str, float]:
        cards, places = self._places.items_, self._places.layout_.places
        away = {key: item.pos().x() - places[key][0] for key, item in cards.items()}
        return {key: shift for key, shift in away.items() if shift}

    @Slot(object)
    def _move(self, share: float) -> None:
        for key, item in self._places.items_.items():
            x, y = self._places.layout_.places[key]
            start, end = self._from.get(key, 0.0), self.shift.get(key, 0.0)
            if start or end or item.pos().x() != x:
                item.setPos(x + start + (end - start) * share, y)
        self._places.update()
