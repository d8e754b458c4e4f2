"""The drawing: designs as values, pure edits, analysis, diagnostics, repairs, templates, files."""

from cnnstudio.design import edits, fragments, templates
from cnnstudio.design.analysis import Analysis, analyse
from cnnstudio.design.diagnostics import Diagnostic, Severity
from cnnstudio.design.measure import Fault, Row, Status
from cnnstudio.design.model import Block, Design, unused_name
from cnnstudio.design.repairs import Repair
from cnnstudio.design.templates import Template

__all__ = [
    "Analysis",
    "Block",
    "Design",
    "Diagnostic",
    "Fault",
    "Repair",
    "Row",
    "Severity",
    "Status",
    "Template",
    "analyse",
    "edits",
    "fragments",
    "templates",
    "unused_name",
]
