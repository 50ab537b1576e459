"""The HTTP side of a service."""

from chassis.http.countries import KnownCountry
from chassis.http.dependencies import App, Db
from chassis.http.drain import Drain
from chassis.http.models import StrictModel
from chassis.http.moments import Day, Moment
from chassis.http.once import Once
from chassis.http.problems import FieldError, Problem, RequestProblem, problem_response
from chassis.http.reasons import NO_CARD_NUMBER, Reason, Reference
from chassis.http.routes import UnmarkedRoute
from chassis.http.service import create_service

__all__ = [
    "NO_CARD_NUMBER",
    "App",
    "Day",
    "Db",
    "Drain",
    "FieldError",
    "KnownCountry",
    "Moment",
    "Once",
    "Problem",
    "Reason",
    "Reference",
    "RequestProblem",
    "StrictModel",
    "UnmarkedRoute",
    "create_service",
    "problem_response",
]
