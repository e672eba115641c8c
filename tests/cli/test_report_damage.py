"""``mlpexp report`` of results that lack something: the page says what, in its place and without words of Python."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from making.command_line import Answer
from making.html_pages import Page
from making.run_files import unsealed
from making.trained_results import Make, Trained
from mlpexp.api.report_material import mistakes, why
from mlpexp.report.document.document import Section
from mlpexp.report.reasons import DAMAGED
from mlpexp.report.sections.answer import answer
from mlpexp.report.sections.arithmetic import arithmetic
from mlpexp.report.sections.curves import curves
from mlpexp.report.sections.diagnostics import diagnostics
from mlpexp.report.sections.fit import fit
from mlpexp.report.sections.material import Material
from mlpexp.report.sections.methods.section import methods
from mlpexp.report.sections.predictions import predictions
from mlpexp.report.writers.figure_table import figure_table
from mlpexp.results.result import Result

pytestmark = pytest.mark.usefixtures("lazy_disk", "undrawn")
Call = Callable[..., Answer]
MOONS = """\
dataset: {name: synthetic, kind: moons, samples: 60, test_fraction: 0.3}
model: {name: mlp, hidden_sizes: [3], activation: tanh}
optimizer: {name: sgd, learning_rate: 0.1}
training: {batch_size: 16, epochs: 2}
seeds: 3
"""
OWN_SAMPLES = MOONS.replace("samples: 60", "samples: 60, data_seed: seed")
SWEEP = MOONS.replace("seeds: 3", "sweep: {over: {hidden_size: [2, 3]}, seeds: 2}")
MAP = """\
dataset: {name: iris, test_fraction: 0.3}
model: {name: som, grid: [4, 4]}
training: {epochs: 2}
seeds: 3
"""


def of(run: Trained) -> Material:
    return Material(Result.open(run.path), wrong=partial(mistakes, data_dir=None, say=print))


def told(section: Section | None) -> str:
    """All words of a section."""
    return repr(section)


def test_a_figure_that_cannot_be_drawn_is_said_in_its_place(trained: Make, caplog: pytest.LogCaptureFixture) -> None:
    run = trained(MOONS)
    unsealed(run.path)
    (run.path / "evaluation" / "boundary.csv").write_bytes(b"seed,x\n\xff\xfe\n")
    (run.path / "evaluation" / "histograms.csv").write_bytes(b"a,b\n1,2\n1,2,3,4\n")
    run.folder.metrics.write_text("seed,epoch,train_loss\n0,0,word\n", encoding="utf-8")
    material = of(run)
    assert "Figure decision_boundary cannot be drawn: evaluation/boundary.csv: damaged: not UTF-8." in told(
        fit(material)
    )
    said = "Figures weights and activations cannot be drawn: evaluation/histograms.csv: damaged: not a table."
    assert said in told(diagnostics(material))
    assert f"figure weights left out: {run.path}/evaluation/histograms.csv: damaged: not a table" in caplog.text
    assert f"Figures cannot be drawn: {DAMAGED}." in told(curves(material))
    assert "Error: " in caplog.text  # for whoever looks for a fault


def test_damaged_predictions_are_named(trained: Make) -> None:
    run = trained(MOONS)
    unsealed(run.path)
    (run.path / "evaluation" / "predictions.csv").write_bytes(b"seed,index\n0,\xff\n")
    said = told(predictions(of(run)))
    assert "cannot be drawn: evaluation/predictions.csv: damaged: not UTF-8." in said
    assert "UnicodeDecodeError" not in said


def test_a_damaged_description_of_networks_is_said_in_page_and_terminal(trained: Make, mlpexp: Call) -> None:
    run = trained(MOONS)
    unsealed(run.path)
    (run.path / "networks.json").write_text("junk", encoding="utf-8")
    file = run.path.with_name("page.html")
    printed = mlpexp("report", run.path, "-o", file, "--no-explain")
    assert f"no network in the page: {run.path}/networks.json: damaged: not JSON" in printed.err
    page = Page(file.read_text(encoding="utf-8"))
    assert f"There is no network to try in this page: {run.path.name}/networks.json: damaged: not JSON." in page.words


def test_without_the_data_formulas_are_said_to_be_left_out(make: Make, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("a,b,kind\n" + "".join(f"{i % 7},{i % 5},{i % 2}\n" for i in range(40)), encoding="utf-8")
    data = f"dataset: {{name: csv, path: {table}, target: kind, test_fraction: 0.3}}"
    run = make(MOONS.replace(MOONS.splitlines()[0], data)).finish()
    table.unlink()
    for copy in run.path.rglob("t.csv"):
        copy.unlink()
    assert "These cannot be shown: " in told(arithmetic(of(run)))


@pytest.mark.parametrize("name", ["stacks.json", "plan.json"])
def test_the_answer_needs_no_record_of_the_stacks(name: str, trained: Make) -> None:
    run = trained(MOONS)
    (run.path / name).unlink()
    assert "Test accuracy is " in told(answer(of(run)))
    assert "confusion_matrix" in told(predictions(of(run)))


def test_the_answer_of_a_sweep_needs_no_record_of_the_stacks(trained: Make) -> None:
    sweep = trained(SWEEP)
    (sweep.path / "stacks.json").unlink()
    assert "The best of 2 arms" in told(answer(of(sweep)))


@pytest.mark.parametrize(("config", "is_said"), [(OWN_SAMPLES, True), (MOONS, False)])
def test_mistakes_of_one_seed_of_several_are_said_to_be_its_own(config: str, is_said: bool, trained: Make) -> None:
    said = "Only seed 0 is looked at: each seed has samples of its own."
    assert (said in told(predictions(of(trained(config))))) == is_said


def test_methods_and_answer_of_an_older_map_speak_of_the_same(trained: Make) -> None:
    run = trained(MAP)
    before = told(methods(of(run)))
    assert "new seeds on these 150 samples." in before and "Intervals for new samples of the same source" in before
    assert "For new samples of the same source: test quantization error" in told(answer(of(run)))
    _as_older(run)
    assert told(methods(of(run))) == before


def _as_older(run: Trained) -> None:
    """Without what older summaries do not say."""
    unsealed(run.path)
    told = json.loads(run.folder.summary.read_text(encoding="utf-8"))
    del told["speaks_of"]
    for mean in told["outcome"]["arms"][0]["means"].values():
        del mean["new_samples_low"], mean["new_samples_high"]
    run.folder.summary.write_text(json.dumps(told), encoding="utf-8")


def test_what_takes_minutes_to_explain_names_the_command(trained: Make) -> None:
    run = trained(MOONS)
    work = 12 * 42 * 3  # multiplications of a network, training samples, seeds
    said = f"explaining takes minutes here; `mlpexp explain {run.path.name}` does it"
    assert why(Result.open(run.path).arm(0), None, print, work - 1) == said


def test_a_number_that_is_not_there_is_a_dash() -> None:
    numbers = pd.DataFrame({"epoch": [1, 2], "n": pd.array([2, None], dtype="Int64"), "mean": [0.5, float("nan")]})
    assert [list(row) for row in figure_table(numbers, "loss").rows] == [["1", "2", "0.5"], ["2", "-", "-"]]
