"""Work that can wait a moment is done once, in order, one piece per turn of the event loop."""

import pytest
import shiboken6
from PySide6.QtCore import QObject, QTimer

from cnnstudio.studio.turns import Turns, turns


class Worker(QObject):
    """Notes what it does."""

    def __init__(self, done, name):
        super().__init__()
        self._done, self._name = done, name

    def draw(self):
        self._done.append(self._name)

    def again(self):
        self._done.append(self._name)
        turns().soon(self.draw)


@pytest.fixture
def done(studio_app):
    return []


def test_pieces_are_done_in_order_and_others_have_their_turn_in_between(done, qtbot):
    first, second = Worker(done, "first"), Worker(done, "second")
    tick = QTimer(first)
    tick.setInterval(0)
    tick.timeout.connect(lambda: done.append("tick"))
    tick.start()
    turns().soon(first.draw)
    turns().soon(second.draw)
    assert "first" not in done
    qtbot.waitUntil(lambda: "second" in done)
    tick.stop()
    assert "tick" in done[done.index("first") : done.index("second")]


def test_the_same_piece_is_done_once(done, qtbot):
    one, last = Worker(done, "one"), Worker(done, "last")
    turns().soon(one.draw)
    turns().soon(last.draw)
    turns().soon(one.draw)
    qtbot.waitUntil(lambda: "last" in done)
    qtbot.wait(20)
    assert done == ["one", "last"]


def test_a_piece_may_ask_for_another(done, qtbot):
    one = Worker(done, "one")
    turns().soon(one.again)
    qtbot.waitUntil(lambda: done == ["one", "one"])


def test_what_died_is_left_out(done, qtbot):
    dead, living = Worker(done, "dead"), Worker(done, "living")
    turns().soon(dead.draw)
    turns().soon(living.draw)
    shiboken6.delete(dead)
    qtbot.waitUntil(lambda: bool(done))
    assert done == ["living"]


def test_there_is_one_queue(studio_app):
    assert turns() is turns()
    assert len(studio_app.findChildren(Turns)) == 1


def test_nothing_is_done_after_the_end(done, qtbot):
    one = Worker(done, "one")
    turns().soon(one.draw)
    turns().forget()
    qtbot.wait(20)
    assert done == []
    turns().soon(one.draw)
    qtbot.waitUntil(lambda: done == ["one"])
