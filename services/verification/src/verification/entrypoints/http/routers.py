"""All routes of verification."""

from fastapi import APIRouter

from verification.entrypoints.http.cases import endpoints as cases
from verification.entrypoints.http.documents import endpoints as documents
from verification.entrypoints.http.hits import endpoints as hits
from verification.entrypoints.http.lists import endpoints as lists
from verification.entrypoints.http.names import endpoints as names


def routers(document_max_bytes: int, uploads_at_once: int) -> list[APIRouter]:
    """The routers, with the limits of uploads put in."""
    uploads = documents.uploads(document_max_bytes, uploads_at_once)
    return [cases.router, uploads, documents.router, hits.router, lists.router, names.router]
