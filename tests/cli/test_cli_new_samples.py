"""What is said of new samples on the terminal and written into tables, against NumPy on the same files."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from making.command_line import Command
from making.configs import CONFIGS
from making.results_builder import IRIS, SINE
from mlpexp.statistics.intervals import wilson_interval

Write = Callable[[str], Path]
SAME_SOURCE = "for new samples of the same source: "
pytestmark = pytest.mark.usefixtures("undrawn")


def rows_of(run: Path) -> list[dict[str, str]]:
    with (run / "comparison.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


def below(out: str) -> str:
    """What is said of new samples."""
    (line,) = (line for line in out.splitlines() if line.startswith(SAME_SOURCE))
    return line.removeprefix(SAME_SOURCE)


def swept(mlpexp: Command, config: Path, *options: object, rates: str = "0.001,0.1") -> Path:
    named = ("--learning-rate", rates, "--baseline", "learning_rate=0.1")
    answer = mlpexp("sweep", "-c", config, *named, "-q", *options)
    assert answer.code == 0, answer.err
    return answer.run


def test_new_seeds_and_new_samples_stand_side_by_side(mlpexp: Command, config: Write) -> None:
    run = swept(mlpexp, config(IRIS), "--seeds", 8, rates="0.001,0.1,1")
    said = mlpexp("compare", run).out
    assert "for new seeds on these 150 samples: 1 worse" in said
    assert below(said).startswith("1 worse")
    trials = pd.read_csv(run / "trials.csv").pivot(index="arm", columns="seed", values="final_test_accuracy")
    values = trials.to_numpy()
    rows, p = rows_of(run), []
    for arm, row in enumerate(rows):
        error = values[arm].std(ddof=1) * np.sqrt(1 / 8 + 45 / 105)
        low, high = stats.t.interval(0.95, 7, values[arm].mean(), error)
        expected = np.clip([low, high], 0, 1)
        np.testing.assert_allclose(
            [float(row["new_samples_low"]), float(row["new_samples_high"])], expected, atol=1e-12
        )
        if arm != 1:
            difference = values[arm] - values[1]
            error = difference.std(ddof=1) * np.sqrt(1 / 8 + 45 / 105)
            ends = [float(row[f"baseline_new_samples_{end}"]) for end in ("low", "high")]
            np.testing.assert_allclose(ends, stats.t.interval(0.95, 7, difference.mean(), error), rtol=1e-10)
            p.append(2 * stats.t.sf(abs(difference.mean()) / error, 7))
            np.testing.assert_allclose(float(row["baseline_new_samples_p"]), p[-1], rtol=1e-10)
    adjusted = [min(1, 2 * min(p)), min(1, max(2 * min(p), max(p)))]
    written = sorted(float(rows[arm]["baseline_new_samples_p_adjusted"]) for arm in (0, 2))
    np.testing.assert_allclose(written, adjusted, rtol=1e-10)


def test_tables_to_paste_say_of_what_they_speak(mlpexp: Command, config: Write) -> None:
    run = swept(mlpexp, config(IRIS), "--seeds", 6)
    for name in ("comparison.md", "comparison.tex"):
        text = " ".join((run / name).read_text().split())
        assert "speak of new seeds on these 150 samples" in text
        first, second = text.split("The same for new samples of the same source")
        assert "(corrected resampled t, n_test/n_train = 45/105; p by Holm's steps)" in second.replace("\\_", "_")
        assert "verdict, new seeds" in first and "verdict, new samples" not in first
        assert "verdict, new samples" in second and "verdict, new seeds" not in second
    for line in (run / "comparison.md").read_text().splitlines():
        assert line.count(" | ") <= 7  # columns that fit a page


def test_wide_table_has_a_column_of_verdicts_for_new_samples(mlpexp: Command, config: Write) -> None:
    run = swept(mlpexp, config(IRIS), "--seeds", 6)
    wide = mlpexp("compare", run, "--wide").out
    (header,) = (line for line in wide.splitlines() if line.strip().startswith("arm "))
    assert "verdict, new seeds" in header and "verdict, new samples" in header


def test_csv_has_the_numbers_of_both_readings(mlpexp: Command, config: Write) -> None:
    run = swept(mlpexp, config(IRIS), "--seeds", 6)
    row = next(csv.DictReader(mlpexp("compare", run, "--format", "csv").out.splitlines()))
    written = rows_of(run)[0]
    shown = [f"{float(written[f'new_samples_{end}']):.4f}" for end in ("low", "high")]
    assert row["95 % interval, new samples"] == " .. ".join(shown)
    shown = [f"{float(written[f'baseline_new_samples_{end}']):+.4f}" for end in ("low", "high")]
    assert row["of the difference, new samples"] == " .. ".join(shown)
    assert row["p (adjusted), new samples"].startswith(f"{float(written['baseline_new_samples_p_adjusted']):.4f}"[:5])
    assert row["verdict, new samples"] == written["baseline_new_samples_verdict"]


def test_learning_curve_names_one_design_in_both_places(mlpexp: Command, config: Write) -> None:
    answer = mlpexp("sweep", "-c", config(IRIS), "--over", "dataset.train_fraction=0.3,1", "--seeds", 6, "--details")
    assert answer.code == 0, answer.err
    (run,) = Path("runs").iterdir()
    assert "n_test/n_train = 45/32, above 1 only a rule of thumb;" in (run / "comparison.md").read_text()
    assert "n_test/n_train = 45/32, above 1 only a rule of thumb\n" in answer.out


def test_undecided_names_its_reading(mlpexp: Command, config: Write) -> None:
    run = swept(mlpexp, config(IRIS), "--seeds", 8, "--set", "split_seed=3", rates="0.1,0.12")
    out = mlpexp("compare", run, "--margin", "1e-9").out
    assert rows_of(run)[1]["baseline_new_samples_verdict"] == "undecided"
    assert "undecided for new samples: more seeds may decide; how many is not known" in out
    assert not any(line.startswith("undecided:") or line.startswith("undecided in") for line in out.splitlines())


def test_one_seed_in_common_decides_nothing_and_no_p_is_named(mlpexp: Command, config: Write) -> None:
    run = swept(mlpexp, config(IRIS), "--seeds", 1)
    assert "decides nothing" not in mlpexp("compare", run).out


def test_missing_predictions_and_other_ones_are_told_apart(mlpexp: Command, config: Write) -> None:
    changes = ("--set", "split_seed=3", "--set", "dataset.validation_fraction=0.3")
    run = swept(mlpexp, config(IRIS), "--seeds", 6, *changes, rates="0.1,10")
    assert "no verdict" not in below(mlpexp("compare", run).out)
    other = below(mlpexp("compare", run, "--metric", "final_test_accuracy").out)
    assert "of another; the metric best_test_accuracy is of theirs" in other
    predictions = run / "evaluation" / "predictions.csv"
    predictions.write_text(predictions.read_text().replace("predicted", "foretold"))
    damaged = below(mlpexp("compare", run).out)
    assert "predictions.csv is damaged" in damaged and "not kept" not in damaged


def test_several_results_have_both_readings(mlpexp: Command, config: Write) -> None:
    one = mlpexp("train", "-c", config(IRIS), "--seeds", 6, "-q").run
    other = mlpexp("train", "-c", config(IRIS), "--seeds", 6, "--set", "optimizer.learning_rate=0.001", "-q").run
    answer = mlpexp("compare", one, other)
    assert "verdicts are for new seeds on these 150 samples" in answer.out
    assert below(answer.out)
    (heading, *_) = csv.reader(mlpexp("compare", one, other, "--format", "csv").out.splitlines())
    new = ["95 % interval, new samples", "of the difference, new samples", "p (adjusted), new samples"]
    assert [column for column in heading if column.endswith("new samples")] == [*new, "verdict, new samples"]
    assert mlpexp("compare", one, other, "--format", "markdown").out.count("| what |") == 2


def test_run_says_of_what_its_interval_speaks(mlpexp: Command, config: Write) -> None:
    run = mlpexp("train", "-c", config(IRIS), "--seeds", 5, "-q").run
    said = mlpexp("show", run).out
    assert "they speak of new seeds on these 150 samples" in said
    summary = json.loads((run / "summary.json").read_text())
    assert summary["speaks_of"] == "new seeds on these 150 samples"
    mean = summary["outcome"]["arms"][0]["means"]["final_test_accuracy"]
    interval = f"{mean['new_samples_low']:.4f} .. {mean['new_samples_high']:.4f}"
    assert below(said) == f"test accuracy {interval} (corrected resampled t, n_test/n_train = 45/105)"
    assert summary["outcome"]["arms"][0]["means"]["final_train_accuracy"]["new_samples_low"] is None


def test_folds_are_corrected_by_their_number(mlpexp: Command) -> None:
    config = CONFIGS / "iris" / "mlp.yaml"
    run = mlpexp("train", "-c", config, "--seeds", 5, "--epochs", 3, "--set", "dataset.split=k_fold", "-q").run
    values = pd.read_csv(run / "trials.csv")["final_test_accuracy"]
    mean = json.loads((run / "summary.json").read_text())["outcome"]["arms"][0]["means"]["final_test_accuracy"]
    half = stats.t.ppf(0.975, 4) * values.std(ddof=1) * np.sqrt(1 / 5 + 1 / 4)
    expected = np.clip([values.mean() - half, values.mean() + half], 0, 1)
    np.testing.assert_allclose([mean["new_samples_low"], mean["new_samples_high"]], expected, atol=1e-12)


def test_fixed_test_part_is_paired_by_sample(mlpexp: Command, config: Write) -> None:
    run = swept(mlpexp, config(IRIS), "--seeds", 6, "--set", "split_seed=3")
    rows = rows_of(run)
    table = pd.read_csv(run / "evaluation" / "predictions.csv")
    table = table[table["part"] == "test"].assign(
        right=lambda rows: (rows["predicted"] == rows["target"]).astype(float)
    )
    right = [
        table[table["arm"] == arm].pivot(index="seed", columns="index", values="right").to_numpy() for arm in (0, 1)
    ]
    difference_SN = right[0] - right[1]
    seeds, samples = difference_SN.shape
    assert (seeds, samples) == (6, 45)
    of_samples, of_seeds = difference_SN.mean(0).var(ddof=1) / samples, difference_SN.mean(1).var(ddof=1) / seeds
    low, high = (float(rows[0][f"baseline_new_samples_{end}"]) for end in ("low", "high"))
    assert (low + high) / 2 == pytest.approx(difference_SN.mean(), abs=1e-12)
    degrees = stats.t.ppf(0.975, min(seeds, samples) - 1)  # no fewer than those of the smaller
    assert 1.9 * np.sqrt(max(of_samples, of_seeds)) < (high - low) / 2 <= degrees * np.sqrt(of_samples + of_seeds)
    mean, std = right[1].mean(), right[1].mean(1).std(ddof=1)
    student = stats.t.ppf(0.975, 5) / stats.norm.ppf(0.975)  # of seeds
    effective = mean * (1 - mean) / (mean * (1 - mean) / 45 + (student * std) ** 2 / 6)
    ends = [float(rows[1][f"new_samples_{end}"]) for end in ("low", "high")]
    np.testing.assert_allclose(ends, wilson_interval(mean * effective, effective), rtol=1e-9)


def test_predictions_that_are_not_there_are_named_and_can_be_made_again(mlpexp: Command, config: Write) -> None:
    run = swept(mlpexp, config(IRIS), "--seeds", 6, "--set", "split_seed=3")
    said = below(mlpexp("compare", run).out)
    (run / "evaluation" / "predictions.csv").unlink()
    assert "no verdict; predictions were not kept" in below(mlpexp("compare", run).out)
    for arm in (0, 1):
        assert mlpexp("plot", run, "--arm", arm).code == 0
    assert below(mlpexp("compare", run).out) == said


def test_losses_of_a_fixed_test_part_have_no_verdict(mlpexp: Command, config: Write) -> None:
    run = swept(mlpexp, config(IRIS), "--seeds", 6, "--set", "split_seed=3")
    reason = "predictions do not give the loss of each sample; test_accuracy has a verdict"
    assert reason in below(mlpexp("compare", run, "--metric", "test_loss").out)


@pytest.mark.parametrize("metric", ["test_loss", "test_r2", "test_root_mean_squared_error"])
def test_scores_of_numbers_on_a_fixed_test_part_have_verdicts(mlpexp: Command, config: Write, metric: str) -> None:
    scores = ("--set", "scores=[root_mean_squared_error]", "--set", "split_seed=3")
    run = swept(mlpexp, config(SINE), "--seeds", 6, *scores)
    said = below(mlpexp("compare", run, "--metric", metric).out)
    assert "no verdict" not in said and "no interval" not in said


@pytest.mark.parametrize(
    ("over", "reason"),
    [
        ("dataset.test_fraction=0.2,0.4", "no verdict; the arms have different samples"),
        ("dataset.train_samples=10,60", ""),
    ],
)
def test_arms_with_other_samples_have_no_verdict(mlpexp: Command, config: Write, over: str, reason: str) -> None:
    answer = mlpexp("sweep", "-c", config(IRIS), "--over", over, "--seeds", 6)
    assert answer.code == 0, answer.err
    assert (reason in below(answer.out)) if reason else "no verdict" not in below(answer.out)


def test_one_seed_says_nothing_of_new_samples(mlpexp: Command, config: Write) -> None:
    run = swept(mlpexp, config(IRIS), "--seeds", 1)
    assert SAME_SOURCE not in mlpexp("compare", run).out
    assert {row["baseline_new_samples_verdict"] for row in rows_of(run)} == {"reference", "no interval"}


def test_samples_that_were_trained_on_say_nothing_of_new_ones(mlpexp: Command, config: Write) -> None:
    run = swept(mlpexp, config(IRIS), "--seeds", 6)
    said = below(mlpexp("compare", run, "--metric", "train_accuracy").out)
    assert said == "no verdict; samples that were trained on say nothing of new ones"
