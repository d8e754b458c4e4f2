"""Every layer, declared once.

`LAYERS` holds them by class name in the order of the palette.  To add one, write a class in the
module of its family (see `cnnstudio.layers.base`) and import it here.
"""

from cnnstudio.layers.base import (
    FAMILIES,
    LAYERS,
    Array,
    Context,
    Cost,
    Formula,
    Layer,
    Parameters,
    ParameterSpec,
    Reach,
    Shape,
    ShapeError,
    layer,
)
from cnnstudio.layers.data import Input
from cnnstudio.layers.convolution import Conv
from cnnstudio.layers.pooling import AveragePool, GlobalAveragePool, MaxPool
from cnnstudio.layers.activation import Activation, LeakyReLU, ReLU, Sigmoid, Softmax, Tanh
from cnnstudio.layers.normalization import BatchNorm
from cnnstudio.layers.dense import Dense
from cnnstudio.layers.shaping import Flatten
from cnnstudio.layers.merge import Add, Concat
from cnnstudio.layers.regularization import Dropout

__all__ = [
    "FAMILIES",
    "LAYERS",
    "Activation",
    "Add",
    "Array",
    "AveragePool",
    "BatchNorm",
    "Concat",
    "Context",
    "Conv",
    "Cost",
    "Dense",
    "Dropout",
    "Flatten",
    "Formula",
    "GlobalAveragePool",
    "Input",
    "Layer",
    "LeakyReLU",
    "MaxPool",
    "ParameterSpec",
    "Parameters",
    "ReLU",
    "Reach",
    "Shape",
    "ShapeError",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "layer",
]
