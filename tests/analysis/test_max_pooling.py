"""Max pooling by hand, against torch's."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mlpexp.analysis.gradcheck.max_pooling import max_pool, max_pool_gradient


@pytest.mark.parametrize(("shape", "size"), [((4, 4), 2), ((5, 7), 2), ((6, 6), 3)])
def test_value_and_gradient(shape, size):
    generator = np.random.default_rng(0)
    x = generator.integers(0, 5, shape).astype(float)  # with ties
    pooled = max_pool(x, size)
    dy = generator.standard_normal(pooled.shape)
    image = torch.from_numpy(x)[None, None].requires_grad_()
    y = F.max_pool2d(image, size)
    y.backward(torch.from_numpy(dy)[None, None])
    np.testing.assert_array_equal(pooled, y.detach()[0, 0])
    np.testing.assert_array_equal(max_pool_gradient(x, size, dy), image.grad[0, 0])


def test_only_the_largest_of_a_window_gets_a_gradient():
    x = np.arange(16.0).reshape(4, 4)
    assert np.argwhere(max_pool_gradient(x, 2, np.ones((2, 2)))).tolist() == [[1, 1], [1, 3], [3, 1], [3, 3]]
