"""The parts of the data: their sizes, and by which rule and seed samples came into them."""

from collections.abc import Callable, Mapping

from mlpexp.config.image_sets import IMAGE_SETS
from mlpexp.report.sections.methods.phrases import listed, span_of
from mlpexp.report.sections.methods.setup import Fact, Said, Setup

PART_NAMES: Mapping[str, Said] = {
    "train": Said("training", "训练"), "validation": Said("validation", "验证"), "test": Said("test", "测试"),
}  # fmt: skip


# How the parts came about, by kind of split.


def _random(setup: Setup) -> Said:
    stratified, stratified_zh = (" with classes in proportion", "按类别比例") if setup.num_classes else ("", "")
    return Said(
        f"drawn at random{stratified}{_by_seed(setup).english}", f"{stratified_zh}随机抽取{_by_seed(setup).chinese}"
    )


def _by_seed(setup: Setup) -> Said:
    """By which seed parts are drawn."""
    if setup.varies("split_seed"):
        return Said("", "")
    seed = setup.at("split_seed")
    if seed is None:
        return Said(" anew for each seed", "，每个种子重新抽取") if len(setup.summary.seeds) > 1 else Said("", "")
    return Said(f" once, by the split seed {seed}, for all seeds", f"，由划分种子 {seed} 确定，所有种子相同")


def _folds(setup: Setup) -> Said:
    folds = setup.at("dataset.split.folds")
    number, number_zh = ("", "") if folds is None else (f"{folds}-fold ", f"{folds} 折")
    in_proportion = " stratified" if setup.num_classes else ""
    in_proportion_zh = "按类别分层的" if setup.num_classes else ""
    again = setup.at("dataset.split.repeated")
    many = len(setup.summary.seeds) > (folds or 0)
    more = ", with the same folds in each repetition" if again is False and many else ""
    more_zh = "，各次重复使用相同的折" if again is False and many else ""
    return Said(
        f"by{in_proportion} {number}cross-validation, each seed testing on one fold{more}",
        f"采用{in_proportion_zh} {number_zh}交叉验证，每个种子以其中一折为测试集{more_zh}",
    )


def _groups(setup: Setup) -> Said:
    column, by_seed = setup.at("dataset.split.column"), _by_seed(setup)
    return Said(
        f"drawn at random by groups of equal {column}, each in one part,{by_seed.english}".removesuffix(","),
        f"按 {column} 分组随机抽取，同组样本只属于一个部分{by_seed.chinese}",
    )


def _times(setup: Setup) -> Said:
    column = setup.at("dataset.split.column")
    return Said(
        f"by {column}, the latest samples being the test part", f"按 {column} 的时间顺序划分，最晚的样本为测试集"
    )


def _by_column(setup: Setup) -> Said:
    column = setup.at("dataset.split.column")
    values = [(part, names) for part in ("train", "validation", "test") if (names := setup.at(f"dataset.split.{part}"))]
    en = "; ".join(f"{PART_NAMES[part].english}: {', '.join(names)}" for part, names in values)
    zh = "；".join(f"{PART_NAMES[part].chinese}：{'、'.join(names)}" for part, names in values)
    return Said(
        f"given by the column {column}{f' ({en})' if en else ''}", f"由 {column} 列给定{f'（{zh}）' if zh else ''}"
    )


def _by_file(setup: Setup) -> Said:
    path = str(setup.at("dataset.split.path") or "").replace("\\", "/").rpartition("/")[2]
    return Said(
        f"given, the test part being the file {path}".removesuffix(" the file "), f"给定，测试集为单独的文件 {path}"
    )


def _as_given(setup: Setup) -> Said:
    return Said("the test part being the one that comes with the data set", "测试集为数据集自带")


SPLITS: Mapping[str, Callable[[Setup], Said]] = {
    "random": _random, "k_fold": _folds, "group": _groups, "time": _times, "column": _by_column, "file": _by_file,
}  # fmt: skip


def has_given_test(setup: Setup) -> bool:
    """Whether the test part comes with the data, without a column or file that the config names."""
    is_own = setup.is_own_images and setup.split_kind == "random"
    return setup.is_image_set or (is_own and "test_fraction" not in _present(setup))


def _present(setup: Setup) -> set[str]:
    dataset = setup.config.get("dataset")
    return {key for key, value in dataset.items() if value is not None} if isinstance(dataset, Mapping) else set()


def draws_validation(setup: Setup) -> bool:
    """Whether a validation part is taken out of the training part, where the test part is given."""
    return bool(setup.even_varied("dataset.validation_fraction"))


def _parts(setup: Setup) -> Said:
    """The parts with their sizes, and how they came about."""
    parts = setup.parts
    sizes = [(part, span_of(setup.bounds(part))) for part in parts]
    if parts == ["train"]:
        number = sizes[0][1]
        return Said(
            f"All {number.english} samples were trained on; there is no test part.",
            f"全部 {number.chinese} 个样本用于训练，没有测试集。",
        )
    items = [
        Said(f"{size.english} {PART_NAMES[part].english}", f"{size.chinese} 个{PART_NAMES[part].chinese}样本")
        for part, size in sizes
    ]
    said = listed(items)
    if setup.varies("dataset.split", "dataset.name"):
        return Said(f"The data were split into {said.english} samples.", f"样本划分为 {said.chinese}。")
    how = (_as_given if has_given_test(setup) else SPLITS[setup.split_kind])(setup)
    return Said(
        f"The data were split into {said.english} samples, {how.english}.",
        f"样本划分为 {said.chinese}，{how.chinese}。",
    )


def _validation_drawn(setup: Setup) -> Said | None:
    """That the validation part is drawn, where the test part is not."""
    is_given = has_given_test(setup) or setup.split_kind in ("column", "file")
    if not (is_given and draws_validation(setup)) or "validation" not in setup.parts:
        return None
    by_seed = _by_seed(setup)
    return Said(
        f"The validation samples were drawn from the training part{by_seed.english}.",
        f"验证样本从训练集中抽取{by_seed.chinese}。",
    )


def cuts_training(setup: Setup) -> bool:
    """Whether only some samples of the training part are learned from, drawn by the seed of the split."""
    fraction, samples = (setup.even_varied(f"dataset.{key}") for key in ("train_fraction", "train_samples"))
    return bool(fraction and fraction < 1) or (bool(samples) and setup.even_varied("dataset.name") not in IMAGE_SETS)


def _training_cut(setup: Setup) -> Said | None:
    """That only some of the training samples are learned from."""
    if not cuts_training(setup):
        return None
    fraction, by_seed = setup.at("dataset.train_fraction"), _by_seed(setup)
    share, share_zh = ("", "") if fraction is None else (f" (a share of {fraction:g})", f"（比例为 {fraction:g}）")
    return Said(
        f"These training samples are only some of the training part{share}, drawn at random{by_seed.english}.",
        f"上述训练样本仅为训练集的一部分{share_zh}，随机抽取{by_seed.chinese}。",
    )


FACTS: tuple[Fact, ...] = (_parts, _validation_drawn, _training_cut)
