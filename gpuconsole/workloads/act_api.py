"""Acts on one workload in the JSON API: stop, start and end it, run it longer, guard it, edit it, retry it."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Header, Router

from gpuconsole.core.api import WRITE_PROBLEMS, Text
from gpuconsole.workloads import services
from gpuconsole.workloads.api_rows import to_act_on, whole
from gpuconsole.workloads.detail_schemas import WorkloadDetail
from gpuconsole.workloads.input_schemas import EditIn, ExtendIn, GuardsChange
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.states import Verb

router = Router(tags=["Workloads"])


@router.post("/workloads/{id}/extend", response={200: WorkloadDetail, **WRITE_PROBLEMS}, operation_id="extend_workload")
def extend(request: HttpRequest, id: Text, payload: ExtendIn) -> WorkloadDetail:
    """Move the latest end. For a later one quotas and budgets are asked again; what ends sooner gives money back."""
    viewer, workload = to_act_on(request, id)
    done = services.extend(workload=workload, by=viewer.user, ends_by=payload.ends_by)
    return whole(done)


@router.post("/workloads/{id}/guards", response={200: WorkloadDetail, **WRITE_PROBLEMS}, operation_id="guard_workload")
def guard(request: HttpRequest, id: Text, payload: GuardsChange) -> WorkloadDetail:
    """Change what ends it: at a cost, when idle, when queued too long. A higher cost asks quotas and budgets again."""
    viewer, workload = to_act_on(request, id)
    done = services.guard(workload=workload, by=viewer.user, **payload.said)
    return whole(done)


@router.post("/workloads/{id}/edit", response={200: WorkloadDetail, **WRITE_PROBLEMS}, operation_id="edit_workload")
def edit_workload(
    request: HttpRequest,
    id: Text,
    payload: EditIn,
    idempotency_key: Annotated[Text | None, Header(alias="Idempotency-Key", min_length=1, max_length=255)] = None,
) -> WorkloadDetail:
    """Change what runs; ``edit`` of the answer tells of it until the provider has taken it. The Idempotency-Key of the
    last edit changes nothing again."""
    viewer, workload = to_act_on(request, id)
    done = services.edit(workload=workload, changes=payload.changes, by=viewer.user, key=idempotency_key or "")
    return whole(done)


@router.post("/workloads/{id}/retry", response={200: WorkloadDetail, **WRITE_PROBLEMS}, operation_id="retry_workload")
def retry(
    request: HttpRequest,
    id: Text,
    idempotency_key: Annotated[Text | None, Header(alias="Idempotency-Key", min_length=1, max_length=200)] = None,
) -> WorkloadDetail:
    """Run what failed or was cancelled again: another attempt where its provider has that, else another workload, which
    is the answer then (see ``retry_of``). Where something should be changed first, ``warnings`` say what. The same
    Idempotency-Key retries once."""
    viewer, workload = to_act_on(request, id)
    done = services.retry(workload=workload, by=viewer.user, key=idempotency_key or "")
    return whole(done)


def _act(verb: Verb) -> Any:
    """The operation that does one verb; the answer shows the workload with the intent written down."""

    def act(request: HttpRequest, id: Text) -> WorkloadDetail:
        viewer, workload = to_act_on(request, id)
        done: Workload = services.VERBS[verb](workload=workload, by=viewer.user)
        return whole(done)

    act.__doc__ = f"{verb.capitalize()} one workload; it shows the new state once the provider has confirmed it."
    return act


for _verb in (Verb.STOP, Verb.START, Verb.RESTART, Verb.TERMINATE, Verb.DELETE):
    router.post(
        f"/workloads/{{id}}/{_verb.value}",
        response={200: WorkloadDetail, **WRITE_PROBLEMS},
        operation_id=f"{_verb.value}_workload",
        summary=_verb.capitalize(),
    )(_act(_verb))
