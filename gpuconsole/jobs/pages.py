"""How jobs are called on their pages."""

from gpuconsole.workloads.lists import Words
from gpuconsole.workloads.states import Kind

WORDS = Words(kind=Kind.JOB, url="/jobs/")
