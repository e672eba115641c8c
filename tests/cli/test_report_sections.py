"""What the sections of a report say, read as whoever hands it in: each sentence is true of the result."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.cm import ScalarMappable

from making.command_line import Answer
from making.run_files import unsealed
from making.trained_results import Make
from mlpexp.report.document.blocks import Bullets, CodeBlock, FigureBlock, Paragraph, TableBlock
from mlpexp.report.document.document import Section
from mlpexp.report.document.formulas import Formula, Fraction, Name, Scripted, Terms
from mlpexp.report.reasons import DAMAGED
from mlpexp.report.sections.answer import answer
from mlpexp.report.sections.arithmetic import LETTERS, LOSSES, arithmetic
from mlpexp.report.sections.asked import asked
from mlpexp.report.sections.comparison import comparison
from mlpexp.report.sections.contents import document_of
from mlpexp.report.sections.data_sheet import data_sheet
from mlpexp.report.sections.effects import effects
from mlpexp.report.sections.fit import fit
from mlpexp.report.sections.material import Material
from mlpexp.report.sections.methods.section import methods
from mlpexp.report.sections.predictions import predictions
from mlpexp.report.sections.question import question
from mlpexp.results.result import Result

pytestmark = pytest.mark.usefixtures("lazy_disk", "undrawn")
MLP = """\
dataset: {name: iris, test_fraction: 0.3}
model: {name: mlp, hidden_sizes: [6], activation: tanh}
optimizer: {name: sgd, learning_rate: 0.05}
training: {batch_size: 16, epochs: 2}
"""
RUN = MLP + "seeds: 3\n"
HIDDEN = MLP + "sweep: {over: {hidden_size: [2, 4], learning_rate: [0.01, 0.1]}, seeds: 2}\n"
BOTH = "sweep: {over: {learning_rate: [0.01, 1000000]}, seeds: 2}\n"
SINE = """\
dataset: {name: synthetic, kind: function, function: sine, samples: 60}
model: {name: mlp, hidden_sizes: [4], activation: relu}
optimizer: {name: sgd, learning_rate: 1000000}
training: {batch_size: 8, epochs: 3}
seeds: 2
"""
MAP = """\
dataset: {name: iris, test_fraction: 0.3}
model: {name: som, grid: [4, 4]}
training: {epochs: 3}
"""
Call = Callable[..., Answer]


def of(path: Path) -> Material:
    return Material(Result.open(path))


def lines(section: Section | None) -> Iterator[str]:
    """Paragraphs, items, commands, titles and rows of tables, one after the other."""
    assert section is not None
    for block in section.blocks:
        match block:
            case Paragraph():
                yield plain(block.words)
            case Bullets():
                yield from map(plain, block.items)
            case CodeBlock():
                yield block.text
            case TableBlock():
                yield from (block.table.title, *(" | ".join(row) for row in block.table.rows))
    for inner in section.sections:
        yield from lines(inner)


def plain(words: object) -> str:
    return "".join(each if isinstance(each, str) else getattr(each, "text", "") for each in words)


def text(section: Section | None) -> str:
    return "\n".join(lines(section))


def first(section: Section) -> str:
    return next(lines(section))


def test_the_comment_of_an_own_config_wins_over_an_example_of_its_name(mlpexp: Call, tmp_path: Path) -> None:
    (tmp_path / "iris").mkdir()
    (tmp_path / "iris" / "mlp.yaml").write_text(f"# Question: Does my own idea work?\n{RUN}", encoding="utf-8")
    run = mlpexp("train", "iris/mlp", "-q").run
    assert first(question(of(run))) == "Does my own idea work?"
    assert "example" not in text(question(of(run)))


@pytest.mark.parametrize(("options", "is_told"), [((), True), (("--epochs", 2), False)])
def test_an_older_result_has_the_comment_of_the_example_that_it_is(
    options: tuple[object, ...], is_told: bool, mlpexp: Call
) -> None:
    run = mlpexp("train", "synthetic/xor", *options, "-q").run
    which = "Expected" if is_told else "Expected of the config as it was written"
    assert f"{which}: yes" in text(question(of(run))).splitlines()[1]
    config = run / "config.yaml"
    bare = [line for line in config.read_text(encoding="utf-8").splitlines(keepends=True) if not line.startswith("#")]
    config.write_text("".join(bare), encoding="utf-8")
    said = text(question(of(run)))
    assert ("Expected of the example synthetic/xor as it is: yes" in said) == is_told
    assert ("compute exclusive or" in said) == is_told


@pytest.mark.parametrize(
    ("comment", "wanted"),
    [
        ("# Does height tell?\n# A second line.\n#\n# By Ann.\n", ["Does height tell? A second line.", "By Ann."]),
        ("# By Ann.\n# question : Why?\n# Time: long\n", ["Why?", "By Ann."]),
        ("# yaml-language-server: $schema=x\n# -----\n#Why?\n", ["Why?"]),
        (b"# Gr\xf6\xdfe?\n", ["Gr\ufffd\ufffde?"]),
        ("", []),
    ],
)  # fmt: skip
def test_a_comment_without_question_is_the_question(comment: str | bytes, wanted: list[str], trained: Make) -> None:
    run = trained(RUN)
    written = comment if isinstance(comment, bytes) else comment.encode()
    run.folder.config.write_bytes(written + run.folder.config.read_bytes())
    said = list(lines(question(of(run.path))))
    assert said == [*wanted, *said[len(wanted) :]]
    assert said[len(wanted)].startswith("Data: iris")


def test_networks_and_data_of_a_sweep_are_those_of_its_arms(trained: Make) -> None:
    sweep = of(trained(HIDDEN).path)
    assert "Network: mlp, 19 to 35 parameters, by arm." in text(question(sweep))
    said = list(lines(arithmetic(sweep)))
    best = sweep.result.summary.outcome.best
    label = sweep.result.planned_arms[best].label
    assert any(line.startswith(f"{label}, input 4: ") for line in said)
    assert "hidden_size=2, learning_rate=0.01 and 1 more | 19 | 14 | 76 B" in said
    assert "51" not in text(arithmetic(sweep))  # parameters of the config before the axes
    rows = [line for line in lines(asked(sweep)) if line.startswith("model.hidden_sizes")]
    assert rows == ["model.hidden_sizes | varied: 2, 4 | [16] | Units of each hidden layer."]
    cut = of(trained(MLP + "sweep: {over: {dataset.train_samples: [20, 60]}, seeds: 2}\n", "cut").path)
    assert "Data: iris, 20 to 60 train, 45 test samples, by arm." in text(question(cut))
    assert "train_samples=20 | 20 | 0 | 45" in text(data_sheet(cut))


def test_a_section_that_is_none_by_default_is_told_whatever_is_in_it(trained: Make) -> None:
    config = RUN.replace("name: iris", "name: iris, validation_fraction: 0.2").replace(
        "training: {", "training: {early_stopping: {patience: 10}, "
    )
    (row,) = (line for line in lines(asked(of(trained(config).path))) if line.startswith("training.early_stopping"))
    assert row.startswith("training.early_stopping | {patience: 10, min_delta: 0} | - | Stop when")


def test_without_the_data_no_key_is_said_to_have_its_default(
    mlpexp: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = "".join(f"{i},{i % 7},{'a' if i % 2 else 'b'}\n" for i in range(40))
    Path("gone.csv").write_text(f"x,y,kind\n{rows}", encoding="utf-8")
    Path("gone.yaml").write_text(RUN.replace("name: iris", "name: csv, path: gone.csv, target: kind"), encoding="utf-8")
    run = mlpexp("train", "gone.yaml", "-q").run
    Path("gone.csv").unlink()
    said = list(lines(asked(of(run))))
    assert said[0].startswith("Keys that are not at their default are not listed: the data")
    assert "Every other key has its default." not in said


def test_the_functions_of_all_arms_are_shown(trained: Make) -> None:
    sweep = of(
        trained(
            MLP + "sweep: {over: {loss: [cross_entropy, sum_squared_error], activation: [relu, tanh]}, seeds: 1}\n"
        ).path
    )
    said = text(arithmetic(sweep))
    for heading in ("Activation relu:", "Activation tanh:", "Loss cross_entropy:", "Loss sum_squared_error:"):
        assert heading in said


def names(formula: Formula | str | None) -> Iterator[str]:
    match formula:
        case Name():
            yield formula.text
        case Fraction():
            yield from (*names(formula.over), *names(formula.under))
        case Scripted():
            yield from (*names(formula.of), *names(formula.below), *names(formula.above))
        case Terms():
            for part in formula.parts:
                yield from names(part)


@pytest.mark.parametrize("loss", LOSSES)
def test_each_letter_of_a_loss_is_explained(loss: str) -> None:
    explained = {name for part in LETTERS[loss] for name in names(part)}
    assert {name for name in names(LOSSES[loss]) if len(name) == 1} - {"L"} == explained
    assert all(len(each.split()) <= 20 for each in plain(LETTERS[loss]).split(". "))


def test_the_answer_of_one_seed_has_the_interval_that_is_spoken_of(trained: Make) -> None:
    run = of(trained(MLP).path)
    said = text(answer(run))
    interval = re.search(r"95 % interval (\S+) to (\S+), Wilson, for 45 test samples; n = 1 seed", said)
    assert interval
    (row,) = (row for row in lines(comparison(run)) if row.startswith("test | 45 | accuracy"))
    assert row.endswith(f"{interval[1]} .. {interval[2]}")


def test_the_answer_where_all_seeds_diverged(trained: Make) -> None:
    run = of(trained(SINE).path)
    assert first(answer(run)) == "Test R² has no value: all 2 seeds diverged."
    shown = (predictions(run), fit(run))
    assert [first(section).split(".")[0] for section in shown if section] == ["All seeds diverged"] * 2


def test_an_exact_tie_has_no_best_arm(trained: Make) -> None:
    sweep = MLP + "sweep: {over: {learning_rate: [RATES]}, seeds: 2, metric: test_loss}\n"
    said = first(answer(of(trained(sweep.replace("RATES", "1e-20, 1e-21"), "all").path)))
    assert said.startswith("All 2 arms have the same mean test loss, ")
    assert ". Whether the other arm differs from the best is undecided. Intervals speak of" in said
    said = first(answer(of(trained(sweep.replace("RATES", "1e-20, 1000000, 1e-21"), "some").path)))
    assert said.startswith("2 of 3 arms share the best mean test loss, ")
    ends = r" \(95 % interval \d\.\d+ to \d\.\d+\)"
    assert re.search(rf"They are: learning_rate=1e-20{ends}; learning_rate=1e-21{ends}\.", said)


def test_seeds_that_diverged_in_another_arm_are_mistaken_in_the_best(trained: Make) -> None:
    sweep = trained(SINE.replace("learning_rate: 1000000", "learning_rate: 0.01").replace("seeds: 2\n", "") + BOTH)
    said = text(predictions(Material(sweep.result, wrong=lambda arm: "the data are gone")))
    assert "The best arm by test R²: learning_rate=0.01." in said
    assert re.search(r"The largest errors, test part: 10 of \d+ over 2 seeds", said), said


def test_a_sweep_of_seeds_has_no_best_seed(trained: Make) -> None:
    said = text(answer(of(trained(MLP + "sweep: {over: {split_seed: [0, 1, 2], init_seed: [0, 1]}, seeds: 1}\n").path)))
    assert re.match(
        r"Test accuracy is 0\.\d+ on average over 6 trainings\. That of one training has a standard deviation of 0\.\d+\. "
        r"Its variance is due to: split \d+ %, initial weights \d+ % and rest \d+ %\.",
        said,
    )
    assert "best" not in said
    assert "split_seed=" not in said


def test_what_is_said_beside_a_page_fits_a_page(trained: Make) -> None:
    said = text(answer(of(trained(MLP + "sweep: {over: {learning_rate: 'log(1e-4, 1, 31)'}, seeds: 2}\n").path)))
    assert "of 31 arms" in said
    assert "the best 30" not in said.lower()
    assert "comparison.csv" not in said


def test_what_was_interrupted_can_be_gone_on_with_as_is_said(make: Make, mlpexp: Call) -> None:
    run = make(RUN)
    updates = run.updates()
    next(updates)
    updates.close()
    material = of(run.path)
    sentence, _, command = lines(answer(material))
    assert sentence.startswith("There is no answer yet: this run ")
    assert "To be trained 3 times, each time with another seed." in text(question(material))
    assert methods(material) is None  # which would say that it was done
    program, *words = command.split()
    assert program == "mlpexp"
    assert mlpexp(*words).code == 0
    assert of(run.path).has_ended


def test_the_command_for_a_table_works_where_it_is_said_to(
    mlpexp: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "".join(f"{i},{i % 7},{'a' if i % 2 else 'b'}\n" for i in range(40))
    (tmp_path / "own.csv").write_text(f"x,y,kind\n{rows}", encoding="utf-8")
    (tmp_path / "own.yaml").write_text(
        RUN.replace("name: iris", "name: csv, path: own.csv, target: kind"), encoding="utf-8"
    )
    material = of(mlpexp("train", "own.yaml", "-q").run)
    said = list(lines(asked(material)))
    at = said.index("The same again, from the folder in which the result lies:")
    assert "begin at the folder of the result" in said[at + 2]
    monkeypatch.chdir(material.result.path.resolve().parent)
    again = mlpexp(*said[at + 1].split()[1:], "-q")
    assert again.code == 0, again.err
    assert of(again.run).result.summary.hash == material.result.summary.hash


def lightness(shown: ScalarMappable, value: float) -> float:
    red, green, blue, _ = shown.to_rgba(value)
    return 0.3 * red + 0.6 * green + 0.1 * blue


def mappable(block: FigureBlock) -> ScalarMappable:
    with mpl.rc_context():
        axes = block.drawing.figure.axes
        return next(each for each in (*axes[0].images, *axes[0].collections) if each.get_array() is not None)


@pytest.mark.parametrize(("metric", "words"), [("test_loss", "lower"), ("test_accuracy", "higher")])
def test_the_caption_of_a_heat_map_says_what_its_colours_say(metric: str, words: str, trained: Make) -> None:
    sweep = of(trained(HIDDEN.replace("seeds: 2}", f"seeds: 1, metric: {metric}}}")).path)
    blocks = effects(sweep).blocks
    (block,) = (each for each in blocks if each.name == "heat_map")
    colours = mappable(block)
    low, high = np.nanmin(colours.get_array()), np.nanmax(colours.get_array())
    assert (lightness(colours, low) > lightness(colours, high)) == (words == "lower")
    assert f"Lighter cells have {words} values, which are better." in block.caption
    assert block.is_picture  # whose colours a dark page leaves as they are


def test_the_caption_of_a_u_matrix_says_what_its_colours_say(trained: Make) -> None:
    (block,) = (each for each in fit(of(trained(MAP).path)).blocks if each.name == "u_matrix")
    colours = mappable(block)
    low, high = np.nanmin(colours.get_array()), np.nanmax(colours.get_array())
    assert lightness(colours, high) > lightness(colours, low)
    assert "Bright walls divide clusters" in block.caption
    assert block.is_picture


def test_mistakes_of_seeds_that_diverged_are_left_out(trained: Make) -> None:
    run = trained(RUN)
    unsealed(run.path)
    trials = run.folder.trials.read_text(encoding="utf-8")
    status = re.search(r"(?m)^.*\bfinished\b.*$", trials)[0]
    run.folder.trials.write_text(trials.replace(status, status.replace("finished", "diverged")), encoding="utf-8")
    assert "over 2 seeds" in text(predictions(of(run.path)))


def test_a_section_that_fails_costs_itself_alone(
    trained: Make, mlpexp: Call, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sweep = trained(HIDDEN)
    unsealed(sweep.path)
    sweep.folder.trials.write_text("arm,seed\nnot,numbers\n", encoding="utf-8")
    assert mlpexp("report", sweep.path, "-o", tmp_path / "r.md").code == 0
    assert "section 'The answer' left out" in caplog.text
    written = (tmp_path / "r.md").read_text(encoding="utf-8")
    parts = dict(re.findall(r"(?ms)^## (.+?)\n\n(.*?)(?=^## |\Z)", written))
    assert re.fullmatch(r"This section cannot be made: trials\.csv: damaged\b.*\.\s*", parts["The answer"])
    assert "Network: mlp" in parts["The question"]
    assert "Every other key has its default" in parts["What was asked"]
    assert "Loss cross" in parts["Parameters and formulas"]
    told = {"arm": "", "seed": 0, "epoch": 2, "samples_are": "", "epochs": [], "num_epochs_kept": 0}
    material = Material(sweep.result, live=lambda _: {**told, "widget": {"kind": "row", "low": float("nan")}})
    (network,) = (section for section in document_of([material]).sections if section.title == "Try the network")
    assert text(network).startswith(f"This section cannot be made: {DAMAGED}.")
