"""The whole policy for a service that starts, or that missed something."""

from fastapi import APIRouter, Request, Response

from chassis.auth import Internal
from chassis.auth.policy.pull import PATH, encode
from security.adapters.policy_store import PolicyStore

router = APIRouter(tags=["policy"])


@router.get(PATH, dependencies=[Internal()], response_class=Response)
async def policy(request: Request) -> Response:
    """The newest policy, signed, and the sessions that ended lately."""
    store: PolicyStore = request.app.state.policies
    return Response(encode(await store.pulled()), media_type="application/json")
