"""Actions on what is shown and on the training: the menus View, Train, Inspect and Help."""

from __future__ import annotations

from cnnstudio.studio.declaration import Declaration
from cnnstudio.studio.view_state import CHOICES


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


VIEW: tuple[Declaration, ...] = (
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
)

TRAIN: tuple[Declaration, ...] = (
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
)

INSPECT: tuple[Declaration, ...] = (
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
)

HELP: tuple[Declaration, ...] = (
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
