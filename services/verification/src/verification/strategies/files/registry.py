"""Which type of file it is, told from its first bytes alone."""

from verification.application.files import FileEmpty, FileTypeUnknown, Inspected
from verification.application.ports import FileInspector
from verification.strategies.files import jpeg, pdf, png

INSPECTORS: dict[bytes, FileInspector] = {
    jpeg.MARK: jpeg.inspect,
    png.MARK: png.inspect,
    pdf.MARK: pdf.inspect,
}
"""First bytes -> what looks at the rest."""


def inspect(content: bytes) -> Inspected:
    """What may be kept of a file.

    Raises:
        FileRefused: empty, of no accepted type, malformed, or active.
    """
    if not content:
        raise FileEmpty(field="file")
    for mark, inspector in INSPECTORS.items():
        if content.startswith(mark):
            return inspector(content)
    raise FileTypeUnknown("a document is a JPEG, a PNG or a PDF", field="file")
