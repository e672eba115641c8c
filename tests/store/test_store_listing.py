"""A folder of results is listed whatever else lies in it, and a result is found by whatever names it."""

import os
from pathlib import Path

import pytest

from making.store_records import summary
from mlpexp.errors import InputError
from mlpexp.store.json_files import record_text
from mlpexp.store.listing import find_result, list_results
from mlpexp.store.lock import locked


def add(runs: Path, name: str, text: str | bytes = "{}", *, config: str = "config.yaml") -> None:
    (runs / name).mkdir(parents=True)
    content = text if isinstance(text, bytes) else text.encode()
    (runs / name / "summary.json").write_bytes(content)
    if config:
        (runs / name / config).write_text("seed: 0\n")


def test_results_come_oldest_first_with_their_summary_and_age(tmp_path: Path) -> None:
    for name in ("20260102-000000-b", "20260101-000000-a", "20260103-000000-c"):
        add(tmp_path, name, record_text(summary(name=name)))
    os.utime(tmp_path / "20260101-000000-a" / "summary.json", (1000, 2000))
    entries = list_results(tmp_path)
    assert [entry.folder.path.name[-1] for entry in entries] == ["a", "b", "c"]
    assert [entry.summary.name for entry in entries if entry.summary] == [entry.folder.path.name for entry in entries]
    assert entries[0].modified == 2000


def test_what_is_no_result_is_passed_over(tmp_path: Path) -> None:
    add(tmp_path, "run")
    add(tmp_path, "old sweep", config="sweep.yaml")
    add(tmp_path, ".new-abc")
    add(tmp_path, "of another program", '{"dataset": "x"}', config="")
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "broken link").symlink_to(tmp_path / "nowhere")
    assert [entry.folder.path.name for entry in list_results(tmp_path)] == ["old sweep", "run"]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"3", b"\xff", b"null", b"{}", b'{"status": 3}', b'{"format": 2}']
)
def test_a_damaged_summary_gives_an_entry_without_content(content: bytes, tmp_path: Path) -> None:
    add(tmp_path, "damaged", content)
    add(tmp_path, "sound", record_text(summary("finished")))
    damaged, sound = list_results(tmp_path)
    assert (damaged.summary, damaged.status, damaged.stacks) == (None, "damaged", None)
    assert (sound.summary, sound.status) == (summary("finished"), "finished")


def test_what_was_killed_is_interrupted(tmp_path: Path) -> None:
    add(tmp_path, "run", record_text(summary("running")))
    with locked(tmp_path / "run", "run"):
        assert [entry.status for entry in list_results(tmp_path)] == ["running"]
    assert [entry.status for entry in list_results(tmp_path)] == ["interrupted"]


@pytest.mark.parametrize("name", ["nothing", "file"])
def test_a_folder_that_is_none_is_one_sentence(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="there is no such folder"):
        list_results(tmp_path / name)


IRIS = "20260101-000000-iris-mlp-11111111"
AGAIN = "20260102-000000-iris-mlp-22222222"
WIDER = "20260103-000000-iris-mlp-wider-33333333"
SWEEP = "20260104-000000-digits-sweep-44444444"
TWIN = "20260105-000000-moons-55555555"
TWIN_OF_THE_SAME_SECOND = "20260105-000000-moons-55555555-2"


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    for name in (IRIS, AGAIN, WIDER, SWEEP, TWIN, TWIN_OF_THE_SAME_SECOND):
        add(tmp_path / "runs", name)
    add(tmp_path / "runs", ".new-66666666")
    return tmp_path / "runs"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("last", TWIN_OF_THE_SAME_SECOND),
        ("11111111", IRIS), ("33333333", WIDER), ("44444444", SWEEP),  # hashes
        ("iris-mlp-wider", WIDER), ("digits", SWEEP), ("digits-sweep", SWEEP),  # names
        (IRIS, IRIS), (TWIN, TWIN), (TWIN_OF_THE_SAME_SECOND, TWIN_OF_THE_SAME_SECOND),  # folders
        ("20260102", AGAIN), ("wide", WIDER), ("sweep-4", SWEEP), ("mlp-2", AGAIN), ("5-2", TWIN_OF_THE_SAME_SECOND),
    ],
)  # fmt: skip
def test_a_result_is_found_by_whatever_names_it(text: str, name: str, runs: Path) -> None:
    assert find_result(text, runs) == runs / name


def test_a_path_is_taken_as_it_is(runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for path in (runs / IRIS, Path("runs") / IRIS, Path("runs") / "nothing", tmp_path / "nothing"):
        assert find_result(str(path), runs) == path


def test_a_name_comes_before_a_folder_of_this_name_that_is_no_result(
    runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    newest = find_result("last", runs)
    for name in ("last", "iris-mlp-wider", "iris"):
        (tmp_path / name).mkdir()
    assert find_result("last", runs) == newest
    assert find_result("iris-mlp-wider", runs) == runs / WIDER
    assert find_result("iris", runs) == Path("iris")  # a part of names, of none the whole
    for file in ("config.yaml", "summary.json"):
        (tmp_path / "last" / file).touch()
    assert find_result("last", runs) == Path("last")


def test_a_name_that_is_a_part_of_another_is_still_a_name(runs: Path) -> None:
    """``iris-mlp`` is the name of two, and a part of a third."""
    with pytest.raises(InputError) as caught:
        find_result("iris-mlp", runs)
    assert str(caught.value) == f"iris-mlp: could be {AGAIN}, {IRIS}; name one of them, or `last` for the newest of all"


def test_an_ambiguous_part_lists_what_it_could_be(runs: Path) -> None:
    with pytest.raises(InputError, match=f"mlp: could be {WIDER}, {AGAIN}, {IRIS}; name one"):
        find_result("mlp", runs)
    with pytest.raises(InputError, match=f"55555555: could be {TWIN_OF_THE_SAME_SECOND}, {TWIN}; name one"):
        find_result("55555555", runs)


def test_of_many_only_the_newest_are_listed(tmp_path: Path) -> None:
    for i in range(25):
        add(tmp_path, f"20260101-0000{i:02}-a-0000000{i % 10}")
    with pytest.raises(InputError, match="and 20 older ones; name one") as caught:
        find_result("a", tmp_path)
    assert str(caught.value).count("20260101-") == 5


def test_what_is_not_there_is_one_sentence_with_what_is_near(runs: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=rf"did you mean '?{AGAIN}'?\?.*`mlpexp list` shows the results"):
        find_result(AGAIN.replace("mlp", "mpl"), runs)
    for folder in (tmp_path / "nothing", tmp_path / "empty"):
        with pytest.raises(
            InputError, match=r"there is no such result folder, and none in .*; `mlpexp train` makes one"
        ):
            find_result("last", folder)
        (tmp_path / "empty").mkdir(exist_ok=True)
