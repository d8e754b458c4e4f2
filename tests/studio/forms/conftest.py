"""A bench with a document, data and a plan: all that forms and tables ask for."""

import pytest
from PySide6.QtCore import QObject, Signal

from cnnstudio import data
from cnnstudio.design import edits
from cnnstudio.engine.plan import Plan
from cnnstudio.layers import Conv
from cnnstudio.studio.document import Document


class Training(QObject):
    """Holds the plan."""

    plan_changed = Signal()
    plan = Plan()


class Bench(QObject):
    """The part of the workbench that panels of forms and tables use."""

    dataset_changed = Signal()

    def __init__(self, dataset):
        super().__init__()
        self.document = Document(self)
        self.dataset = dataset
        self.training = Training(self)


@pytest.fixture(scope="session")
def digits():
    return data.load("mnist5k")


@pytest.fixture
def bench(qapp, digits):
    made = Bench(digits)
    yield made
    made.document.close()
    made.deleteLater()


@pytest.fixture
def document(bench):
    return bench.document


@pytest.fixture
def misfit(document):
    """The network of the picture of an error: a 7×7 kernel on maps of 5×5."""
    design = edits.insert(document.design, Conv(120, 7), "pool2")
    design = edits.remove(edits.remove(design, ["fc1", "relu3"]), ["softmax"])
    document.replace(edits.rename(design, "fc3", "scores"))
    return document
