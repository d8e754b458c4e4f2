"""Thousands of random edits: only refusals are raised, every result is legal, undo restores."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnstudio.design import Design, analyse, edits, files, fragments, templates
from cnnstudio.errors import DesignError
from cnnstudio.layers import (
    LAYERS,
    Add,
    AveragePool,
    Concat,
    Conv,
    Dense,
    Input,
    LeakyReLU,
    MaxPool,
)

EDITS_PER_RUN = 100
RUNS = 50
LARGEST = 25

DRAWN = [
    *(kind() for kind in LAYERS.values()),
    Add(), Concat(), Conv(3, 1), Conv(4, (3, 5), stride=2), Conv(8, 3, padding="same"),
    Conv(6, 7, groups=3, dilation=2), Conv(2, 3, padding=((1, 0), (0, 2))), MaxPool(3, stride=2),
    AveragePool((2, 1)), Dense(3, bias=False), LeakyReLU(0.2), Input(7), Input(2, 9, 8, 7),
]  # fmt: skip


def random_edit(design: Design, draw: random.Random) -> Design:
    """Return the design after one edit of any kind, sensible or not."""
    name, other = draw.choice(design.names), draw.choice(design.names)
    some = draw.sample(design.names, draw.randint(1, min(4, len(design))))
    layer = draw.choice(DRAWN)
    choices = [
        lambda: edits.insert(design, layer, name),
        lambda: edits.insert(design, layer, name, before=other),
        lambda: edits.insert(design, layer, name, name=draw.choice(["a", "b2", "1", "input"])),
        lambda: edits.remove(design, some),
        lambda: edits.move(design, some, name),
        lambda: edits.replace_layer(design, name, layer),
        lambda: edits.change(design, name, kernel=draw.randint(1, 40)),
        lambda: edits.rename(design, name, draw.choice(["stem", "x y", other])),
        lambda: edits.connect(design, name, other),
        lambda: edits.disconnect(design, name, other),
        lambda: edits.set_inputs(design, name, some),
        lambda: fragments.duplicate(design, some),
        lambda: fragments.paste(design, fragments.copy(design, some), name),
        lambda: edits.set_name(design, draw.choice(["n", " ", "Netz"])),
    ]
    if len(design) > LARGEST:
        return edits.remove(design, some)
    return draw.choice(choices)()


def check(design: Design) -> None:
    """Check what holds for every legal design."""
    assert len(set(design.names)) == len({block.id for block in design}) == len(design)
    for place, block in enumerate(design):
        sources = design.sources(block)
        assert all(design.index(source.name) < place for source in sources)
        assert all(block in design.readers(source) for source in sources)
        assert sources or place == 0 or isinstance(block.layer, Input)
    analysis = analyse(design)
    assert [row.block for row in analysis] == list(design)
    assert {row.status for row in analysis} <= {"ok", "error", "waiting"}
    assert analysis.ok == all(row.output_shape for row in analysis)
    assert all(analysis.row(row.waiting_for).fault for row in analysis.waiting)


@given(st.integers(0, 2**32))
@settings(max_examples=RUNS)
def test_random_edits_raise_nothing_but_refusals_and_undo_restores(seed):
    draw = random.Random(seed)
    design = templates.load("first-cnn")
    history = []
    for step in range(EDITS_PER_RUN):
        history.append((design, design.to_json(), [block.id for block in design]))
        try:
            design = random_edit(design, draw)
        except DesignError as refusal:
            assert str(refusal)
        check(design)
        if step % 10 == 0:
            for error in analyse(design).errors:
                for repair in error.repairs:
                    check(repair.design)
    for before, text, ids in reversed(history):
        assert before.to_json() == text
        assert [block.id for block in before] == ids
        assert Design.from_json(text) == before


def mutated(text: str, draw: random.Random) -> str:
    """Return a design file with one value, key, item or character changed."""
    if draw.random() < 0.3:
        place = draw.randrange(len(text))
        return text[:place] + draw.choice(['"', "{", "]", "9", "", "\x00", "−"]) + text[place + 1 :]
    data = json.loads(text)
    node = data
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            break
        key = draw.choice(keys)
        if isinstance(node[key], (dict, list)) and draw.random() < 0.8:
            node = node[key]
            continue
        strange = [None, True, -1, 0, 2**70, 1.5, "x", "conv1", [], [[]], {}, [1, [2]], "∞", 1e999]
        if isinstance(node, dict) and draw.random() < 0.2:
            node[draw.choice(["name", "extra", "inputs"])] = draw.choice(strange)
        elif draw.random() < 0.2:
            del node[key]
        else:
            node[key] = draw.choice(strange)
        break
    return json.dumps(data)


@given(st.randoms(use_true_random=False))
@settings(max_examples=400)
def test_a_damaged_file_is_read_or_refused(draw):
    design = edits.insert(templates.load("lenet5"), Add(), "pool1")
    text = edits.connect(design, "conv1", "add1").to_json()
    for _ in range(draw.randint(1, 4)):
        try:
            text = mutated(text, draw)
        except ValueError:
            break
    try:
        found = Design.from_json(text)
    except DesignError as refusal:
        assert str(refusal)
    else:
        check(found)
        assert files.from_json(files.to_json(found)) == found


@given(st.text(max_size=200))
def test_any_other_text_is_refused(text):
    with pytest.raises(DesignError):
        Design.from_json(text)
    with pytest.raises(DesignError):
        fragments.paste(templates.load("lenet5"), text)
