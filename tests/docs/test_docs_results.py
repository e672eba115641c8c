"""The tables of ``docs/results.md`` describe the folders that are written, of runs and of sweeps."""

import csv
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from safetensors import safe_open

from making.markdown_pages import DOCS, code, prose_of, section_of, tables_under
from making.shell_lines import FINISHED, OTHER, SWEPT
from mlpexp.config.column_forms import CategoryColumn, DateColumn, NumberColumn, TableForm
from mlpexp.config.experiment import Keep
from mlpexp.config.scores import PARTS, column_of
from mlpexp.config.strict import Strict
from mlpexp.execution.local import in_this_process
from mlpexp.execution.run import new_job, train
from mlpexp.planning import recording
from mlpexp.planning.plan import make_plan
from mlpexp.planning.stacks import stacking
from mlpexp.report.figures.catalogue import FIGURES, OfArm, OfArms, OfAxis
from mlpexp.report.numbers.arms_data import MOST_PANELS
from mlpexp.results.comparison import AGAINST, NEW
from mlpexp.store.as_written import ManifestRecord
from mlpexp.store.listing import find_result
from mlpexp.store.networks import ArmNetworks, NetworksRecord, Preparation, Scaling
from mlpexp.store.opening import Opening
from mlpexp.store.part import DONE, FileRecord, PartRecord, TrialRecord
from mlpexp.store.plan_files import PlannedArm, PlanRecord, Recording, StackRecord, StacksRecord
from mlpexp.store.result_folder import ResultFolder
from mlpexp.store.starts import StartRecord
from mlpexp.store.summary import (
    ArmSummary,
    AxisSummary,
    ConfirmedArm,
    Confirms,
    DatasetSummary,
    LargestClass,
    Look,
    Mean,
    MetricSummary,
    ModelSummary,
    Outcome,
    Summary,
)
from mlpexp.store.weights import WeightsRecord

PAGE, FIGURES_PAGE = DOCS / "results.md", DOCS / "figures.md"
AXES = {"optimizer.learning_rate", "model.hidden_sizes"}


@pytest.fixture
def run(prepared_runs: Path) -> Path:
    """A finished run of iris."""
    return prepared_runs / FINISHED


@pytest.fixture
def sweep(prepared_runs: Path) -> Path:
    """A finished sweep of two axes with a baseline."""
    return prepared_runs / SWEPT


def first_column(title: str, place: int = 0, page: Path = PAGE) -> set[str]:
    """What the first column of a table of a section has as code."""
    table = tables_under(page, title)[place]
    return {name for row in table.rows for name in code(row[table.columns[0]])}


def row_about(name: str, title: str, place: int = 0) -> str:
    """The last cell of the row that is about a name."""
    table = tables_under(PAGE, title)[place]
    return next(row[table.columns[-1]] for row in table.rows if name in code(row[table.columns[0]]))


def header(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as stream:
        return next(csv.reader(stream))


def fractions_in(tables: Iterable[Path]) -> set[str]:
    """The cells that are numbers with a point."""
    texts = [path.read_text(encoding="utf-8") for path in tables]
    cells = {cell for text in texts for row in csv.reader(text.splitlines()) for cell in row}
    return {cell for cell in cells if re.fullmatch(r"-?\d+\.\d+(e[-+]?\d+)?", cell)}


def names_in(folder: Path) -> set[str]:
    return {
        f"{path.name}/" if path.is_dir() else path.name for path in folder.iterdir() if not path.name.startswith(".")
    }


OF_SWEEPS = {"comparison.csv", "comparison.md", "comparison.tex"}
WHERE_ASKED = {"data/"}
OF_TABLES = {"columns.csv", "pictures.csv", "picture_files.csv"}
BEGUN = {"start/", "start.csv"}  # with weights of another result


def test_every_file_of_a_run_is_described(run: Path) -> None:
    assert (
        names_in(run) | {"plots/", "parts/"} == first_column("The folder") - OF_SWEEPS - WHERE_ASKED - OF_TABLES - BEGUN
    )


def test_every_file_of_a_sweep_is_described(sweep: Path) -> None:
    assert names_in(sweep) | {"parts/"} == first_column("The folder") - WHERE_ASKED - OF_TABLES - BEGUN
    assert all("of a sweep" in row_about(name, "The folder") for name in OF_SWEEPS)


def test_every_path_of_the_code_is_described() -> None:
    paths = {path.name for path in vars(ResultFolder(Path("x"))).values()} - {"x", "checkpoints"}
    assert paths <= {name.rstrip("/") for name in first_column("The folder")}


def test_the_columns_of_the_arms(run: Path, sweep: Path) -> None:
    assert set(header(run / "arms.csv")) == first_column("`arms.csv`")
    assert set(header(sweep / "arms.csv")) == first_column("`arms.csv`") | AXES


def test_the_columns_of_the_trials(run: Path, sweep: Path) -> None:
    of_sweep, of_run = ({_shortened(name) for name in header(path / "trials.csv")} for path in (sweep, run))
    assert of_sweep == first_column("`trials.csv`") | AXES
    assert of_run == first_column("`trials.csv`") - {"arm"}


def _shortened(name: str) -> str:
    return re.sub("^(final|best)_(train|validation|test)_.*", r"\1_...", name)


def test_the_columns_of_the_metrics(run: Path, sweep: Path) -> None:
    described = first_column("`metrics.csv`") - {"..._loss", "..._accuracy"}
    assert described == {"arm", "seed", "epoch", "step", "samples", "learning_rate"} | {f"{part}_..." for part in PARTS}
    of_sweep, of_run = ({_of_part(name) for name in header(path / "metrics.csv")} for path in (sweep, run))
    assert of_sweep == described
    assert of_run == described - {"arm", "validation_..."}


def _of_part(name: str) -> str:
    column = column_of(name)
    return f"{column.part}_..." if column else name


def test_the_columns_of_the_timing(run: Path, sweep: Path) -> None:
    assert set(header(run / "timing.csv")) == set(header(sweep / "timing.csv")) == first_column("`timing.csv`")


def test_the_columns_of_the_comparison(sweep: Path) -> None:
    columns = header(sweep / "comparison.csv")
    own = {name for name in columns if not name.startswith(("best_", "baseline_"))}
    assert own | {"best_...", "baseline_..."} == first_column("`comparison.csv`")
    assert first_column("`comparison.csv`", 1) == {*AGAINST, *(f"new_samples_{name}" for name in NEW)}
    assert {
        f"{prefix}_{name}" for prefix in ("best", "baseline") for name in first_column("`comparison.csv`", 1)
    } <= set(columns)


def test_the_digits_give_the_double_back(run: Path, sweep: Path) -> None:
    tables = [path for folder in (run, sweep) for path in (*folder.glob("*.csv"), *folder.glob("evaluation/*.csv"))]
    numbers = fractions_in(tables)
    assert all(repr(float(cell)) == cell for cell in numbers)
    assert max(len(cell.replace("-", "").replace(".", "").lstrip("0")) for cell in numbers if "e" not in cell) >= 16


def test_figures_have_nine_digits(sweep: Path) -> None:
    numbers = fractions_in(sweep.glob("plots/*.csv"))
    assert numbers
    assert all(f"{float(cell):.9g}" == cell for cell in numbers)


def keys(record: type[BaseModel]) -> set[str]:
    return set(record.model_fields)


def documented(name: str, title: str, place: int = 0) -> set[str]:
    """What the row about a key has as code in its last cell."""
    return set(code(row_about(name, title, place)))


def test_the_keys_of_the_summary(run: Path, sweep: Path) -> None:
    title = "`summary.json`"
    for path in (run, sweep):
        assert json.loads((path / "summary.json").read_text(encoding="utf-8")).keys() == keys(Summary) - {"own_scores"}
    assert first_column(title) == keys(Summary)
    assert documented("dataset", title) == keys(DatasetSummary)
    assert documented("model", title) == keys(ModelSummary)
    assert documented("metric", title) - {"final", "best", "test_accuracy", "trials.csv"} == keys(MetricSummary)
    assert documented("axes", title) == keys(AxisSummary)
    assert documented("outcome", title) == keys(Outcome)
    assert first_column(title, 1) == keys(LargestClass)
    assert first_column(title, 2) == keys(ArmSummary)
    assert documented("means", title, 2) - {"trials.csv"} == keys(Mean)
    assert first_column(title, 3) == keys(Confirms)
    assert documented("looks", title, 3) == keys(Look)
    assert documented("arms", title, 3) == keys(ConfirmedArm)


def test_what_a_summary_has_means_of(run: Path, sweep: Path) -> None:
    of_run, of_sweep = (ResultFolder.open(path).read_summary() for path in (run, sweep))
    assert of_run.outcome and of_sweep.outcome
    assert len(of_run.outcome.arms[0].means) == 2 * len(of_run.parts) * len(of_run.scores)
    assert set(of_sweep.outcome.arms[0].means) == {of_sweep.metric.column}


def test_the_choices_of_the_summary() -> None:
    fields = Summary.model_json_schema()["properties"]
    for name in ("status", "planned_by"):
        assert documented(name, "`summary.json`") == set(fields[name]["enum"])


def test_the_keys_of_the_plan(run: Path, sweep: Path) -> None:
    for path in (run, sweep):
        assert json.loads((path / "plan.json").read_text(encoding="utf-8")).keys() == keys(PlanRecord)
    assert first_column("`plan.json`") == keys(PlanRecord)
    assert documented("arms", "`plan.json`") == keys(PlannedArm)
    assert first_column("`plan.json`", 1) == keys(Recording)


def test_the_keys_of_the_networks(run: Path, sweep: Path) -> None:
    for path in (run, sweep):
        assert json.loads((path / "networks.json").read_text(encoding="utf-8")).keys() == keys(NetworksRecord)
    columns = (NumberColumn, CategoryColumn, DateColumn)
    expected = [
        keys(NetworksRecord),
        keys(Preparation),
        keys(Scaling),
        keys(TableForm),
        set().union(*map(keys, columns)),
    ]
    assert [first_column("`networks.json`", place) for place in range(5)] == expected
    assert documented("arms", "`networks.json`") == keys(ArmNetworks)


def test_the_keys_of_the_stacks(run: Path) -> None:
    (stack,) = json.loads((run / "stacks.json").read_text(encoding="utf-8"))["stacks"]
    assert stack.keys() == keys(StackRecord) == first_column("`stacks.json`")


# A part lies in a result only while it trains; what its record holds is written into the tables.
OF_PARTS = {PartRecord, TrialRecord, FileRecord, Opening}


def test_every_record_of_a_result_is_described() -> None:
    described = {
        Summary, DatasetSummary, LargestClass, ModelSummary, MetricSummary, AxisSummary, Outcome, ArmSummary, Mean, Confirms,
        Look, ConfirmedArm, PlanRecord, PlannedArm, Recording, StackRecord, StacksRecord, WeightsRecord, NetworksRecord,
        ArmNetworks, Preparation, Scaling, StartRecord, ManifestRecord,
    }  # fmt: skip
    records = {one for one in Strict.__subclasses__() if one.__module__.startswith("mlpexp.store.")}
    assert records - OF_PARTS == described


def test_the_keys_of_the_environment(run: Path, sweep: Path) -> None:
    text = section_of(PAGE, "`environment.json`")
    written = [json.loads((path / "environment.json").read_text(encoding="utf-8")) for path in (run, sweep)]
    examples = set(re.findall(r"such as `([^`]+)`", text))
    text = re.sub(r"A run that \[goes on from another\].*?if so\.", "", text, flags=re.DOTALL)  # these do not
    assert written[0].keys() == written[1].keys() == set(code(text)) - {"environment.json", "stacks.json"} - examples


QUICK = "optimizer: adam\nmodel: {name: mlp, hidden_sizes: [2]}\ntraining: {epochs: 1, batch_size: 50}\n"
MAP = "model: {name: som, grid: [2, 2]}\ntraining: {epochs: 1}\n"
POINTS = "dataset: {name: synthetic, kind: moons, samples: 80}\n"
NUMBERS = "dataset: {name: synthetic, kind: function, function: sine, samples: 80}\n"
IMAGES = "dataset: digits\n"
FEATURES_AND_PIXELS = re.compile(r"x\d?|p\d+")


@pytest.mark.parametrize("planned_by", ["train", "sweep"])
def test_the_files_of_the_evaluation(planned_by: Any, tmp_path: Path) -> None:
    headers: dict[str, set[str]] = {}
    for text in (POINTS + QUICK, NUMBERS + QUICK, IMAGES + QUICK, POINTS + MAP):
        path = tmp_path / "config.yaml"
        path.write_text(f"{text}sweep: {{over: {{split_seed: [0]}}, seeds: 1}}\n", encoding="utf-8")
        plan = make_plan(path, [], planned_by)
        job = new_job(plan, stacking(plan, 1, 10**9), tmp_path / "runs", ["mlpexp"])
        list(train(job, in_this_process))
        for file in job.folder.evaluation.iterdir():
            headers.setdefault(file.name, set()).update(header(file))
    rows = {code(row["file"])[0]: set(code(row["columns"])) for row in tables_under(PAGE, "Evaluation")[0].rows}
    own = {name: {c for c in columns if not FEATURES_AND_PIXELS.fullmatch(c)} for name, columns in headers.items()}
    absent = {"p0", "p1", "channels"} | ({"arm"} if planned_by == "train" else set())  # these pictures have one channel
    assert own == {name: columns - absent for name, columns in rows.items()}


def text_of(title: str, page: Path = PAGE) -> str:
    return " ".join(section_of(page, title).split())


def test_the_limits_of_size() -> None:
    text = text_of("Evaluation")
    assert f"more than {recording.MOST_ROWS:,} rows" in text
    assert f"{recording.HISTOGRAM_BINS} bins" in text
    assert f"at most {recording.MOST_MISCLASSIFIED} images" in text
    weights = text_of("Weights")
    assert f"at most {recording.ALL_BYTES / 1e6:.0f} MB" in weights
    assert f"up to {recording.BEST_BYTES / 1e9:.0f} GB" in weights
    assert f"more than {MOST_PANELS} arms, the best {MOST_PANELS}" in text_of("Of a sweep", FIGURES_PAGE)


def kept(tmp_path: Path) -> Iterator[Path]:
    """Files of weights of a run that keeps all there is."""
    path = tmp_path / "config.yaml"
    model = "model: {name: mlp, hidden_sizes: [2], activation: prelu, batch_norm: true}\noptimizer: adam\n"
    training = "training: {epochs: 20, batch_size: 50, weight_averaging: 0.9}\nkeep: {history: 3, state: yes}\n"
    path.write_text("dataset: {name: iris, validation_fraction: 0.2}\n" + model + training)
    plan = make_plan(path, [], "train")
    job = new_job(plan, stacking(plan, 1, 10**9), tmp_path / "runs", ["mlpexp"])
    list(train(job, in_this_process))
    yield from sorted(job.folder.weights.glob("*.safetensors"))


def test_the_files_of_weights(tmp_path: Path) -> None:
    files = list(kept(tmp_path))
    kinds = {path.name.split(".")[1] for path in files}
    assert {"epoch-0", "epoch-10", "epoch-20"} <= kinds
    assert kinds - {"epoch-0", "epoch-20"} == first_column("Weights")
    for path in files:
        record = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        assert record.keys() == keys(WeightsRecord) == first_column("Weights", 1)
        with safe_open(path, "np") as tensors:
            names = set(tensors.keys())
        if ".state." in path.name:
            of_state = next(row for row in tables_under(PAGE, "Weights")[0].rows if row["kind"] == "`state`")
            assert {re.sub(r"^slot\..*", "slot.mean", name) for name in names} == set(code(of_state["of each trial"]))
        else:
            general = {re.sub(r"^(dense|conv)\d+(_\w+)?\.|^output\.", "<layer>.", name) for name in names}
            of_tables = {"input.fill", "target.shift", "target.scale"}
            assert general == first_column("Weights", 2) - of_tables


def test_every_choice_of_keep_is_described() -> None:
    of_kinds = {row["is kept with"] for row in tables_under(PAGE, "Weights")[0].rows}
    assert all("keep:" in row_about(name, "The folder") for name in WHERE_ASKED)
    for key in set(Keep.model_fields) - {"data"}:
        assert any(f"`keep.{key}`" in cell for cell in of_kinds)


def test_every_figure_is_described(sweep: Path) -> None:
    of_arm = {figure.name for figure in FIGURES if isinstance(figure, OfArm)}
    of_axis = {f"{figure.name}_<axis>" for figure in FIGURES if isinstance(figure, OfAxis)}
    of_arms = {figure.name.format(metric="<metric>") for figure in FIGURES if isinstance(figure, OfArms)}
    assert first_column("Of a run, or of an arm", page=FIGURES_PAGE) == of_arm
    assert first_column("Of a sweep", page=FIGURES_PAGE) == of_axis | of_arms
    drawn = {path.name for path in (sweep / "plots").iterdir()}
    assert {"effect_hidden_sizes.png", "heat_map.csv", "confusion_matrices.png"} <= drawn


def test_what_a_stack_leaves_is_described() -> None:
    named = set(code(section_of(PAGE, "While it trains")))
    assert {DONE, "checkpoint.json", "checkpoint.safetensors", "metrics.csv", "timing.csv", "diagnostics.csv"} <= named


def test_every_way_to_name_a_result_is_true(prepared_runs: Path) -> None:
    written = first_column("Naming a result")
    meant = {text: find_result(text.removeprefix("runs/"), prepared_runs).name for text in written}
    assert meant["last"] == FINISHED
    assert set(meant.values()) == {FINISHED, OTHER}


def test_the_page_names_no_file_of_the_old_format_elsewhere() -> None:
    old = ("sweep.yaml", "checkpoints/")
    lines = [(page.name, line) for page in DOCS.glob("*.md") for _, line in prose_of(page)]
    assert {page for page, line in lines if any(name in line for name in old)} == {"results.md"}
