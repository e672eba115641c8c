"""What training needs of memory at the least, what is free, and the refusal."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from mlpexp.architectures.arithmetic import evaluation_chunk
from mlpexp.architectures.build import build_architecture
from mlpexp.config.load import read_source
from mlpexp.config.networks import Cnn4, Mlp
from mlpexp.errors import ConfigError, InputError
from mlpexp.free_memory import free_bytes
from mlpexp.planning.memory import PLACES, PROCESS, needs_of, refuse_too_large, workers_that_fit
from mlpexp.planning.plan import make_plan
from mlpexp.planning.prepare import Prepared, prepare
from mlpexp.planning.stacks import available_memory

CONFIG = """\
dataset: cifar10
model: {name: cnn4}
optimizer: {name: adam}
training: {batch_size: 8}
"""
GB = 1_000_000_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "c.yaml"
    path.write_text(CONFIG)
    return path


def large(prepared: Prepared) -> Prepared:
    """The same on pictures of 3x400x400."""
    architecture = build_architecture(prepared.experiment.model, (3, 400, 400), 10)
    return replace(prepared, architecture=architecture, facts=replace(prepared.facts, input_shape=(3, 400, 400)))


def test_a_step_keeps_each_output_the_places_of_maxima_and_one_gradient(path: Path) -> None:
    needs = needs_of(large(prepare(path)))
    convolutions = 20 * 400**2 + 30 * 200**2 + 20 * 100**2 + 10 * 50**2
    pooled = 20 * 200**2 + 30 * 100**2 + 20 * 50**2 + 10 * 25**2
    kept = 4 * (3 * 400**2 + convolutions + pooled + pooled + 10) + 8 * pooled  # pooled values twice: relu comes after
    assert needs.sample == kept + 4 * 20 * 400**2
    assert needs.data == 60_000 * (3 * 400**2 + PLACES)
    assert needs.parameters == 10 * 4 * 76_690
    assert needs_of(large(prepare(path)), 3, keeps=False).parameters == 3 * 7 * 4 * 76_690
    assert needs.total == needs.fixed + 8 * needs.sample


def test_an_activation_before_average_pooling_is_kept_whole(tmp_path: Path) -> None:
    samples = {}
    for kind in ("max_pool", "average_pool"):
        config = tmp_path / f"{kind}.yaml"
        layers = f"[{{layer: conv, channels: 2, kernel_size: 3, padding: same}}, {{layer: {kind}}}]"
        config.write_text(f"dataset: digits\nmodel: {{name: cnn, layers: {layers}}}\noptimizer: adam\n")
        samples[kind] = needs_of(prepare(config)).sample
    assert samples["average_pool"] - samples["max_pool"] == 4 * (2 * 64 - 2 * 16) - 8 * 2 * 16


@pytest.mark.parametrize(("precision", "width"), [("float64", 8), ("float32", 4), ("bfloat16", 2)])
def test_the_precision_decides_the_size_of_a_number(tmp_path: Path, precision: str, width: int) -> None:
    config = tmp_path / "m.yaml"
    config.write_text(
        "dataset: digits\nmodel: {name: mlp, hidden_sizes: [100], activation: identity}\noptimizer: adam\n"
        f"training: {{precision: {precision}}}\n"
    )
    assert needs_of(prepare(config)).sample == width * (64 + 100 + 100 + 10 + 100)


def test_chunks_of_evaluation_are_bounded_only_where_layers_are_very_wide() -> None:
    chunks = {
        size: evaluation_chunk(build_architecture(Mlp(name="mlp", hidden_sizes=(size,)), (2,), 2), 1, on_cpu=True)
        for size in (10, 10_000, 125_000, 1_000_000, 4_000_000, 40_000_000)
    }
    assert chunks == {10: 4096, 10_000: 200, 125_000: 16, 1_000_000: 16, 4_000_000: 4, 40_000_000: 1}
    assert evaluation_chunk(build_architecture(Cnn4(name="cnn4"), (3, 400, 400), 10), 1, on_cpu=True) == 5


WHOLE = CONFIG.replace("8", "full")
REFUSALS = {
    0.1: (WHOLE, "dataset", "its 60,000 samples need about 0.2 GB of memory, and 0.1 GB are free"),
    1.0: (
        CONFIG.replace("{name: cnn4}", "{name: mlp, hidden_sizes: [100000]}"),
        "model.hidden_sizes[0]",
        "its 308,300,010 parameters and their gradient need about 12.5 GB of memory, and 1.0 GB are free",
    ),
    2.0: (
        WHOLE,
        "training.batch_size",
        "50,000 samples at a time need about 16.7 GB of memory, and 2.0 GB are free; at most 5,476 fit",
    ),
}  # by the gigabytes that are free


@pytest.mark.parametrize("free", REFUSALS)
def test_a_refusal_names_the_key_to_change(path: Path, free: float) -> None:
    text, key, what = REFUSALS[free]
    path.write_text(text)
    plan, source = make_plan(path, planned_by="train"), read_source(path)
    with pytest.raises(ConfigError) as caught:
        refuse_too_large(plan, source, lambda prepared: int(free * GB))
    problem = caught.value.problems[0]
    assert (problem.key, problem.message) == (key, what)
    assert str(problem.place).startswith(str(path))
    refuse_too_large(plan, source, lambda prepared: needs_of(prepared).total)
    refuse_too_large(plan, source, lambda prepared: None)


def test_one_sample_may_be_too_many(path: Path) -> None:
    path.write_text(CONFIG.replace("8", "16"))
    plan = make_plan(path, planned_by="train")
    arm = replace(plan.arms[0], prepared=large(plan.arms[0].prepared))
    facts = replace(arm.prepared.facts, num_samples=100)
    plan = replace(plan, arms=[replace(arm, prepared=replace(arm.prepared, facts=facts))])
    with pytest.raises(
        ConfigError, match=r"model: even one sample at a time needs about 0\.\d GB of memory, and 0\.1 GB"
    ):
        refuse_too_large(plan, read_source(path), lambda prepared: GB // 10)


def test_as_many_samples_as_are_said_do_fit(path: Path) -> None:
    path.write_text(CONFIG.replace("8", "full"))
    with pytest.raises(ConfigError) as caught:
        refuse_too_large(make_plan(path, planned_by="train"), read_source(path), lambda prepared: 2 * GB)
    most = int(str(caught.value).rsplit("at most ", 1)[1].split()[0].replace(",", ""))
    for size, fits in ((most, True), (most + 1, False)):
        path.write_text(CONFIG.replace("8", str(size)))
        assert (needs_of(prepare(path)).total <= 2 * GB) == fits


def test_a_small_one_asks_nobody_what_is_free(path: Path) -> None:
    asked: list[object] = []
    refuse_too_large(make_plan(path, planned_by="train"), read_source(path), asked.append)
    assert asked == []


def test_an_arm_of_a_sweep_is_named(path: Path) -> None:
    path.write_text(CONFIG + "sweep: {over: {training.batch_size: [8, 20000]}, seeds: 2}\n")
    with pytest.raises(
        ConfigError, match=r"training\.batch_size: in arm batch_size=20000: 20,000 samples at a time need"
    ):
        refuse_too_large(make_plan(path), read_source(path), lambda prepared: GB)


def test_workers_are_as_many_as_fit_side_by_side(path: Path) -> None:
    path.write_text(CONFIG + "sweep: {over: {training.batch_size: [8, 2000]}, seeds: 2}\n")
    plan = make_plan(path)
    each = PROCESS + max(needs_of(arm.prepared).total for arm in plan.arms)
    assert workers_that_fit(plan, lambda prepared: 2 * each, 3, asked=False) == 2
    assert workers_that_fit(plan, lambda prepared: 2 * each, 2, asked=True) == 2
    assert workers_that_fit(plan, lambda prepared: 1, 3, asked=False) == 1
    assert workers_that_fit(plan, lambda prepared: None, 10**12, asked=True) == 4  # there are no more trials
    with pytest.raises(
        InputError, match=r"--jobs: 4 workers need about .* GB of memory, and .* GB are free; at most 2 fit"
    ):
        workers_that_fit(plan, lambda prepared: 2 * each, 100, asked=True)


def test_the_samples_of_made_data_have_a_key(path: Path) -> None:
    path.write_text(
        "dataset: {name: synthetic, kind: moons, samples: 1000000000000, data_seed: 9000000000000000000}\n"
        "model: mlp\noptimizer: adam\n"
    )
    with pytest.raises(ConfigError, match=r"c\.yaml:1:50: dataset\.samples: its 1,000,000,000,000 samples need about"):
        refuse_too_large(make_plan(path, planned_by="train"), read_source(path), lambda prepared: 20 * GB)


MEMINFO = "MemTotal:       4000000 kB\nMemFree:  1 kB\nMemAvailable:   2000000 kB\nSwapFree:  500000 kB\n"
SYSTEM = 2_500_000 * 1024


@pytest.fixture
def system(tmp_path: Path) -> tuple[Path, Path]:
    """Folders in place of /proc and /sys/fs/cgroup, without groups."""
    proc, groups = tmp_path / "proc", tmp_path / "groups"
    (proc / "self").mkdir(parents=True)
    groups.mkdir()
    (proc / "meminfo").write_text(MEMINFO)
    return proc, groups


def group(folder: Path, **files: object) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(f"{content}\n")


def test_what_linux_has_available_counts_with_its_swap(system: tuple[Path, Path]) -> None:
    assert free_bytes(*system) == SYSTEM


def test_the_tightest_group_of_version_2_counts_without_its_cache(system: tuple[Path, Path]) -> None:
    proc, groups = system
    (proc / "self" / "cgroup").write_text("0::/outer/inner\n")
    group(groups / "outer" / "inner", memory__max="max", memory__current=5, memory__stat="inactive_file 3")
    assert free_bytes(proc, groups) == SYSTEM
    group(groups / "outer", memory__max=1000, memory__current=400, memory__stat="anon 1\ninactive_file 150")
    assert free_bytes(proc, groups) == 750
    group(groups / "outer", memory__current=4000)
    assert free_bytes(proc, groups) == 0


def test_in_a_container_the_root_is_looked_at(system: tuple[Path, Path]) -> None:
    proc, groups = system
    (proc / "self" / "cgroup").write_text("0::/not/visible/inside\n")
    group(groups, memory__max=2000, memory__current=500)
    assert free_bytes(proc, groups) == 1500


def test_groups_of_version_1_have_other_names(system: tuple[Path, Path]) -> None:
    proc, groups = system
    (proc / "self" / "cgroup").write_text("3:cpu:/x\n2:memory:/box\nnonsense\n")
    names = {"memory__usage_in_bytes": 300, "memory__stat": "total_inactive_file 100\ncache 5"}
    group(groups / "memory" / "box", memory__limit_in_bytes=1000, **names)
    group(groups / "memory", memory__limit_in_bytes=9223372036854771712, **names)
    assert free_bytes(proc, groups) == 800


def test_elsewhere_all_memory_there_is_counts(tmp_path: Path) -> None:
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert free_bytes(tmp_path, tmp_path) == total > available_memory()


def test_damaged_words_of_the_system_are_no_figure(system: tuple[Path, Path]) -> None:
    proc, groups = system
    for text in ("", "MemAvailable: many kB\nSwapFree: 0 kB\n", "MemAvailable:\nSwapFree: 0 kB\n"):
        (proc / "meminfo").write_text(text)
        assert free_bytes(proc, groups) == os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
