"""Addresses of jobs."""

from gpuconsole.jobs.pages import WORDS
from gpuconsole.workloads.kind_urls import urls

app_name = "jobs"
urlpatterns = urls(WORDS)
