"""Whatever of an interrupted result is damaged: it is refused, made again, or trained again, and said; nothing is believed."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from making.pace import abandon, every_step
from making.trained_results import Trained, new, timeless
from mlpexp.errors import RunError
from mlpexp.execution.run import reopened

TABLE = "a,b,kind\n" + "".join(f"{i / 10},{(7 * i) % 11},{'x' if i < 20 else 'y'}\n" for i in range(40))
SWEEP = """\
dataset: {name: csv, path: t.csv, target: kind, test_fraction: 0.3, validation_fraction: 0.2}
model: {name: mlp, hidden_sizes: [3]}
optimizer: {name: adam, learning_rate: 0.05}
training: {batch_size: 8, epochs: 4}
diagnostics: cheap
keep: {weights: all, history: 3, data: yes}
sweep: {over: {batch_size: [8, 12]}, seeds: 2}
"""
STEPS = 30  # then the first of two stacks has ended, and the second has a checkpoint


@pytest.fixture(scope="module")
def whole_and_broken(tmp_path_factory: pytest.TempPathFactory) -> tuple[Trained, Trained]:
    """An uninterrupted sweep, and the same one whose process died."""
    folder = tmp_path_factory.mktemp("unchanged")
    (folder / "t.csv").write_text(TABLE)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        whole, broken = new(folder, SWEEP, runs="whole").finish(), new(folder, SWEEP, runs="broken")
        assert abandon(broken, STEPS, every_step(1))
    assert (broken.path / "parts" / "stack-0" / "done.json").exists()
    assert (broken.path / "parts" / "stack-1" / "checkpoint.json").exists()
    return whole, broken


def edit(old: str, new: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        text = path.read_text()
        assert old in text, path
        path.write_text(text.replace(old, new, 1))

    return change


def other_score(path: Path) -> None:
    """A score in ``done.json``, as if it had been better."""
    plain = json.loads(path.read_text())
    name, value = next((name, value) for name, value in plain["trials"][0]["final"].items() if value)
    plain["trials"][0]["final"][name] = value / 2
    path.write_text(json.dumps(plain))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def double_a_line(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], *lines[1:]]))


def lengthen(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\x00abc")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def nest(path: Path) -> None:
    path.write_text("[" * 100_000)


def become_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


REFUSED: dict[str, tuple[str, Callable[[Path], None]]] = {
    "the margin of the config": ("config.yaml", edit("sweep:\n", "sweep:\n  margin: 0.5\n")),
    "a config that is none": ("config.yaml", cut),
    "what is kept": ("plan.json", edit('"history": 3', '"history": 2')),
    "no plan": ("plan.json", Path.unlink),
    "an edited table": ("data/t.csv", edit("0.1,7,x", "0.1,8,x")),
    "no table": ("data/t.csv", Path.unlink),
    "a deep environment": ("environment.json", nest),
    "what it began with": ("parts/opening.json", edit('"plan.json": "', '"plan.json": "0')),
}
MADE_AGAIN: dict[str, tuple[str, Callable[[Path], None]]] = {
    "another label": ("arms.csv", edit("batch_size=12", "batch_size=13")),
    "no arms": ("arms.csv", Path.unlink),
    "half of the columns": ("columns.csv", cut),
    "another title": ("summary.json", edit('"title": "', '"title": "my ')),
    "finished": ("summary.json", edit('"status": "running"', '"status": "finished"')),
    "an empty summary": ("summary.json", empty),
    "a deep summary": ("summary.json", nest),
    "other threads": ("stacks.json", edit('"threads": 1', '"threads": 2')),
    "other trials": ("stacks.json", edit("[1, 1]", "[1, 0]")),
    "half of the stacks": ("stacks.json", cut),
}
TRAINED_AGAIN: dict[str, tuple[str, Callable[[Path], None]]] = {
    "a better score": ("parts/stack-0/done.json", other_score),
    "a record that is a folder": ("parts/stack-0/done.json", become_a_folder),
    "no record": ("parts/stack-0/done.json", Path.unlink),
    "a doubled line": ("parts/stack-0/metrics.csv", double_a_line),
    "no diagnostics": ("parts/stack-0/diagnostics.csv", Path.unlink),
    "longer weights": ("weights/program-0.best.safetensors", lengthen),
    "no weights of an epoch": ("weights/program-1.epoch-0.safetensors", Path.unlink),
    "a checkpoint that is a folder": ("parts/stack-1/checkpoint.json", become_a_folder),
    "a table that is a folder": ("parts/stack-1/metrics.csv", become_a_folder),
    "no checkpoint": ("parts/stack-1/checkpoint.json", Path.unlink),
}


def damaged(broken: Trained, folder: Path, name: str, change: Callable[[Path], None]) -> Path:
    path = folder / "runs" / broken.path.name
    shutil.copytree(broken.path, path)
    change(path / name)
    return path


@pytest.mark.parametrize("damage", REFUSED)
def test_what_cannot_be_made_again_is_refused_with_what_to_do(
    damage: str, whole_and_broken: tuple[Trained, Trained], tmp_path: Path
) -> None:
    whole, broken = whole_and_broken
    name, change = REFUSED[damage]
    path = damaged(broken, tmp_path, name, change)
    with pytest.raises(RunError, match=r"put it back as it was|remove it to go on") as caught:
        reopened(path)
    assert str(path / name) in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
    if (path / name).exists():
        (path / name).unlink()
    shutil.copy(broken.path / name, path / name)  # as the sentence says
    assert Trained(reopened(path)).finish().bytes() == whole.bytes()


@pytest.mark.parametrize("damage", [*MADE_AGAIN, *TRAINED_AGAIN])
def test_what_can_be_made_or_trained_again_is_and_that_is_said(
    damage: str, whole_and_broken: tuple[Trained, Trained], tmp_path: Path
) -> None:
    whole, broken = whole_and_broken
    name, change = (MADE_AGAIN | TRAINED_AGAIN)[damage]
    path = damaged(broken, tmp_path, name, change)
    resumed = Trained(reopened(path))
    notes = [update.note for update in resumed.updates() if update.note]
    assert len(notes) == 1
    if damage in MADE_AGAIN:
        assert notes == [f"{path / name}: was changed since the sweep began; it is written again as it was"]
    else:
        assert notes[0].startswith(str(path / Path(name).parent))
        assert notes[0].endswith("its 2 trials are trained again from the beginning")
    assert resumed.bytes() == whole.bytes()
    assert timeless(resumed.result.stacks) == timeless(whole.result.stacks)


def test_without_what_it_began_with_files_are_taken_as_they_are_and_that_is_said(
    whole_and_broken: tuple[Trained, Trained], tmp_path: Path
) -> None:
    whole, broken = whole_and_broken
    resumed = Trained(reopened(damaged(broken, tmp_path, "parts/opening.json", Path.unlink)))
    (note,) = [update.note for update in resumed.updates() if update.note]
    assert note.endswith(
        "parts/opening.json is missing, which says what it began with; its files are taken as they are"
    )
    assert resumed.bytes() == whole.bytes()


@pytest.mark.usefixtures("lazy_disk")
@pytest.mark.parametrize("updates", range(36, 60, 4))
def test_an_undamaged_result_is_never_said_to_have_changed(updates: int, tmp_path: Path) -> None:
    """Also where its process died while it wrote the tables."""
    (tmp_path / "t.csv").write_text(TABLE)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        broken = new(tmp_path, SWEEP)
        if abandon(broken, updates, every_step(1)):
            assert [update.note for update in broken.resumed().updates() if update.note] == []
