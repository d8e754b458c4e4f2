"""One editor for each kind of setting: `EDITORS` is the whole map from kinds to widgets."""

from cnnstudio.studio.properties.editor import Editor
from cnnstudio.studio.properties.extents import ExtentEditor, PaddingEditor
from cnnstudio.studio.properties.fields import AxesEditor, ChoiceEditor, FlagEditor, NumberEditor

EDITORS: dict[str, type[Editor]] = {
    "integer": NumberEditor,
    "real": NumberEditor,
    "choice": ChoiceEditor,
    "flag": FlagEditor,
    "extent": ExtentEditor,
    "padding": PaddingEditor,
    "axes": AxesEditor,
}
"""Kind of setting to its editor."""
