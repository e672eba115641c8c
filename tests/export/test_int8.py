"""``mlpexp export --int8``: each format computes what the int8 network computes, exactly; what is said, what is refused."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load

from making.command_line import Answer
from making.configs import CNN, SELECTED, SINE, TINY
from making.networks_to_quantize import Case, case_of, cases, cnn, mlp
from making.portable_networks import portable_of
from making.trained_results import Make
from mlpexp.errors import RunError
from mlpexp.export import described_file, onnx_file, python_file
from mlpexp.export.comparison import compare
from mlpexp.export.held_samples import held_samples, training_samples
from mlpexp.export.int8 import Int8, int8_of, int8_steps
from mlpexp.export.lowering import portable
from mlpexp.export.portable import Answer as Said
from mlpexp.export.portable import PortableNetwork
from mlpexp.quantization.integers import Table
from mlpexp.quantization.lowering import steps_of
from mlpexp.quantization.measured import measured
from mlpexp.quantization.networks import quantized
from mlpexp.quantization.scheme import SCHEMES, Scheme
from mlpexp.quantization.stored import tensors_of
from mlpexp.results.networks import networks_of
from mlpexp.store.networks import Scaling

pytestmark = pytest.mark.usefixtures("lazy_disk")
Call = Callable[..., Answer]
FORMATS = {
    "onnx": (onnx_file.written, onnx_file.read),
    "safetensors": (described_file.safetensors_written, described_file.safetensors_read),
    "py": (python_file.written, python_file.read),
    "json": (described_file.json_written, described_file.json_read),
}
WHOLE = [scheme for scheme in SCHEMES if scheme.activations]


def with_library(name: str) -> None:
    if name == "onnx":
        pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")


def int8_case(case: Case, scheme: Scheme) -> tuple[Int8, PortableNetwork]:
    """The network of a case by a scheme; it gives logits, and takes inputs as they are, in whole pixels of pictures."""
    steps = tuple(steps_of(case.network))
    int8 = Int8(quantized(steps, scheme, [case.calibration]), steps, len(case.calibration))
    fitted = case.network.architecture.input_shape[0]
    plain = portable_of(case.network, "none")
    scaling = Scaling(shift=(0.0,) * fitted, scale=(1.0,) * fitted, fill=None, target_shift=None, target_scale=None)
    return int8, replace(plain, scaling=scaling, steps=int8_steps(int8, case.network), int8=int8.words)


def raw_of(case: Case) -> np.ndarray:
    """Inputs as a file takes them: float64 with the digits of float32, or whole pixels."""
    inputs = case.inputs.float()
    return (inputs.abs() * 40).to(torch.uint8).numpy() if inputs.ndim == 4 else inputs.double().numpy()


def check(case: Case, scheme: Scheme, name: str) -> None:
    with_library(name)
    int8, network = int8_case(case, scheme)
    written, read = FORMATS[name]
    raw = raw_of(case)
    wanted = int8.logits(torch.from_numpy(raw).float()).float().numpy()
    said = read(written(network))(raw)
    if scheme.activations:
        assert np.array_equal(said.outputs, wanted)
        assert np.array_equal(said.classes, wanted.argmax(1))
    else:
        apart = np.abs(said.outputs - wanted) > 1e-5 * max(1, np.abs(wanted).max())
        assert apart.any(1).mean() <= (0.1 if network.has_jumps else 0)


@given(case=cases, scheme=st.sampled_from(WHOLE), name=st.sampled_from(list(FORMATS)))
@settings(max_examples=60, deadline=None)
def test_whole_numbers_are_the_same_in_each_format(case: Case, scheme: Scheme, name: str) -> None:
    check(case, scheme, name)


@given(case=cases, scheme=st.sampled_from(SCHEMES[:2]), name=st.sampled_from(list(FORMATS)))
@settings(max_examples=40, deadline=None)
def test_int8_weights_give_the_same_but_for_rounding(case: Case, scheme: Scheme, name: str) -> None:
    check(case, scheme, name)


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("kind", ["MLP", "CNN", "prelu"])
def test_each_format_knows_every_step(name: str, kind: str, scheme: Scheme) -> None:
    shape = (5,) if kind == "prelu" else (2, 9, 8)
    check(case_of(mlp("prelu") if kind != "CNN" else cnn("tanh"), (5,) if kind != "CNN" else shape, 3), scheme, name)


ALONE = {
    "py": """
import numpy, sys
sys.path.insert(0, ".")
import model
numpy.save("answer.npy", model.outputs(numpy.load("raw.npy")))
""",
    "onnx": """
import numpy, onnxruntime
net = onnxruntime.InferenceSession("model.onnx")
told = net.get_modelmeta().custom_metadata_map
assert told["int8"] == "weights and activations, per channel"
numpy.save("answer.npy", net.run(["output"], {net.get_inputs()[0].name: numpy.load("raw.npy")})[0])
""",
}


@pytest.mark.parametrize("kind", ["MLP", "CNN"])
@pytest.mark.parametrize("name", ALONE)
def test_a_file_is_run_by_a_program_without_the_house(name: str, kind: str, tmp_path: Path) -> None:
    with_library(name)
    case = case_of(mlp("gelu"), (5,), 1) if kind == "MLP" else case_of(cnn(), (2, 9, 8), 1)
    int8, network = int8_case(case, SCHEMES[3])
    network = replace(network, is_probability=False)
    (tmp_path / f"model.{name}").write_bytes(FORMATS[name][0](network))
    np.save(tmp_path / "raw.npy", raw_of(case))
    refused = {"mlpexp", "torch", *(("onnx", "scipy", "pandas") if name == "py" else ())}
    code = f"import sys\nsys.modules.update(dict.fromkeys({refused!r}))\n{ALONE[name]}"
    done = subprocess.run([sys.executable, "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")
    wanted = int8.logits(torch.from_numpy(raw_of(case)).float()).float().numpy()
    assert np.array_equal(np.load(tmp_path / "answer.npy"), wanted)


@pytest.mark.parametrize("kind", ["MLP", "CNN"])
def test_a_program_refuses_what_whole_numbers_would_hide(kind: str) -> None:
    case = case_of(mlp(), (5,), 3) if kind == "MLP" else case_of(cnn(), (2, 9, 8), 3)
    raw = raw_of(case).astype(float)
    names: dict = {"__name__": "model"}
    exec(python_file.written(int8_case(case, SCHEMES[3])[1]), names)
    assert len(names["predict"](raw)) == len(raw)
    raw[2].flat[0] = np.nan
    with pytest.raises(ValueError, match="no finite number for sample 3"):
        names["predict"](raw)


@pytest.mark.parametrize("option", ["--int8", "--int8-weights"])
@pytest.mark.parametrize("end", [".onnx", ".safetensors", ".py", ".json"])
def test_what_int8_costs_is_said_beside_the_size(
    end: str, option: str, trained: Make, mlpexp: Call, tmp_path: Path
) -> None:
    with_library(end[1:])
    run = trained(SELECTED)
    answer = mlpexp("export", run.path, "--to", f"a{end}", option, "--seed", 0)
    assert answer.code == 0, answer.err
    levels, again, same, other, moved, written = answer.out.splitlines()
    words = (
        "weights, per channel" if option == "--int8-weights" else "weights and activations, per channel; levels from"
    )
    assert levels.startswith(f"int8 {words}")
    assert again == "run again on 30 samples of the test part, in batches of 1, 7 and 256"
    assert same.startswith("classes equal, largest difference of an output")
    assert "the trained one differs" in other
    largest, bound = (float(part.split()[-1]) for part in moved.split(";")[0].split(", bound"))
    assert 0 < largest <= bound
    assert moved.endswith(" of 30")
    assert mlpexp("export", run.path, "--to", f"b{end}", "--seed", 0).code == 0
    sizes = [f"{(tmp_path / f'{name}{end}').stat().st_size:,}" for name in "ab"]
    assert written == f"written: a{end}, {sizes[0]} bytes; in float32 {sizes[1]}"


def test_pictures_and_numbers_and_one_output_unit(trained: Make, mlpexp: Call) -> None:
    pictures = mlpexp("export", trained(CNN, "pictures").path, "--to", "cnn.json", "--int8", "--seed", 0)
    assert pictures.code == 0, pictures.err
    numbers = mlpexp("export", trained(SINE, "numbers").path, "--to", "sine.py", "--int8", "--seed", 0)
    assert numbers.code == 0, numbers.err
    assert "classes" not in numbers.out


@pytest.mark.parametrize(("precision", "text"), [("float64", TINY), ("bfloat16", CNN)])
def test_other_precisions_become_int8_as_well(precision: str, text: str, trained: Make, mlpexp: Call) -> None:
    run = trained(text.replace("epochs: 3", f"epochs: 3, precision: {precision}"))
    answer = mlpexp("export", run.path, "--to", "model.json", "--int8", "--seed", 0)
    assert answer.code == 0, answer.err


def test_arrays_have_their_own_type_in_the_description(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    assert mlpexp("export", trained(SELECTED).path, "--to", "model.json", "--int8", "--seed", 1).code == 0
    told = json.loads((tmp_path / "model.json").read_text())
    assert told["about"]["int8"] == "weights and activations, per channel"
    first, second, *_, last = told["layers"]
    assert (first["kind"], second["kind"], last["kind"]) == ("quantize", "whole_dense", "whole_logits")
    types = {name: set(array) - {"shape"} for name, array in second.items() if isinstance(array, dict)}
    assert types == {"weight": {"int8"}, "bias": {"int32"}, "factor": {"float32"}}


def test_levels_are_decided_by_training_samples_alone(trained: Make) -> None:
    run = trained(SELECTED)
    networks = networks_of(run.result.arm(0), [0])
    raw = training_samples(networks, 1_000)
    held = {row.tobytes() for row in held_samples(networks).raw}
    assert 0 < len(raw) < run.dataset.facts.num_samples
    assert len(training_samples(networks, 7)) == 7
    seen = [row for row in raw if row.tobytes() in held]
    twice = len(run.dataset.inputs) - len(np.unique(run.dataset.inputs, axis=0))
    assert len(seen) <= twice  # flowers that are equal


@pytest.mark.parametrize("text", [SELECTED, CNN], ids=["table", "pictures"])
def test_it_is_the_network_that_quantize_measures(text: str, trained: Make) -> None:
    networks = networks_of(trained(text).result.arm(0), [0])
    for one in measured(networks).every[1:]:
        scheme = next(scheme for scheme in SCHEMES if scheme.name == one.name)
        wanted, tensors = load(one.file.content), tensors_of(int8_of(networks, scheme).network)
        assert {*tensors} == {*wanted}
        assert all(np.array_equal(tensors[name], array) for name, array in wanted.items())


def test_a_file_that_computes_other_levels_is_not_kept(trained: Make) -> None:
    networks = networks_of(trained(SELECTED).result.arm(0), [0])
    int8 = int8_of(networks, SCHEMES[3])
    network = portable(networks, int8_steps(int8, networks.network), int8.words)
    right = described_file.json_read(described_file.json_written(network))
    raw = held_samples(networks).raw
    assert compare(network, networks, raw, right, int8).largest < 1e-6
    with pytest.raises(RunError, match="the file computes something else"):
        compare(network, networks, raw, lambda x: Said(right(x).outputs + 2e-5, right(x).classes), int8)


def test_what_is_beyond_the_bound_is_not_kept() -> None:
    case = case_of(mlp("tanh"), (5,), 1)
    int8, _ = int8_case(case, SCHEMES[3])
    moved = int8.moved(case.inputs)
    assert (0 < moved.largest <= moved.bound, moved.num_samples) == (True, 30)
    steps = [replace(s, table=s.table[:, ::-1].copy()) if isinstance(s, Table) else s for s in int8.network.steps]
    wrong = replace(int8, network=replace(int8.network, steps=tuple(steps)))
    with pytest.raises(RunError, match="farther from the trained one than its bound allows"):
        wrong.moved(case.inputs)


def test_what_cannot_be_is_refused_in_a_sentence(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    run = trained(SELECTED)
    program = mlpexp("export", run.path, "--to", "model.pt2", "--int8")
    assert (program.code, program.out) == (2, "")
    assert "--to model.pt2: int8 is for .onnx, .safetensors, .py, .json" in program.err
    both = mlpexp("export", run.path, "--to", "model.py", "--int8", "--int8-weights")
    assert both.code == 2
    assert "--int8, --int8-weights: choose one" in both.err
    table = "x,y,kind\n" + "".join(f"{i % 7},{i % 5},{'ab'[i % 2]}\n" for i in range(40))
    (tmp_path / "own.csv").write_text(table)
    own = (
        "dataset: {name: csv, path: own.csv, target: kind}\nmodel: {name: mlp}\noptimizer: {name: adam}\n"
        "training: {epochs: 1, batch_size: 8}\n"
    )
    run = trained(own, "own")
    (tmp_path / "own.csv").unlink()
    gone = mlpexp("export", run.path, "--to", "gone.py", "--int8")
    assert gone.code == 2
    assert "--int8: training samples decide its levels" in gone.err
    assert "--int8-weights needs none" in gone.err
    assert mlpexp("export", run.path, "--to", "weights.py", "--int8-weights").code == 0
    assert not list(tmp_path.glob("gone*"))


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
def test_a_network_of_a_card_becomes_int8(trained: Make, mlpexp: Call) -> None:
    run = trained(f"{CNN}device: cuda\n")
    assert mlpexp("export", run.path, "--to", "model.json", "--int8", "--seed", 0).code == 0
