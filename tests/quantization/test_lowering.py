"""A network as plain steps: they compute what the network does."""

import torch
from hypothesis import given

from making.networks_to_quantize import Case, case_of, cases, cnn, mlp
from mlpexp.quantization.lowering import Function, Product, steps_of, value


@given(cases)
def test_steps_compute_what_the_network_computes(case: Case) -> None:
    outputs = case.network(case.inputs.unsqueeze(0))[0]
    torch.testing.assert_close(value(steps_of(case.network), case.inputs), outputs, rtol=1e-9, atol=1e-9)


def test_steps_are_of_the_member_that_is_asked_for() -> None:
    first, second = (case_of(mlp(), (4,), seed) for seed in (1, 2))
    both = first.network.select([0, 0])
    both.flat[1] = second.network.flat[0]
    torch.testing.assert_close(
        value(steps_of(both, 1), first.inputs), second.network(first.inputs.unsqueeze(0))[0], rtol=1e-9, atol=1e-9
    )


def test_batch_normalization_dropout_and_identity_are_no_steps() -> None:
    names = [step.name for step in steps_of(case_of(cnn(), (2, 9, 8), 1).network)]
    assert names == [
        "conv1", "conv1_relu", "pool1", "conv2", "conv2_maxout", "pool2", "flatten", "dense1", "dense1_prelu", "dense2",
        "dense2_gelu", "output",
    ]  # fmt: skip
    steps = steps_of(case_of(mlp("identity", batch_norm=True), (4,), 1).network)
    assert [type(step) for step in steps] == [Product] * 3
    assert not any(isinstance(step, Function) for step in steps)
