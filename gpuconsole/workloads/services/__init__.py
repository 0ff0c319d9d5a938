"""What people and guards may do with workloads: each checks, writes intent, wakes a worker; none calls a provider."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from gpuconsole.accounts.models import User
from gpuconsole.workloads.models import Workload
from gpuconsole.workloads.services.acts import delete, restart, start, stop, terminate
from gpuconsole.workloads.services.clone import Clone, clone, clone_spec
from gpuconsole.workloads.services.editing import edit
from gpuconsole.workloads.services.ending import act_on_many
from gpuconsole.workloads.services.extend import EXTENDABLE, Extension, extend, extension, pricing_of
from gpuconsole.workloads.services.guard import GUARDABLE, Regard, guard, regard
from gpuconsole.workloads.services.labelling import label, label_many
from gpuconsole.workloads.services.launch import launch
from gpuconsole.workloads.services.records import change_project, delete_record, rename
from gpuconsole.workloads.services.retry import retry
from gpuconsole.workloads.services.ways import show_way
from gpuconsole.workloads.states import Verb


class Act(Protocol):
    """A verb's service."""

    def __call__(self, *, workload: Workload, by: User | None) -> Workload: ...


VERBS: Mapping[Verb, Act] = {
    Verb.STOP: stop,
    Verb.START: start,
    Verb.RESTART: restart,
    Verb.TERMINATE: terminate,
    Verb.RETRY: retry,
    Verb.DELETE: delete,
}

__all__ = [
    "EXTENDABLE",
    "GUARDABLE",
    "VERBS",
    "Act",
    "Clone",
    "Extension",
    "Regard",
    "act_on_many",
    "change_project",
    "clone",
    "clone_spec",
    "delete",
    "delete_record",
    "edit",
    "extend",
    "extension",
    "guard",
    "label",
    "label_many",
    "launch",
    "pricing_of",
    "regard",
    "rename",
    "restart",
    "retry",
    "show_way",
    "start",
    "stop",
    "terminate",
]
