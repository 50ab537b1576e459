"""Lists: declared once, filtered and paged in one way, and never without the caller's casinos."""

from chassis.http.listing.fields import Field
from chassis.http.listing.masking import masked
from chassis.http.listing.mount import serve_list
from chassis.http.listing.spec import ListSpec, Page

__all__ = ["Field", "ListSpec", "Page", "masked", "serve_list"]
