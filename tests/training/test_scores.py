"""Every score against scikit-learn, and as it is gathered: over chunks, batches, members and a resumed epoch."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logsumexp
from sklearn import metrics

from making.heads import head_for
from making.stacks import experiment, finished, rows_of, trainer
from mlpexp.config.scores import PARTS, SCORES, measured_by, suits
from mlpexp.training.scores import COLLECTIONS, MEASURES, Collected

CLASSES = [name for name, score in SCORES.items() if score.measured_of == "classification"]
NUMBERS = [name for name, score in SCORES.items() if score.measured_of == "regression"]


def softmax(outputs):
    return torch.softmax(torch.from_numpy(outputs).double(), 1).numpy()


def f1_macro(outputs, targets):
    return metrics.f1_score(targets, outputs.argmax(1), average="macro")


def balanced_accuracy(outputs, targets):
    return metrics.recall_score(
        targets, outputs.argmax(1), labels=np.unique(targets), average="macro", zero_division=np.nan
    )


def roc_auc(outputs, targets):
    """One class against the rest by the probabilities; classes with no sample or with all are left out."""
    probabilities = softmax(outputs)
    present = [k for k in range(outputs.shape[1]) if 0 < (targets == k).sum() < len(targets)]
    if not present:
        return np.nan
    return np.mean([metrics.roc_auc_score(targets == k, probabilities[:, k]) for k in present])


def matthews(outputs, targets):
    predicted = outputs.argmax(1)
    if len({*targets.tolist(), *predicted.tolist()}) == 1:  # scikit-learn says 0, and warns
        return 0.0
    return metrics.matthews_corrcoef(targets, predicted)


WITNESSES = {
    "accuracy": lambda outputs, targets: metrics.accuracy_score(targets, outputs.argmax(1)),
    "balanced_accuracy": balanced_accuracy,
    "f1_macro": f1_macro,
    "matthews": matthews,
    "roc_auc": roc_auc,
    "mean_absolute_error": lambda outputs, targets: metrics.mean_absolute_error(targets, outputs),
    "root_mean_squared_error": lambda outputs, targets: metrics.mean_squared_error(targets, outputs) ** 0.5,
    "r2": lambda outputs, targets: metrics.r2_score(targets, outputs, multioutput="variance_weighted"),
}


def test_every_score_of_networks_has_a_witness_and_a_measure():
    assert set(WITNESSES) == {*CLASSES, *NUMBERS}
    asked = {name for name, score in SCORES.items() if score.gathered != "always"}
    assert set(MEASURES) == asked
    assert set(COLLECTIONS) == {SCORES[name].gathered for name in asked}


@settings(deadline=None)
@given(
    st.integers(2, 5), st.integers(1, 40), st.integers(1, 3), st.integers(0, 2**32 - 1), st.integers(1, 9),
    st.booleans(),
)  # fmt: skip
def test_scores_of_classes_are_those_of_scikit_learn(classes, samples, members, seed, batch, repeated):
    generator = np.random.default_rng(seed)
    outputs = generator.normal(size=(members, samples, classes)) * 3
    if repeated:  # equal outputs
        outputs = outputs[:, generator.integers(samples, size=samples)]
    allowed = generator.choice(classes, size=generator.integers(1, classes + 1), replace=False)  # some may be absent
    targets = generator.choice(allowed, size=(members, samples))
    collected = Collected(CLASSES, head_for("cross_entropy", classes=classes))
    for start in range(0, samples, batch):
        piece = slice(start, start + batch)
        collected.add(torch.from_numpy(outputs[:, piece]), torch.from_numpy(targets[:, piece]))
    scores = collected.scores()
    assert list(scores) == [name for name in CLASSES if name in MEASURES]
    for name, values in scores.items():
        expected = [WITNESSES[name](outputs[m], targets[m]) for m in range(members)]
        np.testing.assert_allclose(values, expected, rtol=1e-9, atol=1e-12, err_msg=name)


@settings(deadline=None)
@given(st.integers(1, 3), st.integers(1, 30), st.integers(1, 3), st.integers(0, 2**32 - 1), st.integers(1, 9))
def test_scores_of_numbers_are_those_of_scikit_learn(values, samples, members, seed, batch):
    generator = np.random.default_rng(seed)
    outputs, targets = generator.normal(size=(2, members, samples, values))
    collected = Collected(NUMBERS, head_for("mean_squared_error", targets=values))
    for start in range(0, samples, batch):
        piece = slice(start, start + batch)
        collected.add(torch.from_numpy(outputs[:, piece]), torch.from_numpy(targets[:, piece]))
    for name, score in collected.scores().items():
        expected = [WITNESSES[name](outputs[m], targets[m]) for m in range(members)]
        np.testing.assert_allclose(score, expected, rtol=1e-12, err_msg=name)


def test_the_order_by_log_odds_does_not_end_where_probabilities_are_one():
    outputs = np.array([[[200.0, 0.0], [300.0, 0.0], [400.0, 0.0]]])
    assert len(np.unique(softmax(outputs[0])[:, 0])) == 1
    collected = Collected(["roc_auc"], head_for("cross_entropy", classes=2))
    collected.add(torch.from_numpy(outputs), torch.tensor([[1, 0, 0]]))
    assert collected.scores()["roc_auc"].tolist() == [1.0]


def of_network(chosen, part):
    """Outputs and targets of the first member on a part."""
    start, stop = chosen.samples.sizes.bounds[part]
    x, y = chosen.samples.part(start, stop)
    network = type(chosen.state.network)(chosen.architecture, chosen.state.last, chosen.state.last_buffers)
    with torch.no_grad():
        return network(x)[0, : y.shape[1]].numpy(), y[0].numpy()


DATA = {
    "iris": {"name": "iris", "validation_fraction": 0.2},
    "sine": {"name": "synthetic", "kind": "function", "function": "sine", "validation_fraction": 0.2},
}


@pytest.mark.parametrize("scale", [10.0, 1e3, 1e4, 1e6])
@pytest.mark.parametrize("classes", [2, 3, 6])
def test_log_odds_order_as_the_logits_do_however_sure_the_network_is(scale, classes):
    generator = np.random.default_rng(3)
    logits = generator.normal(size=(200, classes)) * scale
    targets = generator.integers(classes, size=200)
    others = [np.delete(logits, k, 1) for k in range(classes)]
    odds = np.stack([logits[:, k] - logsumexp(others[k], axis=1) for k in range(classes)], 1)
    collected = Collected(["roc_auc"], head_for("cross_entropy", classes=classes))
    collected.add(torch.from_numpy(logits)[None], torch.from_numpy(targets)[None])
    np.testing.assert_allclose(collected.tensors()["log_odds"][0, :, :-1].numpy(), odds, rtol=1e-9, atol=1e-9)
    expected = np.mean([metrics.roc_auc_score(targets == k, odds[:, k]) for k in range(classes)])
    assert collected.scores()["roc_auc"][0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("data", "names"), [("iris", CLASSES), ("sine", NUMBERS)])
def test_every_part_of_a_training_is_measured_by_every_score(data, names):
    chosen, records = finished([experiment(dataset=DATA[data], scores=names)])
    for part in PARTS:
        outputs, targets = of_network(chosen, part)
        for name in names:
            expected = WITNESSES[name](outputs, targets)
            assert records[-1].rows[0].scores[f"{part}_{name}"] == pytest.approx(expected, rel=1e-5, abs=1e-6), name


@pytest.mark.parametrize(("data", "names"), [("iris", CLASSES), ("sine", NUMBERS)])
@pytest.mark.parametrize("mode", ["exact", "running"])
def test_more_scores_change_no_bit_of_the_training_and_of_the_others(data, names, mode):
    training = {"train_metrics": mode, "epochs": 3}
    plain, asked = (
        finished([experiment(dataset=DATA[data], scores=scores, training=training)]) for scores in ([], names)
    )
    assert torch.equal(plain[0].state.last, asked[0].state.last)
    for before, after in zip(plain[1], asked[1], strict=True):
        assert before.rows[0].scores == {name: after.rows[0].scores[name] for name in before.rows[0].scores}


@pytest.mark.parametrize(("data", "names"), [("iris", CLASSES), ("sine", NUMBERS)])
@pytest.mark.parametrize("mode", ["exact", "running"])
def test_a_member_of_a_stack_is_measured_as_alone(data, names, mode):
    members = [
        experiment(dataset=DATA[data], scores=names, training={"train_metrics": mode}, seed=seed) for seed in range(3)
    ]
    _, together = finished(members)
    for number, member in enumerate(members):
        _, alone = finished([member])
        assert rows_of(together, number) == rows_of(alone, 0)


def test_running_scores_are_of_the_outputs_that_the_batches_had():
    training = {"train_metrics": "running", "epochs": 1, "batch_size": 16}
    _, records = finished([experiment(training=training, scores=CLASSES)])
    witness, outputs, targets = trainer([experiment(training=training)]), [], []
    step = witness.stepper

    def watched(x, y, mode, coefficients):
        outputs.append(step(x, y, mode, coefficients))
        targets.append(y)
        return outputs[-1]

    witness.stepper = watched
    for _ in witness.run():
        pass
    seen, labels = torch.cat(outputs, 1)[0].numpy(), torch.cat(targets, 1)[0].numpy()
    for name in CLASSES:
        assert records[-1].rows[0].scores[f"train_{name}"] == pytest.approx(WITNESSES[name](seen, labels), rel=1e-5), (
            name
        )


@pytest.mark.parametrize("stop", [3, 11])
def test_running_scores_survive_an_interruption_in_an_epoch(stop):
    config = experiment(training={"train_metrics": "running", "epochs": 3}, scores=CLASSES)
    _, expected = finished([config])
    first = trainer([config])
    before = [record for record, _ in zip(first.run(), range(stop), strict=False)]
    second = trainer([config])
    second.restore(*first.state.saved())
    records = [record for record in [*before, *second.run()] if record]
    assert rows_of(records, 0) == rows_of(expected, 0)


def test_early_stopping_by_another_score_keeps_the_weights_that_have_the_best_of_it():
    stopping = {"patience": 3, "score": "balanced_accuracy"}
    config = experiment(dataset=DATA["iris"], training={"epochs": 40, "early_stopping": stopping}, seed=1)
    chosen, records = finished([config])
    values = {record.epoch: record.rows[0].scores["validation_balanced_accuracy"] for record in records}
    best = int(chosen.state.best_epoch[0])
    assert values[best] == max(values.values())
    assert best == min(epoch for epoch, value in values.items() if value == values[best])
    assert chosen.state.statuses == ["stopped early"]
    assert chosen.state.ended_epoch[0] == chosen.state.improved_epoch[0] + 3


def test_where_a_score_is_no_number_the_last_weights_count_as_the_best():
    stopping = {"patience": 2, "score": "roc_auc"}
    chosen = trainer([experiment(dataset=DATA["iris"], training={"early_stopping": stopping})])
    for epoch, value in enumerate([np.nan, np.nan, 0.0, -0.5, np.nan]):
        chosen.state.epoch = epoch
        chosen.state.keep(np.array([True]), np.array([value]), np.zeros(1))
    assert chosen.state.best_epoch.tolist() == [3]


def test_scores_suit_either_classes_or_numbers_or_maps():
    for task in ("classification", "regression"):
        always = measured_by("mlp", task)
        assert always[0] == "loss"
        assert len(always) == 2
        assert all(suits(SCORES[name], "mlp", task) for name in always)
    assert measured_by("som", "classification") == ("quantization_error", "topographic_error")
    assert measured_by("mlp", "classification", ["f1_macro", "accuracy"]) == ("loss", "accuracy", "f1_macro")
