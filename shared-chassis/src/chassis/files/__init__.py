"""Files that services make: where they are kept, and how tables are written so that no spreadsheet runs them."""

from chassis.files.cells import MEDIA_TYPES, defused
from chassis.files.sheets import Workbook
from chassis.files.store import FileStore

__all__ = ["MEDIA_TYPES", "FileStore", "Workbook", "defused"]
