"""The workbench: everything a panel may need, handed to it in one piece."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from cnnstudio.studio import folders, plan_memory
from cnnstudio.studio.document import Document
from cnnstudio.studio.inspector import Inspector
from cnnstudio.studio.probes import Probes
from cnnstudio.studio.training import Training
from cnnstudio.studio.turns import turns
from cnnstudio.studio.view_state import ViewState

if TYPE_CHECKING:
    from cnnstudio.data import Dataset
    from cnnstudio.studio.actions import Actions


class Workbench(QObject):
    """One window's objects; panels observe them and never each other.

    Attributes
    ----------
    document : Document
        The design on the screen.
    dataset : Dataset or None
        The images at hand; None only while the first set is being read.
    probes : Probes
        The pinned images that flow through the network.
    training : Training
        The transport: train, pause, step, stop.
    inspector : Inspector
        Computes what the network sees.
    view : ViewState
        The choices of the view bar.
    settings : QSettings
    actions : Actions
        Every action of the window by object name.

    Signals
    -------
    dataset_changed
        Another data set was chosen.
    """

    dataset_changed = Signal()

    def __init__(self, actions: Actions, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.actions = actions
        self.settings = folders.settings(self)
        self.view = ViewState(self.settings, self)
        self.document = Document(self)
        self.dataset: Dataset | None = None
        self.probes = Probes(self)
        self.training = Training(self, self)
        self.training.set_plan(plan_memory.recall(self.settings))
        self.training.plan_changed.connect(self._remember_plan)
        self.inspector = Inspector(self, self)

    def set_dataset(self, dataset: Dataset) -> None:
        """Choose the images to train with; a design is never edited by that."""
        self.dataset = dataset
        self.probes.set_dataset(dataset)
        self.dataset_changed.emit()

    @Slot()
    def _remember_plan(self) -> None:
        plan_memory.remember(self.settings, self.training.plan)

    def close(self) -> None:
        """Stop what runs in the background, the trainer before the inspector; free the history."""
        self.training.close()
        self.inspector.close()
        self.document.close()
        turns().forget()
