"""What to try for each verdict: phrases, and the changes of the config that they stand for, the most promising first.

A row of ``REMEDIES`` is a function of the numbers of the verdict and of the config; it gives None where it does not apply.
A remedy that would change nothing, or that the rules of the config refuse, is left out later (``suggestions.py``).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mlpexp.analysis.explain.extreme_values import extreme_values
from mlpexp.analysis.explain.remedy import Remedy, Row, Setting
from mlpexp.analysis.explain.rules.of_rate import DEAD
from mlpexp.config.activations import KNOWN

PENALTY = 0.01
DROPOUT = 0.3
VALIDATION = 0.2
PATIENCE = 10
RATE, INIT, BIAS = "optimizer.learning_rate", "model.init", "model.bias_init"
SIZES, LAYERS = "model.hidden_sizes", "model.layers"
CLIP, STOPPING = "training.gradient_clip", "training.early_stopping"


def _rounded(value: float, digits: int = 2) -> float:
    return float(f"{value:.{digits}g}")


def _advice(text: str) -> Row:
    """What no key says."""
    return lambda _: Remedy(text)


def _change(text: str, **changes: Any) -> Row:
    """The same keys with the same values, whatever the config is; ``__`` stands for the point in a key."""
    by_key = {key.replace("__", "."): value for key, value in changes.items()}
    return lambda _: Remedy(text, by_key)


def _rate(factor: float) -> Row:
    """Another learning rate."""
    text = "a smaller learning rate" if factor < 1 else "a larger learning rate"
    return lambda setting: Remedy(text, {RATE: _rounded(factor * setting.rate)})


def _rate_from_start(factor: float) -> Row:
    """A smaller learning rate, where the first steps already made the held-out loss worse."""
    return lambda setting: _rate(factor)(setting) if setting.number("epoch", 1.0) < 1 else None


def _stable_rate(setting: Setting) -> Remedy:
    """Of gradient descent the rate that half of the curvature at the start allows, of other optimizers a tenth."""
    limit, start, rate = setting.number("limit", 0.0), setting.number("start", 0.0), setting.rate
    better = rate / 10
    if setting.own("optimizer.name") == "sgd" and start > 0 and limit > 0:
        better = min(0.5 * rate * limit / start, better)
    return Remedy("a smaller learning rate", {RATE: _rounded(better, 1)})


def _faster_rate(setting: Setting) -> Remedy:
    """By the curvature at the start; of optimizers with steps of their own by the size of the weights."""
    rate = setting.rate
    if setting.own("optimizer.name") == "sgd":
        better = 0.3 * rate / max(setting.number("product", 0.03), 1e-12)
    else:
        better = 1e-2 * rate / max(setting.number("step", 1e-3), 1e-12)
    return Remedy("a larger learning rate", {RATE: _rounded(min(max(better, 3 * rate), 1000 * rate), 1)})


def _momentum(setting: Setting) -> Remedy | None:
    is_plain = setting.own("optimizer.name") == "sgd" and not setting.own("optimizer.momentum")
    return Remedy("momentum", {"optimizer.momentum": 0.9}) if is_plain else None


def _longer(setting: Setting) -> Remedy:
    return Remedy("more epochs", {"training.epochs": 4 * setting.own("training.epochs")})


def _suitable_init(setting: Setting) -> Remedy:
    """Initial weights of the size that the activation needs; biases that begin far from 0 begin at 0."""
    changes: dict[str, Any] = {INIT: KNOWN[setting.activation].init}
    bias = setting.own(BIAS)
    if isinstance(bias, int | float) and bias != 0:
        changes[BIAS] = 0
    return Remedy("initial weights that suit the activation", changes)


def _activation(name: str, text: str) -> Row:
    """Another activation of all hidden layers, with its own initial weights."""

    def row(setting: Setting) -> Remedy | None:
        changes = {"model.activation": name, INIT: KNOWN[name].init}
        return None if setting.activation == name else Remedy(text, changes)

    return row


def _revived(factor: float) -> Row:
    """Units that were dead before the first step need other initial values, others a smaller step."""

    def row(setting: Setting) -> Remedy | None:
        died_in_training = setting.number("before", 0.0) < DEAD
        return _rate(factor)(setting) if died_in_training else _suitable_init(setting)

    return row


def _with_hidden_layer(setting: Setting) -> Remedy | None:
    if setting.own(SIZES) != []:
        return None
    return Remedy("a hidden layer", {SIZES: [16], "model.activation": "relu", INIT: "he_normal"})


def _unlike_identity(name: str) -> Row:
    def row(setting: Setting) -> Remedy | None:
        if setting.own(SIZES) == []:
            return None
        return Remedy("a nonlinear activation", {"model.activation": name, INIT: KNOWN[name].init})

    return row


def _layers_with(key: str, change: Callable[[int], int], layers: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{**layer, key: change(layer[key])} if key in layer else dict(layer) for layer in layers]


def _sized(text: str, change: Callable[[int], int]) -> Row:
    """All hidden layers with more or fewer units or channels."""

    def row(setting: Setting) -> Remedy | None:
        sizes, layers = setting.own(SIZES), setting.own(LAYERS)
        if sizes is not None:
            return Remedy(text, {SIZES: [change(size) for size in sizes] or [change(8)]})
        if layers is None:
            return None
        return Remedy(text, {LAYERS: _layers_with("channels", change, _layers_with("units", change, layers))})

    return row


def _deeper(setting: Setting) -> Remedy | None:
    sizes = setting.own(SIZES)
    if not sizes or isinstance(setting.own("model.activation"), list):
        return None
    return Remedy("one more hidden layer", {SIZES: [*sizes, sizes[-1]]})


def _shallower(setting: Setting) -> Remedy | None:
    """Half of the layers."""
    sizes, activation = setting.own(SIZES), setting.own("model.activation")
    if not sizes or len(sizes) < 2:
        return None
    kept = -(-len(sizes) // 2)
    changes: dict[str, Any] = {SIZES: sizes[:kept]}
    if isinstance(activation, list):
        changes["model.activation"] = activation[:kept]
    return Remedy("fewer layers", changes)


def _stopping(setting: Setting) -> Remedy:
    """The weights of the epoch that is best on validation data, which a training part may have to give."""
    changes: dict[str, Any] = {} if setting.prepared.sizes.validation else {"dataset.validation_fraction": VALIDATION}
    return Remedy("early stopping", {**changes, STOPPING: {"patience": PATIENCE}})


def _patient(setting: Setting) -> Remedy | None:
    """Ten times the patience of what stopped training."""
    for section, text in ((STOPPING, "more patience"), ("training.convergence", "more patience")):
        own = setting.own(section)
        if own is not None:
            return Remedy(text, {section: {**own, "patience": max(10 * own["patience"], PATIENCE)}})
    return None


def _unstopped(setting: Setting) -> Remedy | None:
    sections = [key for key in (STOPPING, "training.convergence") if setting.own(key) is not None]
    return Remedy("all epochs", dict.fromkeys(sections)) if sections else None


def _penalty(setting: Setting) -> Remedy:
    return Remedy(
        "a penalty on the weights",
        {"optimizer.l2_penalty": _rounded(max(PENALTY, 10 * setting.own("optimizer.l2_penalty")))},
    )


def _decay(text: str, factor: float) -> Row:
    """Less of every penalty and decay that there is."""

    def row(setting: Setting) -> Remedy | None:
        own = {key: setting.own(key, 0) for key in ("optimizer.l2_penalty", "optimizer.weight_decay")}
        changes = {key: _rounded(factor * value) for key, value in own.items() if value}
        return Remedy(text, changes) if changes else None

    return row


def _dropping(text: str, most: float) -> Row:
    """Less dropout, wherever there is some."""

    def row(setting: Setting) -> Remedy | None:
        if setting.own("model.dropout", 0) > most:
            return Remedy(text, {"model.dropout": most})
        layers = setting.own(LAYERS, [])
        changes = {f"{LAYERS}.{i}.rate": most for i, layer in enumerate(layers) if layer.get("rate", 0) > most}
        return Remedy(text, changes) if changes else None

    return row


def _more_dropout(setting: Setting) -> Remedy | None:
    own = setting.own("model.dropout")
    return Remedy("dropout", {"model.dropout": DROPOUT}) if own is not None and own < DROPOUT else None


def _warmup(setting: Setting) -> Remedy:
    return Remedy("a slow start", {"schedule.warmup_epochs": max(1, setting.own("training.epochs") // 10)})


def _looser_clip(setting: Setting) -> Remedy | None:
    return Remedy("a larger norm", {CLIP: 1}) if (setting.own(CLIP) or 1) < 1 else None


def _steady_schedule(setting: Setting) -> Remedy:
    return Remedy("a learning rate that stays", {"schedule": {"name": "constant"}})


def _larger_batches(setting: Setting) -> Remedy | None:
    size = setting.own("training.batch_size")
    return Remedy("larger batches", {"training.batch_size": 32}) if size != "full" and size < 32 else None


def _standard_target(setting: Setting) -> Remedy | None:
    if not isinstance(setting.own("dataset.target"), dict):
        return None
    return Remedy("a standardized target", {"dataset.target.standardize": True})


def _as_missing(setting: Setting) -> Remedy | None:
    """Of a table: cells with extreme numbers count as missing, and the median stands in for them."""
    found = extreme_values(setting.prepared, setting.seeds) if setting.seeds else {}
    if not found:
        return None
    values = [*setting.own("dataset.missing_values", []), *(value for column in found.values() for value in column)]
    rule = setting.own("dataset.missing", "error")
    by_column = dict.fromkeys(found, "median") if rule == "error" else {}
    if isinstance(rule, dict):
        by_column = {**dict.fromkeys(found, "median"), **rule}
    changes = {"dataset.missing_values": values, **({"dataset.missing": by_column} if by_column else {})}
    return Remedy("these cells as missing ones", changes)


def _without_column(setting: Setting) -> Remedy | None:
    """Of a table: the column with the outliers is not used."""
    column = setting.numbers.get("column")
    if not isinstance(column, str) or not column or setting.own("dataset.name") != "csv":
        return None
    features = setting.own("dataset.features")
    if features:
        return Remedy("without this column", {"dataset.features": [name for name in features if name != column]})
    return Remedy("without this column", {"dataset.exclude": [*setting.own("dataset.exclude", []), column]})


def _weighted_longer(setting: Setting) -> Remedy:
    changes = {"training.class_weights": "balanced", "training.epochs": 4 * setting.own("training.epochs")}
    return Remedy("the same with more epochs", changes)


FIND_LR = _advice("`mlpexp find-lr` on this config")
STANDARDIZED = _change("standardized inputs", dataset__standardize=True)
BATCH_NORM = _change("batch normalization", model__batch_norm=True)
CLIPPED = _change("shorter steps where the gradient is long", training__gradient_clip=1)
RELU = _activation("relu", "an activation with slope 1")
LEAKY = _activation("leaky_relu", "a slope below 0")
FEWER_UNITS = _sized("fewer units", lambda size: max(2, size // 4))
WIDER = _sized("more hidden units", lambda size: 4 * size)

REMEDIES: dict[str, tuple[Row, ...]] = {
    "symmetric_units": (_suitable_init, _change("random initial weights", model__init="torch_default")),
    "linear_network": (_with_hidden_layer, _unlike_identity("relu"), _unlike_identity("tanh")),
    "unscaled_inputs": (STANDARDIZED, _change("inputs between 0 and 1", dataset__scale="minmax")),
    "exploding_gradient": (_suitable_init, CLIPPED, _shallower, BATCH_NORM),
    "saturation": (_suitable_init, _activation("relu", "an activation that does not saturate"), STANDARDIZED, _rate(0.1)),
    "vanishing_gradient": (RELU, BATCH_NORM, _shallower, _suitable_init),
    "learning_rate_too_large": (_stable_rate, _rate(0.01), CLIPPED, _warmup, FIND_LR),
    "dead_relu": (_revived(0.1), _revived(0.01), LEAKY, _suitable_init),
    "learning_rate_too_small": (_faster_rate, _momentum, _rate(10), FIND_LR),
    "label_noise": (_stopping, _penalty, FEWER_UNITS, _advice("look at these samples")),
    "overfitting": (
        _rate_from_start(0.1), _rate_from_start(0.01), _stopping, _penalty, _more_dropout, FEWER_UNITS, _advice("more data"),
    ),
    "too_few_epochs": (_longer, _rate(3), FIND_LR),
    "underfitting": (
        _decay("less decay", 0.01), _dropping("less dropout", 0.0), WIDER, _deeper, _rate(3), _longer, FIND_LR,
    ),
    "edge_of_stability": (_rate(0.3), _advice("`diagnostics: full` records the curvature")),
    "converged": (),
    "stopped_early": (_patient, _unstopped),
    "clipping_too_tight": (_change("no clipping", training__gradient_clip=None), _looser_clip),
    "too_much_decay": (_decay("less decay", 0.01), _decay("no decay", 0.0)),
    "too_much_dropout": (_dropping("less dropout", 0.2), _dropping("no dropout", 0.0)),
    "no_bias": (_change("biases", model__bias=True),),
    "unscaled_target": (_standard_target, _rate(100)),
    "imbalance": (
        _change("weights by class", training__class_weights="balanced"), _weighted_longer,
        _advice("a fairer measure: `scores: [balanced_accuracy]`"),
    ),
    "outliers": (_as_missing, _without_column, _advice("look at these cells, and correct or remove what is wrong")),
    "small_batches": (_larger_batches, _rate(0.1), _change("no batch normalization", model__batch_norm=False)),
    "schedule_too_fast": (
        _steady_schedule, _change("a slow fall", schedule={"name": "cosine"}),
    ),
}  # fmt: skip
