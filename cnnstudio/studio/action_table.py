"""Every action of the window, declared once, in the order of the menus."""

from cnnstudio.studio.declaration import Declaration
from cnnstudio.studio.editing_actions import DESIGN, EDIT, FILE
from cnnstudio.studio.viewing_actions import HELP, INSPECT, TRAIN, VIEW

MENUS = ("File", "Edit", "View", "Design", "Train", "Inspect", "Help")

DECLARATIONS: tuple[Declaration, ...] = (
    *FILE,
    *EDIT,
    *VIEW,
    *DESIGN,
    *TRAIN,
    *INSPECT,
    *HELP,
)
