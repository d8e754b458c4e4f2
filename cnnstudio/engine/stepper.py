"""One optimisation step: forward, loss, backward, update; and the search for what went wrong."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnstudio.engine import blas, losses
from cnnstudio.engine.events import Metrics
from cnnstudio.engine.execution import CHUNK, Executor
from cnnstudio.engine.lowering import logits_block, lower
from cnnstudio.engine.mail import shared_copy
from cnnstudio.engine.metrics import measure
from cnnstudio.engine.network import Network
from cnnstudio.engine.plan import Plan
from cnnstudio.engine.tape import Tape
from cnnstudio.errors import DataError, DivergedError
from cnnstudio.kernels import enter, leave
from cnnstudio.layers import Array, Input


class StepDiverged(DivergedError):
    """A value is not finite: the step was not made, or the weights are of no use.

    Attributes
    ----------
    block : str
        The first block that produced such a value.
    direction : str
        ``"forward"`` or ``"backward"``.
    """

    def __init__(self, block: str, direction: str, data: bool = False) -> None:
        self.block, self.direction = block, direction
        kind = "output" if direction == "forward" else "gradient"
        what = f"{block} produced an infinite {kind} or one that is not a number"
        remedy = "lower the learning rate"
        if data:
            what = "an image holds an infinite value or one that is not a number"
            remedy = "mend the data"
        super().__init__(what, remedy=remedy)


@dataclass(frozen=True)
class StepResult:
    """Loss before the step, and the public output that the loss read."""

    loss: float
    output: Array


class Stepper:
    """Makes optimisation steps on a network.

    Parameters
    ----------
    network : Network
        Changed in place by `step`.
    plan : Plan
    interrupted : callable
        Asked between blocks; true discards the step under way (`Interrupted` is raised).

    Attributes
    ----------
    count : int
        Steps made.
    optimizer : Optimizer
        May be replaced between steps by one of the same class.
    """

    def __init__(
        self, network: Network, plan: Plan, interrupted: Callable[[], bool] = lambda: False
    ) -> None:
        self.network, self.plan = network, plan
        self.optimizer = plan.optimizer
        self.count = 0
        name = logits_block(network.design, plan.loss)
        shape = network.analysis.row(name).output_shape
        assert shape is not None
        self._shape = shape
        self._result = name
        self._loss = losses.find(plan.loss)
        self._training = lower(network.design, network.analysis, name, training=True)
        self._inference = lower(network.design, network.analysis, name, training=False)
        self._memory = self.optimizer.start(network.weights.trained)
        self._gradients = np.zeros_like(network.weights.trained)
        self._views = network.weights.views(self._gradients)
        self._interrupted = interrupted
        self._executor: Executor | None = None

    @property
    def executor(self) -> Executor:
        """What runs the steps; made, and its workers started, when first needed."""
        if self._executor is None:
            self._executor = Executor(self.plan.workers, self._interrupted)
            if self.plan.workers > 1:
                self.network.weights.move(shared_copy)
                self._memory = tuple(shared_copy(vector) for vector in self._memory)
                self._gradients = shared_copy(self._gradients)
                self._views = self.network.weights.views(self._gradients)
        return self._executor

    def close(self) -> None:
        """Give the workers back; the next step would borrow others."""
        if self._executor:
            self._executor.close()
            self._executor = None

    def forget(self) -> None:
        """Empty the optimiser's memory, as before the first step."""
        for vector in self._memory:
            vector.fill(0)

    def change(self, *, learning_rate: float) -> None:
        """Use another learning rate from the next step on."""
        self.optimizer = dataclasses.replace(self.optimizer, learning_rate=learning_rate)

    def step(self, images: Any, targets: Any) -> StepResult:
        """Make one step on images (N, C, *spatial) and their targets.

        Raises
        ------
        StepDiverged
            If a value is not finite; weights and running values stay as they were.
        DataError
            If images or targets do not fit.
        """
        accepted = self.network.accept(images)
        if not len(accepted):
            raise DataError("a step needs at least one image")
        wanted = self._loss.prepare(targets, self._shape, len(accepted))
        executor = self.executor
        with blas.single_thread(), np.errstate(all="ignore"):
            packed = self.network.weights.packed
            batch = executor.begin(self._training, accepted, packed, self.plan.seed, self.count)
            batch.destinations = self._views
            output = executor.forward(batch)
            loss, gradient = self._loss(output, wanted)
            executor.backward(batch, gradient)
            if not (np.isfinite(loss) and _finite(self._gradients)):
                raise self._fault(accepted, wanted)
            self.count += 1
            weights = self.network.weights
            executor.update(
                self.optimizer, weights.trained, self._gradients, self._memory, self.count
            )
            for block, updates in batch.state_updates.items():
                values = packed[block]
                for name, array in updates.items():
                    values[name][...] = array
            return StepResult(loss, leave(output))

    def watched_step(
        self, images: Any, targets: Any
    ) -> tuple[StepResult, dict[str, float], dict[str, float]]:
        """Make one step; return also gradient norm and update-to-weight ratio by block."""
        before = self.network.weights.trained.copy()
        result = self.step(images, targets)
        with np.errstate(all="ignore"):
            difference = self.network.weights.trained - before
        moved = self.network.weights.views(difference)
        old = self.network.weights.views(before)
        norms, ratios = {}, {}
        for block, named in self._views.items():
            if "weight" in named:
                norms[block] = _norm(named["weight"])
                ratios[block] = _norm(moved[block]["weight"]) / (_norm(old[block]["weight"]) or 1.0)
        return result, norms, ratios

    def evaluate(self, images: Any, targets: Any) -> Metrics:
        """Return loss, accuracy and confusion matrix in inference mode."""
        with blas.single_thread(), np.errstate(all="ignore"):
            output = self.executor.infer(
                self._inference, self.network.weights.packed, self.network.accept(images)
            )
            return measure(output, targets, self.plan.loss)

    def require_finite(self, images: Array, loss: float) -> None:
        """Do nothing if weights, running values and ``loss`` (of ``images``) are finite.

        Raises
        ------
        StepDiverged
            Otherwise; it names the first block that has or produces such a value.
        """
        network = self.network
        for block, named in network.weights.packed.items():
            if not all(np.isfinite(array).all() for array in named.values()):
                raise StepDiverged(block, "forward")
        if np.isfinite(loss):
            return
        for start in range(0, len(images), CHUNK):
            with np.errstate(all="ignore"):
                tape = network.record(images[start : start + CHUNK])
            fault = self._forward_fault(tape)
            if fault:
                raise fault
        raise StepDiverged(self._result, "forward")

    def _fault(self, images: Array, wanted: Array) -> StepDiverged:
        """Repeat the step on the plain path and name the first block that is not finite."""
        network = self.network
        tape = Tape(
            network.design,
            network.weights.packed,
            enter(images),
            training=True,
            seed=self.plan.seed,
            step=self.count,
        )
        fault = self._forward_fault(tape)
        if fault:
            return fault
        _, gradient = self._loss(tape.values[self._result], wanted)
        found = tape.backward({self._result: gradient})
        for block in reversed(network.design.blocks):
            parameters = found.parameters.get(block.name, {})
            arrays = [*found.inputs.get(block.name, ()), *parameters.values()]
            if not all(np.isfinite(array).all() for array in arrays):
                return StepDiverged(block.name, "backward")
        return StepDiverged(self._result, "forward")

    def _forward_fault(self, tape: Tape) -> StepDiverged | None:
        for block in self.network.design.blocks:
            if not np.isfinite(tape.values[block.name]).all():
                return StepDiverged(block.name, "forward", isinstance(block.layer, Input))
        return None


def _finite(array: Array) -> bool:
    """Return whether all values of a vector are finite; the product is ten times faster."""
    return bool(np.isfinite(array @ array) or np.isfinite(array).all())


def _norm(array: Array) -> float:
    """Return the Euclidean norm; float64 does not overflow where float32 would."""
    return float(np.linalg.norm(array.astype(np.float64)))
