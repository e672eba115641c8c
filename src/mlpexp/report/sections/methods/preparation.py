"""What was done to inputs and targets before training."""

from collections.abc import Iterator, Mapping

from mlpexp.report.sections.methods.phrases import listed, measured, named, quantity
from mlpexp.report.sections.methods.setup import Fact, Said, Setup

SCALINGS: Mapping[str, Said] = {
    "standard": Said(
        "Inputs were standardized by the mean and standard deviation of each feature in the training part.",
        "输入特征按训练集的均值和标准差标准化。",
    ),
    "minmax": Said(
        "Inputs were scaled to the range 0 to 1 by the smallest and largest value of each feature in the training part.",
        "输入特征按训练集的最小值和最大值缩放到 0 至 1。",
    ),
    "none": Said("Inputs were not scaled.", "输入特征未作缩放。"),
}
OF_IMAGES: Mapping[str, Said] = {
    "standard": Said(
        "Pixels were standardized by the mean and standard deviation of each channel in the training part.",
        "像素值按训练集各通道的均值和标准差标准化。",
    ),
    "minmax": Said(
        "Pixels were scaled to the range 0 to 1 by the smallest and largest value of each channel in the training part.",
        "像素值按训练集各通道的最小值和最大值缩放到 0 至 1。",
    ),
    "none": Said("Pixels were scaled to the range 0 to 1.", "像素值缩放到 0 至 1。"),
}
FILLED: Mapping[str, Said] = {
    "drop": Said("were left out with their rows", "所在的行被删除"),
    "mean": Said("were replaced by the mean of the training part", "以训练集的均值填充"),
    "median": Said("were replaced by the median of the training part", "以训练集的中位数填充"),
    "most_frequent": Said("were replaced by the most frequent value of the training part", "以训练集的众数填充"),
    "category": Said("were a category of their own", "作为单独的类别"),
}


def scaling_of(setup: Setup) -> str:
    """``standard``, ``minmax``, ``none``; empty where an axis varies it."""
    if setup.varies("dataset.scale", "dataset.standardize"):
        return ""
    return str(setup.at("dataset.scale") or ("none" if setup.at("dataset.standardize") is False else "standard"))


def _scaling(setup: Setup) -> Said | None:
    return (OF_IMAGES if len(setup.input_shape) == 3 else SCALINGS).get(scaling_of(setup))


def _missing(setup: Setup) -> Said | None:
    """What became of missing cells, where there were some."""
    rules, lacking = setup.at("dataset.missing"), [column.name for column in setup.columns if column.missing]
    if setup.columns and not lacking:
        return None
    if isinstance(rules, Mapping):
        by_rule: dict[str, list[str]] = {}
        for column, rule in rules.items():
            if not lacking or column in lacking:
                by_rule.setdefault(rule, []).append(column)
        fillings = [(rule, f" of {named(names).english}", _whose(names)) for rule, names in by_rule.items()]
    else:
        fillings = [(str(rules), f" of {named(lacking).english}" if lacking else "", _whose(lacking))]
    is_told = setup.dropped is not None  # with numbers
    return _listed_fillings([filling for filling in fillings if filling[0] != "drop" or not is_told])


def _dropped(setup: Setup) -> Said | None:
    """How many rows of the table were dropped, and for which columns."""
    rows = setup.dropped
    if rows is None or not rows.number:
        return None
    english = named([f"{name} ({number:,})" for name, number in rows.lacking]).english
    chinese = named([f"{name}（{number:,} 个）" for name, number in rows.lacking]).chinese
    were = "was" if rows.number == 1 else "were"
    return Said(
        f"Of {rows.of:,} rows, {rows.number:,} {were} dropped: a cell is missing in {english}.",
        f"共 {rows.of:,} 行，其中 {rows.number:,} 行因存在缺失值被删除：{chinese}。",
    )


def _whose(names: list[str]) -> str:
    return f"{named(names).chinese} 的" if names else ""


def _listed_fillings(fillings: list[tuple[str, str, str]]) -> Said | None:
    items = [
        Said(f"missing values{whose} {FILLED[rule].english}", f"{whose_zh}缺失值{FILLED[rule].chinese}")
        for rule, whose, whose_zh in fillings
        if rule in FILLED
    ]
    if not items:
        return None
    said = listed(items)
    return Said(f"{said.english[:1].upper()}{said.english[1:]}.", f"{'，'.join(item.chinese for item in items)}。")


def _missing_values(setup: Setup) -> Said | None:
    """Cells that stand for a missing value."""
    values = setup.at("dataset.missing_values")
    if not values:
        return None
    shown = named([quantity(value) for value in values])
    return Said(
        f"Cells with {shown.english} counted as missing values, too.", f"取值为 {shown.chinese} 的单元格也视为缺失值。"
    )


def _indicator(setup: Setup) -> Said | None:
    """Inputs that say where a value was missing."""
    asked = setup.at("dataset.missing_indicator")
    if not asked:
        return None
    names = named(asked) if isinstance(asked, list) else Said("each column with missing values", "每个有缺失值的列")
    return Said(
        f"A further input said where a value was missing (of {names.english}).",
        f"另有一个输入表示该值是否缺失（{names.chinese}）。",
    )


TARGETS: Mapping[tuple[bool, bool], Said] = {
    (False, False): Said("was learned as it is", "按原值学习"),
    (True, False): Said(
        "was standardized by mean and standard deviation of the training part", "按训练集的均值和标准差标准化后学习"
    ),
    (False, True): Said("was learned as its logarithm", "取对数后学习"),
    (True, True): Said(
        "was learned as its logarithm, standardized by the training part", "取对数并按训练集标准化后学习"
    ),
}


def _target(setup: Setup) -> Said | None:
    """What is learned of the numbers of a table."""
    target = setup.even_varied("dataset.target")
    if setup.task != "regression" or setup.varies("dataset.target") or target is None:
        return None
    section = target if isinstance(target, Mapping) else {"column": target}
    how = TARGETS[bool(section.get("standardize")), section.get("transform") == "log"]
    column = section["column"]
    return Said(f"The target {column} {how.english}.", f"目标变量 {column} {how.chinese}。")


def _augmentation(setup: Setup) -> Said | None:
    """Random changes of training pictures."""
    items = list(_motions(setup))
    if not items:
        return None
    said = listed(items)
    return Said(
        f"Training images were changed at random in each epoch: {said.english}.",
        f"训练图像在每轮中随机变换：{said.chinese}。",
    )


def _motions(setup: Setup) -> Iterator[Said]:
    if shift := setup.at("dataset.augmentation.max_shift"):
        number = measured(shift, "pixel", "个像素")
        yield Said(f"shifted by up to {number.english} along each axis", f"沿各轴平移至多 {number.chinese}")
    if angle := setup.at("dataset.augmentation.max_rotation"):
        yield Said(f"rotated by up to {angle:g} degrees", f"旋转至多 {angle:g} 度")


FACTS: tuple[Fact, ...] = (_dropped, _missing, _missing_values, _indicator, _scaling, _target, _augmentation)
