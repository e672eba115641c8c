"""How weights moved: optimizer, loss, class weights, schedule, clipping, averaging."""

from collections.abc import Callable, Mapping

from mlpexp.config.outputs import KNOWN_LOSSES, Output, output_of
from mlpexp.config.own_parts import short_name
from mlpexp.report.sections.methods.phrases import in_brackets, labelled, listed, measured, the_same
from mlpexp.report.sections.methods.setup import Fact, Said, Setup

OPTIMIZERS: Mapping[str, str] = {
    "sgd": "SGD", "adam": "Adam", "adamw": "AdamW", "rmsprop": "RMSprop", "adagrad": "Adagrad",
}  # fmt: skip
# Numbers of an optimizer; those that may be 0 are told where they are not.
NUMBERS: Mapping[str, Said] = {
    "learning_rate": Said("learning rate", "学习率"), "momentum": Said("momentum", "动量"),
    "alpha": Said("decay rate of squared gradients", "梯度平方的衰减率"), "beta1": Said("β₁ =", "β₁ ="),
    "beta2": Said("β₂ =", "β₂ ="), "epsilon": Said("ε =", "ε ="), "l2_penalty": Said("L2 penalty", "L2 惩罚系数"),
    "weight_decay": Said("decoupled weight decay", "解耦权重衰减"),
}  # fmt: skip
MAY_BE_ZERO = ("momentum", "l2_penalty", "weight_decay")
CHINESE_LOSSES: Mapping[str, str] = {
    "cross_entropy": "交叉熵", "binary_cross_entropy": "二元交叉熵", "softmax_squared_error": "误差平方和的一半",
    "half_sum_squared_error": "误差平方和的一半", "sum_squared_error": "误差平方和", "mean_squared_error": "均方误差",
}  # fmt: skip


def _optimizer(setup: Setup) -> Said | None:
    """With all of its numbers; a map has none."""
    if setup.is_map:
        return None
    name, numbers = str(setup.even_varied("optimizer.name") or ""), _numbers(setup)
    if setup.varies("optimizer.name"):
        told = listed(numbers)
        return Said(f"The optimizer had {told.english}.", f"优化器的参数为{told.chinese}。") if numbers else None
    shown, told = OPTIMIZERS.get(name, short_name(name)), in_brackets(numbers)
    return Said(f"The optimizer was {shown}{told.english}.", f"优化器为 {shown}{told.chinese}。")


def _numbers(setup: Setup) -> list[Said]:
    items = []
    for key, label in NUMBERS.items():
        value = setup.at(f"optimizer.{key}")
        if value or (value is not None and key not in MAY_BE_ZERO):
            items.append(labelled(label, value))
        if key == "momentum" and setup.at("optimizer.nesterov"):
            items.append(Said("Nesterov's variant", "Nesterov 形式"))
    return items


def _loss(setup: Setup) -> Said | None:
    """What training lowered, and against which targets."""
    loss = setup.at("loss")
    if setup.is_map or loss is None or loss not in KNOWN_LOSSES:
        return None
    output = None if setup.prepared is None else output_of(setup.prepared.experiment, setup.prepared.facts)
    targets = Said("", "") if output is None else _targets(output)
    return Said(
        f"The loss function was {KNOWN_LOSSES[loss].label}{targets.english}.",
        f"损失函数为{CHINESE_LOSSES[loss]}{targets.chinese}。",
    )


def _targets(output: Output) -> Said:
    """What outputs of classes are compared with; cross-entropy needs no word."""
    if output.num_classes == 0 or output.loss.name == "cross_entropy":
        return Said("", "")
    other, own = (f"{code:g}" for code in output.codes)
    if output.is_single:
        return Said(f" against {other} and {own} for the two classes", f"（两个类别的目标值分别为 {other} 和 {own}）")
    if output.loss.factor is None:
        return Said(" of each class against the rest", "（每个类别相对于其余类别）")
    return Said(
        f" against one-hot targets ({own} for the class, {other} for others)",
        f"（目标为独热编码，所属类别取 {own}，其余取 {other}）",
    )


def _class_weights(setup: Setup) -> Said | None:
    weights = setup.at("training.class_weights")
    if weights in (None, "none"):
        return None
    if weights == "balanced":
        return Said(
            "In the gradient, classes were weighted inversely to their frequency in the training part.",
            "计算梯度时，各类别按其在训练集中频率的倒数加权。",
        )
    told = listed([the_same(f"{name}: {weight:g}") for name, weight in weights.items()])
    return Said(
        f"In the gradient, samples were weighted by class ({told.english}; relative weights, others count as 1).",
        f"计算梯度时，样本按类别加权（{told.chinese}；相对权重，其余类别为 1）。",
    )


# Schedules, by name: what the learning rate did. Numbers are None where they are varied.


def _constant(setup: Setup) -> Said | None:
    return None


def _step(setup: Setup) -> Said:
    every, factor = setup.at("schedule.every"), setup.at("schedule.factor")
    if every is None or factor is None:
        return Said("fell in steps", "呈阶梯式下降")
    number = measured(every, "epoch", "轮")
    return Said(f"was multiplied by {factor:g} after every {number.english}", f"每 {number.chinese}乘以 {factor:g}")


def _exponential(setup: Setup) -> Said:
    decay = setup.at("schedule.decay")
    by = "" if decay is None else f", by a factor of {decay:g} per epoch"
    by_zh = "" if decay is None else f"，每轮乘以 {decay:g}"
    return Said(f"decayed exponentially{by}", f"呈指数衰减{by_zh}")


def _cosine(setup: Setup) -> Said:
    final = setup.at("schedule.final_factor")
    to = "" if final is None else f" down to {final:g} times its first value" if final else " down to 0"
    to_zh = "" if final is None else f"，降至初始值的 {final:g} 倍" if final else "，降至 0"
    return Said(f"followed half a cosine{to}", f"按半周期余弦下降{to_zh}")


def _inverse_time(setup: Setup) -> Said:
    decay = setup.at("schedule.decay")
    rule = "inversely to time" if decay is None else f"as 1/(1 + {decay:g} t), t being the epochs"
    rule_zh = "时间反比" if decay is None else f" 1/(1 + {decay:g} t) （t 为轮数）"
    return Said(f"decayed {rule}", f"按{rule_zh}衰减".replace("） 衰减", "）衰减"))


def _inverse_power(setup: Setup) -> Said:
    power, per = setup.at("schedule.power"), setup.at("schedule.per")
    what, what_zh = ("samples seen", "已用样本数") if per == "sample" else ("finished epochs", "已完成的轮数")
    if power is None:
        return Said("decayed as a power of time", "按时间的幂衰减")
    return Said(
        f"decayed as 1/(1 + n) to the power {power:g}, n being the {what}",
        f"按 1/(1 + n) 的 {power:g} 次幂衰减（n 为{what_zh}）",
    )


SCHEDULES: Mapping[str, Callable[[Setup], Said | None]] = {
    "constant": _constant, "step": _step, "exponential": _exponential, "cosine": _cosine,
    "inverse_time": _inverse_time, "inverse_power": _inverse_power,
}  # fmt: skip


def _schedule(setup: Setup) -> Said | None:
    name = str(setup.even_varied("schedule.name") or "")
    is_batch_map = setup.is_map and setup.even_varied("model.algorithm") == "batch"
    if name not in SCHEDULES or "schedule" in setup.varied or is_batch_map:
        return None
    said = SCHEDULES[name](setup)
    return Said(f"The learning rate {said.english}.", f"学习率{said.chinese}。") if said else None


def _warmup(setup: Setup) -> Said | None:
    epochs = setup.at("schedule.warmup_epochs")
    if not epochs:
        return None
    number = measured(int(epochs) if epochs == int(epochs) else epochs, "epoch", "轮")
    return Said(
        f"The learning rate rose linearly from 0 in the first {number.english}.",
        f"学习率在前 {number.chinese}内从 0 线性升高。",
    )


def _clip(setup: Setup) -> Said | None:
    norm = setup.at("training.gradient_clip")
    return Said(f"Gradients were clipped to a norm of {norm:g}.", f"梯度范数裁剪至 {norm:g}。") if norm else None


def _averaging(setup: Setup) -> Said | None:
    decay = setup.at("training.weight_averaging")
    if decay is None:
        return None
    return Said(
        f"Evaluated was an exponential moving average of the weights with decay {decay:g} per step.",
        f"评价时使用权重的指数滑动平均，每步衰减率为 {decay:g}。",
    )


FACTS: tuple[Fact, ...] = (_optimizer, _loss, _class_weights, _schedule, _warmup, _clip, _averaging)
