"""What figures say of a run besides its numbers: title, names, which seeds diverged; from its config and summary."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from mlpexp.config.datasets import EACH_SEED, learned_in
from mlpexp.config.layers import line_of
from mlpexp.config.scores import EACH_ITS_OWN, LOSS_AXES, SCORES, Score, column_of
from mlpexp.config.scores import selected_on as selection
from mlpexp.config.table_paths import OF_USER
from mlpexp.planning.sample_designs import speaks_of
from mlpexp.store.summary import Summary

LONGEST_LINE = 40  # letters of the layers in a title; of longer ones it has the sizes


@dataclass(frozen=True)
class RunCaption:
    """What figures say of a run besides its numbers; every default is what a folder without these files gives."""

    title: str = ""
    """Data, network and optimizer in one line."""
    loss: str = "loss"
    """Name and unit of the loss."""
    running_train_metrics: bool = False
    """Whether training metrics are means over the batches of an epoch, while weights moved."""
    class_names: tuple[str, ...] = ()
    """One per class; empty if unknown."""
    target: str = "target"
    """What is predicted."""
    learned: str = ""
    """What is learned of the numbers of a table, and the loss is of; empty of other data."""
    new_data: bool = False
    """Whether each seed has data of its own."""
    input_shape: tuple[int, ...] = ()
    """Of one sample."""
    diverged: frozenset[int] = frozenset()
    """The seeds that diverged."""
    momentum: float | None = None
    """Of plain gradient descent; None where another optimizer moves the weights."""
    nesterov: bool = False
    """Whether that is Nesterov's."""
    best_epochs: Mapping[int, int] = field(default_factory=dict)
    """By seed, the epoch chosen on validation data; empty if none was."""
    selected_by: str = "validation loss"
    """What these epochs have the best of."""
    grid: tuple[int, ...] = ()
    """Rows and columns of a map; empty for other models."""
    topology: str = ""
    """Where its units lie; empty for other models."""

    grey_map: str = "gray_r"
    """How grey pictures are drawn: digits and clothes dark on white, pictures of the user's own as they are."""
    speaks_of: str = ""
    """Of what intervals over seeds speak."""
    samples: str = ""
    """What predictions are of, where it is none of the result's own parts: a file."""

    def behind(self, num_seeds: int) -> str:
        """What to add to a note with intervals over several seeds: ``; intervals: new seeds on these 150 samples``."""
        return f"; intervals: {self.speaks_of}" if self.speaks_of and num_seeds > 1 else ""

    @property
    def selection_note(self) -> str:
        """What to add to the note of a figure of the selected weights."""
        return f"; weights of the best epoch by {self.selected_by}" if self.best_epochs else ""

    def axis(self, score: Score) -> str:
        """A score in words with its unit, for an axis."""
        text = self.loss if score == SCORES["loss"] else score.axis
        return score.of_unit(text, self.learned, self.target if self.learned else "")

    def class_name(self, number: int) -> str:
        """The name of a class, or its number."""
        return self.class_names[number] if 0 <= number < len(self.class_names) else str(number)


def run_caption(
    config: Mapping[str, Any], summary: Summary | None, trials: pd.DataFrame | None, name: str
) -> RunCaption:
    """The caption of an arm.

    Args:
        config: Its resolved config; empty if that cannot be read.
        summary: Of the result; None if that cannot be read.
        trials: How the trials of the arm ended; None if none has.
        name: Title for an arm without config: the folder.
    """
    dataset = summary.dataset if summary else None
    selected_on = column_of(_selected_on(config, summary.selected_on)) if summary and summary.selected_on else None
    ended = [] if trials is None else trials.to_dict("records")
    return RunCaption(
        title=run_title(config) if config else name,
        loss=LOSS_AXES.get(config.get("loss", ""), SCORES["loss"].axis),
        running_train_metrics=config.get("training", {}).get("train_metrics") == "running",
        class_names=dataset.class_names if dataset else (),
        target=(dataset.target_name if dataset else "") or "target",
        learned=learned_in(config.get("dataset", {})),
        new_data=config.get("dataset", {}).get("data_seed") == EACH_SEED,
        input_shape=dataset.input_shape if dataset else (),
        grey_map="gray" if config.get("dataset", {}).get("name") == "images" else "gray_r",
        speaks_of=speaks_of(config, summary) if summary and config else "",
        momentum=_momentum(config.get("optimizer", {})),
        nesterov=bool(config.get("optimizer", {}).get("nesterov", False)),
        diverged=frozenset(int(trial["seed"]) for trial in ended if trial["status"] == "diverged"),
        best_epochs={int(trial["seed"]): int(trial["best_epoch"]) for trial in ended if selected_on},
        selected_by=selected_on.label if selected_on else "",
        grid=tuple(config.get("model", {}).get("grid", ())),
        topology=config.get("model", {}).get("topology", ""),
    )


def _selected_on(config: Mapping[str, Any], of_result: str) -> str:
    """The column that an arm's best epoch has the best of, also where each arm has another."""
    if of_result != EACH_ITS_OWN:
        return of_result
    stopping = config.get("training", {}).get("early_stopping") or {}
    return selection(["loss"], stopping.get("score"))


def _momentum(optimizer: Mapping[str, Any]) -> float | None:
    return float(optimizer.get("momentum", 0.0)) if optimizer.get("name") == "sgd" else None


def run_title(config: Mapping[str, Any]) -> str:
    """The main choices of a config, such as ``iris - mlp [16] relu, sgd 0.1, batch 16``."""
    if config["model"]["name"] == "som":
        return f"{_dataset(config['dataset'])} - {_map(config)}"
    choices = [_model(config["model"]), _optimizer(config["optimizer"])]
    schedule = config.get("schedule", {}).get("name", "constant")
    if schedule != "constant":
        choices.append(f"{schedule} schedule")
    batch_size = config["training"]["batch_size"]
    choices.append("full batch" if batch_size == "full" else f"batch {batch_size}")
    return f"{_dataset(config['dataset'])} - {', '.join(choices)}"


def _dataset(dataset: Mapping[str, Any]) -> str:
    if dataset["name"] in OF_USER:
        return str(dataset["path"]).replace("\\", "/").rsplit("/", 1)[-1].removesuffix(".csv").removesuffix(".npz")
    shape = dataset.get("function") or dataset.get("kind") or dataset["name"]
    return str(shape).replace("_", " ")


def _map(config: Mapping[str, Any]) -> str:
    model, batch_size = config["model"], config["training"]["batch_size"]
    words = ["som", "x".join(map(str, model["grid"])), model["topology"]]
    choices = [" ".join(words), f"radius {model['radius']:g} to {model['final_radius']:g}"]
    if model["algorithm"] == "batch":
        return ", ".join([*choices, "batch map"])
    choices.append(f"rate {config['optimizer']['learning_rate']:g}")
    return ", ".join(choices if batch_size == 1 else [*choices, f"batch {batch_size}"])


def _model(model: Mapping[str, Any]) -> str:
    name, sizes = model["name"], model.get("hidden_sizes")
    if sizes == []:
        return "linear model"
    if name == "cnn":
        sizes = [size for layer in model["layers"] if (size := layer.get("channels", layer.get("units")))]
    line = line_of(model["layers"]) if name == "cnn" else None
    words = [name] if sizes is None else [name, line if line and len(line) <= LONGEST_LINE else str(sizes)]
    if name == "mlp":
        words.append(_activation(model.get("activation", "")))
    if model.get("dropout"):
        words.append(f"dropout {model['dropout']:g}")
    if model.get("batch_norm"):
        words.append("batch norm")
    return " ".join(word for word in words if word)


def _activation(activation: Any) -> str:
    if isinstance(activation, list):
        names = [_activation(layer) for layer in activation]
        return names[0] if len(set(names)) == 1 else "/".join(names)
    return str(activation["name"] if isinstance(activation, Mapping) else activation)


def _optimizer(optimizer: Mapping[str, Any]) -> str:
    words = [optimizer["name"], f"{optimizer['learning_rate']:g}"]
    if optimizer.get("momentum"):
        words.append(f"momentum {optimizer['momentum']:g}")
    for key, label in (("l2_penalty", "L2"), ("weight_decay", "decay")):
        if optimizer.get(key) and not (optimizer["name"] == "adamw" and key == "weight_decay"):
            words.append(f"{label} {optimizer[key]:g}")
    return " ".join(words)
