"""A network of a result as one file for use elsewhere: chosen, lowered, written, run again, compared, put in its place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mlpexp.asking import keyword
from mlpexp.config.own_parts import parts_in, short_name
from mlpexp.config.scores import column_of
from mlpexp.errors import InputError
from mlpexp.export import described_file, onnx_file, python_file, torch_file
from mlpexp.export.comparison import Compared, compare, largest_batch
from mlpexp.export.held_samples import held_samples
from mlpexp.export.int8 import WEIGHTS, WHOLE, Moved, cpu_inputs, int8_of, int8_steps
from mlpexp.export.lowering import portable
from mlpexp.export.portable import Answer, PortableNetwork
from mlpexp.quantization.scheme import Scheme
from mlpexp.results.arm_choice import Say, chosen_seeds
from mlpexp.results.networks import Networks
from mlpexp.results.result import ArmResult
from mlpexp.store.beside import make_folders
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
    moved: Moved | None = None
    """Of int8 numbers: what they changed."""
    num_float_bytes: int = 0
    """Likewise: the size of the file in float32."""
    num_calibrated: int = 0
    """Likewise: training samples that decided the levels; 0: there are none."""


def format_of(path: Path, *, int8: bool = False) -> Format:
    """By the end of the name of a file.

    Raises:
        InputError: It is none of the formats, or has no int8.
    """
    end = path.suffix.lower()
    if int8 and end == ".pt2":
        others = ", ".join(name for name in FORMATS if name != ".pt2")
        raise InputError(
            f"{keyword('to', path)}: int8 is for {others}; PyTorch computes int8 by other rules, with float numbers between"
        )
    if end not in FORMATS:
        raise InputError(
            f"{keyword('to', path)}: the name must end in one of {', '.join(FORMATS)}, which decides the format"
        )
    return FORMATS[end]


def scheme_of(*, int8: bool, weights: bool) -> Scheme | None:
    """What becomes int8, by the options.

    Raises:
        InputError: Both are given.
    """
    if int8 and weights:
        raise InputError(
            f"{keyword('int8')}, {keyword('int8-weights')}: choose one; {keyword('int8')} has int8 weights as well"
        )
    return WHOLE if int8 else WEIGHTS if weights else None


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
        say(f"seed {seeds[0]} is the first of {len(seeds)}; {keyword('seed')} names another")
        return seeds[0]
    score = arm.result.summary.metric.score.label
    say(f"seed {median} has the median validation {score} of {len(seeds)} seeds; {keyword('seed')} names another")
    return median


def export(networks: Networks, path: Path, data_dir: str | None = None, *, scheme: Scheme | None = None) -> Exported:
    """Writes a file, after its content has been run and compared.

    Args:
        networks: Of one seed.
        path: Of the file; its end decides the format.
        data_dir: Where image data sets lie.
        scheme: What becomes int8; None: nothing.

    Raises:
        InputError: The file exists, a library is missing, the format has no int8, int8 needs data that are not there, or the
            network has no finite outputs.
        RunError: What was written computes something else, or cannot be written.
    """
    format_ = format_of(path, int8=scheme is not None)
    check_new(path)
    _refuse_own(networks)
    trained, samples = portable(networks), held_samples(networks, data_dir)
    words = f"{len(samples.raw)} {samples.words}"
    if scheme is None:
        content = format_.written(trained)
        compared = compare(trained, networks, samples.raw, format_.read(content))
        _write(path, content)
        return Exported(path, len(content), trained, words, compared)
    int8 = int8_of(networks, scheme, data_dir)
    network = portable(networks, int8_steps(int8, networks.network), int8.words)
    content = format_.written(network)
    compared = compare(network, networks, samples.raw, format_.read(content), int8)
    moved = int8.moved(cpu_inputs(networks.inputs(samples.raw[: largest_batch(networks)])[0]))
    _write(path, content)
    sizes = len(format_.written(trained)), int8.num_calibrated
    return Exported(path, len(content), network, words, compared, moved, *sizes)


def _refuse_own(networks: Networks) -> None:
    """A file holds no function of Python."""
    for kind, reference in parts_in(networks.experiment):
        if kind == "activation":
            name = short_name(reference)
            raise InputError(f"own activation {name} is a function of Python, which no file holds; use Result.module()")


def _write(path: Path, content: bytes) -> None:
    make_folders(path.parent)
    write_bytes(path, content)


def check_new(path: Path) -> None:
    """Refuses to write over a file.

    Raises:
        InputError: It exists.
    """
    if path.exists():
        raise InputError(f"{keyword('to')}: {path} exists, and nothing is written over; name another file")


def sentences(exported: Exported) -> list[str]:
    """What was written, and how it compared."""
    network, compared = exported.network, exported.compared
    origin = network.origin
    batches = " and ".join([", ".join(map(str, compared.batches[:-1])), str(compared.batches[-1])])
    told = [_levels(exported)] if network.int8 else []
    told.append(f"run again on {exported.samples}, in batches of {batches}")
    classes = "classes equal, " if network.classification else ""
    unit = "" if network.scaling.target_scale is None else " of the scale of the target"
    told.append(f"{classes}largest difference of an output {compared.largest:.2g}{unit}")
    if compared.num_near:
        told.append(f"samples of which two classes are equally near, and the other one is named: {compared.num_near}")
    if compared.num_jumps:
        told.append(
            f"samples in which table_sigmoid takes the next step, and outputs differ by more: {compared.num_jumps}"
        )
    if exported.moved is not None:
        return [*told, *_moved(exported, exported.moved)]
    if origin.precision in PRECISIONS:
        told.append(PRECISIONS[origin.precision])
    told.append(f"written: {exported.path}, {exported.num_bytes:,} bytes")
    return told


def _levels(exported: Exported) -> str:
    count = exported.num_calibrated
    return f"int8 {exported.network.int8}{f'; levels from {count:,} training samples' if count else ''}"


def _moved(exported: Exported, moved: Moved) -> list[str]:
    """What int8 changed, and the size."""
    others = f"; other classes: {moved.num_others} of {moved.num_samples}" if exported.network.classification else ""
    return [
        "that is to the int8 network in mlpexp; the trained one differs by what int8 costs:",
        f"largest difference of a logit {moved.largest:.3g}, bound {moved.bound:.3g}{others}",
        f"written: {exported.path}, {exported.num_bytes:,} bytes; in float32 {exported.num_float_bytes:,}",
    ]


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
