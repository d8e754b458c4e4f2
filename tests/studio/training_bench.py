"""A workbench without a window, and a small data set that is learned in no time."""

import dataclasses

import numpy as np

import cnnstudio as cnn
from cnnstudio.data import Dataset, Split


def small_data(classes=3, seed=0):
    """Images whose brightest column tells the class."""
    rng = np.random.default_rng(seed)

    def split(count):
        labels = np.arange(count, dtype=np.int64) % classes
        images = rng.uniform(0, 0.3, (count, 1, 6, 6)).astype(np.float32)
        images[np.arange(count), 0, :, labels] += 0.6
        return Split(images, labels)

    names = tuple("abc")[:classes]
    return Dataset("small", "Small", "made up", split(120), split(30), split(30), names)


def small_design(filters=4):
    return cnn.Design.sequence(
        cnn.Input(1, 6, 6),
        cnn.Conv(filters, 3, padding=1),
        cnn.ReLU(),
        cnn.MaxPool(2),
        cnn.Flatten(),
        cnn.Dense(3),
        cnn.Softmax(),
        name="Small",
    )


def linear_design():
    """Nothing in it can die, so a huge learning rate must end in infinity."""
    layers = (cnn.Flatten(), cnn.Dense(6), cnn.Dense(6), cnn.Dense(3), cnn.Softmax())
    return cnn.Design.sequence(cnn.Input(1, 6, 6), *layers, name="Linear")


def small_plan(**changes):
    plan = cnn.Plan(epochs=2, batch_size=20, optimizer=cnn.SGD(0.05, momentum=0.9), workers=2)
    return dataclasses.replace(plan, **changes)
