"""Every format computes what the engine computes: each kind of layer, random networks, read from outside."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from making.portable_networks import answer_of, portable_of, raw_inputs, stack_of
from making.random_networks import ACTIVATIONS
from mlpexp.config.activations import KNOWN
from mlpexp.export import described_file, numpy_layers, onnx_file, python_file, torch_file
from mlpexp.export.description import ARITHMETIC
from mlpexp.export.portable import Answer

MANY = [
    {"layer": "conv", "channels": 4, "kernel_size": 3, "stride": 1, "padding": 1, "batch_norm": True},
    {"layer": "max_pool", "kernel_size": 2},
    {"layer": "dropout", "rate": 0.5},
    {"layer": "conv", "channels": 6, "kernel_size": 2, "activation": {"name": "maxout", "pieces": 2}},
    {"layer": "average_pool", "kernel_size": 2, "stride": 1},
    {"layer": "dense", "units": 7, "activation": "prelu", "batch_norm": True},
]
MLP = {"name": "mlp", "hidden_sizes": [6, 5], "activation": "tanh", "dropout": 0.2, "batch_norm": True}
PICTURES = {"name": "cnn", "layers": MANY}
HEADS = {
    "classes": (3, {}), "one unit": (1, {"activation": "sigmoid"}), "one tanh unit": (1, {"activation": "tanh"}),
    "outputs that are none": (4, {"activation": "none"}), "numbers": (1, {"activation": "none", "numbers": True}),
    "logarithms": (1, {"activation": "none", "numbers": True, "log": True, "fills": True}),
    "numbers by sigmoid": (2, {"activation": "sigmoid", "numbers": True}),
}  # fmt: skip
FORMATS = {
    "onnx": (onnx_file.written, onnx_file.read),
    "pt2": (torch_file.written, torch_file.read),
    "safetensors": (described_file.safetensors_written, described_file.safetensors_read),
    "py": (python_file.written, python_file.read),
    "json": (described_file.json_written, described_file.json_read),
}
QUICK = [name for name in FORMATS if name != "pt2"]


def with_library(name: str) -> None:
    if name == "onnx":
        pytest.importorskip("onnx", reason="onnx is not installed")
        pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")


def check(given_: Answer, wanted: Answer, *, jumps: bool = False) -> None:
    difference = np.abs(given_.outputs - wanted.outputs) / np.maximum(1, np.abs(wanted.outputs))
    apart = difference.max(1) > 1e-5
    assert apart.mean() <= (0.02 if jumps else 0), difference.max()
    if wanted.classes is not None:
        ordered = np.sort(wanted.outputs, 1)
        clear = (ordered[:, -1] - ordered[:, -2] > 2e-5) & ~apart
        assert given_.classes.dtype == np.int64
        assert np.array_equal(given_.classes[clear], wanted.classes[clear])


def check_format(name: str, model: dict, units: int = 3, **options: object) -> None:
    with_library(name)
    stack = stack_of(model, units)
    network = portable_of(stack, **options)
    written, read = FORMATS[name]
    run = read(written(network))
    for batch in (1, 7, 256):
        raw = raw_inputs(network, batch, seed=batch)
        check(run(raw), answer_of(stack, network, raw), jumps=network.has_jumps)


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("name", FORMATS)
def test_each_format_computes_with_each_head(name: str, head: str) -> None:
    units, options = HEADS[head]
    check_format(name, MLP, units, **options)


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_computes_all_kinds_of_layers_of_pictures(name: str) -> None:
    check_format(name, PICTURES)


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=str)
@pytest.mark.parametrize("name", QUICK)
def test_each_format_computes_each_activation(name: str, activation: object) -> None:
    check_format(name, {"name": "mlp", "hidden_sizes": [12], "activation": activation})


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=str)
def test_the_module_computes_each_activation(activation: object) -> None:
    stack = stack_of({"name": "mlp", "hidden_sizes": [12], "activation": activation}, 3)
    network = portable_of(stack)
    raw = raw_inputs(network, 50)
    with torch.no_grad():
        classes, outputs = torch_file.module_of(network)(torch.from_numpy(raw))
    check(Answer(outputs.numpy(), classes.numpy()), answer_of(stack, network, raw), jumps=network.has_jumps)


conv = st.fixed_dictionaries(
    {"layer": st.just("conv"), "channels": st.sampled_from([2, 4]), "kernel_size": st.integers(1, 3)},
    optional={"stride": st.integers(1, 2), "padding": st.integers(0, 2), "batch_norm": st.booleans()},
)
pool = st.fixed_dictionaries(
    {"layer": st.sampled_from(["max_pool", "average_pool"]), "kernel_size": st.integers(1, 2)},
    optional={"stride": st.integers(1, 2)},
)
dense = st.fixed_dictionaries(
    {"layer": st.just("dense"), "units": st.sampled_from([2, 6]), "batch_norm": st.booleans()}
)
names = st.sampled_from([name for name in KNOWN if name not in ("table_sigmoid",)])
cnns = st.builds(
    lambda images, vectors, activation, bias: {
        "name": "cnn", "layers": [*images, *vectors], "activation": activation, "bias": bias,
    },
    st.lists(conv, min_size=1, max_size=2).flatmap(lambda convs: st.lists(pool, max_size=1).map(lambda p: [*convs, *p])),
    st.lists(dense, max_size=2), names, st.booleans(),
)  # fmt: skip
mlps = st.fixed_dictionaries({
    "name": st.just("mlp"), "hidden_sizes": st.lists(st.sampled_from([2, 4, 6]), max_size=3), "activation": names,
    "bias": st.booleans(), "batch_norm": st.booleans(),
})  # fmt: skip


@given(model=cnns | mlps, head=st.sampled_from(list(HEADS)), name=st.sampled_from(QUICK))
@settings(max_examples=60, deadline=None)
def test_random_networks_are_computed_by_each_format(model: dict, head: str, name: str) -> None:
    units, options = HEADS[head]
    check_format(name, model, units, **options)


def test_every_kind_of_step_is_in_every_table() -> None:
    kinds = {*numpy_layers.LAYERS} - {"softmax"}  # which is an output activation alone
    assert kinds == {*onnx_file.NODES} - {"softmax"} == {*ARITHMETIC, *KNOWN}
    of_int8 = {"quantize", "table", *(kind for kind in kinds if kind.startswith(("whole", "scaled_")))} - {
        "scaled_sigmoid"
    }
    assert kinds - of_int8 == {*torch_file.MODULES}


OUTSIDE = {
    "py": """
import numpy, sys
sys.path.insert(0, ".")
import model
raw = numpy.load("raw.npy")
numpy.savez("answer.npz", outputs=model.outputs(raw), classes=model.classes(raw))
""",
    "pt2": """
import json, numpy, torch
extra = {"mlpexp.json": ""}
net = torch.export.load("model.pt2", extra_files=extra).module()
assert json.loads(extra["mlpexp.json"])["class_names"][0] == "class 0"
classes, outputs = net(torch.from_numpy(numpy.load("raw.npy")))
numpy.savez("answer.npz", outputs=outputs.detach().numpy(), classes=classes.numpy())
""",
    "onnx": """
import json, numpy, onnxruntime
net = onnxruntime.InferenceSession("model.onnx")
told = net.get_modelmeta().custom_metadata_map
assert json.loads(told["class_names"])[0] == "class 0" and told["hash"] == "0123"
classes, outputs = net.run(["class", net.get_outputs()[1].name], {net.get_inputs()[0].name: numpy.load("raw.npy")})
numpy.savez("answer.npz", outputs=outputs, classes=classes)
""",
}
NOTHING_OF_THE_HOUSE = """
import sys
class Refusing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {refused}:
            raise ImportError(name)
sys.meta_path.insert(0, Refusing())
"""


@pytest.mark.slow
@pytest.mark.parametrize("model", [MLP, PICTURES], ids=["MLP", "CNN"])
@pytest.mark.parametrize("name", OUTSIDE)
def test_a_file_is_run_by_a_program_without_the_house(name: str, model: dict, tmp_path: Path) -> None:
    with_library(name)
    stack = stack_of(model, 3)
    network = portable_of(stack)
    raw = raw_inputs(network, 20)
    (tmp_path / f"model.{name}").write_bytes(FORMATS[name][0](network))
    np.save(tmp_path / "raw.npy", raw)
    refused = {"mlpexp", *(("torch", "onnx", "scipy", "pandas") if name == "py" else ())}
    code = NOTHING_OF_THE_HOUSE.format(refused=refused) + OUTSIDE[name]
    done = subprocess.run([sys.executable, "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")
    answer = np.load(tmp_path / "answer.npz")
    check(Answer(answer["outputs"], answer["classes"]), answer_of(stack, network, raw))
    assert not list(tmp_path.glob("*.data"))


def test_names_may_hold_anything(tmp_path: Path) -> None:
    network = portable_of(stack_of(MLP, 3))
    odd = ('"""', "\\", "a\nb", "ü", "{x}", "'''", "# 5 %")
    preparation = network.preparation.model_copy(
        update={"class_names": odd[:3], "feature_names": odd[2:], "target_name": '"""\\n{0}'}
    )
    named = replace(network, preparation=preparation)
    raw = raw_inputs(named, 5)
    plain = described_file.json_read(described_file.json_written(network))(raw).outputs
    for name in QUICK:
        with_library(name)
        written, read = FORMATS[name]
        assert np.allclose(read(written(named))(raw).outputs, plain)
    names: dict = {"__name__": "model"}
    exec(python_file.written(named), names)
    assert names["CLASSES"] == list(odd[:3])
    assert set(names["predict"](raw)) <= set(odd[:3])
    assert json.loads(described_file.json_written(named))["output"]["classes"] == list(odd[:3])


@pytest.mark.parametrize("model", [MLP, PICTURES], ids=["MLP", "CNN"])
def test_a_program_refuses_what_it_would_misread(model: dict) -> None:
    network = portable_of(stack_of(model, 3))
    names: dict = {"__name__": "model"}
    exec(python_file.written(network), names)
    raw = raw_inputs(network, 4)
    with pytest.raises(ValueError, match="samples have shape"):
        names["predict"](raw[:, :1])
    assert names["predict"](raw[:0]).shape == (0,)
    if not network.is_image:
        raw[2, 0] = np.nan
        with pytest.raises(ValueError, match="no finite number for sample 3"):
            names["predict"](raw)
