"""Results of older versions, which called scaled sizes and layers as they are written: their files never mix two names."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from making.results_builder import DIGITS, HIDDEN, IRIS, BuiltResult, Invention, build_sweep
from making.run_files import unsealed
from mlpexp.errors import InputError
from mlpexp.execution.run import reopened, train
from mlpexp.report.tables.comparison_files import rebuild
from mlpexp.report.tables.names import AS_WRITTEN, SCALED, name_sentences
from mlpexp.results.arm_named import arm_named
from mlpexp.store.as_written import OPENING

Build = Callable[..., BuiltResult]
LAYERS = "model.layers"
OLD_SIZES = {"[18, 19]": "[32, 32]", "[13, 14, 14]": "[16, 16, 16]"}
OLD_LAYERS = {
    f"c{channels}@3 pad0 p": f"[{{layer: conv, channels: {channels}, kernel_size: 3}}, {{layer: max_pool}}]"
    for channels in (2, 4)
}


def sizes(folder: Path, stacks: int | None = None) -> BuiltResult:
    config, axes = IRIS.replace("[16]", "[64]"), {HIDDEN: ["[64]", *OLD_SIZES.values()]}
    built = build_sweep(folder, axes, config=config, seeds=2, epochs=4, section="match: parameters", stacks=stacks)
    return as_older(built, OLD_SIZES)


def layers(folder: Path, stacks: int | None = None) -> BuiltResult:
    built = build_sweep(folder, {LAYERS: list(OLD_LAYERS.values())}, config=DIGITS, seeds=2, epochs=2, stacks=stacks)
    return as_older(built, OLD_LAYERS)


def renamed(text: str, names: Mapping[str, str]) -> str:
    """A text with the names of before."""
    for today, before in names.items():
        text = text.replace(today, before)
    return text


def as_older(built: BuiltResult, names: Mapping[str, str]) -> BuiltResult:
    """The result with the names that an older version has given."""
    unsealed(built.path)
    (built.path / OPENING).unlink(missing_ok=True)
    for name in ("plan.json", "summary.json"):
        (built.path / name).write_text(renamed((built.path / name).read_text(), names))
    for name in ("arms.csv", "trials.csv"):
        if (built.path / name).exists():
            cells = built.read(name, dtype=str, keep_default_na=False)
            built.write(name, cells.map(lambda cell: renamed(cell, names)))
    summary = json.loads((built.path / "summary.json").read_text())
    for axis in summary["axes"]:
        axis.pop("scaled", None)
        axis["label"] = axis["label"].removesuffix(" (scaled)")
    (built.path / "summary.json").write_text(json.dumps(summary))
    return built


BOTH = pytest.mark.parametrize(("build", "key"), [(sizes, HIDDEN), (layers, LAYERS)], ids=["sizes", "layers"])


@BOTH
def test_an_older_sweep_goes_on_with_its_names(build: Build, key: str, tmp_path: Path) -> None:
    built = build(tmp_path, stacks=1)
    arms = built.read("arms.csv")
    job = reopened(built.path)
    list(train(job, Invention(job.plan).runner(job)))
    values = arms[key].tolist()
    assert built.read("trials.csv")[key].tolist() == [value for value in values for _ in range(2)]
    summary = built.result.summary
    assert list(summary.axes[0].values) == values
    assert [arm.label for arm in summary.outcome.arms] == arms["label"].tolist()


@BOTH
def test_arms_of_an_older_sweep_are_written_again_with_its_names(build: Build, key: str, tmp_path: Path) -> None:
    built = build(tmp_path)
    before = (built.path / "arms.csv").read_bytes()
    (built.path / "arms.csv").unlink()
    rebuild(built.result)
    assert (built.path / "arms.csv").read_bytes() == before


def test_older_names_are_said_to_be_as_written(tmp_path: Path) -> None:
    built = sizes(tmp_path)
    result = built.result
    assert built.arms.caption.axes[0].label == "hidden sizes (as written; scaled)"
    assert name_sentences(result.summary.axes, match="parameters", named_arms=False) == [SCALED + AS_WRITTEN]
    with pytest.raises(InputError, match="hidden sizes were scaled, and are named as they were written; choose"):
        arm_named(result, "[18, 19]")
