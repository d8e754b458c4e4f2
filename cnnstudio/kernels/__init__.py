"""Array mathematics in the engine's own layout, and that layout.

Arrays inside are *space first*, ``(*spatial, N, C)``; see `cnnstudio.kernels.layout`.  Kernels are
plain functions on arrays.  They do not change their inputs, take their buffers from a
`cnnstudio.kernels.memory.Memory`, and give the same bits for the same inputs and shapes.
"""

from cnnstudio.kernels.activation import (
    leaky_relu,
    leaky_relu_backward,
    multiply,
    relu,
    relu_backward,
    sigmoid,
    sigmoid_backward,
    softmax,
    softmax_backward,
    tanh,
    tanh_backward,
)
from cnnstudio.kernels.convolution import convolve, convolve_backward
from cnnstudio.kernels.dense import (
    Product,
    add_bias,
    bias_gradient,
    dense,
    dense_backward,
    matrix_products,
)
from cnnstudio.kernels.layout import (
    chunk,
    enter,
    join,
    leave,
    pack_weight,
    samples,
    unpack_weight,
)
from cnnstudio.kernels.memory import FRESH, Memory
from cnnstudio.kernels.normalization import (
    Moments,
    Normalized,
    Standardized,
    moments,
    normalize,
    normalize_backward,
    normalize_means,
)
from cnnstudio.kernels.pooling import (
    average_pool,
    average_pool_backward,
    global_average,
    global_average_backward,
    max_pool,
    max_pool_backward,
)
from cnnstudio.kernels.shaping import add, concat, flatten, split, unflatten
from cnnstudio.kernels.window import Window

__all__ = [
    "FRESH",
    "Memory",
    "Moments",
    "Normalized",
    "Product",
    "Standardized",
    "Window",
    "add",
    "add_bias",
    "average_pool",
    "average_pool_backward",
    "bias_gradient",
    "chunk",
    "concat",
    "convolve",
    "convolve_backward",
    "dense",
    "dense_backward",
    "enter",
    "flatten",
    "global_average",
    "global_average_backward",
    "join",
    "leaky_relu",
    "leaky_relu_backward",
    "leave",
    "matrix_products",
    "max_pool",
    "max_pool_backward",
    "moments",
    "multiply",
    "normalize",
    "normalize_backward",
    "normalize_means",
    "pack_weight",
    "relu",
    "relu_backward",
    "samples",
    "sigmoid",
    "sigmoid_backward",
    "softmax",
    "softmax_backward",
    "split",
    "tanh",
    "tanh_backward",
    "unflatten",
    "unpack_weight",
]
