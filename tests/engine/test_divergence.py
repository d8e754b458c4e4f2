"""A value that is not finite ends the run, names the first block, and costs no good weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import cnnstudio as cnn
from cnnstudio.engine import BatchEnd, Diverged, EpochEnd, Finished, Started
from cnnstudio.errors import DivergedError
from tests.engine.subjects import dataset, small, with_fault
from tests.layers.comparing import assert_all_close

PLAN = cnn.Plan(epochs=4, batch_size=32, seed=1, workers=1)


def run(
    design: cnn.Design, data: Any = None, plan: cnn.Plan = PLAN, blow_at: int = -1
) -> tuple[list[Any], cnn.Network]:
    """Train, with an absurd learning rate from some step on; return events and network."""
    network = cnn.Network(design)
    trainer = cnn.Trainer(network, data or dataset(), plan)
    events = []
    for event in trainer:
        events.append(event)
        if isinstance(event, BatchEnd) and event.step == blow_at:
            trainer.change(learning_rate=1e6)
    return events, network


def kept(events: list[Any], network: cnn.Network) -> None:
    """The network has the weights of the epoch that the last event names."""
    last = events[-1]
    assert isinstance(last, Diverged)
    snapshots = {
        e.epoch: e.weights for e in events if isinstance(e, (Started, EpochEnd)) if e.epoch >= 0
    }
    assert_all_close(network.parameters, snapshots[last.kept_epoch], 0.0)
    assert all(
        np.isfinite(a).all() for named in network.parameters.values() for a in named.values()
    )


@pytest.mark.parametrize("step", [4, 6, 8])
def test_a_huge_learning_rate_brings_the_last_good_epoch_back(step: int) -> None:
    events, network = run(small(), plan=cnn.Plan(epochs=20, batch_size=32, workers=2), blow_at=step)
    last = events[-1]
    assert isinstance(last, Diverged)
    assert last.epoch == last.kept_epoch + 1 > step // 3
    assert last.block in network.design.names
    assert last.sentence == (
        f"{last.block} produced an infinite output or one that is not a number in epoch "
        f"{last.epoch}; the weights of epoch {last.kept_epoch} were kept; lower the learning rate"
    )
    ends = [event for event in events if isinstance(event, EpochEnd)]
    assert all(np.isfinite(end.validation.loss) for end in ends)
    kept(events, network)


@pytest.mark.parametrize("optimizer", [cnn.SGD(1e6), cnn.SGD(1e6, momentum=0.9), cnn.SGD(1e5)])
def test_one_batch_an_epoch(optimizer: Any) -> None:
    """The step that ruins the weights ends an epoch: that epoch is no good one."""
    data = dataset(train=30)
    plan = cnn.Plan(epochs=50, batch_size=32, workers=1, optimizer=optimizer)
    events, network = run(small(), data, plan)
    kept(events, network)
    metrics = cnn.Trainer(network, data).evaluate(data.validation)
    assert metrics is not None and np.isfinite(metrics.loss)


@pytest.mark.parametrize("poison", [np.nan, np.inf])
def test_a_bad_image_is_the_datas_fault(poison: float) -> None:
    events, network = run(small(), dataset(poison=poison))
    last = events[-1]
    assert (last.block, last.pass_, last.kept_epoch) == ("input", "forward", 0)
    assert "learning rate" not in last.sentence and "image" in last.sentence
    kept(events, network)


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_the_first_bad_block_is_named(direction: str) -> None:
    events, network = run(with_fault(direction))
    last = events[-1]
    assert (last.block, last.pass_) == ("faulty", direction)
    assert (last.epoch, last.batch, last.step, last.kept_epoch) == (1, 1, 0, 0)
    assert "in epoch 1; the initial weights were kept" in last.sentence
    kept(events, network)


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_a_step_by_hand_raises_and_changes_nothing(direction: str) -> None:
    network = cnn.Network(with_fault(direction))
    before = network.checksum()
    part = dataset().train
    trainer = cnn.Trainer(network, None)
    with pytest.raises(DivergedError, match="faulty produced an infinite"):
        trainer.step(part.images, part.labels)
    trainer.close()
    assert network.checksum() == before


def test_after_divergence_a_smaller_rate_trains_on() -> None:
    network = cnn.Network(small())
    trainer = cnn.Trainer(network, dataset(), cnn.Plan(epochs=9, batch_size=32, workers=1))
    for event in trainer:
        if isinstance(event, BatchEnd) and event.step == 7:
            trainer.change(learning_rate=1e6)
    assert isinstance(event, Diverged)
    bad = event
    trainer.change(learning_rate=0.01)
    again = list(trainer)
    assert isinstance(again[-1], Finished)
    ends = [event.epoch for event in again if isinstance(event, EpochEnd)]
    assert ends == list(range(bad.kept_epoch + 1, 10))
    steps = sum(isinstance(event, BatchEnd) for event in again)
    assert steps == 3 * len(ends), "the cut epoch starts afresh"
