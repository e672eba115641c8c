"""One thread: the tests share the cores already."""

import torch

torch.set_num_threads(1)
