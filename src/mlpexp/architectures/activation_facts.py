"""What is known of each activation: formula, derivative, range, symmetry, and what it is good and bad for."""

from dataclasses import dataclass
from math import inf

from mlpexp.architectures.gains import gain
from mlpexp.config.networks import ActivationConfig, Elu, LeakyRelu, Maxout, PlainActivation, Prelu

SELU_LIMIT = 1.0507009873554805 * 1.6732632423543772  # scale times alpha
SILU_LEAST, GELU_LEAST = -0.2784645427610738, -0.16997120747990369  # found numerically, at -1.278 and -0.7518


@dataclass(frozen=True)
class ActivationFacts:
    """One row of the reference sheet; numbers and signs are those of the default parameters."""

    config: ActivationConfig
    """The activation with its default parameters."""
    formula: str
    """f(x)."""
    derivative: str
    """f'(x); y stands for f(x)."""
    low: float
    """Greatest lower bound of f."""
    high: float
    """Least upper bound of f."""
    low_reached: bool
    """Whether f takes the value ``low``."""
    high_reached: bool
    """Whether f takes the value ``high``."""
    zero_centred: bool
    """Whether f(-x) = -f(x), so that inputs around zero give outputs around zero."""
    monotone: bool
    """Whether f never falls."""
    good: str
    """What speaks for it."""
    bad: str
    """What speaks against it."""

    @property
    def name(self) -> str:
        """As in a config."""
        return str(self.config.name)

    @property
    def range(self) -> str:
        """``[0, inf)``: a square bracket where the bound is a value."""
        left, right = "[" if self.low_reached else "(", "]" if self.high_reached else ")"
        return f"{left}{self.low:.4g}, {self.high:.4g}{right}"

    @property
    def gain(self) -> float:
        """The factor on initial weights, see ``gains.py``."""
        return gain(self.config)


def _row(
    config: ActivationConfig, formula: str, derivative: str, bounds: str, symmetry: str, good: str, bad: str
) -> ActivationFacts:
    """``bounds`` such as ``[0 inf)``; ``symmetry`` of the words odd and rising."""
    low, high = (float(NAMED.get(text, text)) for text in bounds[1:-1].split())
    return ActivationFacts(
        config,
        formula,
        derivative,
        low,
        high,
        bounds[0] == "[",
        bounds[-1] == "]",
        "odd" in symmetry,
        "rising" in symmetry,
        good,
        bad,
    )


NAMED = {"inf": inf, "-inf": -inf, "-selu": -SELU_LIMIT, "silu": SILU_LEAST, "gelu": GELU_LEAST}

# fmt: off
FACTS: tuple[ActivationFacts, ...] = (
    _row(PlainActivation(name="identity"), "x", "1", "(-inf inf)", "odd, rising",
         "outputs that are numbers", "hidden layers collapse into one linear map"),
    _row(PlainActivation(name="sigmoid"), "1 / (1 + exp(-x))", "y * (1 - y)", "(0 1)", "rising",
         "probabilities, gates", "saturates on both sides, slope at most 1/4, outputs never negative"),
    _row(PlainActivation(name="tanh"), "tanh(x)", "1 - y**2", "(-1 1)", "odd, rising",
         "zero-centred, slope 1 at 0", "saturates on both sides"),
    _row(PlainActivation(name="hard_sigmoid"), "max(min(0.25 * x + 0.5, 1), 0)", "0.25 if -2 < x < 2 else 0",
         "[0 1]", "rising", "a cheap sigmoid", "no gradient at all beyond 2 and -2"),
    _row(PlainActivation(name="hard_tanh"), "max(min(x, 1), -1)", "1 if -1 < x < 1 else 0", "[-1 1]", "odd, rising",
         "a cheap tanh", "no gradient at all beyond 1 and -1"),
    _row(PlainActivation(name="relu"), "max(x, 0)", "1 if x > 0 else 0", "[0 inf)", "rising",
         "cheapest, does not saturate above 0", "a unit that is negative on all samples is dead"),
    _row(LeakyRelu(name="leaky_relu"), "x if x > 0 else negative_slope * x", "1 if x > 0 else negative_slope",
         "(-inf inf)", "rising", "as relu, but no unit is dead", "one more number to choose"),
    _row(Prelu(name="prelu"), "x if x > 0 else slope * x", "1 if x > 0 else slope", "(-inf inf)", "rising",
         "learns its slope", "one more parameter per unit"),
    _row(Elu(name="elu"), "x if x > 0 else alpha * (exp(x) - 1)", "1 if x > 0 else y + alpha", "(-1 inf)", "rising",
         "mean nearer to 0 than relu's, smooth", "exp for every value, saturates below"),
    _row(PlainActivation(name="selu"), "scale * (x if x > 0 else alpha * (exp(x) - 1))",
         "scale if x > 0 else y + scale * alpha", "(-selu inf)", "rising",
         "keeps mean 0 and variance 1, with lecun_normal", "plain dense networks only"),
    _row(PlainActivation(name="softplus"), "log(1 + exp(x))", "1 / (1 + exp(-x))", "(0 inf)", "rising",
         "a smooth relu, outputs that must be positive", "mean far above 0, exp and log for every value"),
    _row(PlainActivation(name="silu"), "x / (1 + exp(-x))", "y + (1 - y) / (1 + exp(-x))", "[silu inf)", "",
         "a smooth relu that is exactly 0 at 0", "not monotone, exp for every value"),
    _row(PlainActivation(name="gelu"), "x * Phi(x)", "Phi(x) + x * phi(x)", "[gelu inf)", "",
         "as silu; usual in transformers", "not monotone, erf for every value"),
    _row(Maxout(name="maxout"), "max(a_1, ..., a_k), each a_i affine", "1 for the largest a_i, else 0", "(-inf inf)", "",
         "learns its own convex shape", "k times the parameters"),
)
# fmt: on
