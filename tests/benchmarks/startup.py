"""How long the studio takes to open: ``python tests/benchmarks/startup.py``.

Each round is a process of its own, timed from its start until the window is painted, then until
the data are there and the first look at the untrained network is on the cards.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = 5

CHILD = """
import os, time
start = float(os.environ["STARTED"])
def say(what):
    print(what, time.time() - start, flush=True)
import cnnstudio
say("import cnnstudio")
from cnnstudio.studio import MainWindow, create_application
import PySide6.QtWidgets
say("import PySide6")
application = create_application()
say("application")
import cnnstudio.studio.window
say("import window")
window = MainWindow()
say("window made")
window.show()
while not window.testAttribute(PySide6.QtCore.Qt.WidgetAttribute.WA_WState_Visible):
    application.processEvents()
window.grab()
say("painted")
while window.workbench.dataset is None:
    application.processEvents()
say("data")
looks = []
window.workbench.inspector.look_ready.connect(looks.append)
while not looks and time.time() - start < 20:
    application.processEvents()
say("first look")
window.close()
"""


def main() -> None:
    """Print the medians of a few starts."""
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as home:
        for _ in range(ROUNDS + 1):
            environment = os.environ | {
                "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"),
                "CNNSTUDIO_HOME": home,
                "STARTED": str(time.time()),
            }
            done = subprocess.run(
                [sys.executable, "-c", CHILD],
                env=environment,
                capture_output=True,
                text=True,
                check=True,
            )
            for line in done.stdout.splitlines():
                what, _, seconds = line.rpartition(" ")
                found.setdefault(what, []).append(float(seconds))
    for what, seconds in found.items():
        # The first start also wrote byte code and filled the caches of the disk.
        print(f"{what:<18}{1000 * statistics.median(seconds[1:]):7.0f} ms")


if __name__ == "__main__":
    main()
