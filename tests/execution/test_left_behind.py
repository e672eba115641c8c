"""What lies in a folder when it is gone on with: damaged weights, missing devices, leftovers, unusual names of columns."""

from pathlib import Path

import pytest
import torch

from making.configs import TINY
from making.trained_results import Make, Trained
from mlpexp.errors import ConfigError, InputError
from mlpexp.execution.run import reopened

TWO_STACKS = TINY + "sweep: {over: {batch_size: [10, 15]}, seeds: 2}\n"
CSV = """\
dataset: {name: csv, path: flowers.csv, target: kind, test_fraction: 0.3}
model: MODEL
training: {batch_size: 7, epochs: 2}
seeds: 2
"""


def interrupted(sweep: Trained, done: int) -> Trained:
    """Ended when so many trials have."""
    updates = sweep.updates()
    next(update for update in updates if update.done == done)
    updates.close()
    return sweep


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("damage", [Path.unlink, flip, lambda path: path.write_bytes(b"")])
def test_weights_that_were_lost_before_they_were_sealed_are_made_again(damage, make: Make) -> None:
    whole = make(TWO_STACKS).finish()
    broken = interrupted(make(TWO_STACKS, "again"), done=2)
    (path,) = broken.folder.weights.glob("*.safetensors")
    damage(path)
    notes = [update.note for update in broken.resumed().updates() if update.note]
    assert len(notes) == 1
    assert f"{path}: damaged" in notes[0]
    assert notes[0].endswith("its 2 trials are trained again from the beginning")
    assert broken.bytes() == whole.bytes()


def test_a_device_that_is_missing_is_no_fault_of_a_trial(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(torch.backends.mps, "is_available", lambda: True)
        sweep = make(TWO_STACKS + "device: mps\n")
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(InputError, match="mps is not available"):
        sweep.finish()
    assert sweep.summary.status == "failed"
    assert not list(sweep.folder.parts.glob("*/done.json"))


def test_what_a_process_left_that_died_while_it_tidied_up_goes_when_the_result_is_opened_again(trained: Make) -> None:
    """Also what it began with, which is then no longer compared."""
    run = trained(TINY)
    whole = run.bytes()
    left = run.folder.parts / "stack-0"
    left.mkdir(parents=True)
    (left / "metrics.csv").write_text("seed\n")
    (left.parent / "opening.json").write_text("{")
    with pytest.raises(InputError, match="this run is complete"):
        reopened(run.path)
    assert not run.folder.parts.exists()
    assert run.bytes() == whole


@pytest.mark.parametrize("model", ["{name: mlp, hidden_sizes: [2]}\noptimizer: sgd", "{name: som, grid: [2, 2]}"])
def test_names_of_columns_may_have_blanks_and_quotes(model: str, tmp_path: Path, trained: Make) -> None:
    rows = [f"{i / 10},{(7 * i) % 11},{'a' if i < 20 else 'b'}" for i in range(40)]
    header = '"petal\nlength","the ""width"", in cm",kind\n'
    (tmp_path / "flowers.csv").write_text(header + "\n".join(rows) + "\n")
    text = CSV.replace("MODEL", model)
    run = trained(text.replace("sgd", "{name: sgd, learning_rate: 0.1}"))
    name = "predictions" if "mlp" in model else "units"
    table = run.evaluation(name)
    assert {"petal length", 'the "width", in cm'} <= set(table[0]), (
        "a line end in a name is a blank, which can be typed"
    )
    assert list(run.result.evaluation(name).columns)[1:] == list(table[0])
    assert {row["seed"] for row in table} == {0, 1}


def test_diagnostics_are_no_axis(make: Make) -> None:
    """Arms that differ in nothing else would be trained once, with those of the first."""
    with pytest.raises(ConfigError, match="cannot be varied: they decide no number"):
        make(TINY + "sweep: {over: {diagnostics: [off, cheap]}, seeds: 2}\n".replace("off", '"off"'))
