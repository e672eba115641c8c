"""M convolutional networks as one stack (grouped convolutions) against one by one: milliseconds per step of all members.

Decides whether `experiment.machine.stacks` should stack convolutional networks; on CPU it should not. On CUDA: measure.
"""

import argparse
from time import perf_counter

import torch

from mlpexp.architectures.build import NATURAL_INPUT, build_architecture
from mlpexp.config.networks import Lenet5, MnistCnn
from mlpexp.nn.mode import Mode
from mlpexp.nn.network import StackedNetwork
from mlpexp.training.losses import cross_entropy
from side_by_side import compare, header

BATCH = 64
STEPS = 10


def step_milliseconds(networks: list[StackedNetwork], inputs: torch.Tensor, targets: torch.Tensor) -> float:
    wait = torch.cuda.synchronize if inputs.is_cuda else lambda: None
    wait()
    started = perf_counter()
    for _ in range(STEPS):
        for network in networks:
            members = network.num_members
            x, y = inputs[:members], targets[:members]
            dropout = {"dropout1": torch.ones(members, BATCH, 1024, device=x.device)}
            loss = cross_entropy(network(x, Mode(training=True, dropout=dropout)), y).sum()
            torch.autograd.grad(loss, list(network.parameters.values()))
    wait()
    return 1e3 * (perf_counter() - started) / STEPS


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", default="cpu")
    device = parser.parse_args().device
    torch.set_num_threads(1)
    header(f"convolutions stacked or one by one, {device}: ms per step of all (forward and backward, batch {BATCH})")
    for name, model in (("lenet5", Lenet5(name="lenet5")), ("mnist_cnn", MnistCnn(name="mnist_cnn"))):
        for members in (4, 16):
            shape = (1, 28, 28) if name == "mnist_cnn" else NATURAL_INPUT[name]
            architecture = build_architecture(model, shape, 10)
            inputs = torch.randn(members, BATCH, *shape, device=device)
            targets = torch.randint(0, 10, (members, BATCH), device=device)
            stack = [StackedNetwork.initialized(architecture, range(members), device=device)]
            single = [StackedNetwork.initialized(architecture, [seed], device=device) for seed in range(members)]
            print(f"{name}, {members} members:\n")
            ways = {
                "one by one": lambda n=single, x=inputs, y=targets: step_milliseconds(n, x, y),
                "stacked": lambda n=stack, x=inputs, y=targets: step_milliseconds(n, x, y),
            }
            compare(ways, ours="one by one", unit="ms", rounds=5)


if __name__ == "__main__":
    main()
