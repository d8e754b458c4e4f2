"""Run CNN Studio from a checkout: ``python main.py`` is ``cnnstudio``."""

import sys

from cnnstudio.cli import main

if __name__ == "__main__":
    sys.exit(main())
