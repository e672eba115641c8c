"""A folder of runs is listed whatever else lies in it."""

import json
import os
from pathlib import Path

import pytest

from mlpexp.errors import InputError
from mlpexp.store.listing import list_runs


def summary(status: str) -> str:
    content = {"name": "a", "hash": "1a2b3c4d", "status": status, "dataset": {}, "model": {}, "members": []}
    return json.dumps(content)


def add(runs: Path, name: str, text: str | bytes, *, config: bool = True) -> None:
    (runs / name).mkdir(parents=True)
    content = text if isinstance(text, bytes) else text.encode()
    (runs / name / "summary.json").write_bytes(content)
    if config:
        (runs / name / "config.yaml").write_text("seed: 0\n")


def test_runs_come_oldest_first_with_their_summary_and_age(tmp_path: Path) -> None:
    for name in ("20260102-000000-b", "20260101-000000-a", "20260103-000000-c"):
        add(tmp_path, name, summary(name))
    os.utime(tmp_path / "20260101-000000-a" / "summary.json", (1000, 2000))
    entries = list_runs(tmp_path)
    assert [entry.path.name[-1] for entry in entries] == ["a", "b", "c"]
    assert [entry.summary["status"] for entry in entries] == [entry.path.name for entry in entries]
    assert entries[0].modified == 2000


def test_what_is_no_run_is_passed_over(tmp_path: Path) -> None:
    add(tmp_path, "run", "{}")
    add(tmp_path, ".new-abc", "{}")
    add(tmp_path, "of another program", '{"dataset": "x"}', config=False)
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "broken link").symlink_to(tmp_path / "nowhere")
    assert [entry.path.name for entry in list_runs(tmp_path)] == ["run"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"3", b"\xff", b"null", b"{}", b'{"status": 3}'])
def test_a_damaged_summary_gives_an_entry_without_content(content: bytes, tmp_path: Path) -> None:
    add(tmp_path, "damaged", content)
    add(tmp_path, "sound", summary("finished"))
    damaged, sound = list_runs(tmp_path)
    assert damaged.summary == {}
    assert sound.summary["status"] == "finished"


@pytest.mark.parametrize("name", ["nothing", "file"])
def test_a_folder_that_is_none_is_one_sentence(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="there is no such folder"):
        list_runs(tmp_path / name)
