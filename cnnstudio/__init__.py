"""CNN Studio: design, train and look inside convolutional networks, with nothing but NumPy below.

The names here are the public interface for programs and notebooks::

    import cnnstudio as cnn

    design = cnn.templates.load("lenet5")
    network = cnn.Network(design, seed=0)
    trainer = cnn.Trainer(network, cnn.data.load("mnist5k"), cnn.Plan(epochs=1))
    for event in trainer:
        print(event)
"""

from cnnstudio import data
from cnnstudio.design import Block, Design, analyse, templates
from cnnstudio.engine import (
    SGD,
    Adam,
    BatchEnd,
    Changed,
    Diverged,
    EpochEnd,
    Finished,
    Network,
    Plan,
    Started,
    Stopped,
    Trainer,
    apply,
    gradients_of,
)
from cnnstudio.layers import (
    Add,
    AveragePool,
    BatchNorm,
    Concat,
    Conv,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePool,
    Input,
    LeakyReLU,
    MaxPool,
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
)

__version__ = "0.1.0"

__all__ = [
    "SGD",
    "Adam",
    "Add",
    "AveragePool",
    "BatchEnd",
    "BatchNorm",
    "Block",
    "Changed",
    "Concat",
    "Conv",
    "Dense",
    "Design",
    "Diverged",
    "Dropout",
    "EpochEnd",
    "Finished",
    "Flatten",
    "GlobalAveragePool",
    "Input",
    "LeakyReLU",
    "MaxPool",
    "Network",
    "Plan",
    "ReLU",
    "Sigmoid",
    "Softmax",
    "Started",
    "Stopped",
    "Tanh",
    "Trainer",
    "analyse",
    "apply",
    "data",
    "gradients_of",
    "templates",
]
