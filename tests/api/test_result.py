"""A result in Python: frames, sentences, figures, a page, and what the commands do with it."""

import re
import shutil
import sys
import threading
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
import pytest
import torch

from making.command_line import Command
from making.configs import IRIS, TINY
from making.results_builder import DIGITS, HIDDEN, LR, BuiltResult, build_run, build_sweep
from making.trained_results import Make
from mlpexp.api.loading import load
from mlpexp.api.result import Result
from mlpexp.api.training import train
from mlpexp.errors import InputError, RunError
from mlpexp.report.tables.comparison_files import write_files

AXES = {LR: ["0.01", "0.1"], HIDDEN: ["4", "16"]}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> BuiltResult:
    return build_run(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> BuiltResult:
    return build_sweep(tmp_path_factory.mktemp("sweep"), AXES, seeds=3, epochs=6)


def test_it_is_found_as_the_commands_find_it(run: BuiltResult) -> None:
    runs = run.path.parent
    for name in (run.path, str(run.path), run.path.name, "last", run.result.summary.hash):
        assert load(name, runs_dir=runs).path == run.path
    with pytest.raises(InputError, match="there is no such result folder"):
        load("nothing", runs_dir=runs)
    with pytest.raises(InputError, match="not a result folder"):
        Result(runs)


def test_what_it_says_of_itself(run: BuiltResult, sweep: BuiltResult) -> None:
    result = Result(sweep.path)
    assert (result.name, result.status, result.seeds) == ("iris-mlp", "finished", [0, 1, 2])
    assert result.arm_labels == [arm.label for arm in sweep.plan.arms]
    assert result.summary.num_trials == 12
    config = result.config
    config["dataset"]["name"] = "other"
    assert result.config["dataset"]["name"] == "iris"
    assert Result(run.path).seeds == [0, 1, 2]


def test_every_frame_of_trials_has_arm_label_axes_and_seed_in_front(run: BuiltResult, sweep: BuiltResult) -> None:
    result, arms = Result(sweep.path), sweep.read("arms.csv").set_index("arm")
    for name in ("metrics", "trials", "predictions"):
        frame, written = (
            getattr(result, name),
            sweep.read(f"evaluation/{name}.csv" if name == "predictions" else f"{name}.csv"),
        )
        assert list(frame.columns[:5]) == ["arm", "label", LR, HIDDEN, "seed"]
        assert list(frame.columns[5:]) == [each for each in written.columns if each not in ("arm", "seed", LR, HIDDEN)]
        assert frame["label"].tolist() == arms.loc[frame["arm"], "label"].tolist()
        assert frame[LR].tolist() == arms.loc[frame["arm"], LR].tolist()
        for arm, rows in written.groupby("arm"):
            assert frame[frame["arm"] == arm].iloc[:, -1].tolist() == rows.iloc[:, -1].tolist()
        assert list(getattr(Result(run.path), name).columns[:3]) == ["arm", "label", "seed"]
    assert result.arms["label"].tolist() == result.arm_labels


def test_the_comparison_is_that_of_the_file(sweep: BuiltResult) -> None:
    write_files(sweep.result)
    frame, written = Result(sweep.path).comparison, sweep.read("comparison.csv")
    assert list(frame.columns) == ["arm", "label", LR, HIDDEN, *written.columns[2:]]
    for column in written.columns:
        if pd.api.types.is_numeric_dtype(written[column]):
            assert frame[column].to_numpy(float) == pytest.approx(written[column].to_numpy(float), nan_ok=True)
        else:
            assert frame[column].tolist() == written[column].tolist()


def test_a_frame_is_a_copy(run: BuiltResult) -> None:
    result = Result(run.path)
    frame = result.metrics
    frame.iloc[:, -1] = -1
    assert (result.metrics.iloc[:, -1] != -1).all()


def test_a_frame_that_is_not_there_says_why(run: BuiltResult) -> None:
    result = Result(run.path)
    for name, why in (
        ("diagnostics", "they were not asked for"),
        ("columns", "not trained on a table"),
        ("comparison", "has one arm"),
    ):
        with pytest.raises(InputError, match=why):
            getattr(result, name)


def test_sentences_are_those_of_the_terminal(run: BuiltResult, sweep: BuiltResult, mlpexp: Command) -> None:
    def without_code(text: str) -> str:
        return re.sub("`[^`]*`", "`...`", text)

    for built in (run, sweep):
        said = without_code(mlpexp("show", built.path, "--details").out)
        for sentence in Result(built.path).conclusions:
            assert without_code(sentence) in said
            assert "--" not in sentence


def test_what_is_in_training_or_was_interrupted_says_so(tmp_path: Path) -> None:
    built = build_sweep(tmp_path, AXES, seeds=2, epochs=4, stacks=1)
    result = Result(built.path)
    assert result.status == "interrupted"
    assert "interrupted" in repr(result)
    assert result.conclusions[0].endswith(f"go on with: mlpexp.load({str(built.path)!r}).resume()")
    assert "was interrupted before its end" in result._repr_html_()
    assert len(result.trials) < 8
    with pytest.raises(InputError, match=r"has not ended; go on with: mlpexp\.load"):
        _ = result.comparison


def test_what_reached_nothing_says_so(tmp_path: Path) -> None:
    lost = build_sweep(tmp_path, AXES, seeds=2, epochs=4, lost=lambda settings, seed: "diverged")
    result = Result(lost.path)
    assert "test accuracy has no value" in repr(result)
    assert "every trial diverged or failed" in result._repr_html_()
    run = Result(build_run(tmp_path, lost=lambda settings, seed: "diverged").path)
    assert "all 3 seeds diverged" in run._repr_html_()
    with pytest.raises(InputError, match="none of its trials ended well"):
        run.module()


def test_of_seeds_that_are_varied_none_is_the_best(tmp_path: Path) -> None:
    axes = {"init_seed": ["0", "1"], "order_seed": ["0", "1"]}
    assert "best" not in repr(Result(build_sweep(tmp_path, axes, seeds=1, epochs=3).path))


def test_one_line_for_the_terminal(run: BuiltResult, sweep: BuiltResult) -> None:
    for built in (run, sweep):
        text = repr(Result(built.path))
        assert "\n" not in text
        assert "finished" in text
        assert "test accuracy 0." in text
    assert "4 arms x 3 seeds; best: " in repr(Result(sweep.path))


def test_figures_are_those_that_training_drew_and_touch_no_settings(trained: Make) -> None:
    run = trained(TINY)
    result, before = Result(run.path), dict(matplotlib.rcParams)
    names = result.figures
    assert "loss" in names
    for name in names:
        figure = result.figure(name)
        assert figure.axes
    picture, size = figure._repr_png_()
    assert picture.startswith(b"\x89PNG")
    assert 300 < size["width"] < 800
    assert "matplotlib.pyplot" not in sys.modules or not matplotlib.pyplot.get_fignums()
    assert dict(matplotlib.rcParams) == before
    with pytest.raises(InputError, match="did you mean loss"):
        result.figure("los")
    with pytest.raises(InputError, match="its numbers are not in this result"):
        result.figure("u_matrix")


def test_a_figure_of_one_arm_needs_its_name(sweep: BuiltResult) -> None:
    result = Result(sweep.path)
    assert "arms" in result.figures
    with pytest.raises(InputError, match="it is a figure of one arm"):
        result.figure("loss")
    assert result.figure("loss", arm={LR: 0.1, HIDDEN: [4]}).axes


def test_figures_frames_and_pages_come_from_several_threads_at_once(sweep: BuiltResult) -> None:
    result, before, errors = Result(sweep.path), dict(matplotlib.rcParams), []

    def look() -> None:
        try:
            assert result.figure("arms").axes
            assert len(result.metrics)
            assert "<table>" in result._repr_html_()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert dict(matplotlib.rcParams) == before


def test_predictions_of_samples_in_memory_are_those_of_a_file(trained: Make, tmp_path: Path) -> None:
    run = trained(TINY + "seeds: 2\n")
    result, inputs = Result(run.path, quiet=True), run.dataset.inputs[:7]
    frame = pd.DataFrame(inputs, columns=list(run.dataset.feature_names))
    frame.to_csv(tmp_path / "new.csv", index=False)
    by_file = result.predict(tmp_path / "new.csv")
    for samples in (frame, inputs, inputs.tolist(), frame[frame.columns[::-1]]):
        pd.testing.assert_frame_equal(result.predict(samples), by_file)
    mean = np.mean([result.module(seed=seed)(torch.from_numpy(inputs)).detach().numpy() for seed in (0, 1)], 0)
    assert by_file["probability"].to_numpy() == pytest.approx(mean.max(1), abs=1e-6)
    for wrong, said in ((inputs[:, :1], "the array has 1 column"), (5, "is no table"), ("none.csv", "no such file")):
        with pytest.raises(InputError, match=said):
            result.predict(wrong)


def test_predictions_of_pictures_in_memory(trained: Make) -> None:
    run = trained(DIGITS, memory=10**9)
    result, pixels = Result(run.path, quiet=True), run.dataset.inputs[:5]
    said = result.predict(pixels)
    assert len(said) == 5
    pd.testing.assert_frame_equal(result.predict(pixels[:, 0]), said)
    with pytest.raises(InputError, match="as whole numbers"):
        result.predict(pixels / 255)
    with pytest.raises(InputError, match="pictures here are"):
        result.predict(pixels[..., :3])


def test_samples_in_memory_judge_as_those_of_a_file(trained: Make, tmp_path: Path) -> None:
    run = trained(IRIS + "seeds: 2\n")
    result, dataset = Result(run.path, quiet=True), run.dataset
    frame = pd.DataFrame(dataset.inputs[::3], columns=list(dataset.feature_names))
    frame["species"] = np.array(dataset.class_names)[dataset.targets[::3]]
    frame.to_csv(tmp_path / "iris.csv", index=False)
    by_file = result.evaluate(tmp_path / "iris.csv").scores
    for samples in (frame, (dataset.inputs[::3], frame["species"])):
        pd.testing.assert_frame_equal(result.evaluate(samples).scores, by_file)
    assert "data in memory: 50 samples" in repr(result.evaluate(frame))
    for wrong, said in (
        (frame.drop(columns="species"), "data in memory.*there is no column species"),
        ((dataset.inputs, [0]), "X has 150 rows, but y has 1"),
        (3, "int is no data"),
    ):
        with pytest.raises(InputError, match=said):
            result.evaluate(wrong)


def test_what_the_commands_do_with_a_result(trained: Make, tmp_path: Path) -> None:
    run = trained(IRIS + "seeds: 2\n")
    before = run.bytes()
    result = Result(run.path, quiet=True)
    assert len(result.mistakes().table.columns) > 3
    assert set(result.evaluate("iris").scores["seed"]) == {0, 1}
    assert "nothing" in repr(result.quantize())
    assert list(result.explain(quick=True).table["verdict"])
    assert result.export(tmp_path / "network.py") == tmp_path / "network.py"
    with pytest.raises(InputError, match="exists"):
        result.export(tmp_path / "network.py")
    with pytest.raises(InputError, match="is a result"):
        result.export(run.path / "network.py")
    assert result.report(tmp_path / "report.html", explain=False, network=False).is_file()
    folder = tmp_path / "on"
    result.evaluate("iris", output=folder)
    assert (folder / "scores.csv").is_file()
    assert run.bytes() == before
    assert any(path.name == "loss.png" for path in result.plot())


def test_data_in_memory_are_asked_for_where_they_were_not_kept(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    frame = pd.DataFrame(draw.normal(size=(40, 2)), columns=["width", "height"])
    frame["kind"] = np.where(frame["width"] > 0, "wide", "narrow")
    runs = {"runs_dir": tmp_path, "quiet": True, "plots": (), "epochs": 2, "seeds": 1}
    kept = train(data=frame, target="kind", **runs)
    wrong = kept.mistakes().table
    shutil.rmtree(kept.path / "data")
    bare = load(kept.path, quiet=True)
    assert len(bare.predict(frame.head(3))) == 3
    with pytest.raises(
        InputError, match=r"the data data\.csv are not there .*; tables=\[FILE\] or data= of mlpexp\.load"
    ):
        bare.mistakes()
    given = load(kept.path, data=frame, quiet=True)
    pd.testing.assert_frame_equal(given.mistakes().table, wrong)
    with pytest.raises(RunError, match=r"the data have changed since the run began \(data\.csv: "):
        load(kept.path, data=frame.iloc[::-1], quiet=True).mistakes()


def test_a_part_that_cannot_be_read_is_refused_when_a_result_is_opened(run: BuiltResult) -> None:
    namespace: dict[str, Any] = {}
    exec("def mine(x):\n    return x", namespace)  # a function without source
    assert load(run.path, parts=[leaky], quiet=True).seeds == [0, 1, 2]
    with pytest.raises(InputError, match="mine"):
        load(run.path, parts=[namespace["mine"]])


def leaky(x: "torch.Tensor") -> "torch.Tensor":
    """An activation of one's own."""
    return torch.where(x > 0, x, 0.2 * x)
