"""Self-organizing maps: grid, neighbourhood, and how the code book began and moved."""

from collections.abc import Mapping

from mlpexp.report.sections.methods.phrases import measured
from mlpexp.report.sections.methods.setup import Fact, Said, Setup

TOPOLOGIES: Mapping[str, Said] = {"rectangular": Said("rectangular", "矩形"), "hexagonal": Said("hexagonal", "六边形")}
DECAYS: Mapping[str, Said] = {
    "exponential": Said("exponentially", "指数"), "linear": Said("linearly", "线性"),
    "inverse_time": Said("inversely to time", "时间反比"),
}  # fmt: skip
INITS: Mapping[str, Said] = {
    "random": Said("at random in the range of the training data", "在训练数据的取值范围内随机生成"),
    "samples": Said("with training samples drawn at random", "为随机抽取的训练样本"),
    "pca": Said("in the plane of the first two principal components", "分布于训练数据前两个主成分的平面上"),
}  # fmt: skip


def _grid(setup: Setup) -> Said:
    grid, topology = setup.at("model.grid"), setup.at("model.topology")
    units, units_zh = (
        (f" of {'×'.join(map(str, grid))} units", f"含 {'×'.join(map(str, grid))} 个单元") if grid else ("", "")
    )
    shape = TOPOLOGIES.get(str(topology))
    on, on_zh = (f" on a {shape.english} grid", f"{shape.chinese}网格") if shape else ("", "")
    what_zh = f"（{'，'.join(filter(None, [units_zh, on_zh]))}）" if units_zh or on_zh else ""
    return Said(f"A self-organizing map{units}{on} was trained.", f"本文训练了自组织映射{what_zh}。")


def _steps(setup: Setup) -> Said | None:
    algorithm = setup.at("model.algorithm")
    if algorithm == "batch":
        return Said(
            "It learned by the batch rule: once in each epoch, units became weighted means of all samples.",
            "采用批量学习规则：每轮中各单元更新为全部样本的加权平均。",
        )
    if algorithm is None and setup.varies("model.algorithm"):
        return None
    rate, size = setup.at("optimizer.learning_rate"), setup.at("training.batch_size")
    by = f" with learning rate {rate:g}" if rate is not None else ""
    by_zh = f"，学习率为 {rate:g}" if rate is not None else ""
    each, each_zh = _each_step(size)
    return Said(f"It learned online, by Kohonen's rule{by}{each}.", f"采用 Kohonen 在线学习规则{by_zh}{each_zh}。")


def _each_step(size: int | str | None) -> tuple[str, str]:
    if size == 1:
        return ", sample by sample", "，逐个样本更新"
    if size is None:
        return "", ""
    if size == "full":
        return ", all samples in each step", "，每步使用全部样本"
    number = measured(int(size), "sample", "个样本")
    return f", {number.english} in each step", f"，每步使用 {number.chinese}"


def _neighbourhood(setup: Setup) -> Said:
    first, last, decay = (setup.at(f"model.{key}") for key in ("radius", "final_radius", "radius_decay"))
    how = DECAYS.get(str(decay))
    way, way_zh = (f" {how.english}", f"按{how.chinese}规律") if how else ("", "")
    start, start_zh = (f" from {first:g}", f"从 {first:g} ") if first is not None else ("", "")
    end, end_zh = (f" to {last:g}", f"减小到 {last:g}") if last is not None else ("", "减小")
    return Said(
        f"The neighbourhood function was exp(-d²/σ²), with σ falling{way}{start}{end}.",
        f"邻域函数为 exp(-d²/σ²)，σ {way_zh}{start_zh}{end_zh}。",
    )


def _code_book(setup: Setup) -> Said | None:
    how = INITS.get(setup.name_at("model.init"))
    return Said(f"The code book began {how.english}.", f"码本初值{how.chinese}。") if how else None


FACTS: tuple[Fact, ...] = (_grid, _steps, _neighbourhood, _code_book)
