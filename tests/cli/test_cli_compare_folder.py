"""``mlpexp compare --output``: its tables and figure against the trials themselves, paired or not; what is refused."""

import csv
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from making.command_line import Answer
from making.trained_results import Make, Trained

pytestmark = pytest.mark.usefixtures("lazy_disk")
RUN = """\
name: flowers
dataset: {name: iris, test_fraction: 0.3}
model: {name: mlp, hidden_sizes: [3], activation: tanh}
optimizer: {name: adam, learning_rate: 0.05}
training: {batch_size: 16, epochs: 4}
seeds: 4
"""
OTHER = RUN.replace("0.05", "0.01")
OTHER_SPLIT = RUN.replace("0.3", "0.4").replace("seeds: 4", "seeds: 3")
SWEEP = RUN.replace("seeds: 4\n", "sweep: {over: {learning_rate: [0.001, 0.05], hidden_size: [2, 6]}, seeds: 3}\n")
MORE_SEEDS = RUN.replace("seeds: 4", "seeds: 6")
PAPER = r"""\documentclass[OPTIONS]{article}
\usepackage{booktabs,graphicx}
\begin{document}
\input{out/comparison}
\end{document}
"""
FILES = ["comparison.csv", "comparison.md", "comparison.tex", "means.csv", "means.png"]
Call = Callable[..., Answer]


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def accuracies(trained: Trained) -> dict[int, dict[int, float]]:
    """The final test accuracy in per cent, by arm and seed."""
    by_arm: dict[int, dict[int, float]] = {}
    for row in read(trained.path / "trials.csv"):
        by_arm.setdefault(int(row.get("arm") or 0), {})[int(row["seed"])] = 100 * float(row["final_test_accuracy"])
    return by_arm


def check_row(row: dict[str, str], values: dict[int, float]) -> None:
    """A row of ``means.csv``, in per cent, against SciPy's interval of the values."""
    numbers = np.array(list(values.values()))
    low, high = stats.t.interval(0.95, len(numbers) - 1, numbers.mean(), stats.sem(numbers))
    assert int(row["n"]) == len(numbers)
    assert float(row["mean_percent"]) == pytest.approx(numbers.mean(), rel=1e-7)
    assert float(row["low_percent"]) == pytest.approx(max(low, 0), rel=1e-6)
    assert float(row["high_percent"]) == pytest.approx(min(high, 100), rel=1e-6)
    assert {seed: float(row[f"seed_{seed}_percent"]) for seed in values} == pytest.approx(values, rel=1e-7)


def joined(
    folder: Path, key: str, heading: str = "test accuracy (share)", mean: str = "mean_percent"
) -> dict[str, Any]:
    """The rows of ``comparison.csv`` and ``means.csv`` by their common key; what both say is the same."""
    tested, shown = ({row[key]: row for row in read(folder / f"{name}.csv")} for name in ("comparison", "means"))
    assert set(tested) == set(shown)
    for name, row in shown.items():
        scale = 100 if heading.endswith("(share)") else 1
        assert float(tested[name][heading]) == pytest.approx(float(row[mean]) / scale, abs=6e-5)
    for row in (folder / "comparison.md").read_text(encoding="utf-8").splitlines():
        if row.startswith("| ") and not row.startswith((f"| {key} |", "| ---")):
            assert row.split(" | ")[0].removeprefix("| ") in tested
    return {name: tested[name] | shown[name] for name in tested}


def test_runs_that_pair(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    runs = [trained(RUN), trained(OTHER)]
    answer = mlpexp("compare", *(run.path for run in runs), "-o", "out")
    assert answer.code == 0, answer.err
    assert "written: out" in answer.err
    assert answer.out == mlpexp("compare", *(run.path for run in runs)).out
    folder = tmp_path / "out"
    assert sorted(path.name for path in folder.iterdir()) == FILES
    rows = joined(folder, "what")
    for run, rate in zip(runs, ("0.05", "0.01"), strict=True):
        row = rows[run.path.name]
        assert row["optimizer.learning_rate"] == rate
        check_row(row, accuracies(run)[0])
        assert row["name"] == row["what"][16:]  # without date and time
    assert list(read(folder / "means.csv")[0])[:4] == ["what", "name", "optimizer.learning_rate", "n"]
    text = mlpexp("compare", *(run.path for run in runs), "--format", "csv").out
    assert (folder / "comparison.csv").read_text() == text
    markdown = (folder / "comparison.md").read_text()
    assert "| what | optimizer.learning_rate |" in markdown
    assert "- verdicts are for new seeds on these 150 samples" in markdown
    assert r"\toprule" in (folder / "comparison.tex").read_text()


def test_the_figure_as_a_picture_for_latex(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    paths = [trained(RUN).path, trained(OTHER).path]
    assert mlpexp("compare", *paths, "-o", "out", "--plot-format", "tex").code == 0
    text = (tmp_path / "out" / "means.tex").read_text(encoding="utf-8")
    assert "{means.csv}" in text
    assert text.count(r"\addplot") == 2  # intervals and means


def test_results_that_do_not_pair_have_means_and_it_is_said_why(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    runs = [trained(RUN), trained(OTHER_SPLIT)]
    paths = [run.path for run in runs]
    assert mlpexp("compare", *paths).code == 2
    answer = mlpexp("compare", *paths, "-o", "out", "--plot-format", "svg")
    assert answer.code == 0, answer.err
    why = "nothing is tested: dataset.test_fraction differs (0.3, 0.4), so that equal seeds do not mean equal samples"
    assert why in " ".join(answer.out.split())
    folder = tmp_path / "out"
    assert sorted(path.name for path in folder.iterdir()) == [*FILES[:-1], "means.svg"]
    rows = joined(folder, "what")
    for run in runs:
        values = accuracies(run)[0]
        check_row(rows[run.path.name], values)
    assert not [column for column in rows[paths[0].name] if "verdict" in column or column.startswith("p ")]
    assert f"- {why}" in (folder / "comparison.md").read_text()
    assert "test\\_fraction differs" in (folder / "comparison.tex").read_text()


@pytest.mark.parametrize(
    ("metric", "heading", "mean"),
    [("test_loss", "test loss", "mean"), ("test_accuracy", "test accuracy (share)", "mean_percent")],
)
def test_headings_say_the_unit(
    metric: str, heading: str, mean: str, trained: Make, mlpexp: Call, tmp_path: Path
) -> None:
    paths = [trained(RUN).path, trained(OTHER).path]
    answer = mlpexp("compare", *paths, "--metric", metric, "--power", "0.02", "-o", "out")
    assert answer.code == 0, answer.err
    assert set(joined(tmp_path / "out", "what", heading, mean)) == {path.name for path in paths}
    text = (tmp_path / "out" / "comparison.md").read_text(encoding="utf-8")
    assert f"| what | n | {heading} |" in text
    assert "**new seeds that show a difference of 0.02 with 80 % power**\n\n| what |" in text


def test_what_is_said_of_results_that_do_not_pair(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    other = OTHER_SPLIT.replace("tanh", "relu")
    paths = [trained(RUN).path, trained(other).path]
    answer = mlpexp("compare", *paths, "--power", "0.02", "--baseline", "0", "-o", "out")
    assert answer.code == 0, answer.err
    text, printed = (tmp_path / "out" / "comparison.md").read_text(), " ".join(answer.out.split())
    for sentence in (
        "confounded: 3 factors differ (dataset.test_fraction, model.init, model.activation)",
        "a difference in the results cannot be attributed to one of them",
        "--baseline, --power: of no use where nothing is tested",
    ):
        assert sentence in printed
        assert f"- {sentence}\n" in text
    assert "of no use" not in mlpexp("compare", *paths, "-o", "other").out


def test_warnings_are_in_the_folder_where_results_pair(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    paths = [trained(RUN).path, trained(OTHER.replace("tanh", "relu")).path]
    assert mlpexp("compare", *paths, "-o", "out").code == 0
    assert "- confounded: 3 factors differ" in (tmp_path / "out" / "comparison.md").read_text()


def test_single_seeds_have_no_interval(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    paths = [trained(text.replace("seeds: 4", "seeds: 1")).path for text in (RUN, OTHER)]
    answer = mlpexp("compare", *paths, "-o", "out")
    assert answer.code == 0, answer.err
    assert "nothing is tested: only seed 0 is common to all" in " ".join(answer.out.split())
    assert [(row["n"], row["low_percent"], row["high_percent"]) for row in read(tmp_path / "out" / "means.csv")] == [
        ("1", "nan", "nan")
    ] * 2


def test_the_arms_of_a_sweep(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    sweep = trained(SWEEP)
    answer = mlpexp("compare", sweep.path, "-o", "out")
    assert answer.code == 0, answer.err
    folder, values = tmp_path / "out", accuracies(sweep)
    rows = joined(folder, "arm")
    assert sorted(row["name"] for row in rows.values()) == [f"arm {number}" for number in range(4)]
    for label, row in rows.items():
        number = int(row["name"].removeprefix("arm "))
        check_row(row, values[number])
        assert label == sweep.plan.arms[number].label
        assert f"learning_rate={row['optimizer.learning_rate']}" in label
    means = [float(row["mean_percent"]) for row in read(folder / "means.csv")]
    assert means == sorted(means, reverse=True)
    assert (folder / "comparison.csv").read_text() == mlpexp("compare", sweep.path, "--format", "csv").out
    before = {path.name for path in sweep.path.iterdir()}
    assert "means.png" not in before


def test_refusals_write_nothing(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    run, other = trained(RUN).path, trained(OTHER).path
    (tmp_path / "there").mkdir()
    for words, sentence in (
        (["-o", "there"], "--output: there exists, and nothing is written over; name another folder"),
        (["-o", run / "new"], "is a result, which is left as it is; name another folder"),
        (["-o", "new", "--plot-format", "gif"], "--plot-format: 'gif' is not known"),
        (["-o", "new", "--metric", "test_r2"], "test_r2"),
        (["--plot-format", "svg"], "--plot-format: nothing is drawn without --output"),
    ):
        answer = mlpexp("compare", run, other, *words)
        assert answer.code == 2
        assert sentence in answer.err
        assert not (tmp_path / "new").exists()
        assert not (run / "new").exists()
    assert mlpexp("compare", run, "-o", "new").code == 2
    assert list((tmp_path / "there").iterdir()) == []


def test_table_and_figure_are_of_the_common_seeds(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    long, other = trained(MORE_SEEDS), trained(OTHER)
    answer = mlpexp("compare", long.path, other.path, "-o", "out")
    said = f"all numbers here are of the 4 common seeds; {long.path.name} has more, which are left out"
    assert said in " ".join(answer.out.split())
    rows = joined(tmp_path / "out", "what")
    check_row(rows[long.path.name], {seed: accuracies(long)[0][seed] for seed in range(4)})
    assert "seed_4_percent" not in rows[long.path.name]
    assert f"- {said}" in (tmp_path / "out" / "comparison.md").read_text()
    assert "common seeds;" not in mlpexp("compare", trained(RUN).path, other.path).out


def test_a_run_that_is_an_arm_counts_as_one_training(trained: Make, mlpexp: Call) -> None:
    run, sweep = trained(RUN.replace("[3]", "[2]")), trained(SWEEP)
    (label,) = (arm.label for arm in sweep.plan.arms if "0.05" in arm.label and "hidden_size=2" in arm.label)
    text = " ".join(mlpexp("compare", run.path, sweep.path).out.split())
    accuracy = "equal test accuracy for all 3 common seeds"
    assert (
        f"identical trials: {run.path.name} and {label} are one training, counted as 2: equal configs, {accuracy}"
        in text
    )
    assert text.count("are one training") == 1
    assert "one training" not in mlpexp("compare", run.path, trained(OTHER).path).out


def test_different_configs_with_equal_values_are_no_one_training(trained: Make, mlpexp: Call) -> None:
    frozen = [RUN.replace("0.05", rate) for rate in ("1.0e-30", "1.0e-31")]
    text = " ".join(mlpexp("compare", *(trained(config).path for config in frozen)).out.split())
    assert "have equal test accuracy for all 4 common seeds" in text
    assert "one training" not in text


def has_latex() -> bool:
    tools = shutil.which("pdflatex"), shutil.which("kpsewhich")
    return all(tools) and subprocess.run(["kpsewhich", "booktabs.sty"], capture_output=True).returncode == 0


@pytest.mark.parametrize("options", ["", "twocolumn"])
def test_tables_fit_the_page_of_an_article(options: str, trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    run, sweep = trained(RUN), trained(SWEEP)
    assert mlpexp("compare", run.path, sweep.path, "--power", "0.02", "-o", "out").code == 0
    assert mlpexp("compare", sweep.path, "-o", "alone").code == 0
    texts = [(tmp_path / folder / "comparison.tex").read_text() for folder in ("out", "alone")]
    for text in texts:
        captions = re.findall(r"\\caption\{(.)", text)
        assert captions and all(letter.isupper() or not letter.isalpha() for letter in captions)
        labels = re.findall(r"\\label\{([^}]*)\}", text)
        assert len(set(labels)) == len(labels) >= 2
        (tmp_path / "out" / "comparison.tex").write_text(text)
        (tmp_path / "paper.tex").write_text(PAPER.replace("OPTIONS", options))
        if not has_latex():
            pytest.skip("no pdflatex with booktabs here")
        command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "paper.tex"]
        compiled = subprocess.run(command, cwd=tmp_path, capture_output=True)
        said = compiled.stdout.decode("latin-1")
        assert compiled.returncode == 0, said[-1500:]
        assert "Overfull" not in said


@pytest.mark.slow
def test_folders_that_are_made_are_said(
    trained: Make, mlpexp: Call, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run, other = trained(RUN).path, trained(OTHER).path
    (tmp_path / "rows.csv").write_text(
        "sepal length (cm),sepal width (cm),petal length (cm),petal width (cm)\n5,3,1,0\n"
    )
    for number, words in enumerate((
        ("compare", run, other, "-o", "{}/out"),
        ("report", run, "-o", "{}/report.md"),
        ("report", run, "-o", "{}/report.html"),
        ("activations", "-o", "{}"),
        ("predict", run, "rows.csv", "-o", "{}/out.csv", "--format", "csv"),
        ("params", "iris/mlp", "--draw", "{}/net.svg"),
    )):  # fmt: skip
        for folder, is_new in ((f"new-{number}", True), ("there", False)):
            (tmp_path / "there").mkdir(exist_ok=True)
            caplog.clear()
            answer = mlpexp(*(str(word).format(folder) for word in words))
            assert answer.code == 0, answer.err
            assert (f"a new folder was made: {folder}" in caplog.text) == is_new, words
