"""What a design alone cannot know: whether it fits the data and the loss."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from cnnstudio.data import Dataset
from cnnstudio.design import Block, Design, Diagnostic, Repair, analyse, edits, repairs
from cnnstudio.design.candidates import Candidate
from cnnstudio.engine.lowering import logits_block
from cnnstudio.engine.plan import Plan
from cnnstudio.layers import Activation, Dense, Flatten, Layer, Shape, Softmax
from cnnstudio.layers.geometry import times

IMBALANCE = 10
"""The largest class may be so many times the smallest before it is worth a note."""


def check(design: Design, dataset: Dataset, plan: Plan) -> tuple[Diagnostic, ...]:
    """Return what keeps a run from starting or making sense, design errors first.

    Parameters
    ----------
    design : Design
    dataset : Dataset
    plan : Plan

    Returns
    -------
    tuple of Diagnostic
        Errors keep a run from starting; their repairs change the design, never the data.
    """
    analysis = analyse(design)
    if analysis.errors:
        return analysis.errors
    found = [*_input(design, dataset)]
    found += _learning(design, analysis.parameters, dataset)
    if not found:
        found += _output(design, dataset, plan)
    found += _balance(design, dataset)
    return tuple(found)


def _input(design: Design, dataset: Dataset) -> Iterator[Diagnostic]:
    first = design.blocks[0]
    shape = first.layer.output_shape()
    if shape == dataset.shape:
        return
    channels, *spatial = dataset.shape

    def candidates() -> Iterator[Candidate]:
        changed = edits.change(design, first.name, channels=channels, spatial=tuple(spatial))
        yield Candidate(f"Set {first.name} to {times(dataset.shape)}", changed, (first.name,))

    yield _fault(
        design,
        first,
        f"The images of {dataset.name} are {times(dataset.shape)}, {first.name} is {times(shape)}",
        candidates,
    )


def _learning(design: Design, parameters: int, dataset: Dataset) -> Iterator[Diagnostic]:
    last = design.blocks[-1]
    if not parameters:
        yield _fault(
            design,
            last,
            "The design has no parameters, so there is nothing to train",
            partial(_append_classifier, design, dataset),
        )


def _output(design: Design, dataset: Dataset, plan: Plan) -> Iterator[Diagnostic]:
    block = design.block(logits_block(design, plan.loss))
    shape = analyse(design).row(block.name).output_shape
    assert shape is not None
    classes = dataset.class_count
    if len(shape) != 1:
        yield _fault(
            design,
            block,
            f"{block.name} gives maps of {times(shape)}, the loss needs {classes} numbers, "
            "one per class",
            partial(_append_classifier, design, dataset),
        )
    elif shape[0] != classes:
        maker = _maker(design, block)
        yield _fault(
            design,
            maker,
            f"{maker.name} gives {shape[0]:,} numbers, {dataset.name} has {classes} classes",
            partial(_fit_classes, design, maker, dataset),
        )
    elif plan.loss == "cross_entropy" and _squeezes(block.layer):
        text = f"Remove {block.name}"
        changed = edits.remove(design, [block.name])
        yield Diagnostic(
            block.id,
            block.name,
            "warning",
            f"Cross-entropy expects scores of any size, {block.name} limits them",
            partial(
                _present, design, block, lambda: iter([Candidate(text, changed, (block.name,))])
            ),
        )


def _balance(design: Design, dataset: Dataset) -> Iterator[Diagnostic]:
    first = design.blocks[0]
    counts = np.bincount(dataset.train.labels, minlength=dataset.class_count)
    least, most = int(counts.argmin()), int(counts.argmax())
    name = dataset.class_names[least]
    if counts[least] == 0:
        sentence = f"No training image shows class {name}"
        yield Diagnostic(first.id, first.name, "warning", sentence)
    elif counts[most] > IMBALANCE * counts[least]:
        sentence = (
            f"Class {name} has {counts[least]:,} training images, "
            f"class {dataset.class_names[most]} has {counts[most]:,}"
        )
        yield Diagnostic(first.id, first.name, "note", sentence)


def _maker(design: Design, block: Block) -> Block:
    """Return the block that decides how many numbers come out: the one before activations."""
    while isinstance(block.layer, Activation):
        block = design.sources(block)[0]
    return block


def _squeezes(layer: Layer) -> bool:
    return isinstance(layer, Activation) and not isinstance(layer, Softmax)


def _append_classifier(design: Design, dataset: Dataset) -> Iterator[Candidate]:
    """Propose Flatten and a fully connected block behind the last one, before a last Softmax."""
    last = design.blocks[-1]
    if isinstance(last.layer, Softmax):
        last = design.sources(last)[0]
    shape: Shape = analyse(design).row(last.name).output_shape or ()
    changed, added = design, []
    after = last.name
    layers: list[Layer] = [Dense(dataset.class_count)]
    if len(shape) > 1:
        layers.insert(0, Flatten())
    for layer in layers:
        before = set(changed.names)
        changed = edits.insert(changed, layer, after)
        (after,) = set(changed.names) - before
        added.append(after)
    text = f"Add a fully connected block of {dataset.class_count} units"
    yield Candidate(text, changed, tuple(added))


def _fit_classes(design: Design, block: Block, dataset: Dataset) -> Iterator[Candidate]:
    classes = dataset.class_count
    if isinstance(block.layer, Dense):
        changed = edits.change(design, block.name, units=classes)
        yield Candidate(f"Give {block.name} {classes} units", changed, (block.name,))
    yield from _append_classifier(design, dataset)


def _fault(
    design: Design, block: Block, sentence: str, candidates: Callable[[], Iterator[Candidate]]
) -> Diagnostic:
    finder = partial(_present, design, block, candidates)
    return Diagnostic(block.id, block.name, "error", sentence, finder)


def _present(
    design: Design, block: Block, candidates: Callable[[], Iterator[Candidate]]
) -> tuple[Repair, ...]:
    return repairs.present(design, block.name, candidates())
