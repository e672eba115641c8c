"""In which group of ``--help`` an argument or option stands: one table for all commands."""

GROUPS: dict[str, tuple[str, ...]] = {
    "what to train": ("CONFIG", "--config", "--data", "--target", "--set", "--resume", "--continue", "--confirm"),
    "what to begin with": ("--init-from", "--from-arm", "--from-seed", "--freeze"),
    "keys in short": (
        "--epochs", "--learning-rate", "--batch-size", "--hidden-size", "--activation", "--output-activation",
        "--optimizer", "--init", "--loss", "--seed", "--seeds",
    ),
    "what to vary": ("--over", "--zip", "--exclude", "--match", "--method", "--trials", "--noise-floor"),
    "which result": ("RESULT", "RESULTS", "FILE", "--table", "--arm", "--where", "--sort", "--reverse", "--runs-dir"),
    "how to compare": ("--metric", "--baseline", "--margin", "--power"),
    "what to look at": (
        "NETWORKS", "NAMES", "NAME", "KEY", "--input", "--bias", "--time", "--low", "--high", "--steps", "--samples",
        "--tolerance", "--symbolic", "--explain", "--sample", "--network", "--logits", "--labels", "--targets", "--on",
        "--calibration-samples",
    ),
    "how to run": (
        "--device", "--engine", "--jobs", "--memory", "--backend", "--address", "--data-dir", "--dry-run", "--quick",
        "--seconds",
    ),
    "what is shown and written": (
        "--name", "--output", "--to", "--copy", "--plot-format", "--style", "--width", "--font-size", "--format",
        "--resolved", "--curve", "--log-every", "--details", "--all-classes", "--most", "--save-seen", "--int8",
        "--int8-weights", "--wide", "--quiet", "--draw", "--overlay", "--once", "--html", "--every",
    ),
}  # fmt: skip
OTHERS = "others"  # none is, as a test demands
ELSEWHERE = {
    ("explain", "--seed"): "which result",
    ("predict", "--seed"): "which result",
    ("evaluate", "--seed"): "which result",
    ("quantize", "--seed"): "which result",
    ("export", "--seed"): "which result",
    ("mistakes", "--seed"): "which result",
    ("loss", "FILE"): "what to look at",
}  # an option that means something else there
GROUP_OF = {name: title for title, names in GROUPS.items() for name in names}


def group_of(name: str, command: str) -> str:
    """The group of an argument, such as ``RESULT``, or of an option, such as ``--set``, of a command."""
    return ELSEWHERE.get((command, name), GROUP_OF.get(name, OTHERS))
