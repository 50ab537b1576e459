"""Saved views of lists: a filter, an order and columns under a name, for oneself or shared, in versions."""

from chassis.views.desk import Views
from chassis.views.http import views_router

__all__ = ["Views", "views_router"]
