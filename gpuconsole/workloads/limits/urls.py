"""Addresses below ``projects/`` that show limits with their use."""

from django.urls import path

from gpuconsole.workloads.limits import views

urlpatterns = [path("<slug:slug>/settings/quotas/", views.quotas, name="project-quotas")]
