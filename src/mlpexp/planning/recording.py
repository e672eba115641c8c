"""What a result keeps of its trials: weights, and the tables of ``evaluation/``; decided before anything is trained.

What would be large is not kept. It is computed when it is asked for: from kept weights, else by training again.
"""

from collections.abc import Sequence
from math import prod

from mlpexp.architectures.layers import Activation
from mlpexp.config.experiment import Keep
from mlpexp.config.outputs import output_of
from mlpexp.config.scores import PARTS
from mlpexp.planning.plan import Plan, measured_of
from mlpexp.planning.prepare import Prepared
from mlpexp.store.plan_files import Recording, Weights

ALL_BYTES = 256_000_000  # of all weights: more, and only the best ones are kept
BEST_BYTES = 1_000_000_000  # more, and none are, unless there is one arm
MOST_ROWS = 200_000  # of a table of `evaluation/`, over all trials
CELLS_OF_A_ROW = 10  # a row of pixels counts as several
HISTOGRAM_BINS = 50
GRID_POINTS = 120  # per axis of a decision boundary, in the plane of two features or of two hidden units
CURVE_POINTS = 400
MOST_MISCLASSIFIED = 25  # pictures of an arm
MOST_SIDE = 96  # pixels of a picture in the table of misclassified ones: larger ones are made smaller


def recording(plan: Plan, num_distinct: int) -> Recording:
    """What to keep of a plan.

    Args:
        plan: The plan.
        num_distinct: How many of its trials are trained.
    """
    keep = plan.config.keep or Keep()
    parts = [part for part in PARTS if any(part in arm.prepared.sizes.bounds for arm in plan.arms)]
    scores = dict.fromkeys(name for arm in plan.arms for name in measured_of(arm))
    rows = _rows(plan)
    whole = not any(arm.prepared.facts.is_image for arm in plan.arms) and rows["predictions"] <= MOST_ROWS
    if not whole:
        rows["predictions"] = sum(_last_part(arm.prepared, plan.seeds) for arm in plan.arms)
    tables = {name for name, count in rows.items() if 0 < count <= MOST_ROWS}
    if "predictions" not in tables:
        tables.discard("misclassified")
    return Recording(
        arm_column=bool(plan.axes),
        scores=tuple(f"{part}_{name}" for part in parts for name in scores),
        weights=keep.weights or _affordable(plan, num_distinct),
        history=keep.history,
        state=keep.state,
        tables=tuple(sorted(tables)),
        whole=whole,
        first_seed=plan.seeds[0],
        class_outputs=any(has_class_outputs(arm.prepared) for arm in plan.arms),
    )


def has_class_outputs(prepared: Prepared) -> bool:
    """Whether outputs of classes are no probabilities."""
    output = output_of(prepared.experiment, prepared.facts)
    return output.num_classes > 0 and prepared.experiment.loss is not None and not output.is_probability


def lacks_predictions(plan: Plan, kept: Recording) -> bool:
    """Whether there are predictions that are not kept."""
    return "predictions" not in kept.tables and plan.base.experiment.model.name != "som"


def weight_bytes(plan: Plan, num_distinct: int) -> int:
    """Of one set of weights of all trials."""
    mean = sum(_trial_bytes(arm.prepared) for arm in plan.arms) / len(plan.arms)
    return int(mean * num_distinct)


def _affordable(plan: Plan, num_distinct: int) -> Weights:
    size = weight_bytes(plan, num_distinct)
    if size <= ALL_BYTES:
        return "all"
    return "best" if size <= BEST_BYTES or len(plan.arms) == 1 else "none"


def _trial_bytes(prepared: Prepared) -> int:
    width = 8 if prepared.experiment.training.precision == "float64" else 4
    return width * prepared.architecture.num_parameters + 16 * prod(prepared.facts.input_shape)


def _last_part(prepared: Prepared, seeds: Sequence[int]) -> int:
    """Samples of the last part, over all seeds."""
    last = list(prepared.sizes.bounds)[-1]
    if not prepared.sizes_differ:
        return getattr(prepared.sizes, last) * len(seeds)
    return sum(getattr(prepared.sizes_of(seed), last) for seed in seeds)


def _rows(plan: Plan) -> dict[str, int]:
    """Rows of each table over all arms, if everything were written."""
    total: dict[str, int] = {"predictions": 0}
    for arm in plan.arms:
        for name, count in rows_of_arm(arm.prepared, plan.seeds).items():
            total[name] = total.get(name, 0) + count
    return total


def rows_of_arm(prepared: Prepared, seeds: Sequence[int]) -> dict[str, int]:
    """Rows of each table that an arm has, if everything is written."""
    num_seeds = len(seeds)
    facts, sizes = prepared.facts, prepared.sizes
    classes = facts.task == "classification"
    if prepared.experiment.model.name == "som":
        units = prepared.architecture.output_shape[0]
        hits = units * (facts.num_outputs if classes else 1) * len(sizes.bounds)
        return {"units": units * num_seeds, "u_matrix": 4 * units * num_seeds, "hits": hits * num_seeds}
    layers = prepared.architecture.layers
    weighted = sum(any(p.name == "weight" for p in layer.parameters) for layer in layers)
    activated = sum(isinstance(layer.spec, Activation) for layer in layers)
    rows = {
        "predictions": prepared.num_samples(seeds),
        "histograms": HISTOGRAM_BINS * (2 * weighted + activated),
    }
    if classes and facts.input_shape == (2,):
        rows["boundary"] = GRID_POINTS**2
    if classes and prepared.architecture.hidden_plane is not None:
        rows["hidden_space"] = prepared.num_samples(seeds[:1]) + GRID_POINTS**2
    if not classes and facts.input_shape == (1,):
        rows["curve"] = CURVE_POINTS * num_seeds
    if classes and facts.is_image:
        rows["misclassified"] = MOST_MISCLASSIFIED * _shown_pixels(facts.input_shape) // CELLS_OF_A_ROW
    return rows


def _shown_pixels(shape: Sequence[int]) -> int:
    """Numbers of a picture ``(C, H, W)`` in the table of misclassified ones."""
    channels, *sides = shape
    step = -(-max(sides) // MOST_SIDE)
    return channels * prod(max(1, side // step) for side in sides)


def history_epochs(epochs: int, every: int, count: int) -> frozenset[int]:
    """The evaluated epochs whose weights are kept: ``count`` of them, evenly spread, the first and the last among them."""
    if count <= 0:
        return frozenset()
    if count == 1:
        return frozenset((epochs,))
    last = -(-epochs // every)  # number of the last evaluation, that of the initial weights being 0
    kept = min(count, last + 1)
    return frozenset(min(every * round(i * last / (kept - 1)), epochs) for i in range(kept))
