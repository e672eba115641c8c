"""With what a result was computed: versions, machine, and the hash of its config."""

from collections.abc import Iterator, Mapping

from mlpexp.report.sections.methods.phrases import listed, measured, the_same
from mlpexp.report.sections.methods.setup import Said, Setups


def uses_torch(setups: Setups) -> bool:
    """Whether PyTorch computed a step: of all but networks with the engine of NumPy."""
    return any(setup.is_map or setup.even_varied("training.engine") != "numpy" for setup in setups.all)


def uses_numpy(setups: Setups) -> bool:
    """Whether NumPy computed a step."""
    return any(not setup.is_map and setup.even_varied("training.engine") == "numpy" for setup in setups.all)


def computed(setups: Setups) -> Iterator[Said]:
    """Versions, machine and hash."""
    yield from _continued(setups)
    machine, machine_zh = _machine(setups)
    told = listed([the_same(name) for name in _versions(setups)])
    digest = setups.summary.hash
    yield Said(
        f"Computed with {told.english}{machine} (config {digest}).",
        f"计算使用 {told.chinese}{machine_zh}（配置 {digest}）。",
    )


def _continued(setups: Setups) -> Iterator[Said]:
    """That training went on from another result."""
    before = setups.material.result.environment.get("continues")
    if isinstance(before, Mapping):
        epochs = measured(int(before.get("epochs", 0)), "epoch", "轮")
        yield Said(
            f"Training went on from the result {before.get('result')}, which has {epochs.english}.",
            f"训练从结果 {before.get('result')} 继续，该结果已训练 {epochs.chinese}。",
        )


def _versions(setups: Setups) -> list[str]:
    recorded = setups.material.result.environment
    packages = recorded.get("packages")
    versions = packages if isinstance(packages, Mapping) else {}
    names = {"torch": "PyTorch"} if uses_torch(setups) else {}
    names |= {"numpy": "NumPy"} if uses_numpy(setups) else {}
    known = [f"{name} {versions[package]}" for package, name in names.items() if versions.get(package)]
    own = f"mlpexp {recorded['mlpexp']}" if recorded.get("mlpexp") else "mlpexp"
    return [own, *known, *([f"Python {recorded['python']}"] if recorded.get("python") else [])]


def _machine(setups: Setups) -> tuple[str, str]:
    """`` on a CPU (AMD EPYC)``; of cards what they are called."""
    recorded = setups.material.result.environment
    devices = [device for device in str(recorded.get("device") or "").split(" and ") if device]
    processor = str(recorded.get("processor") or "")
    if not devices:
        return "", ""
    told = listed([_device(device, processor) for device in devices])
    return f" on {told.english}", f"，运行于 {told.chinese}"


def _device(device: str, processor: str) -> Said:
    if device != "cpu":
        return the_same(device)
    return Said(f"a CPU ({processor})", f"CPU（{processor}）") if processor else Said("a CPU", "CPU")
