"""A network of a result as one file for use elsewhere: chosen, lowered, written, run again, compared, put in its place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mlpexp.config.scores import column_of
from mlpexp.errors import InputError
from mlpexp.export import described_file, onnx_file, python_file, torch_file
from mlpexp.export.comparison import Compared, compare
from mlpexp.export.held_samples import held_samples
from mlpexp.export.lowering import portable
from mlpexp.export.portable import Answer, PortableNetwork
from mlpexp.results.arm_choice import Say, chosen_seeds
from mlpexp.results.networks import Networks
from mlpexp.results.result import ArmResult
from mlpexp.store.files import write_bytes


@dataclass(frozen=True)
class Format:
    """How a network is written."""

    words: str
    """What it is."""
    written: Callable[[PortableNetwork], bytes]
    """The content of the file."""
    read: Callable[[bytes], Callable[[np.ndarray], Answer]]
    """From the content to what computes by it alone."""


FORMATS: Mapping[str, Format] = {
    ".onnx": Format("ONNX, run by ONNX Runtime", onnx_file.written, onnx_file.read),
    ".pt2": Format("program of torch.export", torch_file.written, torch_file.read),
    ".safetensors": Format("described weights", described_file.safetensors_written, described_file.safetensors_read),
    ".py": Format("Python program, which needs NumPy alone", python_file.written, python_file.read),
    ".json": Format("JSON for a web page", described_file.json_written, described_file.json_read),
}  # fmt: skip


@dataclass(frozen=True)
class Exported:
    """What was written."""

    path: Path
    """Of the file."""
    num_bytes: int
    """Its size."""
    network: PortableNetwork
    """What is in it."""
    samples: str
    """What it was compared on."""
    compared: Compared
    """How it compared."""


def format_of(path: Path) -> Format:
    """By the end of the name of a file.

    Raises:
        InputError: It is none of the formats.
    """
    if path.suffix.lower() not in FORMATS:
        raise InputError(f"--to {path}: the name must end in one of {', '.join(FORMATS)}, which decides the format")
    return FORMATS[path.suffix.lower()]


def seed_of(arm: ArmResult, seed: int | None, say: Say = lambda sentence: None) -> int:
    """Whose network is taken: the seed that is named, else the one with the median validation score, else the first.

    Args:
        arm: Of a result that has ended.
        seed: None: not said.
        say: Is told which one is taken, where there are several.

    Raises:
        InputError: No seed ended well.
    """
    seeds = chosen_seeds(arm, seed, say)
    if len(seeds) == 1:
        return seeds[0]
    median = _median_seed(arm, seeds)
    if median is None:
        say(f"seed {seeds[0]} is the first of {len(seeds)}; --seed names another")
        return seeds[0]
    score = arm.result.summary.metric.score.label
    say(f"seed {median} has the median validation {score} of {len(seeds)} seeds; --seed names another")
    return median


def export(networks: Networks, path: Path, data_dir: str | None = None) -> Exported:
    """Writes a file, after its content has been run and compared.

    Args:
        networks: Of one seed.
        path: Of the file; its end decides the format.
        data_dir: Where image data sets lie.

    Raises:
        InputError: The file exists, a library is missing, or the network has no finite outputs.
        RunError: What was written computes something else, or cannot be written.
    """
    format_ = format_of(path)
    check_new(path)
    network = portable(networks)
    content = format_.written(network)
    samples = held_samples(networks, data_dir)
    compared = compare(network, networks, samples.raw, format_.read(content))
    write_bytes(path, content)
    words = f"{len(samples.raw)} {samples.words}"
    return Exported(path, len(content), network, words, compared)


def check_new(path: Path) -> None:
    """Refuses to write over a file.

    Raises:
        InputError: It exists.
    """
    if path.exists():
        raise InputError(f"--to: {path} exists, and nothing is written over; name another file")


def sentences(exported: Exported) -> list[str]:
    """What was written, and how it compared."""
    network, compared = exported.network, exported.compared
    origin = network.origin
    batches = " and ".join([", ".join(map(str, compared.batches[:-1])), str(compared.batches[-1])])
    told = [f"run again on {exported.samples}, in batches of {batches}"]
    classes = "classes equal, " if network.classification else ""
    unit = "" if network.scaling.target_scale is None else " of the scale of the target"
    told.append(f"{classes}largest difference of an output {compared.largest:.2g}{unit}")
    if compared.num_near:
        told.append(f"samples of which two classes are equally near, and the other one is named: {compared.num_near}")
    if compared.num_jumps:
        told.append(
            f"samples in which table_sigmoid takes the next step, and outputs differ by more: {compared.num_jumps}"
        )
    if origin.precision in PRECISIONS:
        told.append(PRECISIONS[origin.precision])
    told.append(f"written: {exported.path}, {exported.num_bytes:,} bytes")
    return told


PRECISIONS: Mapping[str, str] = {
    "float64": "trained in float64; the file has float32, and was compared with float64",
    "bfloat16": "trained in bfloat16; the file computes in float32, and was compared with the network in float32",
    "tf32": "trained in tf32; the file computes in float32",
}


def _median_seed(arm: ArmResult, seeds: list[int]) -> int | None:
    """By the score that arms are compared by, on the validation part at the selected epoch; the lower of two."""
    summary = arm.result.summary
    column = f"best_validation_{summary.metric.score.name}"
    trials = arm.trials.set_index("seed")
    if "validation" not in summary.parts or column_of(column) is None or column not in trials.columns:
        return None
    scores = trials.loc[seeds, column].astype(float).sort_values(kind="stable")
    return int(scores.index[(len(scores) - 1) // 2])
