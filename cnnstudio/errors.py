"""The family of errors that users meet: one clear sentence each.

Every error says *what* is wrong, *where*, and *what to do about it*.  The command line prints
``str(error)``, the studio shows it; nobody below them prints anything.
"""

from __future__ import annotations


class CnnStudioError(Exception):
    """Anything CNN Studio can explain in one sentence.

    Parameters
    ----------
    what : str
        What is wrong, without a closing full stop.
    where : str
        The file, block or field it concerns; put in front of the sentence when given.
    remedy : str
        What to do about it; put behind the sentence when given.
    """

    def __init__(self, what: str, where: str = "", remedy: str = "") -> None:
        self.what = what
        self.where = where
        self.remedy = remedy
        super().__init__(what, where, remedy)

    def __str__(self) -> str:
        sentence = f"{self.where}: {self.what}" if self.where else self.what
        return f"{sentence}; {self.remedy}" if self.remedy else sentence


class SettingError(CnnStudioError):
    """A setting lies outside its declared bounds.

    Parameters
    ----------
    owner : str
        What the setting belongs to, for example ``"Conv"``.
    field : str
        Name of the setting.
    bound : str
        What is allowed, in words: ``"a whole number, at least 1"``.
    value : object
        The refused value.
    """

    def __init__(self, owner: str, field: str, bound: str, value: object) -> None:
        self.owner, self.field, self.bound, self.value = owner, field, bound, value
        super().__init__(f"{field} must be {bound}, not {value!r}", owner)


class DesignError(CnnStudioError):
    """A design cannot be read, built or run."""


class DataError(CnnStudioError):
    """A data set cannot be found or read, or does not fit the design."""


class ProjectError(CnnStudioError):
    """A project file cannot be read or written."""


class DivergedError(CnnStudioError):
    """A value became infinite or not a number."""


class MemoryLimitError(CnnStudioError):
    """The work needs more memory than there is."""
