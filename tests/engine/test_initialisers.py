"""Initial weights and random streams: laws, bounds, and what they do not depend on."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

import cnnstudio as cnn
from cnnstudio.engine.initialisers import INITIALISERS, fans
from cnnstudio.engine.random import BlockRandom, generator
from cnnstudio.layers.convolution import INITIALISERS as NAMES
from tests.engine.subjects import mixed

SHAPE = (64, 32, 3, 5)
FAN_IN, FAN_OUT = 32 * 15, 64 * 15
VARIANCE = {"he": 2 / FAN_IN, "glorot": 2 / (FAN_IN + FAN_OUT), "lecun": 1 / FAN_IN}


def test_fans() -> None:
    assert fans(SHAPE) == (FAN_IN, FAN_OUT)
    assert fans((10, 84)) == (84, 10)


def test_layers_offer_what_there_is() -> None:
    assert set(NAMES) == set(INITIALISERS) - {"ones"}


@pytest.mark.parametrize("law", ["uniform", "normal"])
@pytest.mark.parametrize("author", VARIANCE)
def test_laws(author: str, law: str) -> None:
    drawn = INITIALISERS[f"{author}_{law}"](np.random.default_rng(0), SHAPE)
    sigma = sqrt(VARIANCE[author])
    assert drawn.shape == SHAPE
    assert abs(drawn.mean()) < 5 * sigma / sqrt(drawn.size)
    assert drawn.var() == pytest.approx(VARIANCE[author], rel=0.03)
    if law == "uniform":
        assert 0.999 * sqrt(3) * sigma < np.abs(drawn).max() <= sqrt(3) * sigma
    else:
        assert np.mean(np.abs(drawn) < sigma) == pytest.approx(0.683, abs=0.01)


@pytest.mark.parametrize("name", NAMES)
def test_a_layer_gets_the_law_it_asks_for(name: str) -> None:
    conv = cnn.Conv(64, (3, 5), initialiser=name)
    weight = cnn.Network(cnn.Design.sequence(cnn.Input(32, 5, 5), conv)).parameters["conv1"][
        "weight"
    ]
    author = name.split("_")[0]
    if author == "zeros":
        assert not weight.any()
    else:
        assert weight.var() == pytest.approx(VARIANCE[author], rel=0.03)


def test_biases_start_at_0_and_scales_at_1() -> None:
    parameters = cnn.Network(mixed()).parameters
    assert not parameters["conv1"]["bias"].any() and not parameters["fc1"]["bias"].any()
    assert (parameters["bn1"]["weight"] == 1).all() and not parameters["bn1"]["bias"].any()
    assert (parameters["bn1"]["running_var"] == 1).all()
    assert not parameters["bn1"]["running_mean"].any()


def test_weights_do_not_depend_on_other_blocks() -> None:
    head = [cnn.Block("flatten", cnn.Flatten()), cnn.Block("fc1", cnn.Dense(3))]
    body = [cnn.Block("input", cnn.Input(1, 6, 6)), cnn.Block("conv1", cnn.Conv(4, padding=1))]
    extra = [cnn.Block("conv2", cnn.Conv(4, padding=1)), cnn.Block("bn1", cnn.BatchNorm())]
    plain, longer = (
        cnn.Network(cnn.Design("net", blocks), seed=5).parameters
        for blocks in (body + head, body + extra + head)
    )
    for block in ("conv1", "fc1"):
        np.testing.assert_array_equal(plain[block]["weight"], longer[block]["weight"])
    assert not np.array_equal(longer["conv1"]["weight"], longer["conv2"]["weight"])


def test_weights_depend_on_the_seed_alone() -> None:
    sums = {seed: cnn.Network(mixed(), seed=seed).checksum() for seed in (0, 1, 2)}
    assert len(set(sums.values())) == 3
    assert cnn.Network(mixed(), seed=1).checksum() == sums[1]
    narrow, wide = (cnn.Network(mixed(), seed=1, dtype=d).parameters for d in ("f4", "f8"))
    for block, named in wide.items():
        for name, array in named.items():
            np.testing.assert_array_equal(narrow[block][name], array.astype(np.float32))


@pytest.mark.parametrize("size", [1, 7, 8, 9, 300])
def test_the_same_numbers_for_any_division_into_chunks(size: int) -> None:
    whole = BlockRandom(3, 17, "drop1").uniform(50, size)
    for step in (1, 13, 32, 49):
        parts = [
            BlockRandom(3, 17, "drop1", first).uniform(min(step, 50 - first), size)
            for first in range(0, 50, step)
        ]
        np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_other_streams_for_other_seeds_steps_blocks_and_samples() -> None:
    keys = [(0, 0, "a", 0), (1, 0, "a", 0), (0, 1, "a", 0), (0, 0, "b", 0), (0, 0, "a", 1)]
    drawn = {key: BlockRandom(*key).uniform(20, 40) for key in keys}
    rows = np.concatenate([a[:20] for a in drawn.values()])
    assert len(np.unique(rows[:, 0])) >= 4 * 20 - 2
    base = drawn[keys[0]]
    assert not np.array_equal(base, drawn[keys[1]])
    assert np.array_equal(base[1:], drawn[keys[4]][:-1])  # sample 1 on, as asked
    assert abs(np.corrcoef(base.ravel(), drawn[keys[2]].ravel())[0, 1]) < 0.15


def test_uniform_numbers_are_uniform() -> None:
    drawn = BlockRandom(0, 5, "drop1").uniform(100, 1000)
    assert drawn.dtype == np.float32 and drawn.min() >= 0 and drawn.max() < 1
    counts = np.histogram(drawn, bins=10, range=(0, 1))[0] / drawn.size
    assert np.abs(counts - 0.1).max() < 0.005


def test_a_generator_depends_on_all_its_parts() -> None:
    first = [generator(0, "conv1", name).random() for name in ("weight", "bias")]
    assert len({*first, generator(1, "conv1", "weight").random()}) == 3
    assert generator(0, "conv1", "weight").random() == first[0]
