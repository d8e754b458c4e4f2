"""Every action of the window, declared once: text, short cut, icon, place in the menus."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QKeySequence

from cnnstudio.studio.view_state import CHOICES

_Standard = QKeySequence.StandardKey
Keys = str | QKeySequence.StandardKey | tuple[str, ...]

MENUS = ("File", "Edit", "View", "Design", "Train", "Inspect", "Help")


@dataclass(frozen=True)
class Declaration:
    """One action.

    Attributes
    ----------
    name : str
        Object name without ``action_``.
    text : str
        As in the menu; an ampersand marks the letter.
    tip : str
        What it does, one sentence.
    keys : str, standard key or tuple of str
        Short cuts, the first is shown.
    icon : str
        File stem in ``resources/icons``.
    menu : str
        ``"File"``, or ``"View/Theme"`` for a sub-menu; a leading ``-`` puts a line before it.
    where : str
        ``"window"``: the short cut works everywhere; ``"canvas"``: while the canvas has the focus.
    group : str
        Actions of a group exclude each other and have a tick.
    """

    name: str
    text: str
    tip: str
    keys: Keys = ()
    icon: str = ""
    menu: str = ""
    where: str = "window"
    group: str = ""


def _choices(choice: str, title: str, tip: str) -> tuple[Declaration, ...]:
    return tuple(
        Declaration(
            f"{choice}_{value}",
            text[:1].upper() + text[1:],
            f"{tip}: {text}",
            menu=f"View/{title}",
            group=choice,
        )
        for value, text in CHOICES[choice].items()
    )


DECLARATIONS: tuple[Declaration, ...] = (
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
    #
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
    #
    *_choices("maps", "Maps", "Cards show the maps"),
    *_choices("colours", "Colours", "Colours of maps"),
    *_choices("range", "Range", "Maps share a range of colours"),
    Declaration(
        "zoom_in", "Zoom &in", "Show the design larger", ("Ctrl++", "Ctrl+="), "zoom-in", "-View"
    ),
    Declaration("zoom_out", "Zoom &out", "Show the design smaller", "Ctrl+-", "zoom-out", "View"),
    Declaration("zoom_normal", "&100 %", "Show the design in its size", "Ctrl+1", "", "View"),
    Declaration("fit", "&Fit", "Show the whole design", "Ctrl+0", "fit", "View"),
    Declaration(
        "theme_system",
        "As the &system",
        "Follow the system's theme",
        menu="-View/Theme",
        group="theme",
    ),
    Declaration(
        "theme_light",
        "&Light",
        "Dark text on light ground",
        icon="sun",
        menu="View/Theme",
        group="theme",
    ),
    Declaration(
        "theme_dark",
        "&Dark",
        "Light text on dark ground",
        icon="moon",
        menu="View/Theme",
        group="theme",
    ),
    Declaration(
        "show_blocks",
        "&Blocks",
        "Show the blocks to choose from",
        "Ctrl+Shift+B",
        "",
        "-View/Panels",
    ),
    Declaration(
        "show_templates",
        "&Templates",
        "Show the working networks to start from",
        (),
        "",
        "View/Panels",
    ),
    Declaration(
        "show_properties",
        "&Properties",
        "Show the settings of the selected block",
        "Ctrl+Shift+E",
        "",
        "View/Panels",
    ),
    Declaration(
        "show_problems",
        "P&roblems",
        "Show errors, warnings and notes",
        "Ctrl+Shift+P",
        "",
        "View/Panels",
    ),
    Declaration(
        "show_log", "&Log", "Show what the program reports", "Ctrl+Shift+L", "", "View/Panels"
    ),
    Declaration(
        "reset_layout",
        "Reset la&yout",
        "Put all panels back to where they were first",
        (),
        "",
        "View",
    ),
    Declaration("full_screen", "F&ull screen", "Use the whole screen", "F11", "", "View"),
    #
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
    #
    Declaration("train", "&Train", "Train the network", "F5", "play", "Train"),
    Declaration("pause", "&Pause", "Hold the training after this step", (), "pause", "Train"),
    Declaration("step", "&One step", "Make one optimisation step", "F6", "step", "Train"),
    Declaration("stop", "&Stop", "Stop the training", "Shift+F5", "stop", "Train"),
    Declaration(
        "train_from_scratch",
        "Train from s&cratch",
        "Forget what was learned and train again",
        "Ctrl+F5",
        "",
        "-Train",
    ),
    Declaration(
        "show_training",
        "Plan and c&urves",
        "Show the training plan and its curves",
        "Ctrl+Shift+T",
        "",
        "-Train",
    ),
    #
    Declaration(
        "show_shapes",
        "&Shapes and parameters",
        "Show the table of all blocks",
        "Ctrl+Shift+H",
        "",
        "Inspect",
    ),
    Declaration(
        "show_maps",
        "Feature &maps",
        "Show the maps of the selected block",
        "Ctrl+Shift+M",
        "eye",
        "-Inspect",
    ),
    Declaration(
        "show_filters",
        "&Filters",
        "Show the weights of the selected block",
        "Ctrl+Shift+F",
        "",
        "Inspect",
    ),
    Declaration(
        "show_gradients",
        "&Gradients",
        "Show how the error flows back",
        "Ctrl+Shift+G",
        "",
        "Inspect",
    ),
    Declaration(
        "show_confusion",
        "&Confusion",
        "Show which classes are taken for which",
        "Ctrl+Shift+C",
        "",
        "Inspect",
    ),
    Declaration(
        "next_probe",
        "&Next probe image",
        "Look at the next pinned image",
        "Ctrl+]",
        "",
        "-Inspect",
    ),
    Declaration(
        "previous_probe",
        "&Previous probe image",
        "Look at the pinned image before",
        "Ctrl+[",
        "",
        "Inspect",
    ),
    #
    Declaration(
        "help_block",
        "Help on the &block",
        "Equation, shapes, source and what to watch for",
        "F1",
        "help",
        "Help",
    ),
    Declaration(
        "search",
        "Search &commands",
        "Find any action, block, template or setting by name",
        "Ctrl+K",
        "search",
        "Help",
    ),
    Declaration("keyboard", "&Keyboard", "All short cuts", "Ctrl+F1", "", "-Help"),
    Declaration("log_folder", "Open &log folder", "Show the log files", (), "", "-Help"),
    Declaration("about", "&About CNN Studio", "Version, licence, libraries", (), "", "Help"),
)
"""All actions in the order of the menus."""
