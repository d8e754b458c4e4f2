"""Settings declared once: default, bounds, unit and help of every field of a dataclass.

A layer, an optimiser or a training plan is a frozen dataclass whose fields are made with
`integer`, `real`, `choice`, `flag`, `extent`, `padding` or `axes`.  The declaration validates the
value, words the error, fills forms and tool tips, and generates bad values for tests.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any, ClassVar

from cnnstudio.errors import SettingError

Extent = int | tuple[int, ...]
"""One number for every axis, or one number per axis."""

Padding = str | int | tuple[int, ...] | tuple[tuple[int, int], ...]
"""``"valid"``, ``"same"``, a number, one per axis, or ``(before, after)`` per axis."""

_KEY = "setting"


@dataclass(frozen=True)
class Setting:
    """The declaration of one field.

    Attributes
    ----------
    kind : str
        ``"integer"``, ``"real"``, ``"choice"``, ``"flag"``, ``"extent"``, ``"padding"`` or
        ``"axes"``; editors are chosen by it.
    help : str
        One line for forms, tool tips and documentation.
    minimum, maximum : float or None
        Inclusive bounds of numbers (of each number of an extent or a padding).
    exclusive : bool
        The bounds themselves are not allowed.
    choices : tuple of str
        The words a choice accepts.
    unit : str
        Unit shown behind the value, for example ``"px"``.
    label : str
        The name on the screen; the field's name in sentence case unless given.
    optional : bool
        None is allowed and means "derived from the other settings".
    """

    kind: str
    help: str = ""
    minimum: float | None = None
    maximum: float | None = None
    exclusive: bool = False
    choices: tuple[str, ...] = ()
    unit: str = ""
    label: str = ""
    optional: bool = False

    @property
    def bound(self) -> str:
        """What is allowed, in words."""
        if self.kind == "flag":
            return "true or false"
        if self.kind == "choice":
            return "one of " + ", ".join(repr(word) for word in self.choices)
        limits = self._limits()
        if self.kind == "integer":
            return f"a whole number{limits}"
        if self.kind == "real":
            return f"a number{limits}"
        if self.kind == "padding":
            return f"'valid', 'same', a whole number{limits}, one per axis, or a pair per axis"
        if self.kind == "axes":
            return f"whole numbers{limits}, at most three"
        return f"a whole number{limits}, or up to three of them, one per axis"

    def _limits(self) -> str:
        low, high = self.minimum, self.maximum
        at_least, at_most = ("above", "below") if self.exclusive else ("at least", "at most")
        if low is not None and high is not None:
            return f", {at_least} {_bound(low)} and {at_most} {_bound(high)}"
        if low is not None:
            return f", {at_least} {_bound(low)}"
        return f", {at_most} {_bound(high)}" if high is not None else ""

    def accept(self, owner: str, field: str, value: Any) -> Any:
        """Return the value in its canonical form.

        Raises
        ------
        SettingError
            If the value is of the wrong kind or outside the bounds.
        """
        if value is None and self.optional:
            return None
        try:
            return getattr(self, f"_accept_{self.kind}")(value)
        except (TypeError, ValueError):
            raise SettingError(owner, field, self.bound, value) from None

    def _within(self, number: float) -> bool:
        if not math.isfinite(number):
            return False
        low = -math.inf if self.minimum is None else self.minimum
        high = math.inf if self.maximum is None else self.maximum
        return low < number < high if self.exclusive else low <= number <= high

    def _accept_integer(self, value: Any) -> int:
        if isinstance(value, bool) or not hasattr(value, "__index__"):
            raise TypeError
        number = value.__index__()
        if not self._within(number):
            raise ValueError
        return int(number)

    def _accept_real(self, value: Any) -> float:
        if isinstance(value, (bool, str)):
            raise TypeError
        number = float(value)
        if not self._within(number):
            raise ValueError
        return number

    def _accept_choice(self, value: Any) -> str:
        if not isinstance(value, str) or value not in self.choices:
            raise ValueError
        return value

    def _accept_flag(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise TypeError
        return value

    def _accept_extent(self, value: Any) -> Extent:
        return (
            self._accept_axes(value)
            if isinstance(value, (tuple, list)) and value
            else (self._accept_integer(value))
        )

    def _accept_axes(self, value: Any) -> tuple[int, ...]:
        if not isinstance(value, (tuple, list)) or len(value) > 3:
            raise TypeError
        return tuple(self._accept_integer(number) for number in value)

    def _accept_padding(self, value: Any) -> Padding:
        if isinstance(value, str):
            if value not in ("valid", "same"):
                raise ValueError
            return value
        if not isinstance(value, (tuple, list)):
            return self._accept_integer(value)
        if value and all(isinstance(side, (tuple, list)) for side in value):
            if len(value) > 3 or any(len(sides) != 2 for sides in value):
                raise ValueError
            return tuple((self._accept_integer(a), self._accept_integer(b)) for a, b in value)
        return self._accept_axes(value) if value else self._accept_integer(value)


def integer(
    default: int | None,
    *,
    minimum: int | None = None,
    maximum: int | None = None,
    unit: str = "",
    help: str = "",
    label: str = "",
) -> Any:
    """Declare a whole number; default None makes it optional."""
    setting = Setting(
        "integer", help, minimum, maximum, unit=unit, label=label, optional=default is None
    )
    return _declare(default, setting)


def real(
    default: float,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    exclusive: bool = False,
    unit: str = "",
    help: str = "",
    label: str = "",
) -> Any:
    """Declare a real number."""
    return _declare(default, Setting("real", help, minimum, maximum, exclusive, (), unit, label))


def choice(default: str, choices: tuple[str, ...], *, help: str = "", label: str = "") -> Any:
    """Declare one word out of a few."""
    return _declare(default, Setting("choice", help, choices=choices, label=label))


def flag(default: bool, *, help: str = "", label: str = "") -> Any:
    """Declare a yes or no."""
    return _declare(default, Setting("flag", help, label=label))


def extent(default: Extent | None, *, minimum: int = 1, maximum: int = 4096, help: str = "") -> Any:
    """Declare a number of pixels, for all axes or one per axis; default None makes it optional."""
    setting = Setting("extent", help, minimum, maximum, unit="px", optional=default is None)
    return _declare(default, setting)


def padding(default: Padding = "valid", *, help: str = "") -> Any:
    """Declare how many zeros surround the input."""
    return _declare(default, Setting("padding", help, 0, 4096, unit="px"))


def axes(default: tuple[int, ...], *, help: str = "", label: str = "") -> Any:
    """Declare an extent that has one number per axis and may be empty."""
    return _declare(default, Setting("axes", help, 1, 65536, unit="px", label=label))


def _declare(default: Any, setting: Setting) -> Any:
    return dataclasses.field(default=default, metadata={_KEY: setting})


def _bound(number: float) -> str:
    return f"{int(number):,}" if number == int(number) else f"{number:,g}"


class Declared:
    """Base of dataclasses whose fields are declared settings: validated once, when made."""

    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]

    def __post_init__(self) -> None:
        for name, setting in self.settings().items():
            accepted = setting.accept(type(self).__name__, name, getattr(self, name))
            object.__setattr__(self, name, accepted)

    @classmethod
    def settings(cls) -> dict[str, Setting]:
        """Return the declarations by field name, labels filled in."""
        found = {}
        for field in dataclasses.fields(cls):
            if _KEY in field.metadata:
                setting: Setting = field.metadata[_KEY]
                label = setting.label or field.name.replace("_", " ").capitalize()
                found[field.name] = dataclasses.replace(setting, label=label)
        return found

    def values(self) -> dict[str, Any]:
        """Return the settings by field name."""
        return {name: getattr(self, name) for name in self.settings()}
