"""The steps that ``mlpexp gradcheck --explain`` shows, each derivative checked against reverse mode.

One is of a network 2-2-1 with the weights of a seed, the other of an experiment's own network and sample.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from mlpexp.analysis.gradcheck.chain_rule import (
    Step,
    backward_section,
    forward_section,
    network_section,
    one_weight_section,
    step_on,
    update_section,
)
from mlpexp.analysis.gradcheck.derivatives import reverse_mode
from mlpexp.analysis.gradcheck.equations import Beside, Explanation, Section, equation
from mlpexp.analysis.gradcheck.first_step import Update
from mlpexp.analysis.gradcheck.max_pooling import max_pooling
from mlpexp.analysis.gradcheck.objective import Objective, first_objective
from mlpexp.analysis.gradcheck.output_layer import OutputLayer
from mlpexp.analysis.gradcheck.six_steps import graph_of, graph_sections
from mlpexp.analysis.gradcheck.textbook_names import textbook_sections
from mlpexp.architectures.architecture import Architecture
from mlpexp.architectures.build import build_architecture
from mlpexp.config.activations import PlainActivation
from mlpexp.config.networks import Mlp
from mlpexp.config.optimization import Sgd
from mlpexp.config.outputs import Output, output_of
from mlpexp.data.dataset import Dataset
from mlpexp.errors import DerivativeError, InputError
from mlpexp.execution.members import members_of, samples_of
from mlpexp.nn.network import StackedNetwork
from mlpexp.numpy_twin.backprop import flattened, layers_of
from mlpexp.numpy_twin.outputs import codes
from mlpexp.planning.prepare import Prepared
from mlpexp.training.class_weights import class_weights
from mlpexp.training.losses import LOSSES
from mlpexp.training.samples import Samples

INPUT, TARGET = np.array([[1.0, 1.0]]), np.array([[0.0]])
RATE = 0.1
EXACT = 1e-10  # of the largest derivative
MOST_PARAMETERS, MOST_UNITS, MOST_LISTED = 200, 16, 40


def worked_example(seed: int) -> Explanation:
    """One step of a network 2-2-1 on the sample (1, 1), whose exclusive or is 0, with the initial weights of a seed.

    Raises:
        DerivativeError: Reverse mode computes something else.
    """
    model = Mlp.model_validate({"name": "mlp", "hidden_sizes": [2], "activation": "sigmoid"})
    architecture = build_architecture(model, (2,), 1)
    network = StackedNetwork.initialized(architecture, [seed], dtype=torch.float64)
    update = Update(Sgd(name="sgd", learning_rate=RATE))
    output = OutputLayer("none", "mean_squared_error", 1)
    step = step_on(layers_of(architecture, network.flat[0].numpy()), INPUT, TARGET, output, 0.0, update)
    inputs, targets = (torch.from_numpy(array)[None] for array in (INPUT, TARGET))
    objective = Objective(network, inputs, targets, {}, LOSSES["mean_squared_error"], 0.0)
    given = [equation("x = a_0", "x = a_0", INPUT), equation("t", "t", TARGET)]
    shown = network_section(step, "Two inputs, two sigmoid units, one linear output; samples are rows.")
    sections = [replace(shown, equations=given + shown.equations), *_explained(step), max_pooling()]
    title = "Backpropagation through a network 2-2-1: exclusive or of (1, 1), which is 0"
    return _checked(title, sections, step, objective)


def check_readable(prepared: Prepared) -> None:
    """Refuses what nobody reads as equations.

    Raises:
        InputError: The network is too large, or not a plain multilayer perceptron.
    """
    model, architecture = prepared.experiment.model, prepared.architecture
    if not isinstance(model, Mlp):
        raise InputError(f"--explain: is for mlp, not for {model.name}")
    if model.dropout > 0 or model.batch_norm:
        raise InputError("--explain: is for networks without dropout and batch normalization")
    widest = max(segment.parameter.shape[-1] for segment in architecture.layout)
    widest = max(widest, int(np.prod(architecture.input_shape)))
    if architecture.num_parameters > MOST_PARAMETERS or widest > MOST_UNITS:
        raise InputError(
            f"--explain: {architecture.num_parameters:,} parameters in rows of up to {widest} are not readable; "
            f"at most {MOST_PARAMETERS} in rows of {MOST_UNITS}, for example with --set model.hidden_sizes=[3]"
        )


def own_example(prepared: Prepared, dataset: Dataset, index: int) -> Explanation:
    """One step of an experiment's network, at its initial weights, on one sample.

    Args:
        prepared: An experiment that ``check_readable`` allows.
        dataset: Its samples.
        index: Of the sample in the data set, from 0.

    Raises:
        InputError: There is no such sample.
        DerivativeError: Reverse mode computes something else, or something is not finite.
    """
    experiment = prepared.experiment
    members = members_of(experiment, [experiment.seed])
    samples = samples_of(members, dataset)
    place, own = _place(samples, index), samples.datasets[0]
    inputs, targets = (tensor.cpu() for tensor in samples.part(place, place + 1))
    objective = replace(first_objective(prepared, dataset), inputs=inputs, targets=targets)
    weights = class_weights(members, dataset, samples)
    weight = 1.0 if weights is None else float(weights[0, int(own.targets[index])])
    architecture, described = prepared.architecture, output_of(experiment, dataset.facts)
    output = OutputLayer(described.activation, described.loss.name, described.num_units, weight)
    step = step_on(
        layers_of(architecture, objective.point.numpy()),
        inputs[0].flatten(1).numpy(),
        _target_row(targets, described),
        output,
        experiment.optimizer.l2_penalty,
        Update(experiment.optimizer, experiment.training.gradient_clip),
    )
    sample = _sample_section(samples, index, place, step)
    network = network_section(step, _network_sentence(architecture, step))
    title = f"Backpropagation through a network {_sizes(architecture)}: sample {index} of {own.name}"
    return _checked(title, [sample, network, *_explained(step)], step, objective)


def _explained(step: Step) -> list[Section]:
    """What follows the network itself."""
    passes = forward_section(step), backward_section(step), one_weight_section(step)
    sections = [*passes, *textbook_sections(step), update_section(step)]
    first, last = step.layers[0], step.output.activation
    if first.activation == PlainActivation(name="sigmoid") or (step.depth == 1 and last == "sigmoid"):
        x, w = float(step.trace.inputs[0][0, 0]), float(first.weight[0, 0])
        graph = graph_of(x, w, float(step.trace.z[0][0, 0]) - w * x)
        sections += graph_sections(graph, "$x$ is $a_0[1]$, $w$ is $W_1[1,1]$, $b$ the rest of $z_1[1]$.")
    return sections


def _checked(title: str, sections: list[Section], step: Step, objective: Objective) -> Explanation:
    """The explanation, once all derivatives are those of reverse mode."""
    by_hand, reverse = flattened(step.gradients), reverse_mode(objective)
    values = [each.value for section in sections for each in section.equations]
    if not all(np.isfinite(value).all() for value in [*values, by_hand]):
        raise DerivativeError("--explain: a number in the equations is not finite at these weights")
    gaps = abs(by_hand - reverse)
    if not gaps.max() <= EXACT * (abs(reverse).max() or 1.0):
        raise DerivativeError(f"backpropagation by hand and reverse mode differ by {gaps.max():.1e}")
    names = _names(objective.network.architecture)
    listed = range(len(gaps)) if len(gaps) <= MOST_LISTED else _farthest(objective.network.architecture, gaps)
    derivatives = [Beside(*names[i], float(by_hand[i]), float(reverse[i])) for i in listed]
    return Explanation(title, sections, derivatives, float(gaps.max()), len(gaps))


def _names(architecture: Architecture) -> list[tuple[str, str]]:
    """``dE/dW_1[1,1]`` and so on, as plain text and in LaTeX."""
    names, number = [], 0
    for segment in architecture.layout:
        kind = segment.name.rpartition(".")[2]
        number += kind == "weight"
        letter = {"weight": "W", "bias": "b", "slope": "s"}[kind]
        for place in np.ndindex(segment.parameter.shape):
            indices = ",".join(str(i + 1) for i in place)
            latex = rf"\partial E / \partial {letter}_{{{number}}}[{indices}]"
            names.append((f"dE/d{letter}_{number}[{indices}]", latex))
    return names


def _farthest(architecture: Architecture, gaps: np.ndarray) -> list[int]:
    """Of each tensor the entry with the largest difference."""
    return [segment.start + int(gaps[segment.place].argmax()) for segment in architecture.layout]


def _place(samples: Samples, index: int) -> int:
    """Where a sample lies in the order of the parts."""
    places = np.flatnonzero(samples.rows[0] == index)
    if len(places):
        return int(places[0])
    count = len(samples.datasets[0].inputs)
    if index < count:
        raise InputError(f"--sample: {index} is in no part of the data; one that is there: {int(samples.rows[0, 0])}")
    raise InputError(f"--sample: there is no sample {index}; the data set has {count:,}, from 0 to {count - 1}")


def _target_row(targets: torch.Tensor, described: Output) -> np.ndarray:
    """``t``, ``(1, K)``: what each output should be for a class; numbers as they are."""
    if not described.num_classes:
        return targets[0].double().numpy()
    return codes(described, targets[0].numpy(), np.zeros((1, described.num_units)))


def _sample_section(samples: Samples, index: int, place: int, step: Step) -> Section:
    """The sample in its own units, and as the network sees it."""
    own = samples.datasets[0]
    part = next(
        {"train": "training"}.get(name, name)
        for name, (start, stop) in samples.sizes.bounds.items()
        if start <= place < stop
    )
    raw = np.atleast_1d(own.inputs[index]).astype(np.float64)
    fill = samples.fill
    names = [f"inputs: {', '.join(own.feature_names)}"] if own.feature_names else []
    if fill is not None and np.isnan(raw).any():
        missing = [name for name, value in zip(own.feature_names, raw, strict=True) if np.isnan(value)]
        names.append(f"filled in, as they are missing: {', '.join(missing)}")
        raw = np.where(np.isnan(raw), fill[0, 0].cpu().numpy(), raw)
    shift, scale = (
        np.broadcast_to(tensor[0, 0].cpu().double().numpy(), raw.shape) for tensor in (samples.shift, samples.scale)
    )
    x_1F = step.trace.inputs[0]
    equations = [equation("x = a_0", "x = a_0", x_1F)]
    if (shift != 0).any() or (scale != 1).any():
        equations = [
            equation("in its own units", r"\text{in its own units}", raw.reshape(1, -1)),
            equation("shift", r"\text{shift}", shift.reshape(1, -1)),
            equation("scale", r"\text{scale}", scale.reshape(1, -1)),
            equation("x = a_0 = (own - shift) / scale", r"x = a_0 = (\text{own} - \text{shift}) / \text{scale}", x_1F),
        ]
    target = own.targets[index]
    if own.class_names:
        single = step.output.num_units == 1 and len(own.class_names) == 2
        units = f"one output, for {own.class_names[1]}" if single else f"outputs: {', '.join(own.class_names)}"
        names.append(f"{units}; {own.target_name}: {own.class_names[int(target)]}")
    elif samples.units is not None:
        equations.append(equation("target in its own units", r"\text{target in its own units}", target))
    equations.append(equation("t", "t", step.targets))
    sentence = f"Sample {index} (counted from 0, as index in predictions.csv) of the {part} part."
    return Section("The sample", sentence, equations, tuple(names))


def _sizes(architecture: Architecture) -> str:
    """``4-3-3``."""
    outs = [segment.parameter.shape[-1] for segment in architecture.layout if segment.name.endswith(".weight")]
    return "-".join(map(str, [int(np.prod(architecture.input_shape)), *outs]))


def _network_sentence(architecture: Architecture, step: Step) -> str:
    hidden = [f"{len(layer.weight[0])} {layer.activation.name.replace('_', ' ')}" for layer in step.layers[:-1]]
    last = "linear" if step.output.activation == "none" else step.output.activation
    units = _listed([*hidden, f"{step.output.num_units} {last}"])
    return f"{step.layers[0].weight.shape[0]} inputs, then units: {units}; samples are rows."


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words)
