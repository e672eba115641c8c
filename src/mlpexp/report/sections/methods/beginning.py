"""What training began with: drawn weights, or those of another result; and layers that stayed."""

from collections.abc import Mapping, Sequence
from typing import Any

from mlpexp.planning.starts import ANEW, TAKEN, LayerStart, layer_starts
from mlpexp.report.sections.methods.phrases import beside, english_list, in_brackets, labelled, name_in
from mlpexp.report.sections.methods.setup import Fact, Said, Setup, name_of

INITS: Mapping[str, Said] = {
    "xavier_uniform": Said("Glorot uniform", "Glorot 均匀分布"), "xavier_normal": Said("Glorot normal", "Glorot 正态分布"),
    "he_uniform": Said("He uniform", "He 均匀分布"), "he_normal": Said("He normal", "He 正态分布"),
    "lecun_normal": Said("LeCun normal", "LeCun 正态分布"), "orthogonal": Said("orthogonal", "正交"),
    "torch_default": Said("the default of PyTorch", "PyTorch 默认方法"), "zeros": Said("all zero", "全零"),
    "constant": Said("constant", "常数"), "normal": Said("normal", "正态分布"), "uniform": Said("uniform", "均匀分布"),
}  # fmt: skip
DETAILS: Mapping[str, Said] = {
    "value": Said("value", "值"), "mean": Said("mean", "均值"), "std": Said("standard deviation", "标准差"),
    "gain": Said("gain", "增益"),
}  # fmt: skip
WITHOUT_CHANCE = ("zeros", "constant")


def in_words(init: Any) -> Said:
    """``normal (mean 0, standard deviation 0.01)``."""
    details = init if isinstance(init, Mapping) else {}
    told = [
        Said("gain by the activation", "增益由激活函数确定") if value == "activation" else labelled(DETAILS[key], value)
        for key, value in details.items()
        if key in DETAILS and value is not None and (key, value) != ("gain", 1.0)
    ]
    low, high = (details.get(key) for key in ("low", "high"))
    if low is not None and high is not None:
        told.append(Said(f"{low:g} to {high:g}", f"{low:g} 至 {high:g}"))
    name, more = name_in(INITS, name_of(init)), in_brackets(told)
    return Said(name.english + more.english, name.chinese + more.chinese)


def _initialization(setup: Setup) -> Said | None:
    """How weights and biases were drawn."""
    init, bias_init = setup.at("model.init"), setup.at("model.bias_init")
    if setup.is_map or not name_of(init):
        return None
    rows, weights, biases = _rows(setup), in_words(init), _biases(setup, bias_init)
    if rows and all(row.begins == TAKEN for row in rows):
        return None
    drawn, drawn_zh = ("drawn weights", "随机生成的权重") if setup.even_varied("start.result") else ("weights", "权重")
    return Said(
        f"The initialization of {drawn} was {weights.english}{biases.english}.",
        f"{drawn_zh}的{beside('初始化方法为', weights.chinese)}{biases.chinese}。",
    )


def _biases(setup: Setup, init: Any) -> Said:
    if setup.even_varied("model.bias") is False or setup.varies("model.bias_init", "model.bias"):
        return Said("", "")
    if init is None:
        return Said("; biases began at 0", "，偏置初值为 0")
    if isinstance(init, int | float):
        return Said(f"; biases began at {init:g}", f"，偏置初值为 {init:g}")
    said = in_words(init)
    return Said(f", that of biases {said.english}", f"，偏置的{beside('初始化方法为', said.chinese)}")


def is_drawn(setup: Setup) -> bool:
    """Whether the seed of initial weights decides anything."""
    if setup.is_map:
        return bool(setup.even_varied("model.init") != "pca")
    if setup.even_varied("start.result"):
        rows = _rows(setup)
        return setup.even_varied("start.seed") is None or not rows or any(row.begins != TAKEN for row in rows)
    inits = [setup.even_varied("model.init"), setup.even_varied("model.bias_init")]
    names = [name_of(init) for init in inits if not isinstance(init, int | float)]
    return any(name and name not in WITHOUT_CHANCE for name in names)


def _rows(setup: Setup) -> list[LayerStart]:
    return [] if setup.prepared is None else layer_starts(setup.prepared.architecture, setup.prepared.start)


def _taken(setup: Setup) -> Said | None:
    """Which layers began with weights of which result."""
    place = setup.at("start.result")
    if not place:
        return None
    result, rows = str(place).replace("\\", "/").rstrip("/").rpartition("/")[2], _rows(setup)
    whose, whose_zh = _whose(setup)
    layers, layers_zh = _layers(rows, TAKEN, "those that fitted", "相符的层")
    others, others_zh = _layers(rows, ANEW, "", "")
    anew, anew_zh = (f"; drawn anew: {others}", f"；重新随机初始化的层：{others_zh}") if others else ("", "")
    return Said(
        f"Training began with the weights of the result {result}{whose}, in these layers: {layers}{anew}.",
        f"训练以结果 {result} 的权重为初值{whose_zh}，涉及的层：{layers_zh}{anew_zh}。",
    )


def _layers(rows: Sequence[LayerStart], begins: str, english: str, chinese: str) -> tuple[str, str]:
    names = [row.layer for row in rows if row.begins == begins]
    return (english_list(names), "、".join(names)) if names else (english, chinese)


def _whose(setup: Setup) -> tuple[str, str]:
    record = setup.prepared.start.record if setup.prepared and setup.prepared.start else None
    arm = f", arm {record.arm}" if record and record.label != "as configured" else ""
    arm_zh = f"（第 {record.arm} 号设置）" if arm and record else ""
    seed = setup.at("start.seed")
    if seed is not None:
        return f"{arm}, those of seed {seed} for all seeds", f"{arm_zh}，所有种子均取其种子 {seed} 的权重"
    if setup.at("init_seed") is not None or setup.varies("init_seed", "start.seed"):
        return arm, arm_zh
    return f"{arm}, each seed those of its own number", f"{arm_zh}，各种子取同号种子的权重"


def _frozen(setup: Setup) -> Said | None:
    """Which layers training left as they began."""
    layers = setup.at("start.freeze")
    if not layers:
        return None
    verb = "was" if len(layers) == 1 else "were"
    return Said(
        f"The {'layer' if len(layers) == 1 else 'layers'} {english_list(layers)} {verb} frozen.",
        f"训练中冻结 {'、'.join(layers)} 层。",
    )


FACTS: tuple[Fact, ...] = (_initialization, _taken, _frozen)
