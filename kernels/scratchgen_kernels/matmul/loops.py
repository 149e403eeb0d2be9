"""C_ij = Σ_k A_ik B_kj, one multiplication at a time."""

import numpy as np


def matmul(a, b):
    """a: (M, K), b: (K, N) → (M, N)."""
    (M, K), N = a.shape, b.shape[1]
    c = np.zeros((M, N), a.dtype)
    for i in range(M):
        for j in range(N):
            for k in range(K):
                c[i, j] += a[i, k] * b[k, j]
    return c
