"""YAML typed on other keyboards: each slip gets a sentence at its place, and nothing that can be read is refused."""

# ruff: noqa: E501  (messages in full; characters that are easily confused)

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from making.effort import calls_of
from making.random_experiments import experiments
from mlpexp.config.dump import to_yaml
from mlpexp.config.keyboards import retyped, suspects, typed, unreadable
from mlpexp.config.load import read_source, validated
from mlpexp.config.mistyped import mistyped
from mlpexp.config.yaml_source import override_in
from mlpexp.errors import ConfigError, InputError
from mlpexp.planning.plan import plan_from

CONFIGS = sorted((Path(__file__).parents[2] / "configs").rglob("*.yaml"))
BASE = "model: {name: mlp, hidden_sizes: [4]}\noptimizer: {name: sgd, learning_rate: 0.1}\n"
COLON = "`：` is a full-width colon, not `:`; write"
NO_BLANK = "a blank is missing after `:`; write"
EQUALS = "`=` stands where `:` belongs; write"
TAB = "a tab stands here, where YAML needs blanks; write"
WIDE_BLANK = "U+3000 is an ideographic space, not a blank; write"


def complaint(path: Path, text: str) -> str:
    """What is said of a config that cannot be used."""
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        source = read_source(path)
        plan_from(source, path, "sweep" if source.data.get("sweep") else "train")
    return str(caught.value).replace(str(path), "c.yaml")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dataset： iris\n" + BASE, f"c.yaml:1:8: {COLON} `dataset: iris`"),
        ("dataset：iris\n" + BASE, f"c.yaml:1:8: {COLON} `dataset: iris`"),
        ("dataset: {name：iris}\n" + BASE, f"c.yaml:1:15: dataset: {COLON} `name: iris`"),
        ("dataset: {name:iris}\n" + BASE, f"c.yaml:1:16: dataset: {NO_BLANK} `name: iris`"),
        ("dataset:iris\n" + BASE, f"c.yaml:1:9: {NO_BLANK} `dataset: iris`"),
        ("dataset = iris\n" + BASE, f"c.yaml:1:9: {EQUALS} `dataset: iris`"),
        ("dataset=iris\n" + BASE, f"c.yaml:1:8: {EQUALS} `dataset: iris`"),
        ("dataset = iris\nmodel = mlp\n", f"c.yaml:1:9: {EQUALS} `dataset: iris`\nc.yaml:2:7: {EQUALS} `model: mlp`"),
        ("dataset:iris\n", f"c.yaml:1:9: {NO_BLANK} `dataset: iris`"),
        (f"dataset: iris\n{BASE}training:\n  epochs:50\n  batch_size: 16\n", f"c.yaml:5:10: {NO_BLANK} `epochs: 50`"),
        (f"dataset: iris\n{BASE}training:\n  epochs:50\n", f"c.yaml:5:10: training: {NO_BLANK} `epochs: 50`"),
        (f"dataset: iris\n{BASE}training:\n  epochs = 50\n  batch_size = 16\n", f"c.yaml:5:10: training: {EQUALS} `epochs: 50`"),
        (f"dataset: iris\n{BASE}training: {{epochs=50}}\n", f"c.yaml:4:18: training: {EQUALS} `epochs: 50`"),
        (f"dataset: iris\n{BASE}training:\n\tepochs: 50\n", f"c.yaml:5:1: {TAB} `epochs: 50`"),
        (f"dataset: iris\n{BASE}training:\n  epochs:\t50\n", f"c.yaml:5:10: {TAB} `epochs: 50`"),
        (f"dataset: iris\n{BASE}training:\n　　epochs: 50\n", "c.yaml:5:1: U+3000 is an ideographic space, not a blank; write `epochs`"),
        (f"dataset: iris\n{BASE}seeds:　5\n", f"c.yaml:4:7: {WIDE_BLANK} `seeds: 5`"),
        (f"dataset: iris\n{BASE}seeds: 5　\n", f"c.yaml:4:9: seeds: {WIDE_BLANK} `5`"),
        ("dataset:\u00a0iris\n" + BASE, "c.yaml:1:9: U+00A0 is a no-break space, not a blank; write `dataset: iris`"),
        (f"dataset: iris\n{BASE}seeds: ５\n", "c.yaml:4:8: seeds: `５` is a full-width digit five, not `5`; write `5`"),
        ("dataset: “iris”\n" + BASE, 'c.yaml:1:10: dataset.name: `“` is a left double quotation mark, not `"`; write `"iris"`'),
        ("dataset: ｛name: iris｝\n" + BASE, "c.yaml:1:10: `｛` is a full-width left curly bracket, not `{`; write `dataset: {name: iris}`"),
        ("dataset: iris\noptimizer: sgd\nmodel: {name: mlp，hidden_sizes: [4]}\n", "c.yaml:3:18: `，` is a full-width comma, not `,`; write `model: {name: mlp, hidden_sizes: [4]}`"),
        ("dataset: iris\noptimizer: sgd\nmodel: {name: mlp, hidden_sizes: ［4，4］}\n", "c.yaml:3:34: model.hidden_sizes: `［` is a full-width left square bracket, not `[`; write `[4, 4]`"),
        ("dataset: iris\noptimizer: sgd\nmodel: {name: mlp, hidden_sizes: [4，4]}\n", "c.yaml:3:36: model.hidden_sizes[0]: `，` is a full-width comma, not `,`; write `4, 4`"),
        (f"dataset: iris\n{BASE}training:\n  - epochs: 50\n  - batch_size: 3\n", "c.yaml:5:3: training: should be a mapping of keys to values, not a list; remove the `-`"),
        (f"dataset: iris\n{BASE}training:\n  epochs: 50\n  - batch_size: 3\n", "c.yaml:6:3: a stray `-`: here are keys with values, no list; remove it"),
        (f"dataset: iris\n{BASE}training:\n  -epochs: 50\n", "c.yaml:5:3: training: a stray `-` stands here; write `epochs`"),
        ("- dataset: iris\n" + BASE, "c.yaml:2:1: line 1 begins a list with `-`, but this line has none; remove the `-` there, or add one"),
        ("- dataset: iris\n- model: mlp\n", "c.yaml:1:1: a config is a mapping such as `dataset: iris`, but this is a list; remove the `-`"),
        ("dataset: iris\noptimizer: sgd\nmodel:\n  name: mlp\n  hidden_sizes:\n    -16\n    -16\n", "c.yaml:6:5: model.hidden_sizes: a blank is missing after `-`; write `- 16`"),
        (f"dataset: iris\n{BASE}sweep: {{over: {{learning_rate: ［0.1，1］}}}}\n", "c.yaml:4:31: sweep.over.learning_rate: `［` is a full-width left square bracket, not `[`; write `[0.1, 1]`"),
        (f"dataset: iris\n{BASE}sweep: {{over: {{learning_rate: [0.1]}}, baseline: {{learning_rate：0.1}}}}\n", f"c.yaml:4:63: sweep.baseline: {COLON} `learning_rate: 0.1`"),
        ("dataset: {name: csv, path: a.csv, target: species, features: [one, two]， standardize: true}\n" + BASE, "c.yaml:1:72: `，` is a full-width comma, not `,`; write `dataset: {name: csv, path: a.csv, target: species, ...`"),
    ],
)  # fmt: skip
def test_a_slip_is_named_at_its_place(text: str, expected: str, tmp_path: Path) -> None:
    assert complaint(tmp_path / "c.yaml", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dataset={name：iris}", f"dataset: {COLON} `name: iris`"),
        ("dataset={name:iris}", f"dataset: {NO_BLANK} `name: iris`"),
        ("model=｛name: mlp｝", "model: `｛` is a full-width left curly bracket, not `{`"),
        ("training.epochs：50", "expected KEY=VALUE; write training.epochs=50"),
        ("training.epochs:50", "expected KEY=VALUE; write training.epochs=50"),
        ("training.epochs＝50", "expected KEY=VALUE; write training.epochs=50"),
        ("model．bias=true", "`．` is a full-width full stop, not `.`; write `model.bias`"),
        ("seeds=５", "seeds: `５` is a full-width digit five, not `5`; write `5`"),
    ],
)  # fmt: skip
def test_a_slip_on_the_command_line(text: str, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("dataset: iris\n" + BASE)
    with pytest.raises(ConfigError) as caught:
        validated(read_source(path, [override_in(text, f"--set {text}")]))
    assert str(caught.value) == f"--set {text}: {expected}"


FREE = "名：｛一｝，［二］ “三”　四"


@pytest.mark.parametrize(
    "text",
    [
        f"description: {FREE}\n",
        "description: “quoted” is “free”\n",
        "description: ［note］ a=b，c:d, e = f\n",
        f"description: |\n  {FREE}\n  key：value\n  a = b\tc\n",
        f"description: >-\n  epochs:50\n\n  {FREE}\n",
        "description: two lines\n  note:this, epochs = 50，x：y\n",
        f"description: \"{FREE}\"   # {FREE}\n",
        f"# {FREE}\n#epochs = 50\n",
        "description: 'epochs：50\n  batch_size = 16'\n",
    ],
)  # fmt: skip
def test_quotes_comments_and_descriptions_are_free(text: str, tmp_path: Path) -> None:
    """They are read as they are, and nothing is said of them where another line is wrong."""
    path, whole = tmp_path / "c.yaml", f"dataset: iris\n{BASE}{text}"
    path.write_text(whole, encoding="utf-8")
    assert validated(read_source(path)).model.name == "mlp"
    assert "epoches: unknown key" in complaint(path, whole + "epoches: 3\n")
    assert complaint(path, whole + "seeds：3\n") == f"c.yaml:{whole.count(chr(10)) + 1}:6: {COLON} `seeds: 3`"
    assert "not valid YAML" in complaint(path, f"{whole}training: [\n")


def test_a_quoted_column_may_have_any_name(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(f'dataset: {{name: csv, path: a.csv, target: "类：别", features: ["长，度", 宽＝度]}}\n{BASE}')
    dataset = validated(read_source(path)).dataset
    assert (dataset.target.column, dataset.features) == ("类：别", ("长，度", "宽＝度"))  # type: ignore[union-attr]


WAYS: dict[str, Callable[[str], str]] = {
    "full-width colon": lambda line: re.sub(r"^( *(?:- )?[a-z_]+): ?", r"\1：", line, count=1),
    "no blank": lambda line: re.sub(r"^( *(?:- )?[a-z_]+): (?=\S)", r"\1:", line, count=1),
    "equals": lambda line: re.sub(r"^( *(?:- )?[a-z_]+): (?=\S)", r"\1 = ", line, count=1),
    "no-break space": lambda line: re.sub(r"^( *(?:- )?[a-z_]+): (?=\S)", "\\1:\u00a0", line, count=1),
    "tab for indentation": lambda line: re.sub(r"^ +(?=[a-z])", "\t", line, count=1),
    "tab behind a colon": lambda line: re.sub(r"^( *(?:- )?[a-z_]+): (?=\S)", "\\1:\t", line, count=1),
    "braces": lambda line: line.replace("{", "｛").replace("}", "｝"),
    "all": lambda line: retype(line, "：，［］｛｝"),
}


def retype(line: str, marks: str) -> str:
    for mark in marks:
        plain = str(typed(mark))
        line = line.replace(f"{plain} ", mark).replace(plain, mark)
    return line


@pytest.mark.parametrize("way", [pytest.param(way, marks=[pytest.mark.slow] * (way != "all")) for way in WAYS])
def test_a_slip_in_any_line_of_a_shipped_config(way: str, tmp_path: Path) -> None:
    """One line of each config typed otherwise: what is said is of that line, or the config says the same as before."""
    path, tried = tmp_path / "c.yaml", 0
    for config in CONFIGS:
        lines = config.read_text().split("\n")
        for number, line in enumerate(lines):
            if line.startswith(("#", "name", "description")) or WAYS[way](line) == line:
                continue
            path.write_text("\n".join([*lines[:number], WAYS[way](line), *lines[number + 1 :]]), encoding="utf-8")
            try:
                validated(read_source(path))
            except ConfigError as error:
                assert re.match(rf"{path}:{number + 1}:\d+: ", str(error)), f"{config}: {error}"
                tried += 1
    assert tried > 50


def outcome(path: Path) -> object:
    """What a config says, or where it is refused."""
    try:
        source = read_source(path)
        return source.data, validated(source)
    except ConfigError:
        return "refused"
    except InputError as error:
        return str(error)


SPARE = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SLIPS = st.sampled_from([*"：，｛｝［］＝“”‘’　\u00a0\t-=:\"'#|>", "\n", "\n  ", ": ", "a:b", "- "])


def outcome_by_itself(path: Path) -> object:
    """Nobody looks for what was typed otherwise but where a config is refused."""
    outcomes: list[object] = []
    for look in (unreadable, mistyped):
        if calls_of(look, lambda: outcomes.append(outcome(path))):
            assert outcomes[-1] == "refused"
    assert outcomes[0] == outcomes[1]
    return outcomes[0]


@pytest.mark.slow
@SPARE
@given(st.sampled_from(CONFIGS), st.lists(st.tuples(st.floats(0, 1), SLIPS), max_size=4))
def test_what_was_readable_is_read_as_before(tmp_path: Path, config: Path, slips: list[tuple[float, str]]) -> None:
    path, text = tmp_path / "c.yaml", config.read_text()
    for share, slip in slips:
        place = int(share * len(text))
        text = text[:place] + slip + text[place:]
    path.write_text(text, encoding="utf-8")
    outcome_by_itself(path)


@pytest.mark.slow
@SPARE
@given(experiments)
def test_a_written_experiment_is_read_as_before(tmp_path: Path, experiment: object) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(to_yaml(experiment), encoding="utf-8")  # type: ignore[arg-type]
    assert outcome_by_itself(path) != "refused"


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab1:：-[]［］{}｛｝,，=＝\"“”' \t　\n#|>"), max_size=60))
@example("a: |\n\n")
@example("'")
def test_lines_stay_lines(text: str) -> None:
    """What is suggested for a line is one line, and differs from it."""
    lines = text.split("\n")
    for suspect in suspects(text):
        assert lines[suspect.number] == suspect.line != suspect.new
        assert "\n" not in suspect.new


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("［１６，１６］", "[16, 16]"),
        ("a：b", "a: b"),
        ("a： b", "a: b"),
        ("“x”", '"x"'),
        ("－1", "-1"),
        ("plain", "plain"),
    ],
)
def test_retyped(text: str, expected: str) -> None:
    assert retyped(text) == expected
