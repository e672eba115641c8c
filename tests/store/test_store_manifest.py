"""What the manifests of a finished result know is read only as it was written."""

import hashlib
import json
import logging
from pathlib import Path

import pytest

from mlpexp.errors import RunError
from mlpexp.store.as_written import (
    LOCAL_MANIFEST,
    MANIFEST,
    EditedFile,
    checked,
    content_of,
    is_there,
    manifest_in,
    unlike,
)
from mlpexp.store.manifest import add_to_manifest, remove_manifests, write_manifests

SUMMARY = '{"status": "finished"}\n'
FILES = {"metrics.csv": "epoch,loss\n0,1.5\n", "timing.csv": "stack,epoch\n0,0\n", "weights/p.json": '{"a": 1}\n'}


@pytest.fixture
def result(tmp_path: Path) -> Path:
    folder = tmp_path / "runs" / "one"
    for name, text in {**FILES, "summary.json": '{"status": "running"}\n', ".lock": "", "parts/s/m.csv": "a\n"}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    write_manifests(folder, SUMMARY)
    (folder / "summary.json").write_text(SUMMARY)
    (folder / "parts/s/m.csv").unlink()
    return folder


def test_every_visible_file_is_in_one_of_the_two(result: Path) -> None:
    own, local = manifest_in(result / MANIFEST), manifest_in(result / LOCAL_MANIFEST)
    assert own is not None
    assert local is not None
    assert (set(own), set(local)) == ({"metrics.csv", "summary.json", "weights/p.json"}, {"timing.csv"})
    assert own["metrics.csv"].bytes == len(FILES["metrics.csv"])


def test_what_was_written_is_read(result: Path) -> None:
    for name, text in {**FILES, "summary.json": SUMMARY}.items():
        assert content_of(result / name) == text.encode()
        assert checked(result / name) == result / name
        assert is_there(result / name)
    assert unlike(result) == []


EDITS = {
    "a digit": (lambda b: b.replace(b"1", b"2"), EditedFile),
    "a line more": (lambda b: b + b.splitlines(keepends=True)[-1], RunError),
    "cut": (lambda b: b[:-3], RunError),
    "emptied": (lambda b: b"", RunError),
    "no text": (lambda b: b[:5] + b"\xff\n", RunError),
    "NULs": (lambda b: b"\0" * len(b) + b"\n", RunError),
}


@pytest.mark.parametrize("name", ["metrics.csv", "weights/p.json", "summary.json"])
@pytest.mark.parametrize("edit", EDITS)
def test_what_was_changed_is_not_read(result: Path, name: str, edit: str) -> None:
    change, kind = EDITS[edit]
    before = (result / name).read_bytes()
    after = change(before)
    (result / name).write_bytes(after)
    if before == after:  # a summary without that digit
        return
    for read in (content_of, checked):
        with pytest.raises(kind, match=r"edited after it was written|damaged") as raised:
            read(result / name)
        assert str(result / name) in str(raised.value)


def test_a_file_in_place_of_another_kind_is_an_error_of_the_system(result: Path) -> None:
    (result / "timing.csv").unlink()
    (result / "timing.csv").mkdir()
    with pytest.raises(OSError, match="is a folder"):
        content_of(result / "timing.csv")
    with pytest.raises(RunError, match=r"is a folder|damaged"):
        checked(result / "timing.csv")


def test_a_file_that_is_gone_is_said_and_may_be_made_again(result: Path, caplog: pytest.LogCaptureFixture) -> None:
    (result / "metrics.csv").unlink()
    with caplog.at_level(logging.WARNING):
        assert not is_there(result / "metrics.csv")
    assert "metrics.csv: missing" in caplog.text
    with pytest.raises(FileNotFoundError):
        content_of(result / "metrics.csv")
    assert unlike(result) == ["metrics.csv"]


def test_a_file_that_its_result_did_not_write_counts_as_none(result: Path, caplog: pytest.LogCaptureFixture) -> None:
    (result / "diagnostics.csv").write_text("epoch\n0\n")
    with caplog.at_level(logging.WARNING):
        assert not is_there(result / "diagnostics.csv")
    assert "passed over" in caplog.text
    with pytest.raises(FileNotFoundError):
        content_of(result / "diagnostics.csv")
    add_to_manifest(result, [result / "diagnostics.csv"])
    assert content_of(result / "diagnostics.csv") == b"epoch\n0\n"


def test_a_manifest_that_was_changed_says_so(result: Path) -> None:
    known = json.loads((result / MANIFEST).read_text())
    known["files"]["metrics.csv"]["sha256"] = known["files"]["summary.json"]["sha256"]
    (result / MANIFEST).write_text(json.dumps(known))
    with pytest.raises(EditedFile, match=MANIFEST):
        content_of(result / "metrics.csv")
    (result / MANIFEST).write_text("[" * 100_000)
    with pytest.raises(RunError, match=f"{MANIFEST}: damaged"):
        content_of(result / "metrics.csv")


def test_without_manifests_files_are_read_as_they_are(result: Path) -> None:
    remove_manifests(result)
    (result / "metrics.csv").write_text("anything")
    assert content_of(result / "metrics.csv") == b"anything"
    add_to_manifest(result, [result / "metrics.csv"])
    assert not (result / LOCAL_MANIFEST).exists()


def test_where_one_manifest_is_lost_nothing_is_added_to_the_other(result: Path) -> None:
    """A new one that knew the plots alone would make all other files foreign."""
    (result / LOCAL_MANIFEST).unlink()
    (result / "plot.csv").write_text("x\n")
    add_to_manifest(result, [result / "plot.csv"])
    assert not (result / LOCAL_MANIFEST).exists()
    assert content_of(result / "timing.csv") == FILES["timing.csv"].encode()
    with pytest.raises(EditedFile):
        (result / "metrics.csv").write_text("epoch,loss\n0,2.5\n")
        content_of(result / "metrics.csv")


def test_what_an_unfinished_result_began_with_is_read_as_it_was(result: Path) -> None:
    remove_manifests(result)
    sums = {"plan.json": hashlib.sha256(b"{}").hexdigest()}
    (result / "parts" / "opening.json").write_text(json.dumps({"files": sums}))
    (result / "plan.json").write_text("{}")
    assert content_of(result / "plan.json") == b"{}"
    (result / "plan.json").write_text('{"a": 1}')
    with pytest.raises(EditedFile):
        content_of(result / "plan.json")
    assert content_of(result / "metrics.csv") == FILES["metrics.csv"].encode()
    (result / "parts" / "opening.json").write_text("[")
    assert content_of(result / "plan.json") == b'{"a": 1}'


def test_manifests_hold_when_the_summary_says_that_it_has_ended(result: Path) -> None:
    """A process that dies between the two leaves an unfinished result, whose files are as they are."""
    (result / "summary.json").write_text('{"status": "running"}\n')
    (result / "metrics.csv").write_text("epoch,loss\n")
    (result / "parts" / "opening.json").write_text('{"files": {}}')
    assert content_of(result / "metrics.csv") == b"epoch,loss\n"
    (result / "parts" / "opening.json").unlink()
    with pytest.raises(RunError):
        content_of(result / "metrics.csv")
