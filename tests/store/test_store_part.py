"""What a stack leaves counts from the moment its record is there, and only as long as every file is as that says."""

import json
from pathlib import Path

import pytest

from making.store_records import STACK
from mlpexp.errors import RunError
from mlpexp.store.part import DONE, Part, PartRecord, TrialRecord

TRIALS = (
    TrialRecord(
        arm=0, seed=0, status="finished", ended_epoch=3, last_epoch=3, best_epoch=2,
        final={"test_loss": 0.1 + 0.2, "test_accuracy": None}, best={"test_loss": 1e-300, "test_accuracy": 1.0},
    ),
    TrialRecord(arm=1, seed=0, status="diverged", ended_epoch=1, reason="the loss is not finite"),
    TrialRecord(arm=1, seed=1, status="failed", reason='not enough memory: "much",\nmore'),
)  # fmt: skip
METRICS = ["seed,loss\n", "0,0.5\n", "1,0.25\n"]


def finished(folder: Path) -> Part:
    part = Part(folder / "stack-0")
    part.write_table("metrics", METRICS)
    part.write_table("predictions", ["seed\n", "0\n"])
    part.finish(TRIALS, STACK)
    return part


def test_a_part_counts_once_its_record_is_there(tmp_path: Path) -> None:
    part = Part(tmp_path / "stack-0")
    assert not part.is_done
    part.write_table("metrics", METRICS)
    assert not part.is_done
    assert part.path("metrics").read_text() == "".join(METRICS)  # whoever looks can read it
    record = part.finish(TRIALS, STACK)
    assert part.is_done
    assert record == part.read() == PartRecord(trials=TRIALS, stack=STACK, files=record.files)
    assert record.files["metrics.csv"].bytes == len("".join(METRICS))


def test_a_stack_without_any_table_can_end(tmp_path: Path) -> None:
    part = Part(tmp_path / "stack-0")
    part.finish(TRIALS[2:], STACK)
    assert part.read().trials == TRIALS[2:]
    assert part.read().files == {}


def test_scores_keep_every_digit(tmp_path: Path) -> None:
    read = finished(tmp_path).read().trials[0]
    assert read.final["test_loss"] == 0.1 + 0.2
    assert read.best["test_loss"] == 1e-300
    assert read.final["test_accuracy"] is None


@pytest.mark.parametrize("name", ["metrics.csv", "predictions.csv"])
def test_every_byte_of_every_table_is_watched(name: str, tmp_path: Path) -> None:
    part = finished(tmp_path)
    path = part.folder / name
    content = path.read_bytes()
    damages = [content[:length] for length in range(len(content))] + [content + b"\n"]
    damages += [content[:i] + bytes([content[i] ^ 1]) + content[i + 1 :] for i in range(len(content))]
    for damage in damages:
        path.write_bytes(damage)
        with pytest.raises(RunError, match=rf"{name}: damaged: not what {DONE} says$"):
            part.read()
    path.unlink()
    with pytest.raises(RunError, match=rf"{name}: damaged"):
        part.read()
    path.write_bytes(content)
    part.read()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda content: content.pop("trials"), "trials: field required"),
        (lambda content: content["trials"][0].pop("seed"), r"trials\.0\.seed: field required"),
        (lambda content: content["trials"][0].update(seed="0"), r"trials\.0\.seed: input should be a valid integer"),
        (lambda content: content.update(mine=1), "mine: extra inputs are not permitted"),
        (lambda content: content["stack"].update(steps=1.5), r"stack\.steps: input should be a valid integer"),
    ],
)
def test_a_record_of_something_else_is_one_sentence(change, words: str, tmp_path: Path) -> None:
    part = finished(tmp_path)
    content = json.loads((part.folder / DONE).read_text())
    change(content)
    (part.folder / DONE).write_text(json.dumps(content))
    with pytest.raises(RunError, match=rf"done\.json: damaged: {words}$"):
        part.read()


def test_a_record_that_was_cut_is_one_sentence(tmp_path: Path) -> None:
    part = finished(tmp_path)
    text = (part.folder / DONE).read_text()
    for length in range(len(text) - 1):
        (part.folder / DONE).write_text(text[:length])
        with pytest.raises(RunError, match=r"done\.json: damaged: not JSON"):
            part.read()


def test_a_part_that_was_sent_is_the_same_elsewhere(tmp_path: Path) -> None:
    part, there = finished(tmp_path / "here"), Part(tmp_path / "there" / "stack-0")
    there.put(part.contents())
    assert there.read() == part.read()
    assert there.contents() == part.contents()


def test_the_record_of_a_part_that_is_sent_is_written_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    contents, there = finished(tmp_path / "here").contents(), Part(tmp_path / "there")
    written: list[str] = []
    opened = Path.open

    def spied(path: Path, *args, **options):
        written.append(path.name)
        return opened(path, *args, **options)

    monkeypatch.setattr(Path, "open", spied)
    there.put({DONE: contents[DONE], **contents})
    assert set(written) == set(contents)
    assert written[-1] == DONE


def test_removing_it_begins_with_the_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    part = finished(tmp_path)
    unlinked: list[str] = []
    unlink = Path.unlink
    monkeypatch.setattr(Path, "unlink", lambda path, **options: (unlinked.append(path.name), unlink(path, **options)))
    part.remove()
    assert unlinked[0] == DONE
    assert not part.folder.exists()
    part.remove()  # nothing left to do
