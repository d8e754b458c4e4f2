"""What an executor runs: nodes, programs, and the stages a program falls into."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class Node:
    """One operation of a program.

    Attributes
    ----------
    name : str
        Block that owns the parameters and the random stream.
    layer : a layer, or ConvPool
        What is computed.
    blocks : tuple of str
        Blocks the node stands for.
    inputs : tuple of int
        Slots read.
    output : int
        Slot written.
    owns_input, needs_input_gradient : bool
        See `cnnstudio.layers.base.Context`.
    whole : bool
        Runs once on the whole mini-batch instead of chunk by chunk.
    coupled : bool
        Needs merged partials of all chunks first.
    learns : bool
        Has parameters that are trained.
    passing : bool
        Its input gradient is read by the next node of the same stage and by nobody else, ever.
    features : int
        Length of the vectors it makes; 0 for maps.
    """

    name: str
    layer: Any
    blocks: tuple[str, ...]
    inputs: tuple[int, ...]
    output: int
    owns_input: bool = False
    needs_input_gradient: bool = True
    whole: bool = False
    coupled: bool = False
    learns: bool = False
    passing: bool = False
    features: int = 0


@dataclass(frozen=True)
class Stage:
    """Nodes that run together, and the coupled node whose partial each chunk adds at the end.

    Attributes
    ----------
    nodes : tuple of Node
    whole : bool
        They run once on the whole mini-batch instead of chunk by chunk.
    reduce : Node or None
    takes : frozenset of int
        Slots that whole stages wrote and chunks of this one read.
    gives : frozenset of int
        Slots that chunks of this stage wrote and whole stages, or the loss, read.
    """

    nodes: tuple[Node, ...]
    whole: bool
    reduce: Node | None = None
    takes: frozenset[int] = frozenset()
    gives: frozenset[int] = frozenset()


def stages(nodes: Iterable[Node], divided: bool = True) -> list[Stage]:
    """Cut nodes (in running order, forward or backward) where whole and coupled nodes demand it.

    Coupled nodes demand it only if mini-batches are divided into several chunks.
    """
    found: list[Stage] = []
    run: list[Node] = []
    whole = False

    def close(reduce: Node | None = None) -> None:
        if run or reduce:
            found.append(Stage(tuple(run), whole, reduce))
            run.clear()

    for node in nodes:
        if divided and node.coupled and not node.whole:
            if whole:
                close()
                whole = False
            close(reduce=node)
        elif node.whole != whole:
            close()
            whole = node.whole
        run.append(node)
    close()
    return found


@dataclass(frozen=True)
class Program:
    """Nodes in the order of the design; slot 0 is the input, ``result`` what the loss reads.

    A program that is not ``divided`` is for mini-batches of a single chunk: where nothing is to be
    merged with other chunks, no stage ends at a coupled node.
    """

    nodes: tuple[Node, ...]
    slots: int
    result: int
    training: bool
    divided: bool = True

    @cached_property
    def undivided(self) -> Program:
        """The same program for mini-batches of a single chunk."""
        return replace(self, divided=False)

    @cached_property
    def forward(self) -> list[Stage]:
        """Stages of the forward pass, which reads and writes values."""
        found = []
        for stage in stages(self.nodes, self.divided):
            read = {slot for node in (*stage.nodes, stage.reduce) if node for slot in node.inputs}
            written = {node.output for node in stage.nodes}
            found.append(
                self._exchanging(stage, read & self._made_whole, written & self._read_whole)
            )
        return found

    @cached_property
    def backward(self) -> list[Stage]:
        """Stages of the backward pass, which reads and writes gradients.

        They hold every node that learns, or has one before it that does.
        """
        found = []
        nodes = (n for n in reversed(self.nodes) if n.needs_input_gradient or n.learns)
        for stage in stages(nodes, self.divided):
            read = {node.output for node in (*stage.nodes, stage.reduce) if node}
            read &= self._read_whole
            written = {
                slot for node in stage.nodes if node.needs_input_gradient for slot in node.inputs
            }
            written &= self._made_whole - {0}
            found.append(self._exchanging(stage, read, written))
        return found

    @cached_property
    def _made_whole(self) -> set[int]:
        return {0, *(node.output for node in self.nodes if node.whole)}

    @cached_property
    def _read_whole(self) -> set[int]:
        return {self.result, *(s for node in self.nodes if node.whole for s in node.inputs)}

    @staticmethod
    def _exchanging(stage: Stage, takes: set[int], gives: set[int]) -> Stage:
        if stage.whole:
            return stage
        return replace(stage, takes=frozenset(takes), gives=frozenset(gives))
