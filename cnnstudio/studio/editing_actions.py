"""Actions on the design: the menus File, Edit and Design."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence

from cnnstudio.studio.declaration import Declaration

_Standard = QKeySequence.StandardKey

FILE: tuple[Declaration, ...] = (
    Declaration("new", "&New design", "Start with an empty design", _Standard.New, "new", "File"),
    Declaration("open", "&Open…", "Open a design file (.cnn.json)", _Standard.Open, "open", "File"),
    Declaration("save", "&Save", "Save the design to its file", _Standard.Save, "save", "-File"),
    Declaration(
        "save_as", "Save &as…", "Save the design to another file", "Ctrl+Shift+S", "", "File"
    ),
    Declaration(
        "load_data", "&Load images…", "Load a data set (.npz)", "Ctrl+Shift+O", "data", "-File"
    ),
    Declaration(
        "mnist", "&MNIST, 5,000 digits", "Use the built-in handwritten digits", (), "", "File"
    ),
    Declaration(
        "restore",
        "&Bring back the last design",
        "Show the design that no file held",
        (),
        "",
        "-File",
    ),
    Declaration("quit", "&Quit", "Close the studio; nothing is lost", "Ctrl+Q", "", "-File"),
)

EDIT: tuple[Declaration, ...] = (
    Declaration("undo", "&Undo", "Take the last edit back", _Standard.Undo, "undo", "Edit"),
    Declaration(
        "redo",
        "&Redo",
        "Make the edit again that was taken back",
        ("Ctrl+Shift+Z", "Ctrl+Y"),
        "redo",
        "Edit",
    ),
    Declaration(
        "cut", "Cu&t", "Copy the selected blocks and remove them", _Standard.Cut, "", "-Edit"
    ),
    Declaration("copy", "&Copy", "Copy the selected blocks", _Standard.Copy, "copy", "Edit"),
    Declaration(
        "paste", "&Paste", "Insert copied blocks behind the selection", _Standard.Paste, "", "Edit"
    ),
    Declaration(
        "duplicate",
        "&Duplicate",
        "Insert a copy of the selected blocks behind them",
        "Ctrl+D",
        "duplicate",
        "Edit",
    ),
    Declaration(
        "delete",
        "De&lete",
        "Remove the selected blocks and join their neighbours",
        ("Del", "Backspace"),
        "trash",
        "Edit",
    ),
    Declaration(
        "select_all", "Select &all", "Select every block", _Standard.SelectAll, "", "-Edit"
    ),
    Declaration("rename", "Re&name block", "Rename the selected block", "F2", "", "Edit"),
    Declaration(
        "rename_design", "Rename d&esign", "Give the design another name", "Shift+F2", "", "Edit"
    ),
)

DESIGN: tuple[Declaration, ...] = (
    Declaration(
        "quick_add",
        "&Add block…",
        "Search a block and add it behind the selection",
        "A",
        "add",
        "Design",
        "canvas",
    ),
    Declaration(
        "connect",
        "&Connect…",
        "Connect the selected block with an Add or Concatenate, or disconnect it",
        "C",
        "concat",
        "Design",
        "canvas",
    ),
    Declaration(
        "filter_blocks",
        "&Find in blocks",
        "Go to the filter of the blocks",
        "/",
        "search",
        "Design",
        "canvas",
    ),
    Declaration(
        "move_earlier",
        "Move &earlier",
        "Move the selected blocks one place to the input",
        ("Ctrl+Up", "Alt+Left", "Alt+Up"),
        "chevron-left",
        "-Design",
        "canvas",
    ),
    Declaration(
        "move_later",
        "Move &later",
        "Move the selected blocks one place to the output",
        ("Ctrl+Down", "Alt+Right", "Alt+Down"),
        "chevron-right",
        "Design",
        "canvas",
    ),
    Declaration(
        "next_problem",
        "Next &problem",
        "Select the block of the next problem",
        "F8",
        "error",
        "-Design",
    ),
    *(
        Declaration(
            f"repair_{number}",
            f"Repair &{number}",
            f"Apply repair {number} of the first error",
            f"Alt+{number}",
            "repair",
            "Design",
        )
        for number in (1, 2, 3)
    ),
)
