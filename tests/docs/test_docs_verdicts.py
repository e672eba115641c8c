"""Sentences of the pages that call a measured arm better, worse or no different have their row in a comparison.

A sentence counts in every section, of the README and of ``docs/``, that names a file of ``configs/``. Each verdict word there must lie in a quote of ``CLAIMS``, beside what it rests on, or in
one of ``NO_CLAIMS``. The slow test trains the configs, confirms what was said of fresh seeds, and asks for the verdicts.
"""

# ruff: noqa: E501 - a claim is a line as it stands on its page

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from making.command_line import Command
from making.markdown_pages import DOCS
from mlpexp.execution.local import in_this_process
from mlpexp.execution.run import new_job, train
from mlpexp.planning.plan import make_plan
from mlpexp.planning.stacks import stacking
from mlpexp.results.comparison import read_comparison
from mlpexp.results.result import Result
from mlpexp.statistics.arm_comparison import Verdict

ROOT = DOCS.parent
CONFIGS = ROOT / "configs"
WORDS = re.compile(
    r"\b(better|worse|no differen(?:ce|t)|no gain|beats?|wins?|outperforms?|slower|more slowly|undecided|(?:not|nor) told apart)\b"
)
CONFIG = re.compile(r"configs/(\w+/\w+)\.yaml")


@dataclass(frozen=True)
class Confirmation:
    """``mlpexp sweep --confirm`` with ``FRESH_SEEDS``: all that it asks, which is what its p values are corrected for."""

    baseline: str
    """The arm that the others are compared with."""
    arms: tuple[str, ...]
    """The others."""


@dataclass(frozen=True)
class Claim:
    """A part of a sentence, and the comparison that carries it."""

    page: str
    """``README.md`` or a file of ``docs/``."""
    quote: str
    """From the page, line ends as blanks."""
    config: str
    """``iris/activations``: a sweep of ``configs/``."""
    arms: tuple[str, ...]
    """As tables name them."""
    verdict: Verdict | Literal["not better"]
    """Of each of these arms."""
    baseline: str | None = None
    """The arm they are compared with; None: that of the config."""
    metric: str | None = None
    """Another than that of the config."""
    confirmation: Confirmation | None = None
    """The one that says so; None: the config's own seeds do."""
    new_samples: tuple[str, ...] = ()
    """Of these verdicts for new samples one is that of each arm; empty: nothing is said of them."""


def depth(layers: int, init: str) -> str:
    """An arm of ``configs/initialization``."""
    return f"hidden_sizes={[32] * layers},init={init}"


def fit(activation: str, *units: int) -> tuple[str, ...]:
    """Arms of ``configs/theory/universal_approximation.yaml``."""
    return tuple(f"activation={activation},hidden_size={count}" for count in units)


def moons(*pairs: tuple[str, str]) -> tuple[str, ...]:
    """Arms of ``configs/regularization/overfitting.yaml``."""
    return tuple(f"dropout={dropout},l2_penalty={penalty}" for dropout, penalty in pairs)


def schedules(rate: str) -> dict[str, str]:
    """Arms of ``configs/optimizers/schedules.yaml`` with one learning rate, by the words of the page."""
    written = {
        "constant": "constant", "step": "{name: step, every: 7, factor: 0.1}",
        "exponential": "{name: exponential, decay: 0.8}", "inverse time": "{name: inverse_time, decay: 0.5}",
        "cosine": "cosine", "warm cosine": "{name: cosine, warmup_epochs: 2}",
    }  # fmt: skip
    return {name: f"schedule={text}, learning_rate={rate}" for name, text in written.items()}


def confirmed(schedules: dict[str, str]) -> Confirmation:
    """All others against the constant rate."""
    constant, *others = schedules.values()
    return Confirmation(constant, tuple(others))


FRESH_SEEDS = 40
NOT_SHOWN = ("undecided", "needs more samples")
RATES = ("0", "0.001", "0.01", "0.1")
REGULARIZED = moons(*((p, q) for p in ("0", "0.2", "0.5") for q in RATES if (p, q) != ("0", "0")))
COLLAPSE = ("hidden_sizes=[8],activation=identity", "hidden_sizes=[8, 8, 8],activation=identity")
DEEPER = ("hidden_sizes=[17, 16]", "hidden_sizes=[12, 12, 12]")  # as they are trained
SIX = ("hidden_sizes=[7, 7, 8, 8, 8, 8]",)
ACTIVATIONS, UNIVERSAL, OVERFITTING = "iris/activations", "theory/universal_approximation", "regularization/overfitting"
RELU, TANH, BATCHES = "initialization/relu", "initialization/tanh", "optimizers/batch_size"
FOUR, WIDTH, LINEAR = "three_class_3d/four_experiments", "depth/depth_width", "theory/linear_collapse"
HE_ONE, XAVIER_ONE, HE_THREE, XAVIER_THREE, HE_TEN, XAVIER_TEN = (
    depth(layers, init) for layers in (1, 3, 10) for init in ("he_normal", "xavier_uniform")
)
OPTIMIZERS, SCHEDULES, STRUCTURES = "optimizers/optimizers", "optimizers/schedules", "digits/structures"
SGD, MOMENTUM, ADAGRAD, RMSPROP, ADAM = (
    f"optimizer={{{name}}}, learning_rate={rate}"
    for name, rate in (("name: sgd", "0.3"), ("name: sgd, momentum: 0.9", "0.1"), ("name: adagrad", "0.1"),
                       ("name: rmsprop", "0.003"), ("name: adam", "0.01"))
)  # fmt: skip
AT_BEST, TOO_LARGE = schedules("0.03"), schedules("0.1")
ALL_SCHEDULES = tuple(
    arm for rate in ("0.01", "0.03", "0.1", "0.3") for name, arm in schedules(rate).items() if name != "constant"
)
OF_OPTIMIZERS = Confirmation(SGD, (ADAM, ADAGRAD, RMSPROP, MOMENTUM))
OF_TOO_LARGE, OF_BEST = confirmed(TOO_LARGE), confirmed(AT_BEST)
THREE_OF_FIVE = tuple(TOO_LARGE[name] for name in ("inverse time", "cosine", "warm cosine"))
UNITS, REMEDIES, THIRTY = "regularization/too_many_units", "synthetic/he_and_adam", "three_class_3d/loss"
STARTS = ("xavier_uniform", "he_normal", "{name: normal, std: 0.01}", "{name: normal, std: 3}")
README, PAGE = "README.md", "experiments.md"

CLAIMS = (
    Claim(README, "(no difference larger than 1e-8, n = 10)", LINEAR, COLLAPSE, "no difference"),
    Claim(README, "He better by 0.068 (0.027 .. 0.110), n = 40, on these samples", RELU, (XAVIER_TEN,), "worse"),
    Claim(PAGE, "tanh against relu, no difference larger than 0.010", ACTIVATIONS, ("activation=tanh",), "no difference"),
    Claim(PAGE, "sigmoid worse than relu by 0.010 (0.003 .. 0.018", ACTIVATIONS, ("activation=sigmoid",), "worse"),
    Claim(PAGE, "worse with a batch of all 30 samples (0.862), one hidden unit (0.748), step size 0.01 (0.812) and 20 (0.342)",
          FOUR, ("batch_size=30", "hidden_size=1", "learning_rate=0.01", "learning_rate=20"), "worse"),
    Claim(PAGE, "better with 800 epochs (0.952)", FOUR, ("epochs=800",), "better"),
    Claim(PAGE, "(no difference larger than 1e-8, 10 seeds)", LINEAR, COLLAPSE, "no difference"),
    Claim(PAGE, "0.49 with 1 unit, 0.0036 with 64, better also for new samples", UNIVERSAL, fit("relu", 1), "worse"),
    Claim(PAGE, "from 16 to 64 units undecided, with relu and with tanh", UNIVERSAL, fit("relu", 16, 32), "undecided"),
    Claim(PAGE, "from 16 to 64 units undecided, with relu and with tanh", UNIVERSAL, fit("tanh", 16, 32), "undecided",
          *fit("tanh", 64)),
    Claim(PAGE, "He better by 0.068 (0.027 .. 0.110, 40 seeds) with relu", RELU, (XAVIER_TEN,), "worse"),
    Claim(PAGE, "Xavier better by 0.012 (0.006 .. 0.019, 10 seeds) with tanh", TANH, (HE_TEN,), "worse"),
    Claim(PAGE, "one layer: no difference larger than 0.01 with tanh", TANH, (XAVIER_ONE,), "no difference", HE_ONE),
    Claim(PAGE, "two layers better than one by 0.007", WIDTH, DEEPER[:1], "better"),
    Claim(PAGE, "six undecided", WIDTH, SIX, "undecided"),
    Claim(PAGE, "half the channels worse by 0.017", STRUCTURES, ("half the channels",), "worse"),
    Claim(PAGE, "Half the channels are worse by 0.017 (p < 0.001)", STRUCTURES, ("half the channels",), "worse"),
    Claim(PAGE, "Twice the channels are better by 0.006", STRUCTURES, ("twice the channels",), "better"),
    Claim(PAGE, "No gain in accuracy was shown for them here", STRUCTURES, ("two 3x3",), "not better"),
    Claim(PAGE, "| `[8]` | 0.2672, no difference larger than 1e-8 |", LINEAR, COLLAPSE[:1], "no difference"),
    Claim(PAGE, "| `[8, 8, 8]` | 0.2672, no difference larger than 1e-8 |", LINEAR, COLLAPSE[1:], "no difference"),
    Claim(PAGE, "1 to 8 units of relu and 1 to 4 of tanh are worse than 64 of relu (p = 0.002)", UNIVERSAL,
          (*fit("relu", 1, 2, 4, 8), *fit("tanh", 1, 2, 4)), "worse"),
    Claim(PAGE, "with relu or with tanh: all are undecided", UNIVERSAL, fit("relu", 16, 32), "undecided"),
    Claim(PAGE, "with relu or with tanh: all are undecided", UNIVERSAL, fit("tanh", 16, 32), "undecided", *fit("tanh", 64)),
    Claim(PAGE, "with relu He is better than Xavier by 0.068 (0.027 .. 0.110; p < 0.001)", RELU, (XAVIER_TEN,), "worse"),
    Claim(PAGE, "with tanh Xavier is better than He by 0.012 (0.006 .. 0.019; p = 0.016)", TANH, (HE_TEN,), "worse"),
    Claim(PAGE, "With relu at one layer Xavier is better by 0.003", RELU, (XAVIER_ONE,), "better", HE_ONE),
    Claim(PAGE, "no difference larger than 0.01 at one layer with tanh and at three with relu", RELU, (XAVIER_THREE,),
          "no difference", HE_THREE),
    Claim(PAGE, "no difference larger than 0.01 at one layer with tanh and at three with relu", TANH, (XAVIER_ONE,),
          "no difference", HE_ONE),
    Claim(PAGE, "with tanh at three layers undecided", TANH, (XAVIER_THREE,), "undecided", HE_THREE),
    Claim(PAGE, "Every arm is better in test loss than none of both", OVERFITTING, REGULARIZED, "better"),
    Claim(PAGE, "for some not found at all (0.1: undecided)", OVERFITTING, moons(("0", "0.1")), "undecided",
          metric="test_accuracy"),
    Claim(PAGE, "Two or three layers are better than one, by 0.007", WIDTH, DEEPER, "better"),
    Claim(PAGE, "Six narrow ones are undecided", WIDTH, SIX, "undecided"),
    Claim(PAGE, "(batch 64, worse by 0.012) to 0.735 (all, worse by 0.24)", BATCHES,
          ("batch_size=64,learning_rate=0.1", "batch_size=full,learning_rate=0.1"), "worse"),
    Claim(PAGE, "batch 16 is undecided", BATCHES, ("batch_size=16,learning_rate=0.1",), "undecided"),
    Claim(PAGE, "64 samples (0.975 at rate 1, undecided)", BATCHES, ("batch_size=64,learning_rate=1",), "undecided"),
    Claim(PAGE, "all others are worse than 8", UNITS, tuple(f"hidden_size={n}" for n in (1, 2, 4, 16, 64, 256)), "worse"),
    Claim(PAGE, "there is no difference larger than 0.006", REMEDIES, ("He, sgd", "Xavier, adam", "He, adam"), "no difference"),
    Claim(PAGE, "Cross-entropy is better by 0.080", THIRTY, ("loss=cross_entropy,init=xavier_uniform",), "better"),
    Claim(PAGE, "All four rows of it are better than the first of the squared error", THIRTY,
          tuple(f"loss=cross_entropy,init={init}" for init in STARTS), "better"),
    Claim(PAGE, "The initial weights of the squared error are undecided", THIRTY,
          tuple(f"loss=softmax_squared_error,init={init}" for init in STARTS[1:]), "undecided"),
    # Chosen after looking; said anew of fresh seeds.
    Claim(PAGE, "better by 0.005 (0.002 .. 0.007) with 40 fresh seeds, not shown for new samples", OPTIMIZERS, (ADAM,), "better",
          confirmation=OF_OPTIMIZERS, new_samples=NOT_SHOWN),
    Claim(PAGE, "adam is better than sgd by 0.005 (0.002 .. 0.007), momentum by 0.005 (0.002 .. 0.008), adagrad by 0.003",
          OPTIMIZERS, (ADAM, MOMENTUM, ADAGRAD), "better", confirmation=OF_OPTIMIZERS),
    Claim(PAGE, "For new samples of the same source none of the four is shown to differ from sgd", OPTIMIZERS,
          (ADAM, MOMENTUM, ADAGRAD), "better", confirmation=OF_OPTIMIZERS, new_samples=NOT_SHOWN),
    Claim(PAGE, "For new samples of the same source none of the four is shown to differ from sgd", OPTIMIZERS, (RMSPROP,),
          "no difference", confirmation=OF_OPTIMIZERS, new_samples=NOT_SHOWN),
    Claim(PAGE, "rmsprop is no different (at most 0.003)", OPTIMIZERS, (RMSPROP,), "no difference",
          confirmation=OF_OPTIMIZERS),
    Claim(PAGE, "3 of 5 do: better by 0.007 to 0.008 with 40 fresh seeds, not shown for new samples", SCHEDULES, THREE_OF_FIVE, "better",
          confirmation=OF_TOO_LARGE, new_samples=NOT_SHOWN),
    Claim(PAGE, "3 of 5 do: better by 0.007 to 0.008 with 40 fresh seeds", SCHEDULES, (TOO_LARGE["step"],), "not better",
          confirmation=OF_TOO_LARGE),
    Claim(PAGE, "inverse time and both cosines are better by 0.007 to 0.008 with 40 fresh seeds", SCHEDULES,
          THREE_OF_FIVE, "better", confirmation=OF_TOO_LARGE),
    Claim(PAGE, "step is not confirmed", SCHEDULES, (TOO_LARGE["step"],), "not better", confirmation=OF_TOO_LARGE),
    Claim(PAGE, "no schedule is better at any rate", SCHEDULES, ALL_SCHEDULES, "not better"),
    Claim(PAGE, "step and both cosines are no different at 0.03 (at most 0.0025)", SCHEDULES,
          (AT_BEST["step"], AT_BEST["cosine"], AT_BEST["warm cosine"]), "no difference", confirmation=OF_BEST),
    Claim(PAGE, "For new samples of the same source, too, step and both cosines are no different at 0.03", SCHEDULES,
          (AT_BEST["step"], AT_BEST["cosine"], AT_BEST["warm cosine"]), "no difference", confirmation=OF_BEST,
          new_samples=("no difference",)),
    Claim(PAGE, "What is better or worse for new seeds is not shown for them", SCHEDULES, THREE_OF_FIVE, "better",
          confirmation=OF_TOO_LARGE, new_samples=NOT_SHOWN),
    Claim(PAGE, "What is better or worse for new seeds is not shown for them", SCHEDULES,
          (AT_BEST["exponential"], AT_BEST["inverse time"]), "worse", confirmation=OF_BEST, new_samples=NOT_SHOWN),
    Claim(PAGE, "exponential and inverse time are worse by 0.005", SCHEDULES,
          (AT_BEST["exponential"], AT_BEST["inverse time"]), "worse", confirmation=OF_BEST),
)  # fmt: skip
NO_CLAIMS = (
    (PAGE, "(0.941 .. 0.980): not told apart by 10 seeds"),  # of three runs, see test_three_runs
    (PAGE, "Does one hidden layer approximate a curve the better the more units it has?"),
    (PAGE, "what is better at an equal number of parameters?"),
)  # fmt: skip


def closed_up(label: str) -> str:
    """The label of an arm without the blanks of lists, which pages write or not."""
    return label.replace(", ", ",")


def flat(text: str) -> str:
    return " ".join(text.split())


def page_of(name: str) -> str:
    """Without blocks of code, which are run elsewhere."""
    text = (ROOT / name if name == README else DOCS / name).read_text(encoding="utf-8")
    return re.sub(r"```.*?```", "", text, flags=re.DOTALL)


def measured() -> Iterator[tuple[str, str]]:
    """Page and text of every section with the name of a shipped config."""
    for page in (README, *sorted(page.name for page in DOCS.glob("*.md") if page.name != README)):
        for section in re.split(r"(?m)^(?=#{1,3} )", page_of(page)):
            if CONFIG.search(section):
                yield page, flat(section)


QUOTES = [*((claim.page, claim.quote) for claim in CLAIMS), *NO_CLAIMS]


def unmapped(page: str, text: str) -> list[str]:
    """The surroundings of verdict words that are in no quote."""
    spans = [match.span() for of, quote in QUOTES if of == page for match in re.finditer(re.escape(quote), text)]
    words = [word for word in WORDS.finditer(text) if not any(a <= word.start() and word.end() <= b for a, b in spans)]
    return [f"{page}: ... {text[max(0, word.start() - 60) : word.end() + 30]} ..." for word in words]


def test_every_verdict_beside_a_config_is_mapped_to_its_comparison() -> None:
    found = [line for page, text in measured() for line in unmapped(page, text)]
    assert found == [], "add a Claim with the config, the arm and the verdict that the sentence rests on"


def test_a_verdict_that_is_not_mapped_is_found() -> None:
    assert unmapped(PAGE, "adam wins, and sgd is worse by 0.1")
    assert not unmapped(PAGE, "Six narrow ones are undecided")


@pytest.mark.parametrize(("page", "quote"), dict.fromkeys(QUOTES))
def test_every_quote_is_on_its_page(page: str, quote: str) -> None:
    assert quote in flat(page_of(page))


@pytest.mark.parametrize("config", sorted({claim.config for claim in CLAIMS}))
def test_every_arm_of_a_claim_is_planned(config: str) -> None:
    labels = {closed_up(arm.label) for arm in make_plan(CONFIGS / f"{config}.yaml").arms}
    claims = [claim for claim in CLAIMS if claim.config == config]
    confirmations = [claim.confirmation for claim in claims if claim.confirmation]
    named = [arm for claim in claims for arm in (*claim.arms, *filter(None, [claim.baseline]))]
    named += [arm for confirmation in confirmations for arm in (confirmation.baseline, *confirmation.arms)]
    assert {closed_up(arm) for arm in named} <= labels


@pytest.mark.parametrize("claim", [claim for claim in CLAIMS if claim.confirmation])
def test_what_a_confirmation_claims_it_asked(claim: Claim) -> None:
    assert claim.confirmation is not None
    assert set(claim.arms) <= set(claim.confirmation.arms)


@pytest.mark.slow
@pytest.mark.parametrize("config", sorted({claim.config for claim in CLAIMS}))
def test_every_claim_is_what_its_comparison_says(config: str, tmp_path: Path, mlpexp: Command, undrawn: None) -> None:
    """Up to a minute each, and two with confirmations."""
    plan = make_plan(CONFIGS / f"{config}.yaml")
    job = new_job(plan, stacking(plan, 1, 10**9), tmp_path, ["mlpexp"])
    list(train(job, in_this_process))
    claims = [claim for claim in CLAIMS if claim.config == config]
    looks: dict[Confirmation | None, Path] = {None: job.folder.path}
    for confirmation in dict.fromkeys(claim.confirmation for claim in claims if claim.confirmation):
        looks[confirmation] = confirm(job.folder.path, confirmation, mlpexp)
    assert [line for claim in claims for line in refuted(claim, Result.open(looks[claim.confirmation]))] == []


def confirm(look: Path, confirmation: Confirmation, mlpexp: Command) -> Path:
    """The folder of a confirmation."""
    arms = [word for arm in confirmation.arms for word in ("--arm", arm)]
    question = ["--confirm", look, "--seeds", FRESH_SEEDS, "--baseline", confirmation.baseline, *arms]
    answer = mlpexp("sweep", *question, "--runs-dir", look.parent, "--quiet")
    assert answer.code == 0, answer.err
    return answer.run


def refuted(claim: Claim, result: Result) -> list[str]:
    """The arms of a claim of which the comparison says something else."""
    places = {closed_up(arm.label): place for place, arm in enumerate(result.planned_arms)}
    baseline = None if claim.baseline is None else places[closed_up(claim.baseline)]
    comparison = read_comparison(result, claim.metric, baseline=baseline)
    verdicts = {arm: comparison.shown.arms[places[closed_up(arm)]].verdict for arm in claim.arms}
    new = {arm: comparison.new_samples.shown[places[closed_up(arm)]].verdict for arm in claim.arms}
    lines = [f"{claim.quote}: {arm} is {verdict}" for arm, verdict in verdicts.items() if not says(claim, verdict)]
    return lines + [
        f"{claim.quote}: {arm} is {verdict} for new samples"
        for arm, verdict in new.items()
        if claim.new_samples and verdict not in claim.new_samples
    ]


def says(claim: Claim, verdict: Verdict) -> bool:
    """Whether a claim says what the verdict does."""
    return verdict != "better" if claim.verdict == "not better" else verdict == claim.verdict
