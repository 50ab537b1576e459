"""Every kind of list that `import-list` knows."""

from verification.application.ports import ListFormat
from verification.strategies.lists import ofac, uk, un

FORMATS: dict[str, ListFormat] = {
    "ofac-sdn": ListFormat(source="ofac", parse=ofac.parse_sdn),
    "ofac-alt": ListFormat(source="ofac", parse=ofac.parse_alt),
    "uk": ListFormat(source="uk", parse=uk.parse, files=uk.files),
    "un": ListFormat(source="un", parse=un.parse),
}
"""Kind -> format. Kinds of one source speak of the same entities and are screened as one list."""
