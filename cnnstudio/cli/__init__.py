"""The command line: one module per command, and `main`.

Results go to standard output, for people or, with ``--json``, as one JSON object per line.  Errors
are one sentence on standard error.  The exit status is 0, 1 when the work failed, 2 for bad usage
and 130 after Ctrl+C.
"""

from cnnstudio.cli.program import main

__all__ = ["main"]
