"""The front stays light: importing the package imports none of the heavy libraries."""

import pkgutil
import subprocess
import sys

import mlpexp.data


def test_importing_every_module_of_data_imports_nothing_heavy() -> None:
    modules = [f"mlpexp.data.{module.name}" for module in pkgutil.iter_modules(mlpexp.data.__path__)]
    assert len(modules) >= 12
    heavy = ("torch", "torchvision", "sklearn", "pandas", "scipy", "matplotlib")
    code = f"import sys, {', '.join(modules)}\nprint([name for name in {heavy} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
