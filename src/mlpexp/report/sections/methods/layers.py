"""The layers of a network with convolutions, one by one."""

from collections.abc import Sequence

from mlpexp.architectures.architecture import Layer
from mlpexp.architectures.layers import Activation, BatchNorm, Conv2d, Dense, Dropout, Pool2d
from mlpexp.config.activations import Maxout
from mlpexp.report.sections.methods.phrases import in_brackets, measured, the_same
from mlpexp.report.sections.methods.setup import Said

NORMALIZED = Said("batch normalization", "批归一化")


def layers_in_words(layers: Sequence[Layer], usual: str) -> Said:
    """All but the output layer: ``convolution (4 filters of 3×3), max pooling (2×2)``.

    Args:
        layers: Of the architecture, the output layer last.
        usual: The name of the activation that is not told again.
    """
    items: list[list[Said]] = []
    for layer in layers[:-1]:
        match layer.spec:
            case BatchNorm():
                items[-1].append(NORMALIZED)
            case Activation(function=function):
                if isinstance(function, Maxout):
                    items[-1].append(measured(function.pieces, "affine piece", "个线性分段"))
                if function.name != usual:
                    items[-1].append(the_same(function.name.replace("_", " ")))
            case _:
                if item := _item(layer):
                    items.append(item)
    told = [_with_details(item) for item in items]
    return Said(", ".join(each.english for each in told), "、".join(each.chinese for each in told))


def _with_details(item: Sequence[Said]) -> Said:
    kind, *details = item
    more = in_brackets(details)
    return Said(kind.english + more.english, kind.chinese + more.chinese)


def _item(layer: Layer) -> list[Said]:
    """Kind and details of a layer; empty of one that computes nothing."""
    match layer.spec:
        case Conv2d(channels=channels, kernel_size=side, stride=stride, padding=padding):
            filters = measured(channels, "filter", "个")
            size = Said(f"{filters.english} of {side}×{side}", f"{filters.chinese} {side}×{side} 卷积核")
            more = [Said(f"stride {stride}", f"步幅 {stride}")] if stride > 1 else []
            more += [Said(f"padding {padding}", f"填充 {padding}")] if padding else []
            return [Said("convolution", "卷积层"), size, *more]
        case Pool2d(largest=largest, kernel_size=side, stride=stride):
            kind = Said("max pooling", "最大池化") if largest else Said("average pooling", "平均池化")
            more = [Said(f"stride {stride}", f"步幅 {stride}")] if stride != side else []
            return [kind, the_same(f"{side}×{side}"), *more]
        case Dense(units=units):
            return [Said("dense layer", "全连接层"), measured(units, "unit", "个单元")]
        case Dropout(rate=rate):
            return [Said("dropout", "dropout"), Said(f"rate {rate:g}", f"比率 {rate:g}")]
        case _:
            return []
