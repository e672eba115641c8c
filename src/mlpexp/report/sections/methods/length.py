"""How long training took: batches, epochs, what ended it, and how often it was measured."""

from collections.abc import Mapping

from mlpexp.config.own_parts import short_name
from mlpexp.config.scores import score_named
from mlpexp.report.sections.methods.names_of_scores import chinese_score
from mlpexp.report.sections.methods.phrases import beside, measured, span_of
from mlpexp.report.sections.methods.setup import Fact, Said, Setup, Setups

PRECISIONS: Mapping[str, Said] = {
    "float32": Said("single precision (float32)", "单精度（float32）"),
    "float64": Said("double precision (float64)", "双精度（float64）"),
    "bfloat16": Said("mixed precision (bfloat16, weights in float32)", "混合精度（bfloat16，权重为 float32）"),
    "tf32": Said("float32 with matrix products in TF32", "float32（矩阵乘法采用 TF32）"),
}  # fmt: skip


def _epochs(setup: Setup) -> Said | None:
    """Epochs and batches; a map's own file says how it steps."""
    epochs = setup.at("training.epochs")
    if epochs is None:
        return None if setup.is_map else _batches_alone(setup)
    can_stop = bool(setup.at("training.early_stopping") or setup.at("training.convergence"))
    most, most_zh = ("at most ", "最多") if can_stop else ("", "")
    number = measured(epochs, "epoch", "轮")
    batches = Said("", "") if setup.is_map else _batches(setup)
    return Said(
        f"Training took {most}{number.english}{batches.english}.", f"{most_zh}训练 {number.chinese}{batches.chinese}。"
    )


def _batches(setup: Setup) -> Said:
    size = setup.at("training.batch_size")
    if size is None:
        return Said("", "")
    if setup.has_one_batch:
        return Said(", with all training samples in each step", "，每步使用全部训练样本（全批量）")
    if size == 1:
        return Said(", with one sample in each step, in a new order in each epoch", "，逐个样本更新，每轮重新打乱顺序")
    return Said(f" with batches of {size:,}, shuffled anew in each epoch", f"，批大小为 {size:,}，每轮重新打乱顺序")


def _batches_alone(setup: Setup) -> Said | None:
    said = _batches(setup)
    if not said.english:
        return None
    english = said.english.removeprefix(",").strip().removeprefix("with ")
    return Said(f"Training had {english}.", f"训练时{said.chinese.removeprefix('，')}。")


def _early_stopping(setup: Setup) -> Said | None:
    patience, score = setup.at("training.early_stopping.patience"), setup.at("training.early_stopping.score")
    if not setup.at("training.early_stopping"):
        return None
    is_known = not setup.varies("training.early_stopping.score")
    name = short_name(str(score or setup.summary.scores[0])) if is_known else ""
    least = setup.at("training.early_stopping.min_delta")
    by, by_zh = (f" by more than {least:g}", f"超过 {least:g} 的") if least else ("", "")
    number = Said("some epochs", "若干轮") if patience is None else measured(patience, "epoch", "轮")
    label = f"validation {score_named(name).label}" if is_known else "score that it watched"
    label_zh = chinese_score("validation", name) if is_known else "所监测的指标"
    return Said(
        f"Training stopped early when the {label} had not improved{by} for {number.english}.",
        f"当{label_zh}连续 {number.chinese}没有{by_zh}改善时提前停止。",
    )


def _convergence(setup: Setup) -> Said | None:
    if not setup.at("training.convergence"):
        return None
    patience, tolerance = (setup.at(f"training.convergence.{key}") for key in ("patience", "tolerance"))
    number = Said("some epochs", "若干轮") if patience is None else measured(patience, "epoch", "轮")
    by, by_zh = (f" by more than {tolerance:g}", f"超过 {tolerance:g} 的") if tolerance else ("", "")
    return Said(
        f"Training stopped when the training loss had not fallen{by} for {number.english}; the last weights count.",
        f"当训练损失连续 {number.chinese}没有{by_zh}下降时停止，取最后的权重。",
    )


def _measured(setup: Setup) -> Said | None:
    every = setup.at("training.evaluate_every")
    if not every or every == 1:
        return None
    return Said(
        f"Scores were measured every {every} epochs and at the end.", f"每 {every} 轮及训练结束时进行一次评价。"
    )


def _running(setup: Setup) -> Said | None:
    if setup.at("training.train_metrics") != "running":
        return None
    return Said(
        "Scores of the training part are means over the batches while the weights moved.",
        "训练集上的各项指标为训练过程中各批次的平均值。",
    )


def _precision(setup: Setup) -> Said | None:
    precision = PRECISIONS.get(str(setup.at("training.precision") or "float32"))
    if precision is None or setup.varies("training.precision"):
        return None
    return Said(f"Computations were in {precision.english}.", f"{beside('计算采用', precision.chinese)}。")


def _engine(setup: Setup) -> Said | None:
    if setup.at("training.engine") != "numpy" or setup.is_map:
        return None
    return Said(
        "Gradients and steps were computed by an implementation in NumPy.", "梯度与更新由基于 NumPy 的实现计算。"
    )


FACTS: tuple[Fact, ...] = (_epochs, _early_stopping, _convergence, _measured, _running, _precision, _engine)


def ended(setups: Setups) -> Said | None:
    """After how many epochs trainings ended, where they could end early."""
    can_stop = [
        setup.even_varied("training.early_stopping") or setup.even_varied("training.convergence")
        for setup in setups.all
    ]
    if not any(can_stop) or not setups.material.has_ended:
        return None
    trials = setups.material.result.trials
    sound = trials[~trials["status"].isin(["diverged", "failed"])]
    if sound.empty or "last_epoch" not in sound:
        return None
    epochs = sound["last_epoch"].astype(int)
    span = span_of((int(epochs.min()), int(epochs.max())))
    return Said(
        f"Trainings ended after {span.english} epochs.".replace(" 1 epochs", " 1 epoch"),
        f"训练实际进行了 {span.chinese} 轮。",
    )
