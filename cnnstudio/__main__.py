"""Run CNN Studio as a module: ``python -m cnnstudio`` is ``cnnstudio``."""

import sys

from cnnstudio.cli import main

if __name__ == "__main__":
    sys.exit(main())
