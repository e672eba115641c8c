"""``mlpexp export`` from end to end: which network, what is said, what files outside compute, what is refused."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open

from making.command_line import Answer
from making.configs import CNN, SELECTED, SINE, TINY
from making.trained_results import Make
from mlpexp.errors import RunError
from mlpexp.export.comparison import compare
from mlpexp.export.described_file import json_read, json_written
from mlpexp.export.export import FORMATS, export
from mlpexp.export.held_samples import drawn, held_samples
from mlpexp.export.lowering import portable
from mlpexp.export.portable import Answer as Said
from mlpexp.results.networks import networks_of

pytestmark = pytest.mark.usefixtures("lazy_disk")
FLATS = """\
dataset: {name: csv, path: flats.csv, target: {column: rent, transform: log}, missing: {rooms: mean, district: category},
  missing_indicator: [rooms], dates: {built: parts, sold: ordinal}, test_fraction: 0.25}
model: {name: mlp, hidden_sizes: [5], activation: tanh}
optimizer: {name: adam, learning_rate: 0.02}
training: {batch_size: 8, epochs: 2}
seeds: 2
"""
Call = Callable[..., Answer]


def write_flats(folder: Path, rows: int = 40) -> Path:
    """A table of a German office: decimal commas, units, dates, gaps."""
    draw = np.random.default_rng(3)
    lines = ["area;rooms;district;built;sold;rent"]
    for i in range(rows):
        area = f"{1000 + draw.uniform(20, 140):.1f}".replace(".", ",") + " m²"
        area = f"{area[0]}.{area[1:]}"
        rooms = "" if i % 9 == 4 else str(1 + i % 4)
        district = "?" if i % 11 == 7 else ["Mitte", "Nord", "Süd"][i % 3]
        built = f"{1 + i % 28:02}.{1 + i % 12:02}.{1950 + i}"
        lines.append(f"{area};{rooms};{district};{built};2020-03-{1 + i % 28:02};{300 + 40 * i} €")
    path = folder / "flats.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def alone(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A file run by Python without the house."""
    command = [sys.executable, "-I", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize("end", FORMATS)
def test_a_network_is_written_and_what_was_compared_is_said(
    end: str, trained: Make, mlpexp: Call, tmp_path: Path
) -> None:
    if end == ".onnx":
        pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    run = trained(SELECTED)
    path = tmp_path / "taken" / f"model{end}"
    before = run.bytes()
    answer = mlpexp("export", run.path, "--to", path)
    assert answer.code == 0, answer.err
    assert "run again on 30 samples of the test part, in batches of 1, 7 and 256" in answer.out
    assert "classes equal, largest difference of an output" in answer.out
    assert f"{path.stat().st_size:,} bytes" in answer.out
    assert "has the median validation accuracy of 3 seeds; --seed names another" in answer.err
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert run.bytes() == before
    again = mlpexp("export", run.path, "--to", path)
    assert again.code == 2
    assert "exists, and nothing is written over" in again.err


def test_the_seed_is_the_median_of_validation_or_the_first_or_named(
    trained: Make, mlpexp: Call, tmp_path: Path
) -> None:
    run = trained(SELECTED)
    scores = {row["seed"]: row["best_validation_accuracy"] for row in run.trials}
    answer = mlpexp("export", run.path, "--to", "a.json")
    seed = json.loads((tmp_path / "a.json").read_text())["about"]["seed"]
    assert f"seed {seed} has the median validation accuracy" in answer.err
    assert scores[seed] == sorted(scores.values())[1]
    blind = trained(TINY.replace("epochs: 3}", "epochs: 3}\nseeds: 2"), "blind")
    assert "seed 0 is the first of 2; --seed names another" in mlpexp("export", blind.path, "--to", "b.json").err
    assert mlpexp("export", blind.path, "--to", "c.json", "--seed", 1).err == ""
    assert json.loads((tmp_path / "c.json").read_text())["about"]["seed"] == 1
    answer = mlpexp("export", blind.path, "--to", "d.json", "--seed", 7)
    assert (answer.code, (tmp_path / "d.json").exists()) == (2, False)
    assert "--seed 7: is none of this result; choose one of 0, 1" in answer.err


def test_a_table_with_commas_units_dates_and_gaps_is_read_alike_by_the_file(
    trained: Make, mlpexp: Call, tmp_path: Path
) -> None:
    table = write_flats(tmp_path)
    run = trained(FLATS)
    assert mlpexp("export", run.path, "--to", "model.py", "--seed", 1).code == 0
    wanted = rows_of(mlpexp("predict", run.path, table, "--seed", 1).out)
    done = alone(tmp_path, "model.py", "flats.csv")
    assert (done.returncode, done.stderr) == (0, "")
    given = rows_of(done.stdout)
    assert len(given) == 40
    for one, other in zip(given, wanted, strict=True):
        assert float(one["rent"]) == pytest.approx(float(other["predicted"]), rel=1e-5)
    text = table.read_text(encoding="utf-8").replace(";Mitte;", ";Neukölln;", 1).splitlines()[:2]
    (tmp_path / "one.csv").write_text("\n".join(text), encoding="utf-8")
    (one,), (other,) = (
        rows_of(alone(tmp_path, "model.py", "one.csv").stdout),
        rows_of(mlpexp("predict", run.path, "one.csv", "--seed", 1).out),
    )
    assert float(one["rent"]) == pytest.approx(float(other["predicted"]), rel=1e-5)


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("rooms;district\n1;Nord", "there is no column 'area'"),
        (
            "area;rooms;district;built;sold\n;1;Nord;01.01.1990;2020-01-01",
            "no row can be read; row 1: area: missing, and nothing was learned",
        ),
        (
            "area;rooms;district;built;sold\nbig;1;Nord;01.01.1990;2020-01-01",
            "no row can be read; row 1: area: 'big' is no number as in training",
        ),
        (
            "area;rooms;district;built;sold\n1.000,5 m²;1;Nord;1990;2020-01-01",
            "no row can be read; row 1: built: '1990' is no date as in training",
        ),
        (
            "area;rooms;district;built;sold\n1.5 m²;1;Nord;01.01.1990;2020-01-01",
            "no row can be read; row 1: area: '1.5 m²' is no number",
        ),
        (
            "area;rooms;district;built;sold\n1_0 m²;1;Nord;01.01.1990;2020-01-01",
            "no row can be read; row 1: area: '1_0 m²' is no number",
        ),
        (
            f"area;rooms;district;built;sold\n1{'0' * 400} m²;1;Nord;01.01.1990;2020-01-01",
            "no row can be read; row 1: area: '1000",
        ),
        (
            "area;rooms;district;built;sold\n1;1;Nord;01.01.1990;2020-01-01;7",
            "row 1: it has 6 cells, and the first line has 5",
        ),
        ("area;rooms;district;built;sold\n\n1;1;Nord", "row 1: it has 3 cells, and the first line has 5 names"),
        ("area;rooms;district;built;sold\n", "there are no rows below the first line"),
        ("", "there are no rows below the first line"),
    ],
)
def test_what_a_file_cannot_read_is_said_in_a_sentence(
    cell: str, why: str, trained: Make, mlpexp: Call, tmp_path: Path
) -> None:
    write_flats(tmp_path)
    run = trained(FLATS)
    assert mlpexp("export", run.path, "--to", "model.py").code == 0
    (tmp_path / "odd.csv").write_text(cell, encoding="utf-8")
    done = alone(tmp_path, "model.py", "odd.csv")
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {why}"), done.stderr
    assert "Traceback" not in done.stderr


def test_names_with_breaks_are_found_and_levels_that_are_new_are_said(
    trained: Make, mlpexp: Call, tmp_path: Path
) -> None:
    rows = [f'{place % 7},"{"r, s" if place % 3 else "t"}",{"a" if place % 2 else "b"}' for place in range(40)]
    (tmp_path / "odd.csv").write_text("\n".join(['"size;\nof it",kind,class', *rows]), encoding="utf-8")
    run = trained(
        "dataset: {name: csv, path: odd.csv, target: class}\n" + FLATS[FLATS.index("model:") :].replace("seeds: 2", "")
    )
    assert mlpexp("export", run.path, "--to", "MODEL.PY").code == 0
    wanted = [row["predicted"] for row in rows_of(mlpexp("predict", run.path, "odd.csv").out)]
    done = alone(tmp_path, "MODEL.PY", "odd.csv")
    assert (done.returncode, done.stderr) == (0, "")
    assert [row["predicted"] for row in rows_of(done.stdout)] == wanted
    (tmp_path / "new.csv").write_text('"size;\nof it",kind\n1,u\n', encoding="utf-8")
    done = alone(tmp_path, "MODEL.PY", "new.csv")
    assert done.returncode == 0
    assert done.stderr == "note: row 1: kind: 'u' was not there in training; all its inputs are 0\n"


def test_a_file_says_what_is_odd_and_leaves_out_single_rows_as_predict_does(
    trained: Make, mlpexp: Call, tmp_path: Path
) -> None:
    head, first, *rows = write_flats(tmp_path).read_text(encoding="utf-8").splitlines()
    run = trained(FLATS)
    assert mlpexp("export", run.path, "--to", "model.py", "--seed", 1).code == 0
    area = first.split(";")[0]
    odd = [
        first,
        first.replace(area, "big"),
        first.replace(area, "9.999,5 m²"),
        first.replace("2020-03-01", "2031-03-01"),
        first.replace(first.split(";")[2], "Neukölln"),
        first.replace("1950", "2950"),
    ]
    (tmp_path / "odd.csv").write_text("\n".join([head, *odd, *rows]), encoding="utf-8")
    done = alone(tmp_path, "model.py", "odd.csv")
    assert done.returncode == 0
    lines = done.stderr.splitlines()
    assert len(lines) == 5
    assert lines[0].startswith("note: row 3: area: '9.999,5 m²' is far outside of what training has seen (")
    assert lines[1] == "note: row 4: sold: '2031-03-01' is far outside of what training has seen"
    assert lines[2] == "note: row 5: district: 'Neukölln' was not there in training; all its inputs are 0"
    assert lines[3].startswith("note: row 6: built: ")
    assert lines[4] == "note: row 2: area: 'big' is no number as in training; the row is left out"
    wanted = {int(row["row"]): row for row in rows_of(mlpexp("predict", run.path, "odd.csv", "--seed", 1).out)}
    given = {int(row["row"]): float(row["rent"]) for row in rows_of(done.stdout)}
    assert list(given) == [1, *range(3, 46)]
    assert given == {row: pytest.approx(float(wanted[row]["predicted"]), rel=1e-5) for row in given}
    for row, note in (
        (3, "area: 9999.5 is far"),
        (4, "sold: "),
        (5, "district: 'Neu"),
        (6, "built"),
        (2, "area: 'big'"),
    ):
        assert wanted[row]["notes"].startswith(note)


def test_numbers_are_in_their_own_unit_in_every_format(trained: Make, tmp_path: Path) -> None:
    write_flats(tmp_path)
    run = trained(FLATS)
    networks = networks_of(run.result.arm(0), [1])
    raw = drawn(networks.preparation, 50)
    assert np.isnan(raw).any()
    wanted = networks.predictions(raw)[0]
    for end, format_ in FORMATS.items():
        if end == ".onnx":
            pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
        exported = export(networks, tmp_path / f"model{end}")
        assert exported.samples == "10 samples of the test part"
        np.testing.assert_allclose(format_.read(exported.path.read_bytes())(raw).outputs, wanted, rtol=1e-5)


def test_pictures_go_in_as_raw_pixels(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    run = trained(CNN)
    assert mlpexp("export", run.path, "--to", "model.py", "--seed", 1).code == 0
    images = run.dataset.inputs[:5]
    np.save(tmp_path / "pictures.npy", images)
    rows = rows_of(alone(tmp_path, "model.py", "pictures.npy").stdout)
    networks = networks_of(run.result.arm(0), [1])
    assert [int(row["predicted"]) for row in rows] == networks.predictions(images)[0].tolist()
    assert [float(row["probability"]) for row in rows] == pytest.approx(
        networks.probabilities(images)[0].max(1), abs=1e-5
    )


@pytest.mark.parametrize(("precision", "text"), [("float64", TINY), ("bfloat16", CNN)])
def test_other_precisions_are_said(precision: str, text: str, trained: Make, mlpexp: Call) -> None:
    run = trained(text.replace("epochs: 3", f"epochs: 3, precision: {precision}"))
    answer = mlpexp("export", run.path, "--to", "model.json")
    assert answer.code == 0, answer.err
    assert f"trained in {precision}; the file" in answer.out


def test_without_the_data_samples_are_drawn(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    write_flats(tmp_path)
    run = trained(FLATS)
    (tmp_path / "flats.csv").unlink()
    answer = mlpexp("export", run.path, "--to", "model.json")
    assert answer.code == 0, answer.err
    assert "run again on 256 samples drawn within the ranges of training" in answer.out


def test_what_a_file_is_stands_in_it(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    run = trained(SELECTED)
    for end in (".json", ".safetensors", ".py"):
        assert mlpexp("export", run.path, "--to", f"model{end}", "--seed", 2).code == 0
    told = json.loads((tmp_path / "model.json").read_text())
    assert (told["format"], told["version"]) == ("mlpexp-network", 1)
    about = told["about"]
    assert (about["result"], about["hash"], about["seed"]) == (run.path.name, run.summary.hash, 2)
    assert about["class_names"] == list(run.dataset.class_names)
    assert about["feature_names"] == list(run.dataset.feature_names)
    with safe_open(tmp_path / "model.safetensors", "np") as file:
        assert file.metadata()["mlpexp_hash"] == run.summary.hash
        assert json.loads(file.metadata()["mlpexp"])["about"] == about
        kept = run.weights("best")
        for name in file.keys():
            assert np.array_equal(file.get_tensor(name), kept[name][2])
    names: dict = {"__name__": "model"}
    exec((tmp_path / "model.py").read_text(), names)
    assert names["ABOUT"] == about


def test_a_file_that_computes_something_else_is_not_kept(trained: Make) -> None:
    networks = networks_of(trained(SELECTED).result.arm(0), [0])
    network = portable(networks)
    right = json_read(json_written(network))
    raw = held_samples(networks).raw
    assert compare(network, networks, raw, right).largest < 1e-5
    with pytest.raises(RunError, match=r"the file computes something else: outputs differ by .* in 1 of 1 samples"):
        compare(network, networks, raw, lambda x: Said(right(x).outputs + 2e-5, right(x).classes))
    with pytest.raises(RunError, match="computes something else"):
        compare(network, networks, raw, lambda x: Said(right(x).outputs, 2 - right(x).classes))


def test_what_cannot_be_is_refused_in_a_sentence(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    run = trained(SINE)
    wrong = mlpexp("export", run.path, "--to", "model.h5")
    assert (wrong.code, wrong.out) == (2, "")
    assert "--to model.h5: the name must end in one of .onnx, .pt2, .safetensors, .py, .json" in wrong.err
    inside = mlpexp("export", run.path, "--to", run.path / "model.py")
    assert inside.code == 2
    assert "is a result, which is left as it is" in inside.err
    som = "dataset: {name: iris}\nmodel: {name: som, grid: [2, 2], init: random}\ntraining: {epochs: 1}\n"
    answer = mlpexp("export", trained(som, "map").path, "--to", "map.onnx")
    assert answer.code == 2
    assert "model.name: som: a map predicts nothing" in answer.err
    assert not list(tmp_path.glob("map.onnx"))


@pytest.mark.slow
def test_a_library_that_is_not_installed_is_named_with_the_command(tmp_path: Path, trained: Make) -> None:
    run = trained(SINE)
    code = f"""
import sys
sys.modules["onnx"] = None
sys.argv = ["mlpexp", "export", {str(run.path)!r}, "--to", {str(tmp_path / "model.onnx")!r}]
from mlpexp.cli.main import main
main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 2
    assert "pip install 'mlpexp[onnx]'" in done.stderr


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
def test_a_network_of_a_card_is_exported(trained: Make, tmp_path: Path) -> None:
    run = trained(f"{CNN}device: cuda\n")
    exported = export(networks_of(run.result.arm(0), [0]), tmp_path / "model.json")
    assert exported.compared.largest < 1e-5
