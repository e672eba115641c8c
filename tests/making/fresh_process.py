"""Commands in one new process, which knows no function of this one."""

import subprocess
import sys
from collections.abc import Sequence


def answers_of(calls: Sequence[Sequence[str]]) -> tuple[list[str], subprocess.CompletedProcess[str]]:
    """The exit code of each command, and what all of them said."""
    code = f"""
import sys
from mlpexp.cli.main import main
for sys.argv in {[["mlpexp", *call] for call in calls]}:
    try:
        main()
        code = 0
    except SystemExit as end:
        code = end.code or 0
    print("code of", sys.argv[1], code)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return [line.split()[-1] for line in done.stdout.splitlines() if line.startswith("code of")], done
