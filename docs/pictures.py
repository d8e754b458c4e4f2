"""Take the pictures of the documentation: ``python docs/pictures.py [NAME…|all]``.

Each is the real window, opened, trained and painted by ``cnnstudio --screenshot``; a drag is held
for one by ``dragging.py``.  Those that the repository holds are taken unless others are named.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from cnnstudio.design import Block, Design, edits, templates
from cnnstudio.layers import (
    Add,
    BatchNorm,
    Conv,
    Dense,
    GlobalAveragePool,
    Input,
    MaxPool,
    ReLU,
    Softmax,
)

FOLDER = Path(__file__).parent / "pictures"
KEPT = ("studio-light", "dragging", "error-dark", "feature-maps", "gradients", "residual")
DRAGGING = Path(__file__).parent / "dragging.py"
WIDE, NARROW = "1600x1000", "1280x800"


def broken() -> Design:
    """LeNet-5 whose third convolution has a kernel larger than its input."""
    design = edits.insert(templates.load("lenet5"), Conv(120, 7), "pool2", name="conv3")
    return edits.set_name(edits.insert(design, ReLU(), "conv3"), "LeNet-5 with conv3")


def residual() -> Design:
    """Two residual blocks."""
    blocks = [Block("input", Input(1, 28, 28)), Block("conv1", Conv(16, 3, padding=1, bias=False))]
    blocks += [Block("bn1", BatchNorm()), Block("relu1", ReLU()), Block("pool1", MaxPool(2))]
    skip, number = "pool1", 2
    for place in (1, 2):
        first, second = number, number + 1
        blocks += [
            Block(f"conv{first}", Conv(16, 3, padding=1, bias=False)),
            Block(f"bn{first}", BatchNorm()),
            Block(f"relu{first}", ReLU()),
            Block(f"conv{second}", Conv(16, 3, padding=1, bias=False)),
            Block(f"bn{second}", BatchNorm()),
            Block(f"add{place}", Add(), inputs=(f"bn{second}", skip)),
            Block(f"relu{second}", ReLU()),
        ]
        skip, number = f"relu{second}", number + 2
    blocks += [
        Block("gap1", GlobalAveragePool()),
        Block("fc1", Dense(10)),
        Block("softmax", Softmax()),
    ]
    return Design("Small residual net", blocks)


def long() -> Design:
    """Sixty blocks."""
    layers = [Input(1, 28, 28)]
    for stage in range(19):
        layers += [Conv(8, 3, padding=1), BatchNorm(), ReLU()]
        if stage in (6, 13):
            layers[-1] = MaxPool(2)
    layers += [GlobalAveragePool(), Dense(10)]
    return Design.sequence(*layers, name="Sixty blocks")


def pictures(folder: Path) -> dict[str, list[str]]:
    """Name of each picture and the options it is taken with."""
    files = {}
    for name, design in (("broken", broken()), ("residual", residual()), ("long", long())):
        files[name] = str(folder / f"{name}.cnn.json")
        design.write(files[name])
    trained = ["--train", "8", "--select", "conv2"]
    return {
        "studio-light": [*trained, "--theme", "light"],
        "dragging": [],
        "studio-dark": [*trained, "--theme", "dark"],
        "studio-small": [*trained, "--theme", "light", "--size", NARROW],
        "feature-maps": [*trained, "--panel", "maps"],
        "filters": [*trained, "--panel", "filters"],
        "gradients": [*trained, "--panel", "gradients"],
        "confusion": [*trained, "--panel", "confusion"],
        "error-light": ["--select", "conv3", "--panel", "problems", files["broken"]],
        "error-dark": [
            *("--select", "conv3", "--panel", "problems", "--theme", "dark"),
            files["broken"],
        ],
        "residual": ["--train", "1", files["residual"]],
        "long": [files["long"]],
    }


def shrink(path: Path) -> None:
    """Write a picture as small as it gets without changing a colour."""
    with Image.open(path) as picture:
        whole = picture.convert("RGB")
    whole.save(path, optimize=True)


def main() -> int:
    """Take those whose names are given."""
    wanted = sys.argv[1:] or list(KEPT)
    FOLDER.mkdir(exist_ok=True)
    status = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, options in pictures(Path(folder)).items():
            if name not in wanted and wanted != ["all"]:
                continue
            size = [] if "--size" in options else ["--size", WIDE]
            target = str(FOLDER / f"{name}.png")
            command = [sys.executable, "-m", "cnnstudio", "--screenshot", target, *size, *options]
            if name == "dragging":
                command = [sys.executable, str(DRAGGING), target, WIDE]
            failed = subprocess.run(command, check=False).returncode
            status |= failed
            if not failed:
                shrink(Path(target))
            print(name)
    return status


if __name__ == "__main__":
    sys.exit(main())
