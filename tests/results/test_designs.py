"""By which design a result speaks of new samples, and of which seeds and samples its intervals speak else."""

from pathlib import Path

import pytest

from making.results_builder import LR, BuiltResult, build_run, build_sweep
from mlpexp.planning.sample_designs import OF_SEEDS, OTHER_SAMPLES, TRAINED_ON, design_in_words, designs_of, speaks_of
from mlpexp.results.new_samples import designs_of_arms
from mlpexp.statistics.new_samples import Design, FixedTest, Folds, NoDesign, Redrawn

TABLE = "kind,width,when,class\n" + "".join(
    f"{'test' if i % 4 == 0 else 'train'},{i},{i},{'ab'[i % 2]}\n" for i in range(40)
)


def design(built: BuiltResult) -> Design:
    """Of a run."""
    return designs_of_arms(built.result, built.result.summary, built.result.summary.metric.part)[0]


def test_where_the_factor_is_a_heuristic_is_said() -> None:
    assert (
        design_in_words(Redrawn(45, 20))
        == "corrected resampled t, n_test/n_train = 45/20, above 1 only a rule of thumb"
    )
    assert design_in_words(Redrawn(45, 45)) == "corrected resampled t, n_test/n_train = 45/45"


@pytest.mark.parametrize(
    ("keys", "expected", "about"),
    [
        ([], Redrawn(45, 105), "new seeds on these 150 samples"),
        (["dataset.test_fraction=0.2"], Redrawn(30, 120), "new seeds on these 150 samples"),
        (["dataset.validation_fraction=0.2"], Redrawn(45, 75), "new seeds on these 150 samples"),
        (["dataset.train_samples=20"], Redrawn(45, 20), "new seeds on these samples"),
        (["split_seed=3"], FixedTest(45), "new seeds on these 150 samples"),
        (["dataset.test_fraction=0"], NoDesign(TRAINED_ON), "new seeds on these 150 samples"),
    ],
)
def test_design_of_a_run(tmp_path: Path, keys: list[str], expected: Design, about: str) -> None:
    built = build_run(tmp_path, *keys)
    assert design(built) == expected
    assert speaks_of(built.result.config, built.result.summary) == built.result.summary.speaks_of == about


FOLDS = "name: iris-mlp\ndataset: {name: iris, split: {kind: k_fold, folds: 10, repeated: REPEATED}}\n" + (
    "model: {name: mlp, hidden_sizes: [16], activation: relu}\noptimizer: {name: sgd, learning_rate: 0.1}\n"
    "training: {batch_size: 16, epochs: 40}\n"
)


@pytest.mark.parametrize("repeated", [True, False])
def test_design_of_folds(tmp_path: Path, repeated: bool) -> None:
    built = build_run(tmp_path, config=FOLDS.replace("REPEATED", str(repeated).lower()), seeds=10)
    assert design(built) == Folds(10, repeated)


@pytest.mark.parametrize(
    ("split", "expected"),
    [
        ("split: {kind: column, column: kind}", FixedTest(10)),
        ("split: {kind: time, column: when}, test_fraction: 0.25", FixedTest(10)),
        ("split: {kind: group, column: when}, test_fraction: 0.25", Redrawn(10, 30)),
        ("test_fraction: 0.25", Redrawn(10, 30)),
    ],
)
def test_design_of_a_table(tmp_path: Path, split: str, expected: Design) -> None:
    (tmp_path / "t.csv").write_text(TABLE)
    config = (
        f"dataset: {{name: csv, path: {tmp_path / 't.csv'}, target: class, features: [width], {split}}}\n"
        "model: {name: mlp, hidden_sizes: [4], activation: relu}\noptimizer: {name: sgd, learning_rate: 0.1}\n"
        "training: {batch_size: 8, epochs: 40}\n"
    )
    assert design(build_run(tmp_path, config=config)) == expected


def arms_of(built: BuiltResult) -> list[Design]:
    result = built.result
    return designs_of_arms(result, result.summary, result.summary.metric.part)


def test_seeds_without_new_samples_are_not_said_to_have_them(tmp_path: Path) -> None:
    source = (
        "dataset: {name: synthetic, kind: moons, samples: 60, data_seed: seed}\n"
        "model: {name: mlp, hidden_sizes: [4], activation: relu}\noptimizer: {name: sgd, learning_rate: 0.1}\n"
        "training: {batch_size: 8, epochs: 40}\n"
    )
    summary = build_sweep(tmp_path, {LR: ["0.1", "1"]}).result.summary
    config = {"dataset": {"name": "synthetic", "data_seed": "seed"}}
    assert speaks_of(config, summary) == "new seeds, each with new samples"
    varied = build_sweep(tmp_path, {"dataset.data_seed": ["1", "2"]}, config=source).result.summary
    assert speaks_of(config, varied) == "new seeds on the samples of each arm"


def test_each_arm_of_a_learning_curve_has_its_own_training_part(tmp_path: Path) -> None:
    samples = build_sweep(tmp_path, {"dataset.train_samples": ["10", "50", "null"]})
    assert arms_of(samples) == [Redrawn(45, 10), Redrawn(45, 50), Redrawn(45, 105)]
    assert samples.result.summary.speaks_of == "new seeds on these samples"
    shares = build_sweep(tmp_path, {"dataset.train_fraction": ["0.2", "1.0"]})
    assert arms_of(shares) == [Redrawn(45, 21), Redrawn(45, 105)]


@pytest.mark.parametrize(
    ("axes", "reason"),
    [
        ({"dataset.test_fraction": ["0.2", "0.3"]}, OTHER_SAMPLES),
        ({"split_seed": ["1", "2"], "init_seed": ["1", "2"]}, OF_SEEDS),
    ],
)
def test_arms_of_other_samples_or_seeds_have_none(tmp_path: Path, axes: dict[str, list[str]], reason: str) -> None:
    assert set(arms_of(build_sweep(tmp_path, axes))) == {NoDesign(reason)}


def test_official_test_part_is_fixed_and_the_validation_part_is_drawn(tmp_path: Path) -> None:
    summary = build_run(tmp_path, "dataset.validation_fraction=0.2").result.summary
    config = {"dataset": {"name": "mnist", "validation_fraction": 0.2}}
    assert designs_of(config, summary, [{}], "test") == [FixedTest(45)]
    assert designs_of(config, summary, [{}], "validation") == [Redrawn(30, 75)]


def test_config_without_sections_is_that_of_the_usual_split(tmp_path: Path) -> None:
    summary = build_sweep(tmp_path, {LR: ["0.1", "1"]}).result.summary
    assert designs_of({"dataset": "damaged"}, summary, [{}]) == [Redrawn(45, 105)]
