"""Class weights against plain PyTorch and scikit-learn; what they leave alone."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.utils.class_weight import compute_class_weight

from making.stacks import experiment, finished, rows_of, trainer
from mlpexp.data.catalogue import load
from mlpexp.data.split import batch_order
from mlpexp.training.class_weights import class_weights, normalized
from mlpexp.training.losses import LOSSES, weighted

NAMES = ("setosa", "versicolor", "virginica")
SKEWED = {"setosa": 5.0, "virginica": 0.5}


def uneven(folder, **sections):
    """Iris with 50, 20 and 8 samples of its classes."""
    iris = load(experiment().dataset)
    rows = [row for label, count in enumerate((50, 20, 8)) for row in np.flatnonzero(iris.targets == label)[:count]]
    path = folder / "uneven.csv"
    lines = [",".join([*map(repr, iris.inputs[row].tolist()), NAMES[iris.targets[row]]]) for row in rows]
    path.write_text("\n".join(["a,b,c,d,species", *lines]) + "\n")
    return experiment(dataset={"name": "csv", "path": str(path), "target": "species"}, **sections)


def flat(model) -> torch.Tensor:
    return torch.cat([p.detach().T.flatten() if p.ndim == 2 else p.detach().flatten() for p in model.parameters()])


@pytest.mark.parametrize("weights", ["balanced", SKEWED], ids=["balanced", "by name"])
@pytest.mark.parametrize("batch_size", [7, "full"])
def test_training_equals_a_plain_pytorch_loop(tmp_path, weights, batch_size) -> None:
    training = {"epochs": 6, "precision": "float64", "batch_size": batch_size, "class_weights": weights}
    config = uneven(tmp_path, training=training)
    fresh = trainer([config])
    count = fresh.samples.sizes.train
    inputs, targets = (tensor[0] for tensor in fresh.samples.part(0, count))
    model = fresh.state.network.member(0).train()
    given = [SKEWED.get(name, 1.0) for name in NAMES] if weights == SKEWED else None
    raw = compute_class_weight("balanced", classes=np.arange(3), y=targets.numpy()) if given is None else given
    w = torch.tensor(raw, dtype=torch.float64)
    mean = float(w[targets].mean())
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for epoch in range(1, 7):
        for index in torch.from_numpy(batch_order(0, epoch, count)).split(count if batch_size == "full" else 7):
            optimizer.zero_grad()
            outputs = model(inputs[index])
            if batch_size == "full":  # exactly PyTorch's own mean
                loss = F.cross_entropy(outputs, targets[index], weight=w, reduction="mean")
            else:
                loss = F.cross_entropy(outputs, targets[index], weight=w / mean, reduction="sum") / len(index)
            loss.backward()
            optimizer.step()
    ours, records = finished([config])
    torch.testing.assert_close(ours.state.last[0], flat(model), rtol=1e-10, atol=1e-10)
    plain = F.cross_entropy(model(inputs), targets).item()
    assert records[-1].rows[0].scores["train_loss"] == pytest.approx(plain, rel=1e-9), "reported without weights"


def test_balanced_weights_are_those_of_scikit_learn(tmp_path) -> None:
    config = uneven(tmp_path, training={"class_weights": "balanced"})
    samples, dataset = trainer([config]).samples, load(config.dataset)
    weights = class_weights([config], dataset, samples)
    train = dataset.targets[samples.rows[0, : samples.sizes.train]]
    assert weights is not None
    np.testing.assert_allclose(weights[0], compute_class_weight("balanced", classes=np.arange(3), y=train))


def test_only_ratios_matter_and_the_mean_over_the_samples_is_one() -> None:
    counts = np.array([30, 9, 1])
    one, ten = (normalized({"a": size, "b": 3 * size, "c": 9 * size}, "abc", counts) for size in (1.0, 10.0))
    np.testing.assert_allclose(one, ten)
    assert counts @ one == pytest.approx(40)
    assert normalized("balanced", "abc", np.array([4, 0, 4])).tolist() == [1, 0, 1], "a class without training samples"


@pytest.mark.parametrize("name", ["cross_entropy", "softmax_squared_error"])
def test_the_gradient_is_the_derivative_of_the_weighted_loss(name) -> None:
    generator = torch.Generator().manual_seed(0)
    outputs = torch.randn(2, 5, 3, generator=generator, dtype=torch.float64, requires_grad=True)
    targets = torch.tensor([[0, 1, 2, 2, 1], [2, 2, 0, 1, 0]])
    for weights in (torch.tensor([[1.0, 2.0, 5.0]]), torch.tensor([[1.0, 2.0, 5.0], [0.5, 1.0, 0.0]])):
        loss = weighted(LOSSES[name], weights.double())
        (wanted,) = torch.autograd.grad(loss.value(outputs, targets).sum(), outputs)
        torch.testing.assert_close(loss.gradient(outputs.detach(), targets), wanted)


def test_members_with_other_weights_share_a_stack_and_keep_every_bit(tmp_path) -> None:
    members = [
        uneven(tmp_path, training={"class_weights": weights}).model_copy(update={"seed": seed})
        for weights in ("balanced", SKEWED, {"versicolor": 9.0})
        for seed in (0, 1)
    ]
    _, together = finished(members)
    for place, member in enumerate(members):
        assert rows_of(together, place) == rows_of(finished([member])[1], 0)


def test_equal_weights_change_no_number() -> None:
    """Of iris every class has as many training samples."""
    _, plain = finished([experiment()])
    _, balanced = finished([experiment(training={"class_weights": "balanced"})])
    assert rows_of(plain, 0) == rows_of(balanced, 0)


def test_the_numpy_engine_weighs_the_same(tmp_path) -> None:
    training = {"class_weights": SKEWED, "precision": "float64"}
    scores = [
        finished([uneven(tmp_path, training={**training, "engine": engine})])[1][-1].rows[0].scores
        for engine in ("torch", "numpy")
    ]
    assert scores[1] == pytest.approx(scores[0], rel=1e-9)


def test_weights_find_the_rare_class(tmp_path) -> None:
    """Of two classes that overlap, one in twenty is rare: without weights nearly all samples are taken for the other."""
    random = np.random.default_rng(0)
    x, rare = random.normal(size=(400, 2)), np.arange(400) % 20 == 0
    x[rare] += 1.2
    lines = [f"{a!r},{b!r},{'rare' if one else 'usual'}" for (a, b), one in zip(x.tolist(), rare, strict=True)]
    (tmp_path / "rare.csv").write_text("\n".join(["a,b,kind", *lines]) + "\n")
    found = []
    for weights in ("none", "balanced"):
        config = experiment(
            dataset={"name": "csv", "path": str(tmp_path / "rare.csv"), "target": "kind"},
            model={"hidden_sizes": []},
            training={"epochs": 10, "class_weights": weights},
            scores=["balanced_accuracy"],
        )
        found.append(finished([config])[1][-1].rows[0].scores["train_balanced_accuracy"])
    assert found[0] < 0.6 and found[1] > 0.7


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
def test_cuda_weighs_nearly_the_same(tmp_path) -> None:
    weights = [
        finished([uneven(tmp_path, device=device, training={"class_weights": SKEWED})])[0].state.last.cpu()
        for device in ("cpu", "cuda")
    ]
    torch.testing.assert_close(weights[1], weights[0], rtol=1e-2, atol=1e-3)
