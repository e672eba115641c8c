"""What lies in a result is its own: links, pipes and folders that were moved are refused, and left alone."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mlpexp.errors import LostFolder, RunError
from mlpexp.store.checkpoint import delete_checkpoint, save_checkpoint
from mlpexp.store.files import write_text
from mlpexp.store.folders import remove_folder, remove_temporary
from mlpexp.store.growing import GrowingTable
from mlpexp.store.inside import Place, make_inside, refuse_foreign, refuse_links
from mlpexp.store.part import Part
from mlpexp.store.weights import write_rows


@pytest.fixture
def result(tmp_path: Path) -> Path:
    path = tmp_path / "result"
    path.mkdir()
    for name in ("summary.json", "plan.json"):
        (path / name).write_text("{}")
    return path


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    for name in ("file", ".file.x.tmp", "done.json", "c.json", "c.1.safetensors"):
        (folder / name).write_text("mine")
    return folder


WRITERS: dict[str, Callable[[Path], object]] = {
    "a file": lambda folder: write_text(folder / "file", "new"),
    "a growing table": lambda folder: GrowingTable(folder / "file", ["a"]),
    "a table of a part": lambda folder: Part(folder).write_table("file", ["a\n"]),
    "a part that was sent": lambda folder: Part(folder).put({"file": b"new"}),
    "a part that ends": lambda folder: Part(folder).remove(),
    "weights": lambda folder: write_rows(folder / "file", 1, [0], {}),
    "a checkpoint": lambda folder: save_checkpoint(folder, "c", {}, {}),
    "a checkpoint that goes": lambda folder: delete_checkpoint(folder, "c"),
    "temporary files": lambda folder: remove_temporary([folder]),
    "a folder that goes": remove_folder,
    "a new folder": lambda folder: make_inside(folder.parent.parent, folder / "new"),
}


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("linked", ["parts", "parts/stack-0"])
def test_nothing_is_written_or_removed_through_a_link(writer: str, linked: str, result: Path, outside: Path) -> None:
    (result / linked).parent.mkdir(exist_ok=True)
    (result / linked).symlink_to(outside)
    (outside / "stack-0").mkdir()
    for path in list(outside.glob("*.json")):
        shutil.copy(path, outside / "stack-0")
    before = {path: path.read_bytes() for path in outside.rglob("*") if path.is_file()}
    with pytest.raises(RunError, match=f"{result / linked}: is a symbolic link; nothing is written or removed"):
        WRITERS[writer](result / "parts" / "stack-0")
    assert {path: path.read_bytes() for path in outside.rglob("*") if path.is_file()} == before
    assert (result / linked).is_symlink()


def test_a_folder_of_mine_with_a_plan_is_no_result(tmp_path: Path, outside: Path) -> None:
    (tmp_path / "plan.json").write_text("{}")
    (tmp_path / "runs").symlink_to(outside)
    write_text(tmp_path / "runs" / "file", "new")
    assert (outside / "file").read_text() == "new"


def test_a_result_is_reached_by_links_and_links_elsewhere_are_no_matter(result: Path, tmp_path: Path) -> None:
    (tmp_path / "newest").symlink_to(result)
    write_text(tmp_path / "newest" / "file", "new")
    assert (result / "file").read_text() == "new"
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "folder")
    write_text(tmp_path / "link" / "file", "new")  # of no result
    assert (tmp_path / "folder" / "file").read_text() == "new"
    refuse_links(tmp_path / "newest" / "weights" / "w.safetensors")


def test_what_no_result_holds_is_named(result: Path, tmp_path: Path) -> None:
    (result / "parts" / "stack-0").mkdir(parents=True)
    refuse_foreign(result)
    os.mkfifo(result / "parts" / "stack-0" / "metrics.csv")
    with pytest.raises(RunError, match=r"metrics\.csv: is no regular file; move it away"):
        refuse_foreign(result)
    (result / "evaluation").touch()
    with pytest.raises(RunError, match=r"evaluation: is a file where a folder belongs; move it away"):
        refuse_foreign(result)
    (result / "config.yaml").symlink_to(tmp_path / "nowhere")
    with pytest.raises(RunError, match=r"config\.yaml: is a symbolic link"):
        refuse_foreign(result)


def test_folders_are_made_in_a_result_but_no_result_is_made_anew(result: Path) -> None:
    make_inside(result, result / "evaluation" / "arm-3")
    make_inside(result, result / "evaluation" / "arm-3")
    assert (result / "evaluation" / "arm-3").is_dir()
    (result / "plots").touch()
    with pytest.raises(RunError, match=r"plots: is a file where a folder belongs"):
        make_inside(result, result / "plots" / "arm-3")
    shutil.rmtree(result)
    with pytest.raises(RunError, match="cannot be made: No such file"):
        make_inside(result, result / "evaluation")
    assert not result.exists()


def test_a_folder_that_was_moved_or_replaced_is_lost(result: Path, tmp_path: Path) -> None:
    place = Place(result)
    place.check()
    result.rename(tmp_path / "elsewhere")
    for again in (lambda: None, lambda: shutil.copytree(tmp_path / "elsewhere", result), lambda: shutil.rmtree(result)):
        again()
        with pytest.raises(LostFolder, match="was moved or removed meanwhile; nothing more was written"):
            place.check()
    (tmp_path / "elsewhere").rename(result)
    place.check()
    place.close()
    with pytest.raises(LostFolder):
        Place(tmp_path / "nowhere")
