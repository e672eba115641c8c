"""The words that users type: short ones that stand for a key everywhere, and common ones that stand for none.

A word of ``WORDS`` is an option of the command line (``--learning-rate``), a key of ``--set`` and ``--over``, and an axis
of a config, always for the same key. Those of ``MEANT`` are never accepted, only answered: one thing has one name.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mlpexp.errors import Place


@dataclass(frozen=True)
class Word:
    """A short word for a key."""

    name: str
    """As it is typed: ``learning_rate``."""
    key: str
    """What it stands for: ``optimizer.learning_rate``."""
    meaning: str
    """In a few words, without a stop, for the help of the option."""
    example: str
    """A value."""
    examples: str = ""
    """Several values, as a sweep takes them; empty where it takes none."""

    @property
    def option(self) -> str:
        """``--learning-rate``."""
        return "--" + self.name.replace("_", "-")


@dataclass(frozen=True)
class Typed:
    """A key and its value as they came in an option; they are read where it is known what may stand there."""

    key: str
    """A short word, or a whole key."""
    text: str
    """The value, or several."""
    written: str
    """The option with its value: ``--learning-rate 0.1,1``."""

    @property
    def place(self) -> Place:
        """For messages."""
        return Place(self.written, value=self.text)


WORDS = (
    Word("epochs", "training.epochs", "Passes over the training set", "50", "10,50,100"),
    Word("learning_rate", "optimizer.learning_rate", "Step size", "0.1", "0.001,0.01 or 'log(1e-4,1,9)'"),
    Word("batch_size", "training.batch_size", "Samples per step", "16", "1,8,32,full"),
    Word("hidden_size", "model.hidden_sizes", "Units of one hidden layer", "16", "4,8,16"),
    Word("activation", "model.activation", "Activation of the hidden layers", "tanh", "relu,tanh"),
    Word("output_activation", "model.output_activation", "What the output layer applies", "sigmoid", "sigmoid,tanh"),
    Word("optimizer", "optimizer.name", "Optimizer, its other keys as in the config", "adam", "sgd,adam"),
    Word("init", "model.init", "How weights begin", "he_normal", "zeros,he_normal"),
    Word("loss", "loss", "What is minimized", "cross_entropy", "cross_entropy,softmax_squared_error"),
    Word("seed", "seed", "The first seed", "0"),
    Word("seeds", "seeds", "Number of seeds: other splits, weights and batch orders", "10"),
)
BY_NAME = {word.name: word for word in WORDS} | {
    "hidden_sizes": Word("hidden_sizes", "model.hidden_sizes", "Units of each hidden layer", "[16, 16]", "[16],[16,16]"),
    "score": Word("score", "scores", "What else is measured", "[f1_macro]"),
}  # fmt: skip
SPELLINGS = {
    "dataset.scale": "dataset.standardize",
    "dataset.standardize": "dataset.scale",
}  # two keys that say one thing
BY_KEY = {word.key: word for word in WORDS}

# Keys and values of other libraries and of speech, and what they are here; the first that is possible is meant.
MEANT: dict[str, tuple[str, ...]] = {
    # keys
    "lr": ("optimizer.learning_rate",),
    "eta": ("optimizer.learning_rate",),
    "rate": ("optimizer.learning_rate",),
    "step_size": ("optimizer.learning_rate",),
    "learning_rate_init": ("optimizer.learning_rate",),
    "bs": ("training.batch_size",),
    "batch": ("training.batch_size",),
    "batches": ("training.batch_size",),
    "minibatch": ("training.batch_size",),
    "epoch": ("training.epochs",),
    "num_epochs": ("training.epochs",),
    "n_epochs": ("training.epochs",),
    "iterations": ("training.epochs",),
    "max_iter": ("training.epochs",),
    "steps": ("training.epochs",),
    "hidden": ("model.hidden_sizes",),
    "hidden_units": ("model.hidden_sizes",),
    "hidden_layers": ("model.hidden_sizes",),
    "hidden_layer_sizes": ("model.hidden_sizes",),
    "layer_sizes": ("model.hidden_sizes",),
    "layers": ("model.layers", "model.hidden_sizes"),
    "neurons": ("model.hidden_sizes",),
    "nodes": ("model.hidden_sizes",),
    "units": ("model.hidden_sizes",),
    "width": ("model.hidden_sizes",),
    "output": ("model.output_activation",),
    "last_activation": ("model.output_activation",),
    "final_activation": ("model.output_activation",),
    "out_activation": ("model.output_activation",),
    "act": ("model.activation",),
    "activation_function": ("model.activation",),
    "nonlinearity": ("model.activation",),
    "transfer_function": ("model.activation",),
    "opt": ("optimizer.name",),
    "optim": ("optimizer.name",),
    "optimiser": ("optimizer.name",),
    "solver": ("optimizer.name",),
    "algorithm": ("model.algorithm", "optimizer.name"),
    "initialization": ("model.init",),
    "initialisation": ("model.init",),
    "initializer": ("model.init",),
    "initialiser": ("model.init",),
    "weight_init": ("model.init",),
    "bias_initializer": ("model.bias_init",),
    "bias_initialiser": ("model.bias_init",),
    "initial_bias": ("model.bias_init",),
    "criterion": ("loss",),
    "objective": ("loss",),
    "cost": ("loss",),
    "loss_function": ("loss",),
    "loss_fn": ("loss",),
    "random_state": ("seed",),
    "random_seed": ("seed",),
    "rng": ("seed",),
    "n_seeds": ("seeds",),
    "num_seeds": ("seeds",),
    "repeats": ("seeds",),
    "repetitions": ("seeds",),
    "runs": ("seeds",),
    "net": ("model.name",),
    "network": ("model.name",),
    "arch": ("model.name",),
    "architecture": ("model.name",),
    "data": ("dataset.name",),
    "csv": ("dataset.path",),
    "file": ("dataset.path",),
    "filename": ("dataset.path",),
    "folder": ("dataset.path", "images"),
    "root": ("dataset.path",),
    "image_size": ("dataset.size",),
    "img_size": ("dataset.size",),
    "resize": ("dataset.size",),
    "color_mode": ("dataset.color",),
    "colour": ("dataset.color",),
    "channels": ("dataset.color",),
    "label": ("dataset.target",),
    "labels": ("dataset.target",),
    "y": ("dataset.target",),
    "columns": ("dataset.features",),
    "inputs": ("dataset.features",),
    "separator": ("dataset.delimiter",),
    "sep": ("dataset.delimiter",),
    "test_size": ("dataset.test_fraction",),
    "test_split": ("dataset.test_fraction",),
    "test_ratio": ("dataset.test_fraction",),
    "val_split": ("dataset.validation_fraction",),
    "val_fraction": ("dataset.validation_fraction",),
    "val_size": ("dataset.validation_fraction",),
    "validation_split": ("dataset.validation_fraction",),
    "normalize": ("dataset.standardize",),
    "normalise": ("dataset.standardize",),
    "scaling": ("dataset.scale",),
    "scaler": ("dataset.scale",),
    "standardise": ("dataset.standardize",),
    "n_samples": ("dataset.samples",),
    "l2": ("optimizer.l2_penalty",),
    "l2_reg": ("optimizer.l2_penalty",),
    "regularization": ("optimizer.l2_penalty",),
    "penalty": ("optimizer.l2_penalty",),
    "wd": ("optimizer.weight_decay",),
    "betas": ("optimizer.beta1",),
    "eps": ("optimizer.epsilon",),
    "scheduler": ("schedule.name",),
    "lr_schedule": ("schedule.name",),
    "lr_scheduler": ("schedule.name",),
    "warmup": ("schedule.warmup_epochs",),
    "patience": ("training.early_stopping.patience",),
    "early_stop": ("training.early_stopping",),
    "earlystopping": ("training.early_stopping",),
    "tol": ("training.convergence.tolerance",),
    "tolerance": ("training.convergence.tolerance",),
    "n_iter_no_change": ("training.convergence.patience",),
    "clip": ("training.gradient_clip",),
    "grad_clip": ("training.gradient_clip",),
    "clip_norm": ("training.gradient_clip",),
    "ema": ("training.weight_averaging",),
    "dtype": ("training.precision",),
    "backend": ("training.engine",),
    "num_threads": ("training.threads",),
    "batchnorm": ("model.batch_norm",),
    "bn": ("model.batch_norm",),
    "drop": ("model.dropout",),
    "drop_rate": ("model.dropout",),
    "dropout_rate": ("model.dropout",),
    "gpu": ("device", "cuda"),
    # values
    "gpu:0": ("cuda",),
    "gpu:1": ("cuda:1",),
    "nvidia": ("cuda",),
    "pytorch_default": ("torch_default",),
    "torch": ("torch_default",),
    "pytorch": ("torch_default",),
    "metal": ("mps",),
    "apple": ("mps",),
    "min_max": ("minmax",),
    "minmaxscaler": ("minmax",),
    "zscore": ("standard",),
    "z_score": ("standard",),
    "standardscaler": ("standard",),
    "invscaling": ("inverse_power",),
    "mse": ("mean_squared_error",),
    "l2_loss": ("mean_squared_error",),
    "squared_error": ("mean_squared_error",),
    "quadratic": ("half_sum_squared_error",),
    "quadratic_cost": ("half_sum_squared_error",),
    "half_squared_error": ("half_sum_squared_error",),
    "sse": ("sum_squared_error",),
    "sum_of_squares": ("sum_squared_error",),
    "ce": ("cross_entropy",),
    "xent": ("cross_entropy",),
    "bce": ("binary_cross_entropy",),
    "binary_crossentropy": ("binary_cross_entropy",),
    "bce_with_logits": ("binary_cross_entropy",),
    "nll": ("cross_entropy",),
    "log_loss": ("cross_entropy",),
    "logistic": ("sigmoid",),
    "linear": ("none", "identity"),
    "identity": ("none",),
    "softmax": ("cross_entropy",),
    "crossentropy": ("cross_entropy",),
    "categorical_crossentropy": ("cross_entropy",),
    "acc": ("accuracy", "test_accuracy", "train_accuracy"),
    "accuracy": ("test_accuracy", "train_accuracy"),
    "error": ("test_loss", "train_loss"),
    "f1": ("f1_macro", "test_f1_macro"),
    "f1_score": ("f1_macro", "test_f1_macro"),
    "macro_f1": ("f1_macro", "test_f1_macro"),
    "mcc": ("matthews", "test_matthews"),
    "matthews_corrcoef": ("matthews", "test_matthews"),
    "auc": ("roc_auc", "test_roc_auc"),
    "auroc": ("roc_auc", "test_roc_auc"),
    "roc": ("roc_auc", "test_roc_auc"),
    "bacc": ("balanced_accuracy", "test_balanced_accuracy"),
    "mae": ("mean_absolute_error", "test_mean_absolute_error"),
    "rmse": ("root_mean_squared_error", "test_root_mean_squared_error"),
    "val_accuracy": ("validation_accuracy",),
    "val_acc": ("validation_accuracy",),
    "val_loss": ("validation_loss",),
    "train_acc": ("train_accuracy",),
    "test_acc": ("test_accuracy",),
    "he": ("he_normal",),
    "kaiming": ("he_normal",),
    "kaiming_normal": ("he_normal",),
    "kaiming_uniform": ("he_uniform",),
    "xavier": ("xavier_uniform",),
    "glorot": ("xavier_uniform",),
    "glorot_normal": ("xavier_normal",),
    "glorot_uniform": ("xavier_uniform",),
    "lecun": ("lecun_normal",),
    "zero": ("zeros",),
    "gaussian": ("normal",),
    "random": ("normal",),
    "lrelu": ("leaky_relu",),
    "leakyrelu": ("leaky_relu",),
    "hardtanh": ("hard_tanh",),
    "hardsigmoid": ("hard_sigmoid",),
    "none": ("identity", "off"),
    "nesterov": ("sgd",),
    "momentum": ("optimizer.momentum", "sgd"),
    "gd": ("sgd",),
    "lenet": ("lenet5",),
    "lenet_5": ("lenet5",),
    "cnn_4": ("cnn4",),
    "perceptron": ("mlp",),
    "dense": ("mlp",),
    "fnn": ("mlp",),
    "ann": ("mlp",),
    "kohonen": ("som",),
    "fashion": ("fashion_mnist",),
    "fashionmnist": ("fashion_mnist",),
    "cifar": ("cifar10",),
    "cifar_10": ("cifar10",),
    "kuzushiji": ("kmnist",),
    "two_moons": ("moons",),
    "spiral": ("spirals",),
    "table": ("csv",),
    "pictures": ("images",),
    "photos": ("images",),
    "image_folder": ("images",),
    "imagefolder": ("images",),
    "image": ("images",),
    "gray": ("grey",),
    "grayscale": ("grey",),
    "greyscale": ("grey",),
    "double": ("float64",),
    "fp64": ("float64",),
    "float": ("float32",),
    "single": ("float32",),
    "fp32": ("float32",),
    "half": ("bfloat16",),
    "bf16": ("bfloat16",),
    "fp16": ("bfloat16",),
    "float16": ("bfloat16",),
    "shape": ("size",),
    "all": ("full",),
    "whole": ("full",),
}


def key_of(written: str, value: object = None) -> str:
    """The key that a short word stands for; any other key is what it is.

    Args:
        written: The word or key.
        value: Its value, or one of them: ``optimizer: adam`` changes the name alone, ``optimizer: {name: adam}`` the section.
    """
    word = BY_NAME.get(written)
    if word is None or (isinstance(value, dict) and word.key.startswith(f"{written}.")):
        return written
    return word.key


def setting(written: str, value: Any) -> Any:
    """The value of the full key: ``hidden_size: 8`` stands for ``model.hidden_sizes: [8]``."""
    return [value] if written == "hidden_size" and not isinstance(value, list) else value


def meant(written: object, choices: Iterable[str]) -> str | None:
    """Which of the choices a common word stands for; None if it is no such word, or none of them is meant."""
    possible = set(choices)
    simple = str(written).strip().lower().replace("-", "_").replace(" ", "_")
    return next((choice for choice in (simple, *MEANT.get(simple, ())) if choice in possible), None)


def closest(word: object, choices: Iterable[str]) -> str | None:
    """The choice that a word stands for, or that is written nearly like it; None if there is none."""
    choices = list(choices)
    close = difflib.get_close_matches(str(word).lower(), choices, n=1, cutoff=0.6)
    return meant(word, choices) or (close[0] if close else None)


def nearly(word: object, choices: Iterable[str]) -> str:
    """``"; did you mean relu?"`` when a choice is close, else nothing."""
    near = closest(word, choices)
    return f"; did you mean {near}?" if near else ""


def did_you_mean(word: object, choices: Iterable[str]) -> str:
    """``"; did you mean relu?"`` when a choice is close, else the list of choices when it is short."""
    choices = list(choices)
    if near := nearly(word, choices):
        return near
    return f"; choose from {', '.join(choices)}" if 0 < len(choices) <= 20 else ""
