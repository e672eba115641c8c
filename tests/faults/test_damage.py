"""Every file of a result is damaged, then it is read by every reader and gone on with: nothing is believed in silence.

A reader shows what it would show without the damage, or names the file, or ends with a sentence; a result that is gone on
with ends with the bytes that it would have had, or is refused.
"""

import re
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from making.command_line import Answer
from making.configs import SELECTED
from making.damages import KINDS, damaged
from making.processes import Process
from making.run_files import equal_files, only_run

Start = Callable[..., Process]

RUN = SELECTED + "diagnostics: cheap\n"
PICTURES = """\
name: pictures
dataset: {name: digits, test_fraction: 0.2, validation_fraction: 0.7}
model: {name: cnn, layers: [{layer: conv, channels: 2, kernel_size: 3, batch_norm: true}, {layer: max_pool}]}
optimizer: {name: adam, learning_rate: 0.01}
training: {batch_size: 32, epochs: 2, threads: 1}
seeds: 2
"""
SWEEP = RUN + "sweep: {over: {learning_rate: [0.02, 0.1], batch_size: [16, 32]}, seeds: 2}\n"
KINDS_OF_RESULTS = {"run": ("train", RUN), "pictures": ("train", PICTURES), "sweep": ("sweep", SWEEP)}
SAVED_AND_HELD = {"run": 20, "pictures": 12, "sweep": 60}  # after so many steps; of a sweep a stack has ended
CASES = 30  # of a finished or begun result of one kind

READ_BY_ALL = (["list", "--runs-dir", "RUNS"], ["show", "RESULT"], ["watch", "RESULT", "--once"])
READ_IN_TURN = (
    ["show", "RESULT", "--curve", "ARM"],
    ["compare", "RESULT", "OTHER"],
    ["explain", "RESULT", "ARM"],
    ["predict", "RESULT", "NEW", "ARM"],
    ["report", "RESULT", "-o", "WRITTEN/report.md"],
    ["evaluate", "RESULT", "--on", "DATA", "-o", "WRITTEN/folder", "ARM"],
    ["export", "RESULT", "--to", "WRITTEN/model.py", "ARM"],
    ["mistakes", "RESULT", "-o", "WRITTEN/folder", "ARM"],
    ["show", "RESULT", "ARM"],
    ["compare", "RESULT"],
)
IMPORTED = (
    "pandas", "rich.table", "sklearn.datasets", "mlpexp.analysis.explain.examine", "mlpexp.api.report_material",
    "mlpexp.report.writers.report_file", "mlpexp.report.tables.comparison_files", "mlpexp.results.predictions",
    "mlpexp.results.on_new_data",
)  # fmt: skip
ROWS = "sepal length (cm),sepal width (cm),petal length (cm),petal width (cm),species\n5.1,3.5,1.4,0.2,setosa\n"
AGE = re.compile(r"\b[\d.]+ (s|min|h|d|ms)\b")
TEXTS = (".md", ".py", ".csv", ".json")
SPACE = re.compile("[ \u2500]+")  # a table is as wide as its ages


class Workshop:
    """Results of one kind, finished and begun, copies of them, and what readers say of them."""

    def __init__(self, kind: str, start: Start, folder: Path) -> None:
        self.command, text = KINDS_OF_RESULTS[kind]
        self.kind, self.start, self.folder = kind, start, folder
        (folder / "config.yaml").write_text(text)
        (folder / "new.csv").write_text(ROWS)
        for runs in ("whole", "other"):
            self._train(runs).wait()
        held = self._train("begun", save_every=1, hold_after=SAVED_AND_HELD[kind])
        held.held()
        held.kill()
        self.whole, self.other, self.begun = (only_run(folder / name) for name in ("whole", "other", "begun"))
        self.known: dict[str, tuple[Answer, str]] = {}

    def _train(self, runs: str, **options: int) -> Process:
        jobs = ("--jobs", "1") if self.command == "sweep" else ()
        return self.start(self.command, "-c", "config.yaml", "--runs-dir", runs, "-q", *jobs, **options)

    def copy(self, source: Path) -> Path:
        """A copy at the place of all copies: what is said does not depend on where it lies."""
        shutil.rmtree(self.folder / "runs", ignore_errors=True)
        return shutil.copytree(source, self.folder / "runs" / "2-copy", symlinks=True)

    def files(self, source: Path) -> list[str]:
        """But figures, and what is hidden."""
        names = [str(path.relative_to(source)) for path in sorted(source.rglob("*")) if path.is_file()]
        return [name for name in names if not name.startswith((".", "plots/"))]

    def read(self, words: list[str]) -> tuple[Answer, str]:
        """What a reader answers, and all that it shows, in words."""
        written = self.folder / "written"
        shutil.rmtree(written, ignore_errors=True)
        written.mkdir()
        names = {
            "RUNS": "runs", "RESULT": "runs/2-copy", "OTHER": f"other/{self.other.name}", "NEW": "new.csv",
            "DATA": "digits" if self.kind == "pictures" else "iris",
        }  # fmt: skip
        arguments = [names.get(word, word.replace("WRITTEN", "written")) for word in words if word != "ARM"]
        if "ARM" in words and self.kind == "sweep":
            arguments += ["--arm", "1"]
        answer = self.start(*arguments, plots=True, **{"import": IMPORTED}).wait()
        files = sorted(path for path in written.rglob("*.*") if path.is_file() and path.suffix in TEXTS)
        texts = [path.read_text(encoding="utf-8", errors="replace") for path in files]
        return answer, SPACE.sub(" ", AGE.sub("AGE", "\n".join([answer.out, answer.err, *texts])))

    def undamaged(self, words: list[str]) -> tuple[Answer, str]:
        """What a reader answers of the finished result, which has to lie at the place of copies when it is asked first."""
        key = " ".join(words)
        if key not in self.known:
            self.known[key] = self.read(words)
        return self.known[key]

    def readers(self, number: int) -> list[list[str]]:
        """Those that read every copy, and two of the others."""
        others = [READ_IN_TURN[(2 * number + i) % len(READ_IN_TURN)] for i in range(2)]
        return [*READ_BY_ALL, *others]


@pytest.fixture
def workshop(request: pytest.FixtureRequest, start: Start, tmp_path: Path) -> Workshop:
    return Workshop(request.param, start, tmp_path)


def names_it(said: str, undamaged: str, file: str) -> bool:
    """Whether lines that were not there without the damage name the file, or call a result in a list damaged or edited.

    A name may be broken into two lines.
    """
    known = set(undamaged.splitlines())
    new = "".join("".join(line.split()) for line in said.splitlines() if line not in known)
    return file.rpartition("/")[2] in new or re.search("-(damaged|edited)-", new) is not None


def cases(workshop: Workshop, source: Path) -> list[tuple[str, str, Random]]:
    """Each file in turn, each time with another kind of damage."""
    files, kinds = workshop.files(source), Random(workshop.kind)
    order = [kind for _ in range(-(-CASES // len(KINDS))) for kind in kinds.sample(KINDS, len(KINDS))]
    return [(files[number % len(files)], order[number], Random(number)) for number in range(CASES)]


def fault(answer: Answer) -> str:
    """What no damage may lead to; empty if there is nothing of the kind."""
    if answer.code not in (0, 1, 2):
        return f"exit code {answer.code}"
    if "internal error" in answer.err or re.search(r"\.py:\d+: \w*Warning", answer.err):
        return answer.err
    return f"no sentence: {answer.err}" if answer.code and not answer.err.strip().splitlines()[-1:] else ""


@pytest.mark.slow
@pytest.mark.parametrize("workshop", KINDS_OF_RESULTS, indirect=True)
def test_readers_of_finished_results(workshop: Workshop) -> None:
    counts, faults = Counter[str](), []
    for number, (file, kind, random) in enumerate(cases(workshop, workshop.whole)):
        path = workshop.copy(workshop.whole)
        undamaged = [workshop.undamaged(words) for words in workshop.readers(number)]
        if not damaged(path / file, kind, random):
            continue
        for words, (before, shown) in zip(workshop.readers(number), undamaged, strict=True):
            answer, said = workshop.read(words)
            case = f"{workshop.kind}: {file}: {kind} ({number}): {' '.join(words)}"
            counts[f"exit code {answer.code}"] += 1
            if wrong := fault(answer):
                faults.append(f"{case}: {wrong}")
            elif answer.code == 0 and before.code == 0 and said != shown and not names_it(said, shown, file):
                faults.append(
                    f"{case}: in silence: {'; '.join(set(said.splitlines()) ^ set(shown.splitlines()))[:500]}"
                )
    print(f"{workshop.kind}, finished: {CASES} cases, {dict(counts)}, faults {len(faults)}")
    assert not faults, "\n".join(faults)


@pytest.mark.slow
@pytest.mark.parametrize("workshop", KINDS_OF_RESULTS, indirect=True)
def test_going_on_with_begun_results(workshop: Workshop) -> None:
    counts, faults, whole = Counter[str](), [], equal_files(workshop.whole)
    for number, (file, kind, random) in enumerate(cases(workshop, workshop.begun)):
        path = workshop.copy(workshop.begun)
        if not damaged(path / file, kind, random):
            continue
        case = f"{workshop.kind}: {file}: {kind} ({number})"
        for words in READ_BY_ALL:
            answer, _ = workshop.read(words)
            if wrong := fault(answer):
                faults.append(f"{case}: {words[0]}: {wrong}")
        answer = workshop.start(workshop.command, "--resume", path, "-q").wait()
        counts[f"exit code {answer.code}"] += 1
        if wrong := fault(answer):
            faults.append(f"{case}: {wrong}")
        elif answer.code == 0:
            ended = equal_files(path)
            other = sorted(name for name in {*whole, *ended} if whole.get(name) != ended.get(name))
            if other:
                faults.append(f"{case}: other {', '.join(other)}")
            counts["equal"] += not other
    print(f"{workshop.kind}, begun: {CASES} cases, {dict(counts)}, faults {len(faults)}")
    assert not faults, "\n".join(faults)
    assert counts["equal"] >= CASES // 5
