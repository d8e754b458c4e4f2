"""The design tokens: every colour, size and duration that the studio draws with.

Pure values without Qt, one table for the light and one for the dark theme.  Nothing outside this
module writes a colour literal.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from types import MappingProxyType

Colours = MappingProxyType[str, str]
"""Token or family name to ``#rrggbb``."""


@dataclass(frozen=True)
class Chrome:
    """The neutral colours of one theme, and the few that carry a meaning.

    Each field is a token; ``text_2`` is asked for as ``"text-2"``.
    """

    win: str
    panel: str
    field: str
    canvas: str
    grid: str
    card: str
    alt: str
    hover: str
    border: str
    border_strong: str
    line: str
    link: str
    text: str
    text_2: str
    text_3: str
    disabled: str
    accent: str
    accent_bg: str
    on_accent: str
    error: str
    error_bg: str
    warning: str
    warning_bg: str
    ok: str
    ok_bg: str
    train: str
    validation: str
    negative: str
    positive: str


@dataclass(frozen=True)
class Families:
    """One hue for each family of layers, far apart under every kind of colour vision."""

    convolution: str
    pooling: str
    activation: str
    normalization: str
    dense: str
    shape: str
    merge: str
    regularization: str
    data: str


LIGHT_CHROME = Chrome(
    win="#eceef2",
    panel="#fbfbfc",
    field="#ffffff",
    canvas="#f4f5f8",
    grid="#dfe3e9",
    card="#ffffff",
    alt="#f6f7f9",
    hover="#e9ebf0",
    border="#d5dae1",
    border_strong="#b9c1cc",
    line="#e6e9ee",
    link="#7b8696",
    text="#1a1f28",
    text_2="#4c5665",
    text_3="#667081",
    disabled="#a3abb7",
    accent="#3a46d6",
    accent_bg="#ecedfc",
    on_accent="#ffffff",
    error="#c4242b",
    error_bg="#fdedec",
    warning="#8a5a00",
    warning_bg="#fff4dc",
    ok="#1b7a4b",
    ok_bg="#e4f4eb",
    train="#3a46d6",
    validation="#b04c06",
    negative="#2e74be",
    positive="#c96a12",
)

DARK_CHROME = Chrome(
    win="#181b20",
    panel="#1f2329",
    field="#15181c",
    canvas="#14171b",
    grid="#272c34",
    card="#23282f",
    alt="#22262d",
    hover="#2a3038",
    border="#343b45",
    border_strong="#4a5361",
    line="#2b313a",
    link="#6d7786",
    text="#e9ecf1",
    text_2="#b4bcc8",
    text_3="#8f99a8",
    disabled="#5e6876",
    accent="#8e9bff",
    accent_bg="#2a2f55",
    on_accent="#12141f",
    error="#ff7a76",
    error_bg="#3a2226",
    warning="#f3c567",
    warning_bg="#372e1b",
    ok="#62d29a",
    ok_bg="#1c3328",
    train="#8e9bff",
    validation="#ffa057",
    negative="#4c97ea",
    positive="#e08a2e",
)

LIGHT_FAMILIES = Families(
    convolution="#3290f3",
    pooling="#007a5d",
    activation="#b68446",
    normalization="#716504",
    dense="#9434a0",
    shape="#3e4551",
    merge="#752829",
    regularization="#fc3f90",
    data="#5b6675",
)

DARK_FAMILIES = Families(
    convolution="#9fb9fe",
    pooling="#37a27d",
    activation="#fdd7a2",
    normalization="#859b23",
    dense="#9d7eeb",
    shape="#d9dde8",
    merge="#f9a6ae",
    regularization="#da6ba5",
    data="#9aa5b4",
)


def _table(chrome: Chrome, families: Families) -> Colours:
    named = {field.replace("_", "-"): colour for field, colour in asdict(chrome).items()}
    return MappingProxyType(named | asdict(families))


PALETTES: MappingProxyType[str, Colours] = MappingProxyType(
    {"light": _table(LIGHT_CHROME, LIGHT_FAMILIES), "dark": _table(DARK_CHROME, DARK_FAMILIES)}
)
"""Every colour by theme, then by token or family name."""


@dataclass(frozen=True)
class Metrics:
    """Sizes in logical pixels at a system font of normal size."""

    unit: int = 4
    panel_padding: int = 12
    form_row: int = 28
    field: int = 23
    tool_bar: int = 44
    button: int = 30
    view_bar: int = 34
    tab_bar: int = 30
    table_row: int = 18
    palette_row: float = 22.5
    status_bar: int = 26
    time_line: int = 54
    left_dock: int = 208
    left_dock_narrow: int = 180
    right_dock: int = 280
    right_dock_narrow: int = 240
    lower_dock: int = 240
    lower_dock_narrow: int = 160
    narrow_window: int = 1440
    card_height: int = 232
    card_full: int = 118
    card_full_wide: int = 136
    card_narrow: int = 98
    card_dense: int = 54
    card_slim: int = 32
    card_snapped: int = 26
    card_gap: int = 20
    grid_step: int = 20
    radius_card: int = 8
    radius_bubble: int = 9
    radius_field: int = 6
    radius_bar: int = 2
    strip: int = 3
    icon_table: int = 13
    icon_header: int = 14
    icon_palette: int = 15
    icon_tool: int = 16
    drag_threshold: int = 4
    slide_ms: int = 120


METRICS = Metrics()

HEADER_TINT = 0.13
"""Share of the family colour in the header of a card."""

HEADER_ICON_SHADE = 0.14
"""How much darker than its family the icon in a header is, in the light theme."""


def channels(colour: str) -> tuple[int, int, int]:
    """Red, green and blue of ``#rrggbb``, 0 to 255."""
    value = int(colour.removeprefix("#"), 16)
    return value >> 16, value >> 8 & 255, value & 255


def mix(over: str, under: str, share: float) -> str:
    """Lay `over` with opacity `share` on `under`."""
    pairs = zip(channels(over), channels(under), strict=True)
    red, green, blue = (round(share * top + (1 - share) * base) for top, base in pairs)
    return f"#{red:02x}{green:02x}{blue:02x}"


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2, 0 for black and 1 for white."""
    weights = (0.2126, 0.7152, 0.0722)
    total = 0.0
    for weight, channel in zip(weights, channels(colour), strict=True):
        value = channel / 255
        total += weight * (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)
    return total


def contrast(first: str, second: str) -> float:
    """Contrast ratio after WCAG 2, from 1 to 21."""
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)
