"""What a network sees: maps, filters, gradients, statistics; numbers only, no screen."""

from cnnstudio.inspection.look import (
    GRADIENT_LIMIT,
    Estimate,
    Look,
    estimate,
    look,
    predictions,
    sound_part,
)
from cnnstudio.inspection.maps import as_maps, filter_maps, shown_block
from cnnstudio.inspection.mosaic import Grid, arrange, limits_of, locate
from cnnstudio.inspection.statistics import dead, norm, positive_share

__all__ = [
    "GRADIENT_LIMIT",
    "Estimate",
    "Grid",
    "Look",
    "arrange",
    "as_maps",
    "dead",
    "estimate",
    "filter_maps",
    "limits_of",
    "locate",
    "look",
    "norm",
    "positive_share",
    "predictions",
    "shown_block",
    "sound_part",
]
