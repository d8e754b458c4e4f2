"""What a design costs on this machine, measured before anybody waits for it.

A throw-away network makes a few steps and predictions on real or random images; the median says how
fast it goes, the quartiles how much that varies.  `forecast` may run in any thread and be stopped.
"""

from __future__ import annotations

import dataclasses
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnstudio.data import Dataset, batches
from cnnstudio.design import Design
from cnnstudio.engine import blas
from cnnstudio.engine.batch import Interrupted
from cnnstudio.engine.check import check
from cnnstudio.engine.execution import Executor
from cnnstudio.engine.lowering import lower
from cnnstudio.engine.network import Network
from cnnstudio.engine.plan import Plan
from cnnstudio.engine.stepper import Stepper
from cnnstudio.errors import DesignError

SECONDS = 1.2
"""Time to measure each of forward and training."""

_LEAST = 5
"""Measurements that make a median and quartiles."""


@dataclass(frozen=True)
class Pace:
    """How fast one kind of work goes, and what it holds.

    Attributes
    ----------
    images_per_second : float
        Median.
    slow, fast : float
        Lower and upper quartile.
    batches : int
        Mini-batches that were measured.
    memory_bytes : int
        Weights, what is remembered between steps, and all arrays of a mini-batch.
    """

    images_per_second: float
    slow: float
    fast: float
    batches: int
    memory_bytes: int


@dataclass(frozen=True)
class Forecast:
    """What to expect of a design with a plan on this machine.

    Attributes
    ----------
    forward, training : Pace
        Prediction, and whole optimisation steps.
    epoch_seconds : float or None
        Training and validation of one epoch; None without data.
    images : int or None
        Training images of an epoch.
    batch_size, workers : int
        Of the plan.
    """

    forward: Pace
    training: Pace
    epoch_seconds: float | None
    images: int | None
    batch_size: int
    workers: int


def forecast(
    design: Design,
    dataset: Dataset | None = None,
    plan: Plan | None = None,
    *,
    seconds: float = SECONDS,
    stopped: Callable[[], bool] = lambda: False,
) -> Forecast | None:
    """Measure a design on this machine; about twice ``seconds``, more for very large designs.

    Parameters
    ----------
    design : Design
    dataset : Dataset, optional
        Whose images are used and whose epochs are forecast; random images unless given.
    plan : Plan, optional
        Batch size, workers, loss and optimiser.
    seconds : float
        Time for each of forward and training.
    stopped : callable
        Asked between blocks; once it is true the result is None.

    Raises
    ------
    DesignError
        If the design has an error or does not fit the data or the plan.
    """
    plan = Plan() if plan is None else plan
    if dataset is not None:
        for remark in check(design, dataset, plan):
            if remark.severity == "error":
                raise DesignError(remark.sentence, remark.name, "repair the design first")
    network = Network(design)
    give = _random(network, plan) if dataset is None else _given(dataset, plan)
    try:
        training = _training(network, plan, give, seconds, stopped)
        forward = _forward(network, plan, give, seconds, stopped)
    except Interrupted:
        return None
    epoch = None
    if dataset is not None:
        epoch = len(dataset.train) / training.images_per_second
        epoch += len(dataset.validation) / forward.images_per_second
    images = None if dataset is None else len(dataset.train)
    return Forecast(forward, training, epoch, images, plan.batch_size, plan.workers)


Give = Callable[[int], tuple[Any, Any]]
"""Returns images and targets of the mini-batch with a number."""


def _given(dataset: Dataset, plan: Plan) -> Give:
    """Take mini-batches from the training images as the trainer does."""
    train = dataset.train
    order = batches(len(train), plan.batch_size, seed=plan.seed, epoch=0)
    full = [chosen for chosen in order if len(chosen) == len(order[0])]

    def give(number: int) -> tuple[Any, Any]:
        chosen = full[number % len(full)]
        return train.images[chosen], train.labels[chosen]

    return give


def _random(network: Network, plan: Plan) -> Give:
    """Make one mini-batch up."""
    random = np.random.default_rng(0)
    shape = network.design.blocks[0].layer.output_shape()
    images = random.standard_normal((plan.batch_size, *shape), dtype=np.float32)
    targets: Any = np.zeros((plan.batch_size, *network.output_shape), np.float32)
    if plan.loss == "cross_entropy":
        targets = random.integers(0, network.output_shape[0], plan.batch_size)
    return lambda number: (images, targets)


def _training(
    network: Network, plan: Plan, give: Give, seconds: float, stopped: Callable[[], bool]
) -> Pace:
    # The weights shall not move: the same numbers in every step, and nothing can diverge.
    still = dataclasses.replace(plan.optimizer, learning_rate=0.0)
    stepper = Stepper(network, dataclasses.replace(plan, optimizer=still), stopped)
    weights = network.weights
    try:
        stepper.executor.wait_until_ready()
        rates = _rates(lambda batch: stepper.step(*batch), give, seconds)
        vectors = 2 + len(plan.optimizer.slots)  # weights, gradients, and what is remembered
        held = vectors * weights.trained.nbytes + weights.state.nbytes + stepper.executor.nbytes
        return _pace(rates, held)
    finally:
        stepper.close()


def _forward(
    network: Network, plan: Plan, give: Give, seconds: float, stopped: Callable[[], bool]
) -> Pace:
    design, weights = network.design, network.weights
    program = lower(design, network.analysis, design.blocks[-1].name, training=False)
    executor = Executor(plan.workers, stopped)

    def predict(batch: tuple[Any, Any]) -> None:
        with blas.single_thread():
            executor.infer(program, weights.packed, batch[0])

    try:
        executor.wait_until_ready()
        rates = _rates(predict, give, seconds)
        return _pace(rates, weights.trained.nbytes + weights.state.nbytes + executor.nbytes)
    finally:
        executor.close()


def _rates(work: Callable[[tuple[Any, Any]], Any], give: Give, seconds: float) -> list[float]:
    """Return images per second of mini-batch after mini-batch; the first one only warms up."""
    begin = time.perf_counter()
    work(give(0))
    slow = time.perf_counter() - begin > seconds  # then two more must do
    rates: list[float] = []
    while len(rates) < (2 if slow else _LEAST) or time.perf_counter() - begin < seconds:
        before = time.perf_counter()
        batch = give(len(rates) + 1)
        work(batch)
        rates.append(len(batch[0]) / (time.perf_counter() - before))
    return rates


def _pace(rates: list[float], memory_bytes: int) -> Pace:
    slow, middle, fast = statistics.quantiles(rates, n=4, method="inclusive")
    return Pace(middle, slow, fast, len(rates), memory_bytes)
