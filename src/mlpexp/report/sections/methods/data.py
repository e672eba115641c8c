"""What was learned from: samples, classes, and inputs."""

from collections.abc import Mapping

from mlpexp.config.datasets import EACH_SEED
from mlpexp.config.scores import PARTS
from mlpexp.report.sections.methods.parts import PART_NAMES
from mlpexp.report.sections.methods.phrases import listed, measured, named, quantity
from mlpexp.report.sections.methods.setup import Fact, Said, Setup
from mlpexp.store.summary import LARGE_SHARE

NAMES_OF_DATA = ("dataset.name", "dataset.kind", "dataset.function", "dataset.path", "dataset.collection")


def _samples(setup: Setup) -> Said:
    """How many, with how many features, and of which classes or numbers."""
    title = "" if setup.varies(*NAMES_OF_DATA) else setup.summary.dataset.title
    english, chinese = (f"data set {title}", f"数据集 {title} ") if title else ("data set", "数据集")
    limited = setup.is_image_set and (setup.at("dataset.train_samples") or setup.at("dataset.test_samples"))
    amount, features = _amount(setup), _features(setup)
    target, target_zh = _target(setup)
    if limited:
        return Said(
            f"Of the {english}, {amount.english}{features.english}{target} were used.",
            f"使用{chinese}中的 {amount.chinese}{features.chinese}{target_zh}。",
        )
    return Said(
        f"The {english} has {amount.english}{features.english}{target}.",
        f"{chinese}共有 {amount.chinese}{features.chinese}{target_zh}。",
    )


def _amount(setup: Setup) -> Said:
    total = setup.prepared.facts.num_samples if setup.prepared else sum(setup.bounds(part)[1] for part in PARTS)
    is_image = len(setup.input_shape) == 3
    return measured(total, "image", "幅图像") if is_image else measured(total, "sample", "个样本")


def _features(setup: Setup) -> Said:
    shape = setup.input_shape
    if len(shape) == 3:
        channels, height, width = shape
        of_channels = measured(channels, "channel", "个通道")
        return Said(
            f" of {height}×{width} pixels ({of_channels.english})", f"（{height}×{width} 像素，{of_channels.chinese}）"
        )
    if len(shape) != 1:
        return Said("", "")
    number = measured(shape[0], "input feature", "个输入特征")
    return Said(f" with {number.english}", f"、{number.chinese}")


def _target(setup: Setup) -> Said:
    name = setup.summary.dataset.target_name
    is_table = setup.even_varied("dataset.name") == "csv" and not setup.varies("dataset.target")
    if setup.num_classes:
        joint = "in" if len(setup.input_shape) == 3 else "and"
        of, of_zh = (f" of {name}", f"按“{name}”") if is_table else ("", "")
        return Said(f" {joint} {setup.num_classes} classes{of}", f"，{of_zh}分为 {setup.num_classes} 类")
    return Said(f"; {name} is predicted", f"，预测目标为 {name}") if is_table else Said("", "")


def _largest_class(setup: Setup) -> Said | None:
    """The class that most samples are of, where it is large enough to make an accuracy look good."""
    largest = setup.summary.dataset.largest_class
    share = largest.shares.get("train", 0.0) if largest else 0.0
    if largest is None or share <= LARGE_SHARE or setup.varies("dataset"):
        return None
    percent = f"{100 * share:.1f} %"
    return Said(
        f"The largest class, {largest.name}, has {percent} of the training samples.",
        f"最大的类别 {largest.name} 占训练样本的 {percent}。",
    )


def _generated(setup: Setup) -> Said | None:
    """Of samples that a program makes: noise and seed."""
    if setup.even_varied("dataset.name") != "synthetic":
        return None
    noise, seed = setup.at("dataset.noise"), setup.at("dataset.data_seed")
    en, zh = "Its samples were generated", "样本由程序生成"
    if noise is not None:
        en, zh = f"{en} with Gaussian noise of standard deviation {noise:g}", f"{zh}，高斯噪声的标准差为 {noise:g}"
    if seed == EACH_SEED:
        return Said(f"{en}, anew for each seed.", f"{zh}，每个种子重新生成。")
    if seed is not None:
        return Said(f"{en}, by the generator seed {seed}.", f"{zh}，生成种子为 {seed}。")
    return Said(f"{en}.", f"{zh}。")


def _inputs(setup: Setup) -> Said | None:
    """The columns of a table that are learned from."""
    if not setup.columns or setup.varies("dataset.features", "dataset.exclude"):
        return None
    names = named([column.name for column in setup.columns])
    number = measured(len(setup.columns), "column", "列")
    return Said(f"Inputs were {number.english}: {names.english}.", f"输入为 {number.chinese}：{names.chinese}。")


def _categories(setup: Setup) -> Said | None:
    """Columns that are one-hot coded."""
    names = named([column.name for column in setup.columns if column.is_category])
    if not names.english or setup.varies("dataset.categorical"):
        return None
    return Said(
        f"Categories ({names.english}) were one-hot coded, one input for each level.",
        f"类别变量（{names.chinese}）采用独热编码，每个取值对应一个输入。",
    )


DATES: Mapping[str, Said] = {
    "ordinal": Said("days since 1970", "自 1970 年起的天数"),
    "parts": Said("their parts, such as year, month and day", "年、月、日等分量"),
}


def _dates(setup: Setup) -> Said | None:
    """What dates become, where the config says so."""
    dates = setup.at("dataset.dates")
    if not dates:
        return None
    items = [
        Said(f"{column} as {DATES[form].english}", f"{column} 转换为{DATES[form].chinese}")
        for column, form in dates.items()
    ]
    said = listed(items)
    return Said(f"Dates were used as numbers: {said.english}.", f"日期转换为数值：{said.chinese}。")


def _size_of_pictures(setup: Setup) -> Said | None:
    """How pictures of the user's own became equal in size and colour."""
    if not setup.is_own_images:
        return None
    size, fit, color = (setup.at(f"dataset.{key}") for key in ("size", "fit", "color"))
    items = []
    if size:
        text = "×".join(map(str, size))
        items.append(
            Said(f"stretched to {text} pixels", f"拉伸为 {text} 像素")
            if fit == "stretch"
            else Said(f"cropped to the middle and scaled to {text} pixels", f"居中裁剪并缩放为 {text} 像素")
        )
    if color:
        items.append(
            Said("read in shades of grey", "按灰度读取")
            if color == "grey"
            else Said("read in colour", "按彩色（RGB）读取")
        )
    said = listed(items)
    return Said(f"Images were {said.english}.", f"图像{'并'.join(item.chinese for item in items)}。") if items else None


def _official_cut(setup: Setup) -> Said | None:
    """How pictures with a name of their own were limited in number."""
    if not setup.is_image_set:
        return None
    limits = [(PART_NAMES[part], size) for part in ("train", "test") if (size := setup.at(f"dataset.{part}_samples"))]
    if not limits:
        return None
    en = " and ".join(f"{quantity(size)} of the official {part.english} set" for part, size in limits)
    zh = "、".join(f"官方{part.chinese}集中的 {quantity(size)} 幅" for part, size in limits)
    return Said(
        f"These are {en}, the same for all seeds, with classes in proportion.",
        f"其中包括{zh}，按类别比例选取，所有种子相同。",
    )


FACTS: tuple[Fact, ...] = (
    _samples, _official_cut, _largest_class, _generated, _inputs, _categories, _dates, _size_of_pictures,
)  # fmt: skip
