"""Activations: what is known of each without computing it, in one table, and what a config may say of them.

An activation that is added gets a row here, one in ``nn/activations.py`` (value, derivative, module) and one in
``numpy_twin/activations.py`` (the second witness); for exports, one in ``export/numpy_layers.py`` and ``export/onnx_file.py``.
Everything else asks the table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from math import exp, sqrt
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, TypeAdapter, WrapValidator

from mlpexp.config.own_parts import is_own, section_or_own, short_name
from mlpexp.config.strict import NonNegativeFloat, PositiveFloat, Strict


@dataclass(frozen=True)
class Saturation:
    """Where an activation is saturated: outside an interval of its values."""

    centre: float
    """Of the values between the bounds."""
    reach: float
    """Distance to either bound."""


@dataclass(frozen=True)
class KnownActivation:
    """A row of the table, without defaults, so that nothing is forgotten; numbers are those of the default parameters."""

    name: str
    """As in a config."""
    formula: str
    """f(x), in Python."""
    derivative: str
    """f'(x); y stands for f(x)."""
    values: str
    """Bounds of f, ``[0, inf)``: a square bracket where the bound is a value."""
    zero_centred: bool
    """Whether f(-x) = -f(x), so that inputs around zero give outputs around zero."""
    monotone: bool
    """Whether f never falls."""
    pools_first: bool
    """Whether a max pooling behind it is computed before it: f never falls, whatever it learns, and takes time."""
    gain: float | Callable[[Any], float]
    """Recommended factor on initial weights; from the config where a key of it decides."""
    init: Literal["he_normal", "lecun_normal", "xavier_uniform"]
    """The initializer that the literature pairs with it."""
    saturation: Saturation | None
    """Where the derivative is below a tenth of its largest value; None where there is no such bound on both sides."""
    dead: Literal["saturated", "zero"] | None
    """How values without any gradient are told: they are saturated, or zero; None where there is always some."""
    keys: tuple[str, ...]
    """Keys of its config besides the name."""
    aliases: tuple[str, ...]
    """Names that mean the same in a config."""
    good: str
    """What speaks for it."""
    bad: str
    """What speaks against it."""

    @property
    def config(self) -> "ActivationConfig":
        """The activation with its default parameters."""
        return default_activation(self.name)

    @property
    def low(self) -> float:
        """Greatest lower bound of f."""
        return float(self.values[1:].split(",")[0])

    @property
    def high(self) -> float:
        """Least upper bound of f."""
        return float(self.values[:-1].split(",")[1])

    @property
    def low_reached(self) -> bool:
        """Whether f takes the value ``low``."""
        return self.values[0] == "["

    @property
    def high_reached(self) -> bool:
        """Whether f takes the value ``high``."""
        return self.values[-1] == "]"

    @property
    def range(self) -> str:
        """``values`` with four digits."""
        return f"{self.values[0]}{self.low:.4g}, {self.high:.4g}{self.values[-1]}"


def _of_a_rectifier(key: str) -> Callable[[Any], float]:
    """The gain ``sqrt(2 / (1 + slope^2))``, the slope for negative inputs being a key of the config."""
    return lambda config: sqrt(2.0 / (1.0 + getattr(config, key) ** 2))


SELU_LIMIT = 1.0507009873554805 * 1.6732632423543772  # scale times alpha
SILU_LEAST, GELU_LEAST = -0.2784645427610738, -0.16997120747990369  # found numerically, at -1.278 and -0.7518
TABLE_STEPS = 16  # entries of the table of table_sigmoid for each unit of x
TABLE_END = 8  # the largest x in it; beyond, the last entry stands
STEP_FUNCTIONS = ("table_sigmoid",)  # whose derivative is defined, and no limit of differences
TABLE_LEAST = 1 / (1 + exp(TABLE_END))

# Gains: sqrt(2) of relu keeps the second moment of a zero-mean signal, and serves those like it; 5/3 and 3/4 as in
# ``torch.nn.init.calculate_gain`` (the self-normalizing initializer of selu is lecun_normal, with gain 1); 1 where the
# theory has none. Saturation: y (1 - y) < 0.1 / 4, 1 - y^2 < 0.1, and
# 1 - y^2 / 4 < 0.1.
_TABLE = (
    KnownActivation(
        name="identity", formula="x", derivative="1", values="(-inf, inf)", zero_centred=True, monotone=True,
        pools_first=False, gain=1.0, init="xavier_uniform", saturation=None, dead=None, keys=(), aliases=("linear",),
        good="outputs that are numbers", bad="hidden layers collapse into one linear map",
    ),
    KnownActivation(
        name="sigmoid", formula="1 / (1 + exp(-x))", derivative="y * (1 - y)", values="(0, 1)", zero_centred=False,
        monotone=True, pools_first=True, gain=1.0, init="xavier_uniform", saturation=Saturation(0.5, 0.225**0.5),
        dead=None, keys=(), aliases=("logistic",),
        good="probabilities, gates", bad="saturates on both sides, slope at most 1/4, outputs never negative",
    ),
    KnownActivation(
        name="scaled_sigmoid", formula="4 / (1 + exp(-x)) - 2", derivative="1 - y**2 / 4", values="(-2, 2)",
        zero_centred=True, monotone=True, pools_first=True, gain=1.0, init="xavier_uniform",
        saturation=Saturation(0.0, 2 * 0.9**0.5), dead=None, keys=(), aliases=(),
        good="a sigmoid around zero with slope 1 there: 2 tanh(x / 2)", bad="saturates on both sides",
    ),
    KnownActivation(
        name="table_sigmoid", formula="1 / (1 + exp(-max(min(round(16 * x) / 16, 8), -8)))", derivative="y * (1 - y)",
        values=f"[{TABLE_LEAST}, {1 - TABLE_LEAST}]", zero_centred=False, monotone=True, pools_first=False, gain=1.0,
        init="xavier_uniform", saturation=Saturation(0.5, 0.225**0.5), dead=None, keys=(), aliases=(),
        good="a sigmoid from a table of 257 values, without exp", bad="as sigmoid; a step function, wrong by up to 1/128",
    ),
    KnownActivation(
        name="tanh", formula="tanh(x)", derivative="1 - y**2", values="(-1, 1)", zero_centred=True, monotone=True,
        pools_first=True, gain=5.0 / 3.0, init="xavier_uniform", saturation=Saturation(0.0, 0.9**0.5), dead=None,
        keys=(), aliases=(),
        good="zero-centred, slope 1 at 0", bad="saturates on both sides",
    ),
    KnownActivation(
        name="hard_sigmoid", formula="max(min(0.25 * x + 0.5, 1), 0)", derivative="0.25 if -2 < x < 2 else 0",
        values="[0, 1]", zero_centred=False, monotone=True, pools_first=True, gain=1.0, init="xavier_uniform",
        saturation=Saturation(0.5, 0.5 - 1e-7), dead="saturated", keys=(), aliases=(),
        good="a cheap sigmoid", bad="no gradient at all beyond 2 and -2",
    ),
    KnownActivation(
        name="hard_tanh", formula="max(min(x, 1), -1)", derivative="1 if -1 < x < 1 else 0", values="[-1, 1]",
        zero_centred=True, monotone=True, pools_first=True, gain=1.0, init="xavier_uniform",
        saturation=Saturation(0.0, 1.0 - 1e-7), dead="saturated", keys=(), aliases=(),
        good="a cheap tanh", bad="no gradient at all beyond 1 and -1",
    ),
    KnownActivation(
        name="relu", formula="max(x, 0)", derivative="1 if x > 0 else 0", values="[0, inf)", zero_centred=False,
        monotone=True, pools_first=True, gain=sqrt(2.0), init="he_normal", saturation=None, dead="zero", keys=(),
        aliases=(),
        good="cheapest, does not saturate above 0", bad="a unit that is negative on all samples is dead",
    ),
    KnownActivation(
        name="leaky_relu", formula="x if x > 0 else negative_slope * x", derivative="1 if x > 0 else negative_slope",
        values="(-inf, inf)", zero_centred=False, monotone=True, pools_first=True,
        gain=_of_a_rectifier("negative_slope"), init="he_normal", saturation=None, dead=None, keys=("negative_slope",),
        aliases=(),
        good="as relu, but no unit is dead", bad="one more number to choose",
    ),
    KnownActivation(
        name="prelu", formula="x if x > 0 else slope * x", derivative="1 if x > 0 else slope", values="(-inf, inf)",
        zero_centred=False, monotone=True, pools_first=False, gain=_of_a_rectifier("initial_slope"), init="he_normal",
        saturation=None, dead=None, keys=("initial_slope",), aliases=(),
        good="learns its slope", bad="one more parameter per unit",
    ),
    KnownActivation(
        name="elu", formula="x if x > 0 else alpha * (exp(x) - 1)", derivative="1 if x > 0 else y + alpha",
        values="(-1, inf)", zero_centred=False, monotone=True, pools_first=True, gain=sqrt(2.0), init="he_normal",
        saturation=None, dead=None, keys=("alpha",), aliases=(),
        good="mean nearer to 0 than relu's, smooth", bad="exp for every value, saturates below",
    ),
    KnownActivation(
        name="selu", formula="scale * (x if x > 0 else alpha * (exp(x) - 1))",
        derivative="scale if x > 0 else y + scale * alpha", values=f"({-SELU_LIMIT}, inf)", zero_centred=False,
        monotone=True, pools_first=True, gain=0.75, init="lecun_normal", saturation=None, dead=None, keys=(),
        aliases=(),
        good="keeps mean 0 and variance 1, with lecun_normal", bad="plain dense networks only",
    ),
    KnownActivation(
        name="softplus", formula="log(1 + exp(x))", derivative="1 / (1 + exp(-x))", values="(0, inf)",
        zero_centred=False, monotone=True, pools_first=True, gain=sqrt(2.0), init="he_normal", saturation=None,
        dead=None, keys=(), aliases=(),
        good="a smooth relu, outputs that must be positive", bad="mean far above 0, exp and log for every value",
    ),
    KnownActivation(
        name="silu", formula="x / (1 + exp(-x))", derivative="y + (1 - y) / (1 + exp(-x))",
        values=f"[{SILU_LEAST}, inf)", zero_centred=False, monotone=False, pools_first=False, gain=sqrt(2.0),
        init="he_normal", saturation=None, dead=None, keys=(), aliases=("swish",),
        good="a smooth relu that is exactly 0 at 0", bad="not monotone, exp for every value",
    ),
    KnownActivation(
        name="gelu", formula="x * Phi(x)", derivative="Phi(x) + x * phi(x)", values=f"[{GELU_LEAST}, inf)",
        zero_centred=False, monotone=False, pools_first=False, gain=sqrt(2.0), init="he_normal", saturation=None,
        dead=None, keys=(), aliases=(),
        good="as silu; usual in transformers", bad="not monotone, erf for every value",
    ),
    KnownActivation(
        name="maxout", formula="max(a_1, ..., a_k), each a_i affine", derivative="1 for the largest a_i, else 0",
        values="(-inf, inf)", zero_centred=False, monotone=False, pools_first=False, gain=sqrt(2.0), init="he_normal",
        saturation=None, dead=None, keys=("pieces",), aliases=(),
        good="learns its own convex shape", bad="k times the parameters",
    ),
)  # fmt: skip


class _Known(dict[str, KnownActivation]):
    """The table; of an activation of one's own little is known, and nothing is claimed."""

    def __missing__(self, name: str) -> KnownActivation:
        if not is_own(name):
            raise KeyError(name)
        return KnownActivation(
            name=name, formula=f"{short_name(name)}(x)", derivative=f"{short_name(name)}'(x)", values="(-inf, inf)",
            zero_centred=False, monotone=False, pools_first=False, gain=sqrt(2.0), init="he_normal", saturation=None,
            dead=None, keys=(), aliases=(), good="your own", bad="your own",
        )  # fmt: skip


KNOWN: Mapping[str, KnownActivation] = _Known({row.name: row for row in _TABLE})
ALIASES: Mapping[str, str] = {alias: row.name for row in _TABLE for alias in row.aliases}

if TYPE_CHECKING:
    PlainName = str
else:
    PlainName = Literal[tuple(row.name for row in _TABLE if not row.keys)]


def named(value: object) -> object:
    """``relu`` is short for ``{name: relu}``."""
    return {"name": ALIASES.get(value, value)} if isinstance(value, str) else value


class PlainActivation(Strict):
    """An activation without parameters."""

    name: Annotated[PlainName, PlainSerializer(str, return_type=str)]
    """As in the table, or the reference of a part of one's own."""


class LeakyRelu(Strict):
    """``max(x, slope x)`` (Maas et al. 2013)."""

    name: Literal["leaky_relu"]
    negative_slope: NonNegativeFloat = Field(0.01, description="Slope for negative inputs.")


class Prelu(Strict):
    """Leaky ReLU with one learned slope per unit (He et al. 2015)."""

    name: Literal["prelu"]
    initial_slope: NonNegativeFloat = Field(0.25, description="Slope for negative inputs at the start.")


class Elu(Strict):
    """``alpha (exp(x) - 1)`` for negative inputs (Clevert et al. 2016)."""

    name: Literal["elu"]
    alpha: PositiveFloat = Field(1.0, description="Limit for very negative inputs, with a minus sign.")


class Maxout(Strict):
    """Largest of ``pieces`` affine maps (Goodfellow et al. 2013)."""

    name: Literal["maxout"]
    pieces: Annotated[int, Field(ge=2, le=16)] = Field(2, description="Number of affine pieces per unit.")


ActivationConfig = Annotated[
    Annotated[PlainActivation | LeakyRelu | Prelu | Elu | Maxout, Field(discriminator="name")],
    WrapValidator(section_or_own(PlainActivation)),
    BeforeValidator(named),
]


@cache
def default_activation(name: str) -> ActivationConfig:
    """The activation of that name with its default parameters."""
    adapter: TypeAdapter[ActivationConfig] = TypeAdapter(ActivationConfig)
    return adapter.validate_python(name)


def gain(activation: ActivationConfig) -> float:
    """Recommended factor on the initial weights before an activation, which keeps the signal's size.

    References:
        He, Zhang, Ren and Sun (2015), "Delving deep into rectifiers", equations 10 and 15.
    """
    number_or_rule = KNOWN[activation.name].gain
    return number_or_rule if isinstance(number_or_rule, float) else number_or_rule(activation)
