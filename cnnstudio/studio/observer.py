"""What computes looks and verdicts: a worker that forgets what nobody wants any more."""

from __future__ import annotations

import logging
import threading
from collections import deque
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal, Slot

from cnnstudio.design import Design
from cnnstudio.engine import Network
from cnnstudio.engine.events import Weights
from cnnstudio.errors import CnnStudioError
from cnnstudio.inspection import Look, look, predictions
from cnnstudio.studio.worker_thread import Worker

_log = logging.getLogger(__name__)

SLICE = 64
"""Images of the pool that are classified between two questions whether somebody still wants it."""


@dataclass(frozen=True, eq=False)
class Verdicts:
    """What a trained network sees in every image of the pool of the probes."""

    epoch: int
    labels: NDArray[np.int64]
    predicted: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Request:
    """Something to compute: a look at the run or at the canvas' design, or the verdicts.

    Attributes
    ----------
    kind : str
        A newer request takes the place of an older one of its kind.
    design : Design
    weights : Weights or None
        Initial ones by the seed where there are none.
    epoch : int or None
    images : tuple of ndarray (N, C, *spatial)
        The probes; for verdicts the parts of the pool.
    labels : ndarray (N,)
    seed : int
    loss : str
    gradients : bool
        Whether a look has gradients too.
    """

    kind: Literal["run", "preview", "verdicts"]
    design: Design
    weights: Weights | None
    epoch: int | None
    images: tuple[Any, ...]
    labels: Any
    seed: int = 0
    loss: str = "cross_entropy"
    gradients: bool = True


class Observer(Worker):
    """Lives in the inspector's thread; a newer request of a kind replaces an older one.

    Signals
    -------
    done
        ``(request, result)``: a Look, Verdicts, or the sentence why there is none; None where the
        network does not classify.
    """

    done = Signal(object)
    _wake = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._wanted: dict[str, Request] = {}
        self._order: deque[str] = deque()
        self._wake.connect(self._work)

    def ask(self, request: Request) -> None:
        """Want something; may be called from any thread."""
        with self._lock:
            self._wanted[request.kind] = request
            self._order.append(request.kind)
        self._wake.emit()

    def cancel(self, kind: str) -> None:
        """Want nothing of this kind any more; may be called from any thread."""
        with self._lock:
            self._wanted.pop(kind, None)

    def stop(self) -> None:
        """Want nothing any more."""
        with self._lock:
            self._wanted.clear()

    @property
    def busy(self) -> bool:
        """Whether something is still wanted."""
        with self._lock:
            return bool(self._wanted)

    @Slot()
    def _work(self) -> None:
        with self._lock:
            request = self._wanted.get(self._order.popleft()) if self._order else None
        if request is None:
            return
        try:
            result: Any = self._compute(request)
        except (CnnStudioError, MemoryError) as error:
            result = str(error) or "there is not enough memory"
        except Exception as error:
            _log.exception("a look broke")
            result = f"the look broke: {error}"
        with self._lock:
            current = self._wanted.get(request.kind) is request
            if current:
                del self._wanted[request.kind]
        if current:
            self.done.emit((request, result))

    def _wants(self, request: Request) -> bool:
        with self._lock:
            return self._wanted.get(request.kind) is request

    def _compute(self, request: Request) -> Look | Verdicts | None:
        network = Network(request.design, seed=request.seed)
        if request.weights is not None:
            network.load(request.weights)
        if not self._wants(request):
            return None
        if request.kind == "verdicts":
            return self._classify(request, network)
        return look(
            network,
            request.images[0],
            request.labels if request.gradients else None,
            loss=request.loss,
            source="run" if request.kind == "run" else "preview",
            epoch=request.epoch,
        )

    def _classify(self, request: Request, network: Network) -> Verdicts | None:
        found = []
        for images in request.images:
            for start in range(0, len(images), SLICE):
                if not self._wants(request):
                    return None
                seen = predictions(network.predict(images[start : start + SLICE]))
                if seen is None:
                    return None
                found.append(seen)
        return Verdicts(request.epoch or 0, request.labels, np.concatenate(found))
