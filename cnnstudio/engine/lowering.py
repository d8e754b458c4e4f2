"""From blocks to nodes: the same network, with fewer passes over memory.

`lower` turns a design into a program, a list of nodes that read and write numbered slots.  A node
is usually one block's layer.  Where a convolution is followed by an activation that never decreases
and a max pooling, one node does all three and pools first: ``max`` commutes with adding a bias and
with such functions, and what comes after has a quarter of the values.

Everything that looks inside a network takes the plain path of `cnnstudio.engine.tape` instead.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from cnnstudio import kernels
from cnnstudio.design import Analysis, Design
from cnnstudio.engine.program import Node, Program
from cnnstudio.layers import (
    Activation,
    Add,
    Array,
    AveragePool,
    BatchNorm,
    Concat,
    Context,
    Conv,
    Dense,
    Input,
    MaxPool,
    Parameters,
    Softmax,
)

_FREE_OUTPUT = (Conv, MaxPool, AveragePool, Dense, BatchNorm, Add, Concat)
"""Layers that keep no reference to their output: its only reader may overwrite it."""


@dataclass(frozen=True)
class ConvPool:
    """Convolution, max pooling, bias and activation in one node, in this order."""

    conv: Conv
    activation: Activation | None
    pool: MaxPool

    def forward(self, parameters: Parameters, *inputs: Array, context: Context) -> Any:
        """Return output, saved values and no state updates, like `Layer.forward`."""
        y, correlated = self.conv.correlate(parameters, inputs[0], context)
        pooled, winners = kernels.max_pool(
            y, self.pool.window(y), context.memory, masks=context.training
        )
        if self.conv.bias:
            kernels.add_bias(pooled, parameters["bias"])
        active = self.activation.activate(pooled, pooled) if self.activation else None
        return pooled, (correlated, winners, active), {}

    def backward(
        self, parameters: Parameters, saved: Any, gradient: Array, context: Context
    ) -> Any:
        """Return input and parameter gradients, like `Layer.backward`."""
        correlated, winners, active = saved
        if self.activation:
            out = context.memory.keep(gradient.shape, gradient.dtype)
            self.activation.deactivate(gradient, active, out)
            gradient = out
        gradients = {}
        if self.conv.bias:
            gradients["bias"] = kernels.bias_gradient(gradient)
        spread = kernels.max_pool_backward(gradient, winners, context.memory)
        dx, gradients["weight"] = self.conv.uncorrelate(parameters, correlated, spread, context)
        return (dx,), gradients


_FREE_GRADIENT = (ConvPool, Conv, MaxPool, AveragePool, Activation)
"""Layers whose input gradient is a new array, whatever the gradient of their output."""


def logits_block(design: Design, loss: str) -> str:
    """Return the block whose output the loss reads: a last Softmax's input for cross-entropy."""
    last = design.blocks[-1]
    if loss == "cross_entropy" and isinstance(last.layer, Softmax):
        return str(design.sources(last)[0].name)
    return last.name


def lower(design: Design, analysis: Analysis, result: str, *, training: bool) -> Program:
    """Return the program that computes the output of block ``result``.

    Parameters
    ----------
    design : Design
    analysis : Analysis
        Of the same design, without errors.
    result : str
        Blocks that it does not need are left out.
    training : bool
        Whether batch coupling and a backward pass are wanted.
    """
    nodes = _plain_nodes(design, result)
    nodes = _fuse(nodes)
    readers = _readers(nodes)
    producers = {node.output: node for node in nodes}
    learning: set[int] = set()
    whole: set[int] = set()
    finished = []
    for node in nodes:
        inputs_learn = any(slot in learning for slot in node.inputs)
        learns = any(analysis.row(name).parameters for name in node.blocks)
        if inputs_learn or learns:
            learning.add(node.output)
        first = producers.get(node.inputs[0])
        batch = getattr(node.layer, "scope", "chunk") == "batch"
        coupled = training and getattr(node.layer, "coupled", False)
        at_once = training and (
            (batch and not coupled) or all(slot in whole for slot in node.inputs)
        )
        if at_once:
            whole.add(node.output)
        finished.append(
            replace(
                node,
                owns_input=first is not None
                and isinstance(first.layer, _FREE_OUTPUT)
                and len(readers[node.inputs[0]]) == 1,
                needs_input_gradient=inputs_learn,
                whole=at_once,
                coupled=coupled,
                learns=learns,
                features=_features(analysis.row(node.blocks[-1]).output_shape),
            )
        )
    slot = next((n.output for n in finished if result in n.blocks), 0)
    found = _passing(finished, slot) if training else finished
    return Program(tuple(found), len(design.blocks), slot, training)


def _features(shape: tuple[int, ...] | None) -> int:
    return shape[0] if shape and len(shape) == 1 else 0


def _passing(nodes: list[Node], result: int) -> list[Node]:
    """Mark the nodes of chunk stages whose input gradient lives until the next node has run."""
    readers = _readers(nodes)
    found = nodes[:1]
    for before, node in pairwise(nodes):
        alone = node.inputs == (before.output,) and len(readers[before.output]) == 1
        together = not (node.whole or before.whole or before.coupled)
        fresh = isinstance(before.layer, _FREE_GRADIENT) and before.output != result
        found.append(replace(node, passing=alone and together and fresh))
    return found


def _plain_nodes(design: Design, result: str) -> list[Node]:
    slots = {block.name: i for i, block in enumerate(design.blocks)}
    needed = {result}
    for block in reversed(design.blocks):
        if block.name in needed:
            needed.update(source.name for source in design.sources(block))
    return [
        Node(
            block.name,
            block.layer,
            (block.name,),
            tuple(slots[source.name] for source in design.sources(block)),
            slots[block.name],
        )
        for block in design.blocks
        if block.name in needed and not isinstance(block.layer, Input)
    ]


def _fuse(nodes: list[Node]) -> list[Node]:
    """Replace convolution · (activation ·) max pooling by one node each."""
    readers = _readers(nodes)
    gone: set[int] = set()
    fused = []
    for node in nodes:
        if node.output in gone:
            continue
        run = [node]
        if isinstance(node.layer, Conv):
            following = _only_reader(readers, node)
            if following and isinstance(following.layer, Activation) and following.layer.monotone:
                run.append(following)
                following = _only_reader(readers, following)
            if following and isinstance(following.layer, MaxPool):
                run.append(following)
                fused.append(_conv_pool(run))
                gone.update(n.output for n in run)
                continue
        fused.append(node)
    return fused


def _conv_pool(run: list[Node]) -> Node:
    conv, pool = run[0], run[-1]
    activation = run[1].layer if len(run) == 3 else None
    return Node(
        conv.name,
        ConvPool(conv.layer, activation, pool.layer),
        tuple(node.name for node in run),
        conv.inputs,
        pool.output,
    )


def _readers(nodes: list[Node]) -> dict[int, list[Node]]:
    readers: dict[int, list[Node]] = {}
    for node in nodes:
        for slot in node.inputs:
            readers.setdefault(slot, []).append(node)
    return readers


def _only_reader(readers: dict[int, list[Node]], node: Node) -> Node | None:
    found = readers.get(node.output, [])
    return found[0] if len(found) == 1 and found[0].inputs == (node.output,) else None
