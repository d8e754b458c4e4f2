"""``cnnstudio train``: train a network, then test it."""

from __future__ import annotations

import argparse
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cnnstudio import data
from cnnstudio.cli.output import complain
from cnnstudio.cli.parsing import add_design, add_json, find_design, number
from cnnstudio.cli.report import JsonReport, PeopleReport, Result
from cnnstudio.engine import (
    OPTIMIZERS,
    Diverged,
    Finished,
    Network,
    Optimizer,
    Plan,
    Stopped,
    Trainer,
)
from cnnstudio.engine.check import check
from cnnstudio.engine.processes import prepare
from cnnstudio.errors import DesignError, DivergedError

MOMENTUM = 0.9
"""What ``--optimizer sgd`` means unless ``--momentum`` says otherwise."""

_PLAN_OPTIONS = ("epochs", "batch_size", "seed", "workers")
_OPTIMIZER_OPTIONS = ("learning_rate", "momentum", "weight_decay")
_INTERRUPTED = 130

NOTES = """\
With --json every object has an "event": started, epoch, changed, stopped, diverged or finished,
with --verbose also batch.  The last one has "test_accuracy" and "weights_checksum".
"""
"""Shown below the options by ``--help``."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options, with bounds and help from the plan and the optimisers."""
    add_design(parser)
    parser.add_argument(
        "--data",
        required=True,
        metavar="DATA",
        help=f"a built-in data set ({', '.join(data.names())}), or an .npz file",
    )
    plan = Plan()
    for name in _PLAN_OPTIONS:
        _add(parser, name, Plan.settings()[name], f"default: {getattr(plan, name)}")
    parser.add_argument(
        "--optimizer", choices=tuple(OPTIMIZERS), default="sgd", help="default: sgd"
    )
    for name in _OPTIMIZER_OPTIONS:
        setting = next(c.settings()[name] for c in OPTIMIZERS.values() if name in c.settings())
        _add(parser, name, setting, f"default: {_defaults(name)}")
    add_json(parser)
    parser.add_argument("--verbose", action="store_true", help="with --json: also every batch")


def _add(parser: argparse.ArgumentParser, name: str, setting: Any, default: str) -> None:
    parser.add_argument(
        f"--{name.replace('_', '-')}",
        type=number(setting),
        metavar="N" if setting.kind == "integer" else "X",
        help=f"{setting.help[0].lower()}{setting.help[1:]} ({default})",
    )


def _defaults(name: str) -> str:
    """Return the defaults of an option in words, ``"0.05, adam 0.001"``."""
    found = {key: getattr(_optimizer(key, {}), name, None) for key in OPTIMIZERS}
    if len(set(found.values())) == 1:
        return f"{found['sgd']:g}"
    return ", ".join(f"{key} {value:g}" for key, value in found.items() if value is not None)


def _optimizer(name: str, given: dict[str, Any]) -> Optimizer:
    settings = {"momentum": MOMENTUM} if name == "sgd" else {}
    return OPTIMIZERS[name](**{**settings, **given})


def _plan(options: argparse.Namespace) -> Plan:
    """Return the plan; raises `argparse.ArgumentError` where options contradict each other."""
    given = {name: getattr(options, name) for name in _OPTIMIZER_OPTIONS}
    given = {name: value for name, value in given.items() if value is not None}
    for name in given:
        if name not in OPTIMIZERS[options.optimizer].settings():
            option = name.replace("_", "-")
            raise argparse.ArgumentError(None, f"{options.optimizer} has no --{option}")
    if options.verbose and not options.json:
        raise argparse.ArgumentError(None, "--verbose needs --json")
    chosen = {name: getattr(options, name) for name in _PLAN_OPTIONS}
    chosen = {name: value for name, value in chosen.items() if value is not None}
    return Plan(**chosen, optimizer=_optimizer(options.optimizer, given))


def run(options: argparse.Namespace) -> int:
    """Train a network and test it.

    Raises
    ------
    argparse.ArgumentError
        If options contradict each other.
    CnnStudioError
        If design and data do not fit, or training diverged.
    """
    plan = _plan(options)
    prepare(plan.workers - 1)
    design = find_design(options.design)
    dataset = data.load(options.data)
    remarks = check(design, dataset, plan)
    for remark in remarks:
        if remark.severity == "error":
            raise DesignError(remark.sentence)
    warnings = [remark.sentence for remark in remarks if remark.severity == "warning"]
    if not options.json:
        for sentence in warnings:
            complain(f"warning: {sentence}")
    network = Network(design, plan.seed)
    trainer = Trainer(network, dataset, plan)
    report: JsonReport | PeopleReport
    if options.json:
        report = JsonReport(network, dataset, plan, warnings, options.verbose)
    else:
        report = PeopleReport(network, dataset, plan)
    last: Any = None
    try:
        events = iter(trainer)
        with report, _stopped_by_interrupt(trainer):
            for event in events:
                last = event
                if isinstance(event, (Stopped, Diverged)):
                    report.end(event, _result(network, dataset, plan))
                elif isinstance(event, Finished):
                    report.end(event, Result(event.test, event.weights_checksum))
                else:
                    report.show(event)
    finally:
        trainer.close()
    if isinstance(last, Diverged):
        raise DivergedError(last.sentence)
    return _INTERRUPTED if isinstance(last, Stopped) else 0


def _result(network: Network, dataset: data.Dataset, plan: Plan) -> Result:
    """Test the network as it is, with a new trainer: one that was stopped does not compute."""
    trainer = Trainer(network, dataset, plan)
    try:
        return Result(trainer.evaluate(dataset.test), network.checksum())
    finally:
        trainer.close()


@contextmanager
def _stopped_by_interrupt(trainer: Trainer) -> Iterator[None]:
    """Let the first Ctrl+C stop the trainer; a second one interrupts as usual."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may watch for signals
        return

    def stop(*_: object) -> None:
        signal.signal(signal.SIGINT, before)
        trainer.stop()

    before = signal.getsignal(signal.SIGINT) or signal.SIG_DFL
    signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
