"""What the methods paragraph must not get wrong: what a seed decides, what is varied, what cannot be known, and words."""

import re
from pathlib import Path

import pytest

from making.trained_results import Make, Trained
from mlpexp.config.activations import KNOWN
from mlpexp.config.keys import all_keys
from mlpexp.config.outputs import KNOWN_LOSSES
from mlpexp.config.scores import SCORES
from mlpexp.errors import InputError
from mlpexp.planning.again import plan_again
from mlpexp.report.sections.material import Material
from mlpexp.report.sections.methods import beginning, length, maps, network, optimization, parts, preparation, sweeping
from mlpexp.report.sections.methods.merging import merged
from mlpexp.report.sections.methods.names_of_axes import AXES
from mlpexp.report.sections.methods.names_of_scores import SCORE_NAMES
from mlpexp.report.sections.methods.section import section_of
from mlpexp.report.sections.methods.setup import Said, Setups

NET = """\
name: facts
dataset: {name: iris}
model: {name: mlp, hidden_sizes: [4]}
optimizer: {name: sgd, learning_rate: 0.1}
training: {epochs: 1, batch_size: 16}
seeds: 3
"""
MAP = """\
name: facts
dataset: {name: iris}
model: {name: som, grid: [3, 3], algorithm: batch}
training: {epochs: 1}
seeds: 3
"""
TABLE = NET.replace("name: iris", "name: csv, path: t.csv, target: kind")
SWEEP = TABLE + "sweep: {over: {optimizer.name: [adam, sgd], model.hidden_sizes: [[4], [8]]}, seeds: 2}\n"


def english(trained: Trained) -> str:
    section = section_of(Setups(Material(trained.result)))
    return str(section.blocks[0].words[0])  # type: ignore[union-attr]


def sentences(trained: Trained) -> list[str]:
    return re.split(r"(?<=\.) (?=[A-Z])", english(trained))


def table(folder: Path, rows: int = 40) -> None:
    lines = [f"{row % 7},{row % 5 - 2},{'no' if row % 3 else 'yes'}" for row in range(rows)]
    (folder / "t.csv").write_text("\n".join(["a,b,kind", *lines]) + "\n")


@pytest.mark.parametrize(
    ("text", "decides"),
    [
        (NET, "the split, initial weights and the order of samples"),
        (NET.replace("batch_size: 16", "batch_size: full"), "the split and initial weights"),
        (NET.replace("batch_size: 16", "batch_size: 105"), "the split and initial weights"),
        (NET.replace("[4]}", "[4], init: zeros}"), "the split and the order of samples"),
        (NET.replace("[4]}", "[4], dropout: 0.2}"), "the split, initial weights, the order of samples and dropout"),
        (NET.replace("iris", "iris, test_fraction: 0"), "initial weights and the order of samples"),
        (NET.replace("iris", "iris, split: k_fold"), "the fold, initial weights and the order of samples"),
        (
            NET.replace("iris", "iris, test_fraction: 0, train_samples: 50"),
            "the choice of training samples, initial weights and the order of samples",
        ),
        (NET + "split_seed: 3\ninit_seed: 4\norder_seed: 5\n", "nothing"),
        (MAP, "the split and the initial code book"),
        (MAP.replace("batch}", "batch, init: pca}"), "the split"),
    ],
)
def test_what_a_seed_decides(make: Make, lazy_disk: None, text: str, decides: str) -> None:
    assert f"The seed decides {decides}." in sentences(make(text))


def test_the_validation_part_of_a_given_test_part_is_drawn(make: Make, tmp_path: Path, lazy_disk: None) -> None:
    table(tmp_path)
    (tmp_path / "u.csv").write_text((tmp_path / "t.csv").read_text())
    text = TABLE.replace("target: kind", "target: kind, split: {kind: file, path: u.csv}")
    assert "The seed decides initial weights and the order of samples." in sentences(make(text))
    told = sentences(make(text.replace("kind, split", "kind, validation_fraction: 0.25, split"), "drawn"))
    assert "The seed decides the validation part, initial weights and the order of samples." in told
    assert "The validation samples were drawn from the training part anew for each seed." in told


def test_what_an_axis_varies_is_told_by_its_values(trained: Make, tmp_path: Path) -> None:
    table(tmp_path)
    told = sentences(trained(SWEEP))
    assert "With optimizer adam, the optimizer had learning rate 0.1, β₁ = 0.9, β₂ = 0.999 and ε = 1e-8." in told
    assert "With optimizer sgd, the optimizer had learning rate 0.1." in told
    assert "The network has 22 or 42 trainable parameters." in told


def test_without_its_table_nothing_of_the_base_config_is_told_of_the_arms(trained: Make, tmp_path: Path) -> None:
    """The plan cannot be made again, so nobody knows what each arm has."""
    table(tmp_path)
    result = trained(SWEEP)
    (tmp_path / "t.csv").unlink()
    with pytest.raises(InputError):
        plan_again(result.folder)
    told = english(result)
    assert not re.search(r"optimizer was|parameters|of 4 units", told)
    assert "The varied factors are optimizer (adam, sgd) and hidden units (4, 8; one hidden layer)." in told
    assert "The data set t has 40 samples with 2 input features and 2 classes of kind." in told


def test_numbers_that_go_together_are_told_by_the_values_of_the_axis(make: Make, lazy_disk: None) -> None:
    text = NET.replace("iris", "iris, test_fraction: 0.2").replace("seeds: 3\n", "")
    told = sentences(
        make(text + "sweep: {over: {dataset.test_fraction: [0.2, 0.4], learning_rate: [1, 2]}, seeds: 2}\n")
    )
    told = [sentence.partition(" samples, ")[0] for sentence in told]
    assert "With test fraction 0.2, the data were split into 120 training and 30 test" in told
    assert "With test fraction 0.4, the data were split into 90 training and 60 test" in told


def test_a_sampled_axis_is_told_by_its_range(make: Make, lazy_disk: None) -> None:
    over = '{learning_rate: "log_uniform(0.01, 1)", schedule.name: [constant, cosine]}'
    told = sentences(make(NET + f"sweep: {{over: {over}, method: random, trials: 16, seeds: 2}}\n"))
    assert "The varied factors are learning rate (log_uniform(0.01, 1)) and schedule (constant, cosine)." in told
    assert "There are 8 settings, drawn at random from these ranges." in told
    assert "With schedule cosine, the learning rate followed half a cosine down to 0." in told


def test_an_axis_of_one_value_varies_nothing(make: Make, lazy_disk: None) -> None:
    told = sentences(make(NET + "sweep: {over: {optimizer.name: [sgd], hidden_sizes: [[2], [4]]}, seeds: 2}\n"))
    assert "The optimizer was SGD (learning rate 0.1)." in told
    assert "The varied factor is hidden units (2, 4; one hidden layer)." in told
    assert "There are 2 settings." in told


def test_trainings_that_diverge_are_said(trained: Make) -> None:
    text = NET.replace("sgd, learning_rate: 0.1", "sgd, learning_rate: 1.0e+30").replace("epochs: 1", "epochs: 3")
    told = sentences(trained(text.replace("[4]}", "[4], activation: identity}")))
    assert "Of 3 trainings, 3 diverged; they are not in the means." in told


def test_numbers_in_which_settings_differ_are_one_sentence() -> None:
    def said(number: int) -> Said:
        return Said(f"It has {number} units.", f"有 {number} 个单元。")

    assert merged([said(4), said(16), said(8)]) == [Said("It has 4, 8 or 16 units.", "有 4、8 或 16 个单元。")]
    assert merged([said(number) for number in range(2, 9)]) == [Said("It has 2 to 8 units.", "有 2 至 8 个单元。")]
    assert merged([said(4), None]) == [
        Said("In 1 of 2 settings, it has 4 units.", "在 1 种设置（共 2 种）中，有 4 个单元。")
    ]
    assert merged([None, None]) == []


def test_every_word_of_a_config_has_a_name_in_both_languages() -> None:
    choices = {path: set(key.choices) for path, key in all_keys().items()}
    assert optimization.CHINESE_LOSSES.keys() == KNOWN_LOSSES.keys()
    assert SCORE_NAMES.keys() == SCORES.keys()
    assert network.ACTIVATIONS.keys() == KNOWN.keys()
    assert optimization.OPTIMIZERS.keys() == choices["optimizer.name"]
    assert optimization.SCHEDULES.keys() == choices["schedule.name"]
    assert network.OUTPUTS.keys() == choices["model.output_activation"]
    assert beginning.INITS.keys() | maps.INITS.keys() == choices["model.init"]
    assert parts.SPLITS.keys() == choices["dataset.split.kind"]
    assert preparation.FILLED.keys() | {"error"} == choices["dataset.missing"]
    assert preparation.SCALINGS.keys() == choices["dataset.scale"]
    assert length.PRECISIONS.keys() == choices["training.precision"]
    assert sweeping.METHODS.keys() == choices["sweep.method"]
    assert maps.DECAYS.keys() == choices["model.radius_decay"]
    assert AXES.keys() <= choices.keys()


def test_dropped_rows_are_counted_with_the_columns_that_lack_cells(trained: Make, tmp_path: Path) -> None:
    table(tmp_path, 60)
    lines = (tmp_path / "t.csv").read_text().splitlines()
    lines[4], lines[9], lines[20] = ",1,yes", "2,,no", "1,1,"
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n")
    told = trained(TABLE.replace("target: kind", "target: kind, missing: drop"), "all")
    assert "Of 60 rows, 3 were dropped: a cell is missing in a (1), b (1) and kind (1)." in sentences(told)
    chinese = section_of(Setups(Material(told.result))).sections[0].blocks[0].words[0]  # type: ignore[union-attr]
    assert "共 60 行，其中 3 行因存在缺失值被删除：a（1 个）、b（1 个）、kind（1 个）。" in str(chinese)
    rules = "missing: {a: mean, b: most_frequent, kind: drop}"
    some = sentences(trained(TABLE.replace("target: kind", f"target: kind, {rules}"), "some"))
    assert "Of 60 rows, 1 was dropped: a cell is missing in kind (1)." in some
    assert any(sentence.startswith("Missing values of a were replaced by the mean") for sentence in some)
    assert not any("left out with their rows" in sentence for sentence in some)


def test_without_its_table_it_is_told_that_rows_were_left_out(trained: Make, tmp_path: Path) -> None:
    table(tmp_path)
    with (tmp_path / "t.csv").open("a") as stream:
        stream.write(",1,yes\n")
    result = trained(TABLE.replace("target: kind", "target: kind, missing: drop"))
    (tmp_path / "t.csv").unlink()
    assert "Missing values of a were left out with their rows." in sentences(result)
