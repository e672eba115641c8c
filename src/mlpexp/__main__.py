"""``python -m mlpexp``."""

from mlpexp.cli.main import main

if __name__ == "__main__":
    main()
