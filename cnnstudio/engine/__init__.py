"""The engine: networks, training and the checks that their numbers are right."""

from cnnstudio.engine.events import (
    BatchEnd,
    Changed,
    Diverged,
    EpochEnd,
    Event,
    Finished,
    Metrics,
    Started,
    Stopped,
)
from cnnstudio.engine.network import Network, apply, gradients_of
from cnnstudio.engine.optimisers import OPTIMIZERS, SGD, Adam, Optimizer
from cnnstudio.engine.plan import Plan
from cnnstudio.engine.trainer import Trainer

__all__ = [
    "OPTIMIZERS",
    "SGD",
    "Adam",
    "BatchEnd",
    "Changed",
    "Diverged",
    "EpochEnd",
    "Event",
    "Finished",
    "Metrics",
    "Network",
    "Optimizer",
    "Plan",
    "Started",
    "Stopped",
    "Trainer",
    "apply",
    "gradients_of",
]
