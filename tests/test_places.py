"""In how many places something is added: it is added to a copy of the package, and used there.

A place is a file that has to be changed; a new file belongs to the row that names it.
"""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import mlpexp

ROOT = Path(mlpexp.__file__).parent


@dataclass(frozen=True)
class Addition:
    """A thing that the package does not have."""

    places: int
    """In how many places it is added."""
    insertions: tuple[tuple[str, str, str], ...]
    """File, a text that it has once, and what is put before that text."""
    files: dict[str, str] = field(default_factory=dict)
    """New files."""

    def add_to(self, package: Path) -> None:
        """Adds it to a copy of the package."""
        for name, before, text in self.insertions:
            path = package / name
            content = path.read_text(encoding="utf-8")
            assert content.count(before) == 1, (name, before)
            path.write_text(content.replace(before, text + before), encoding="utf-8")
        for name, text in self.files.items():
            assert not (package / name).exists(), name
            (package / name).write_text(text, encoding="utf-8")


ACTIVATION = Addition(
    3,
    (
        (
            "config/activations.py",
            '    KnownActivation(\n        name="maxout",',
            """\
    KnownActivation(
        name="mish", formula="x * tanh(log(1 + exp(x)))",
        derivative="tanh(log(1 + exp(x))) + x * (1 - tanh(log(1 + exp(x)))**2) / (1 + exp(-x))",
        values="[-0.30884, inf)", zero_centred=False, monotone=False, pools_first=False, gain=sqrt(2.0),
        init="he_normal", saturation=None, dead=None, keys=(), aliases=(),
        good="as silu", bad="not monotone, exp, log and tanh for every value",
    ),
""",
        ),
        (
            "nn/activations.py",
            '    "selu": Elementwise(',
            """\
    "mish": Elementwise(
        whole_vectors(F.mish), whole_vectors(lambda dy, x, y: aten.mish_backward(dy, x)), nn.Mish
    ),
""",
        ),
        (
            "numpy_twin/activations.py",
            '    "selu": elu(',
            """\
    "mish": Function(
        lambda z: z * np.tanh(np.logaddexp(0, z)),
        lambda z, a: np.tanh(np.logaddexp(0, z)) + z * (1 - np.tanh(np.logaddexp(0, z)) ** 2) * sigmoid(z),
    ),
""",
        ),
    ),
)

LAYER = Addition(
    3,
    (
        (
            "config/layers.py",
            "LayerConfig = ",
            '''\
class ScaleLayer(Strict):
    """A learned factor on each feature."""

    layer: Literal["scale"]


''',
        ),
        ("config/layers.py", "DropoutLayer, Field(", "ScaleLayer | "),
        ("architectures/layers.py", "DropoutLayer\nfrom mlpexp.config.networks", "ScaleLayer, "),
        (
            "architectures/layers.py",
            "@dataclass(frozen=True)\nclass BatchNorm(",
            '''\
@dataclass(frozen=True)
class Scale(LayerSpec):
    """``y = factor * x``, a factor for each feature."""

    def parameters(self, shape: Shape) -> tuple[Parameter, ...]:
        return (Parameter("factor", (shape[0],), 1.0),)

    def formula(self, shape: Shape) -> str:
        return f"{shape[0]} factors = {shape[0]:,}"


''',
        ),
        ("architectures/layers.py", "    DropoutLayer: lambda layer:", "    ScaleLayer: lambda layer: Scale(),\n"),
        ("nn/layers/catalogue.py", "    SelfOrganizingMap,\n)", "    Scale,\n"),
        ("nn/layers/catalogue.py", "squared_distances\n", "scale, "),
        (
            "nn/layers/catalogue.py",
            "    BatchNorm: LayerKind(",
            "    Scale: LayerKind(scale.operation, scale.module),\n",
        ),
    ),
    {
        "nn/layers/scale.py": '''\
"""A learned factor on each feature."""

from torch import nn

from mlpexp.nn.layers.kind import filled


def operation(layer, tensors):
    return ScaleOperation(tensors["factor"])


class ScaleOperation:
    def __init__(self, factor_MF):
        self.factor_MF = factor_MF

    def forward(self, x, mode):
        factor = self.factor_MF[:, None, :, *[None] * (x.ndim - 3)]
        return x * factor, (x, factor)

    def backward(self, dy, saved, *, need_dx):
        x, factor = saved
        return dy * factor, ((dy * x).sum([1, *range(3, x.ndim)]),)


def module(layer, tensors):
    return filled(ScaleModule(layer.input_shape[0]), tensors)


class ScaleModule(nn.Module):
    def __init__(self, features):
        super().__init__()
        import torch

        self.factor = nn.Parameter(torch.ones(features))

    def forward(self, x):
        return x * self.factor[:, *[None] * (x.ndim - 2)]
'''
    },
)

DATA_SET = Addition(
    2,
    (
        (
            "config/datasets.py",
            "DatasetConfig = ",
            '''\
class Corners(_Tabular):
    """The four corners of a square, ten times each."""

    name: Literal["corners"]


''',
        ),
        ("config/datasets.py", "Csv,\n    Field(", "Corners | "),
        ("data/catalogue.py", "Csv, DatasetConfig", "Corners, "),
        (
            "data/catalogue.py",
            "from mlpexp.data.dataset import",
            "from mlpexp.data.corners import CORNERS, load_corners\n",
        ),
        (
            "data/catalogue.py",
            "    Csv: DataSource(",
            "    Corners: DataSource(lambda config: CORNERS, lambda config, *_: load_corners()),\n",
        ),
    ),
    {
        "data/corners.py": '''\
"""The corners of a square."""

import numpy as np

from mlpexp.config.facts import DatasetFacts
from mlpexp.data.dataset import Dataset

CORNERS = DatasetFacts("classification", (2,), 2, 40)


def load_corners():
    points = np.tile([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], (10, 1))
    return Dataset("corners", points, (points[:, 0] != points[:, 1]).astype(np.int64), CORNERS, ("a", "b"), ("even", "odd"))
'''
    },
)

SCORE = Addition(
    2,
    (
        (
            "config/scores.py",
            '    Score("mean_absolute_error"',
            """\
    Score("worst_recall", "worst recall", "recall of the worst class (%)", " %", 100, True, 0, 1, False, False, "none",
          "classification", "confusion", "share of its samples that is found, of the class of which it is least"),
""",
        ),
        (
            "training/scores.py",
            '    "mean_absolute_error": mean_absolute_error,',
            """\
    "worst_recall": lambda confusion: (confusion.diagonal(dim1=1, dim2=2) / confusion.sum(2)).amin(1),
""",
        ),
    ),
)

ADDITIONS = {"activation": ACTIVATION, "layer": LAYER, "data set": DATA_SET, "score": SCORE}

CONFIGS = {
    "mish.yaml": """\
dataset: {name: iris}
model: {name: mlp, hidden_sizes: [3], activation: mish}
""",
    "scale.yaml": """\
dataset: {name: digits, test_fraction: 0.5}
model:
  name: cnn
  activation: tanh
  layers:
    - {layer: conv, channels: 2, kernel_size: 3}
    - {layer: scale}
    - {layer: max_pool}
    - {layer: dense, units: 4}
    - {layer: scale}
""",
    "corners.yaml": """\
dataset: {name: corners}
model: {name: mlp, hidden_sizes: [3]}
""",
}
REST = """\
optimizer: {name: sgd, learning_rate: 0.1}
training: {batch_size: 7, epochs: 1}
device: cpu
"""
COMMANDS = {
    "resolved": ["check", "mish.yaml", "--resolved"],
    "ways": ["gradcheck", "-c", "mish.yaml", "--format", "csv"],
    "symbolic": ["gradcheck", "-c", "mish.yaml", "--symbolic", "W1_11", "--set", "model.hidden_sizes=[1]"],
    "costs": ["params", "-c", "scale.yaml", "--format", "csv"],
    "layer": ["gradcheck", "-c", "scale.yaml", "--format", "csv", "--samples", "2"],
    "swept": [
        "sweep", "mish.yaml", "--learning-rate", "0.1,0.5", "--seeds", "2", "--metric", "test_worst_recall",
        "--set", "training.early_stopping={score: worst_recall}", "--set", "dataset.validation_fraction=0.2",
    ],
    "curves": ["plot", "last", "--arm", "0"],
    "listed": ["list"],
}  # fmt: skip
USE = """
import contextlib, io, json, sys
from pathlib import Path
import torch
from mlpexp.cli.main import main
from mlpexp.data.catalogue import load
from mlpexp.execution.members import members_of, trainer_of
from mlpexp.nn.network import StackedNetwork
from mlpexp.planning.prepare import prepare

def printed(arguments):
    sys.argv = ["mlpexp", *arguments]
    with contextlib.redirect_stdout(io.StringIO()) as out:
        try:
            main()
        except SystemExit as end:
            if end.code:
                raise
    return out.getvalue()

def trained(name):
    # An epoch of two members; whether the plain modules of one give what the stack gives.
    prepared = prepare(Path(name))
    experiment, dataset = prepared.experiment, load(prepared.experiment.dataset)
    trainer = trainer_of(members_of(experiment, [0, 1]), [prepared.architecture] * 2, dataset)
    initial = trainer.state.network.flat.clone()
    list(trainer.run())
    network = StackedNetwork(prepared.architecture, trainer.state.last, trainer.state.last_buffers)
    inputs = trainer.samples.part(0, 5)[0][[0, 0]]
    alike = torch.allclose(network.member(1)(inputs[1]), network(inputs)[1], atol=1e-5)
    return not torch.equal(network.flat, initial) and alike

configs, commands = json.loads(sys.argv[1])
print(json.dumps([{name: trained(name) for name in configs}, {name: printed(words) for name, words in commands.items()}]))
"""


@pytest.mark.parametrize("thing", ADDITIONS)
def test_the_number_of_places(thing: str) -> None:
    addition = ADDITIONS[thing]
    assert len({name for name, _, _ in addition.insertions}) == addition.places


@pytest.mark.slow
def test_what_is_added_works(tmp_path: Path) -> None:
    """It trains, and its derivatives are right in every way there is; an activation has an initializer and a formula."""
    shutil.copytree(ROOT, tmp_path / "mlpexp", ignore=shutil.ignore_patterns("__pycache__"))
    for addition in ADDITIONS.values():
        addition.add_to(tmp_path / "mlpexp")
    for name, text in CONFIGS.items():
        (tmp_path / name).write_text(text + REST, encoding="utf-8")
    result = subprocess.run(
        [sys.executable, "-c", USE, json.dumps([list(CONFIGS), COMMANDS])],
        check=False, capture_output=True, text=True, timeout=300, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "COLUMNS": "200"},
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    trained, out = json.loads(result.stdout)
    assert trained == dict.fromkeys(CONFIGS, True)
    assert "he_normal" in out["resolved"]
    assert "NumPy" in out["ways"]
    assert "log(exp(" in out["symbolic"]
    assert "scale2,scale,4,,4 factors = 4,4,0,16" in out["costs"]
    assert "scale2.factor" in out["layer"]
    assert "test worst recall, at the best epoch by validation worst recall" in out["swept"]
    assert "worst_recall.png" in out["curves"]
    assert "best test worst recall" in out["listed"]
