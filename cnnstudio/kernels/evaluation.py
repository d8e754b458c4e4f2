"""Bilinear algorithms of convolution: the constant matrices of Cook, Toom and Winograd.

A correlation of ``taps`` numbers g with n = outputs + taps − 1 numbers x is ::

    y = Aᵀ [ (G g) ⊙ (Bᵀ x) ]

because two polynomials can be multiplied by evaluating both at n points, multiplying the values,
and interpolating; the correlation is the transpose of that (Winograd, "Arithmetic complexity of
computations", 1980).  With n real points ⊙ is n products.  Many real points round badly: they are
far from 1, or near each other.  Roots of unity do not, which is why the Fourier transform is so
accurate.  A complex point and its conjugate cost three real products instead of two::

    (a + ib)(c + id) = (ac − bd) + i((a + b)(c + d) − ac − bd)

and these sums and differences are part of the matrices, which are therefore always real.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Matrices = tuple[Array, Array, Array]


def cook_toom(outputs: int, taps: int, points: tuple[complex, ...]) -> Matrices:
    """Return Aᵀ (outputs, m), G (m, taps) and Bᵀ (m, n) for finite points and infinity.

    A complex point stands for its conjugate, too; so n − 1 is the number of real points and twice
    that of complex ones.  Row i of a Vandermonde matrix holds the powers of point i; that of
    infinity picks the leading coefficient.  With the polynomial ``Π_j≠i (p − p_j)`` of point i in
    row i of Bᵀ, the Lagrange denominators go to G, where they cost nothing per sample.
    """
    n = outputs + taps - 1
    finite = np.array([q for p in points for q in ((p, np.conj(p)) if np.imag(p) else (p,))])
    infinity = np.eye(1, n, n - 1)
    values = np.vstack([np.vander(finite, n, increasing=True), infinity])
    polynomials = np.linalg.inv(values).T
    at, g, bt = [], [], []
    for i, p in enumerate(finite):
        denominator = np.prod(p - np.delete(finite, i))
        a = values[i, :outputs]
        b = values[i, :taps] / denominator
        c = polynomials[i] * denominator
        if np.imag(p) > 0:
            at += [2 * (a.real + a.imag), 2 * (a.imag - a.real), -2 * a.imag]
            g += [b.real, b.imag, b.real + b.imag]
            bt += [c.real, c.imag, c.real + c.imag]
        elif np.imag(p) == 0:
            at, g, bt = [*at, a.real], [*g, b.real], [*bt, c.real]
    at.append(infinity[0, -outputs:])
    g.append(infinity[0, -taps:])
    bt.append(polynomials[-1].real)
    return np.array(at).T, np.array(g), np.array(bt)


def good_points(n: int) -> tuple[complex, ...]:
    """Return points for `cook_toom`: 0 and roots of unity, conjugates not counted.

    Four more real points near 1 save products; with n > 16 they would cost too many digits.
    """
    near = (1.5, -1.5, 2 / 3, -2 / 3) if 8 <= n <= 16 else ()
    roots = n - 2 - len(near)
    real = (0.0, 1.0) if roots % 2 else (0.0, 1.0, -1.0)
    angles = (2j * np.pi * i / roots for i in range(1, (roots + 1) // 2))
    return (*real, *near, *(complex(np.exp(angle)) for angle in angles))


@cache
def matrices(
    outputs: int, taps: int, points: tuple[complex, ...], dtype: np.dtype[Any]
) -> Matrices:
    """Return `cook_toom` in this dtype, read-only.

    What should be 0 and is 1e-17 becomes 0: times small gradients it would be a denormal number,
    with which processors are slow.
    """
    at, g, bt = (matrix.astype(dtype) for matrix in cook_toom(outputs, taps, points))
    for matrix in (at, g, bt):
        matrix[abs(matrix) < 1e-13 * abs(matrix).max()] = 0
        matrix.flags.writeable = False
    return at, g, bt
