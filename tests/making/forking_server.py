"""Runs ``mlpexp`` as real processes without waiting for torch each time: imports everything once, then forks.

Reads one JSON request per line, answers with one JSON line:
``{"do": "start", "args": [...], "cwd": ..., "out": ..., "err": ..., options}`` -> ``{"pid": ...}``
    The options are those of ``holding.arrange`` (``folder``, where the process is to say that it is held, is always there),
    and ``file_bytes``, ``die_at`` with ``below``, ``fail_at`` with ``error`` and ``below``, ``plots`` and ``import``.
    With ``fail_at`` the file ``operations`` in ``folder`` says at the end how many there were.
``{"do": "wait", "pid": ..., "seconds": ...}`` -> ``{"code": ...}``, null if it still runs; -9 if killed by signal 9.
"""

import importlib
import json
import os
import resource
import signal
import sys
import time
from pathlib import Path
from types import SimpleNamespace

from making.command_line import nothing_drawn
from making.dying import die_at, fail_at
from making.holding import arrange

ARRANGED = ("save_every", "hold_after", "folder", "signals")


def become(request: dict) -> None:
    """Turns the forked child into the command; does not return."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.setsid()
    os.chdir(request["cwd"])
    for number, name in ((1, "out"), (2, "err")):
        descriptor = os.open(request[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", 1, "utf-8", closefd=False) for number in (1, 2))
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    sys.argv = ["mlpexp", *request["args"]]
    if "save_every" in request or "hold_after" in request:
        arrange(**{name: request[name] for name in ARRANGED if name in request})
    if not request.get("plots"):  # importing what draws them takes a second
        sys.modules["mlpexp.report.figures.catalogue"] = SimpleNamespace(draw_figures=nothing_drawn)
    if "file_bytes" in request:
        resource.setrlimit(resource.RLIMIT_FSIZE, (request["file_bytes"], resource.RLIM_INFINITY))
    if "die_at" in request:
        die_at(request["die_at"], request["below"])
    operations = fail_at(request["fail_at"], request["below"], request["error"]) if "fail_at" in request else None
    from mlpexp.cli.main import main

    code: object = 0
    try:
        main()
    except SystemExit as stop:
        code = stop.code or 0
    if operations:
        number = operations()
        (Path(request["folder"]) / "operations").write_text(str(number), encoding="utf-8")
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 1)  # tidying up after torch would take a second


def wait(pid: int, seconds: float) -> int | None:
    end = time.monotonic() + seconds
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > end:
            return None
        time.sleep(0.002)


def serve() -> None:
    import torch

    import mlpexp.cli.main
    import mlpexp.cli.results
    import mlpexp.cli.training
    import mlpexp.data.catalogue
    import mlpexp.execution.driver
    import mlpexp.execution.run
    import mlpexp.planning.stacks
    import mlpexp.results.result  # noqa: F401

    torch.set_num_threads(1)  # a pool of threads would not survive the fork
    print(json.dumps({"ready": True}), flush=True)
    for line in iter(sys.stdin.readline, ""):
        request = json.loads(line)
        for module in request.get("import", ()):
            importlib.import_module(module)
        if request["do"] == "start":
            pid = os.fork()
            if pid == 0:
                become(request)
            answer = {"pid": pid}
        else:
            answer = {"code": wait(request["pid"], request["seconds"])}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    serve()
