"""The use cases, as endpoints ask for them."""

from typing import Annotated

from fastapi import Depends, Request

from verification.application.decisions import Decisions
from verification.application.documents import Documents
from verification.application.ports import Profiles, Vault


async def _documents(request: Request) -> Documents:
    documents: Documents = request.app.state.documents
    return documents


async def _decisions(request: Request) -> Decisions:
    decisions: Decisions = request.app.state.decisions
    return decisions


async def _vault(request: Request) -> Vault:
    vault: Vault = request.app.state.vault
    return vault


async def _profiles(request: Request) -> Profiles:
    profiles: Profiles = request.app.state.profiles
    return profiles


TheDocuments = Annotated[Documents, Depends(_documents)]
TheDecisions = Annotated[Decisions, Depends(_decisions)]
TheVault = Annotated[Vault, Depends(_vault)]
TheProfiles = Annotated[Profiles, Depends(_profiles)]
