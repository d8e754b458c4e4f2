"""Orders are functions of their key; parts and batches hold every image once."""

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnstudio.data.batches import batches, permutation, stratified


def test_order_is_the_same_on_every_machine() -> None:
    assert permutation(8, 3, 5).tolist() == [2, 3, 5, 4, 0, 7, 1, 6]
    digest = hashlib.sha256(permutation(3600, 0, 1).astype("<i8").tobytes()).hexdigest()
    assert digest[:16] == "ce38b446d4e16955"


@given(st.integers(1, 200), st.integers(1, 70), st.integers(0, 2**64 - 1), st.booleans())
def test_batches_hold_every_image_once(count: int, size: int, seed: int, shuffle: bool) -> None:
    cut = batches(count, size, seed=seed, epoch=2, shuffle=shuffle)
    assert sorted(np.concatenate(cut).tolist()) == list(range(count))
    assert all(len(batch) == size for batch in cut[:-1])
    assert len(cut[-1]) == (count % size or size)
    if not shuffle:
        assert np.concatenate(cut).tolist() == list(range(count))


def test_order_depends_on_seed_and_epoch_alone() -> None:
    def order(seed: int, epoch: int) -> list[int]:
        return np.concatenate(batches(100, 32, seed=seed, epoch=epoch)).tolist()

    assert order(1, 2) == order(1, 2)
    assert len({tuple(order(seed, epoch)) for seed in range(5) for epoch in range(5)}) == 25


def test_resuming_in_mid_epoch_gives_the_same_batches() -> None:
    whole = batches(1000, 64, seed=7, epoch=3)
    np.random.default_rng(0).random(10)
    again = batches(1000, 64, seed=7, epoch=3)[9:]
    assert all(np.array_equal(a, b) for a, b in zip(whole[9:], again, strict=True))


def test_batches_are_read_only() -> None:
    for shuffle in (True, False):
        with pytest.raises(ValueError, match="read-only"):
            batches(10, 4, seed=0, epoch=0, shuffle=shuffle)[0][0] = 1


def test_shuffling_is_fair() -> None:
    first = [permutation(4, seed, 0)[0] for seed in range(4000)]
    assert np.all(np.abs(np.bincount(first, minlength=4) - 1000) < 120)


@given(
    st.lists(st.integers(0, 5), min_size=3, max_size=120),
    st.sampled_from([(0.1, 0.2), (0.1,), (0.5, 0.25)]),
    st.integers(0, 1000),
)
def test_parts_are_disjoint_and_in_proportion(
    labels: list[int], shares: tuple[float, ...], seed: int
) -> None:
    numbers = np.array(labels, dtype=np.int64)
    parts = stratified(numbers, shares, seed=seed)
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(labels)))
    assert [len(part) for part in parts[1:]] == [
        max(1, round(share * len(labels))) for share in shares
    ]
    for part in parts:
        assert np.all(np.diff(part) > 0)
        expected = np.bincount(numbers, minlength=6) * (len(part) / len(labels))
        assert np.all(np.abs(np.bincount(numbers[part], minlength=6) - expected) <= 2)


def test_tiny_classes_stay_in_training() -> None:
    labels = np.array([0] * 50 + [1] + [2] * 2 + [3] * 3)
    train, validation, test = stratified(labels, (0.1, 0.2), seed=0)
    assert set(labels[train]) == {0, 1, 2, 3}
    assert 1 not in labels[validation]
    assert 1 not in labels[test]
    assert 3 in labels[test]
