"""What is meant by an option or a command that there is not."""

from collections.abc import Iterable
from difflib import get_close_matches

from mlpexp.config.words import BY_KEY, MEANT

CLOSE = 0.7
SHORTEST = 3  # letters of a word that may be a part of another, or nearly it

# Options of other programs, and what they are here; those that are keys of a config stand in ``config/words.py``.
OPTIONS: dict[str, tuple[str, ...]] = {
    "--config": ("file", "yaml", "yml", "cfg", "conf", "experiment", "config-file", "configuration", "path"),
    "--set": ("override", "param", "key", "change", "option", "hparam"),
    "--over": ("vary", "grid", "axis", "axes", "sweep", "param-grid", "values"),
    "--data": ("csv", "table", "input-file", "train-data", "pictures", "photos", "image-folder", "image-dir"),
    "--target": ("label", "labels", "y", "target-column", "class", "output-column"),
    "--resume": ("restart", "checkpoint", "go-on", "restore"),
    "--name": ("title", "run-name", "experiment-name", "tag"),
    "--runs-dir": ("output-dir", "out-dir", "outdir", "save-dir", "log-dir", "logdir", "runs", "results-dir", "folder", "dir"),
    "--data-dir": ("data-folder", "data-path", "dataset-dir", "root"),
    "--device": ("gpu", "cuda", "cpu", "mps", "accelerator", "use-gpu"),
    "--jobs": ("workers", "num-workers", "n-jobs", "processes", "parallel", "cores", "cpus", "threads"),
    "--dry-run": ("dry", "plan", "simulate", "no-run"),
    "--quiet": ("silent", "no-progress"),
    "--format": ("fmt", "markdown", "latex", "json", "output-format", "as"),
    "--width": ("figsize", "figure-width", "fig-width", "size"),
    "--font-size": ("fontsize", "text-size", "letters"),
    "--style": ("theme", "look", "slides", "paper", "template"),
    "--plot-format": ("format", "figure-format", "image-format", "png", "pdf", "svg", "ext", "pgfplots", "tikz"),
    "--output": ("out", "save", "output-file", "save-to", "to"),
    "--metric": ("acc", "accuracy", "score", "metrics", "measure", "monitor"),
    "--baseline": ("reference", "ref", "control", "against"),
    "--margin": ("threshold", "difference", "delta", "effect"),
    "--trials": ("num-trials", "n-trials", "n-iter", "samples", "budget"),
    "--method": ("strategy", "sampler", "search", "design"),
    "--most": ("n", "top", "number", "limit", "first", "head", "count"),
    "--low": ("min", "min-lr", "start", "start-lr", "from"),
    "--high": ("max", "max-lr", "end", "end-lr", "until"),
    "--resolved": ("full", "defaults", "print", "show"),
    "--seed": ("seeds",),
    "--version": ("v", "V"),
    "--help": ("h", "usage", "info", "?"),
}  # fmt: skip

LAYERS = (
    "layers",
    "hidden-layers",
    "layer-sizes",
    "hidden-layer-sizes",
    "num-layers",
    "n-layers",
    "depth",
)  # no option

# Words for commands, and what they are here.
COMMANDS: dict[str, tuple[str, ...]] = {
    "train": ("fit", "run", "learn", "start", "execute", "training"),
    "sweep": ("grid", "tune", "search", "grid-search", "hyperopt", "optimize", "scan", "vary", "experiment", "experiments"),
    "list": ("ls", "runs", "results", "history", "ps", "all", "dir"),
    "show": ("view", "open", "info", "display", "print", "cat", "result", "status", "metrics"),
    "report": ("paper", "document", "pdf", "html", "write-up", "latex"),
    "watch": ("live", "follow", "tail", "progress", "tensorboard", "dashboard"),
    "predict": ("prediction", "predictions", "infer", "inference", "classify", "apply", "use", "forecast"),
    "evaluate": ("eval", "evaluation", "score", "scores", "judge", "assess", "shift", "drift"),
    "quantize": ("quantise", "quantization", "quantisation", "int8", "quant", "compress"),
    "export": ("save", "convert", "onnx", "deploy", "freeze"),
    "mistakes": ("errors", "mistake", "wrong", "misclassified", "worst", "mislabels", "misses"),
    "loss": ("losses", "softmax", "cross-entropy", "logits", "nll"),
    "plot": ("draw", "graph", "figure", "figures", "plots", "visualize", "visualise", "chart"),
    "compare": ("diff", "versus", "vs", "test", "stats", "statistics"),
    "explain": ("why", "diagnose", "debug", "analyze", "analyse", "inspect", "examine"),
    "find-lr": ("lr-find", "lr-finder", "findlr", "lr", "lr-test", "range-test", "learning-rate", "find-learning-rate"),
    "check": ("validate", "lint", "verify", "config"),
    "params": ("summary", "count", "parameters", "param", "size", "macs", "flops", "architecture", "network", "networks"),
    "activations": ("activation", "functions", "sheet"),
    "gradcheck": ("grad", "gradient", "gradients", "check-grad", "derivative", "derivatives", "backprop"),
    "doctor": ("diagnostics", "env", "environment", "system", "health", "sysinfo", "setup", "about", "versions"),
    "keys": ("key", "settings", "options", "describe", "doc", "docs", "man", "reference", "parameter"),
    "schema": ("json-schema", "jsonschema", "schemas", "editor", "autocomplete", "vscode"),
    "examples": ("example", "configs", "template", "templates", "demo", "init", "new", "ls-configs", "samples"),
}  # fmt: skip

# What other programs have a command for, and how it is done here.
DONE_OTHERWISE = {
    "help": "write `mlpexp --help`, or `mlpexp COMMAND --help`",
    "version": "write `mlpexp --version`",
    "resume": "write `mlpexp train --resume last`, of a sweep `mlpexp sweep --resume last`",
    "continue": "write `mlpexp train --continue RUN --epochs 200`; what was interrupted goes on with --resume",
    "delete": "a result is a folder; delete the folder, and nothing else is left",
    "remove": "a result is a folder; delete the folder, and nothing else is left",
    "rm": "a result is a folder; delete the folder, and nothing else is left",
    "clean": "a result is a folder; delete the folder, and nothing else is left",
    "download": "data are downloaded when they are first needed",
    "data": "the data are named in a config; `mlpexp examples` shows some",
    "install-completion": "write `mlpexp --install-completion`",
}


def simple(word: str) -> str:
    """``learning-rate`` for ``--Learning_Rate``."""
    return word.lstrip("-").lower().replace("_", "-")


def option_meant(word: str, options: Iterable[str], cutoff: float = CLOSE) -> str | None:
    """The option, of those that there are, that an unknown one stands for; None if there is no such."""
    there = [option for option in options if option.startswith("--")]
    written = simple(word)
    in_other_words = [option for option, words in OPTIONS.items() if written in words]
    keys = MEANT.get(written.replace("-", "_"), ())
    in_short = [BY_KEY[key].option for key in keys if key in BY_KEY]
    longer = [option for option in there if len(written) >= SHORTEST and option.startswith(f"--{written}")]
    names = [option.lstrip("-") for option in there if len(written) >= SHORTEST]
    close = [f"--{name}" for name in get_close_matches(written, names, n=1, cutoff=cutoff)]
    candidates = (f"--{written}", *in_short, *in_other_words, *longer, *close)
    return next((option for option in candidates if option in there), None)


def command_meant(word: str, commands: Iterable[str]) -> str | None:
    """The command that an unknown one stands for; None if there is no such."""
    there = list(commands)
    written = simple(word)
    in_other_words = [command for command, words in COMMANDS.items() if written in words]
    candidates = (written, *in_other_words, *get_close_matches(written, there, n=1, cutoff=0.6))
    return next((command for command in candidates if command in there), None)
