"""Lists: declared once, filtered and paged in one way, and never without the caller's casinos."""

from chassis.http.listing.fields import Field
from chassis.http.listing.masking import masked
from chassis.http.listing.mount import serve_list
from chassis.http.listing.sight import where_shown
from chassis.http.listing.spec import ListSpec, Page
from chassis.http.listing.sql import in_scope

__all__ = ["Field", "ListSpec", "Page", "in_scope", "masked", "serve_list", "where_shown"]
