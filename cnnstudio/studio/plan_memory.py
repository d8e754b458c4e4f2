"""The training plan between two starts: what differs from the defaults, as JSON in the settings."""

from __future__ import annotations

import dataclasses
import json
import logging

from PySide6.QtCore import QSettings

from cnnstudio.engine import OPTIMIZERS, Plan
from cnnstudio.errors import SettingError

KEY = "plan"

_log = logging.getLogger(__name__)


def remember(settings: QSettings, plan: Plan) -> None:
    """Keep a plan.

    Defaults are left out, so that those of another machine or a later version hold there: the
    number of workers, for one.
    """
    usual = Plan().values()
    kept = {name: value for name, value in plan.values().items() if value != usual[name]}
    if plan.optimizer != Plan().optimizer:
        name = next(name for name, cls in OPTIMIZERS.items() if type(plan.optimizer) is cls)
        kept["optimizer"] = {"name": name, **plan.optimizer.values()}
    settings.setValue(KEY, json.dumps(kept))


def recall(settings: QSettings) -> Plan:
    """Return the plan that was kept; the default one where it cannot be read."""
    try:
        kept = json.loads(str(settings.value(KEY, "{}")))
        if "optimizer" in kept:
            own = dict(kept["optimizer"])
            kept["optimizer"] = OPTIMIZERS[own.pop("name")](**own)
        return dataclasses.replace(Plan(), **kept)
    except (ValueError, TypeError, KeyError, SettingError):
        _log.warning("the plan in the settings cannot be read; the default one is used")
        return Plan()
