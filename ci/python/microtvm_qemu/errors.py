"""What goes wrong, as exceptions."""

from typing import Optional


class Error(Exception):
    """All exceptions of this package."""


class ExportError(Error, ValueError):
    """A model that can't be exported. Nothing was written."""


class RunError(Error):
    """A run that gave no outputs. The exception's text is the program's message.

    kind       "usage", "model", "build", "device", ... (`failure.kind` of the report); None: the
               program left no report
    exit_code  of the program, as README.md of the project lists them; None: it was not started
    report     the document of `microtvm-qemu run --json`, or None
    """

    def __init__(
        self,
        message: str,
        kind: Optional[str] = None,
        exit_code: Optional[int] = None,
        report: Optional[dict] = None,
    ):
        super().__init__(message)
        self.kind = kind
        self.exit_code = exit_code
        self.report = report

    def __reduce__(self):
        return (type(self), (str(self), self.kind, self.exit_code, self.report))
