"""What the gallery shows: every state, and rows in the manner of the design's pictures."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from gpuconsole.workloads.states import State

LONG_NAME = "a-name-of-sixty-four-characters-that-must-end-in-an-ellipsis-abc"


@dataclass(frozen=True)
class Item:
    label: str
    url: str
    icon: str
    group: str = ""
    count: int | None = None
    current: bool = False
    disabled: bool = False
    hint: str = ""


@dataclass
class Person:
    display_name: str = "Researcher A"
    email: str = "researcher-a@example.org"


@dataclass
class Shell:
    theme: str = "system"
    user: Person = field(default_factory=Person)
    month: dict[str, Any] = field(
        default_factory=lambda: {
            "label": "November",
            "spend": Decimal("6214.3"),
            "budget": Decimal(9000),
            "currency": "USD",
            "percent": 69,
            "pace_percent": 70,
            "forecast_percent": 98,
        }
    )

    def __post_init__(self) -> None:
        self.team = SimpleNamespace(name="Research lab", slug="research-lab")
        self.teams = [self.team]
        self.project = None
        self.projects = [SimpleNamespace(name=name, slug=name) for name in ("speech-asr", LONG_NAME)]
        self.nav = [
            Item("Overview", "/", "layout-dashboard"),
            Item("Launch", "/launch/", "rocket"),
            Item("Jobs", "/jobs/", "list-video", count=12, current=True),
            Item("Instances", "/instances/", "server", count=5),
            Item("Catalogue", "/catalogue/", "table-2"),
            Item("Costs", "/costs/", "chart-column-stacked"),
            Item("Members", "/members/", "users", "Project", disabled=True, hint="Choose a project first"),
            Item("Quotas and budgets", "/quotas/", "gauge", "Project"),
            Item("Connections", "/connections/", "plug", "Team", count=5),
            Item("API tokens", "/account/tokens/", "key-round", "Team"),
            Item("Audit log", "/audit/", "scroll-text", "Team"),
        ]


@dataclass(frozen=True)
class Row:
    state: State
    name: str
    project: str
    provider: str
    hardware: str
    spans: tuple[tuple[str, float, float], ...] = ()
    cost: Decimal | None = None
    seconds: int | None = None
    is_live: bool = False


class Fields(forms.Form):
    volume = forms.IntegerField(label="Volume", required=False, help_text="Default 10 GiB", initial=200)
    mount = forms.CharField(label="Mount location", initial="models/reward")
    kind = forms.ChoiceField(label="Tell me", choices=[("end", "When it ends or fails"), ("never", "Never")])
    commands = forms.CharField(
        label="Start commands", widget=forms.Textarea(attrs={"rows": 2}), help_text="One a line."
    )
    secret = forms.CharField(label="API key", widget=forms.PasswordInput)
    cache = forms.BooleanField(
        label="Enable cache",
        required=False,
        initial=True,
        widget=forms.CheckboxInput(attrs={"class": "switch"}),
        help_text="Keeps downloads between jobs.",
    )


def rows() -> list[Row]:
    queued, starting, running = ("queued", 0.0, 12.0), ("starting", 12.12, 8.0), ("running", 20.24, 78.0)
    return [
        Row(State.SUBMITTING, "asr-align-sweep-03", "speech-asr", "otoy", "1 × RTX 4090", seconds=4),
        Row(
            State.QUEUED,
            "clip-retrieval-index",
            "vision",
            "fireworks",
            "4 × A100",
            (("queued", 0, 98),),
            Decimal(0),
            191,
            True,
        ),
        Row(
            State.STARTING,
            LONG_NAME,
            "speech-asr",
            "baseten",
            "8 × H100",
            (queued, ("starting", 12.12, 86.0)),
            Decimal(0),
            1240,
            True,
        ),
        Row(
            State.RUNNING,
            '<b>bold</b> & quoted "name"',
            LONG_NAME,
            "baseten",
            "2 × H100",
            (queued, starting, running),
            Decimal("1234567.89"),
            11520,
            True,
        ),
        Row(
            State.STOPPING,
            "ablation-dropout-02",
            "chat",
            "baseten",
            "1 × H100",
            (queued, starting, running),
            Decimal("0.0004"),
            2649,
            True,
        ),
        Row(
            State.LOST,
            "rl-rollout-west-17",
            "rl-agents",
            "otoy",
            "1 × RTX 3090",
            (queued, running),
            Decimal("1.31"),
            18120,
        ),
        Row(
            State.FAILED,
            "ppo-gridworld-s3",
            "rl-agents",
            "fireworks",
            "4096 × A100",
            (queued, starting, ("running", 20.24, 60), ("failed", 80.3, 4)),
            Decimal("4.89"),
            2463,
        ),
        Row(State.DRAFT, "whisper-distill-sweep-08", "speech-asr", "novita", "8 × A100"),
    ]


def context(request: HttpRequest) -> dict[str, Any]:
    now = timezone.now()
    form = Fields(
        {
            "volume": "200",
            "mount": "",
            "kind": "end",
            "commands": "pip install -r requirements.txt\ntorchrun train.py",
            "secret": "",
            "cache": "on",
        }
    )
    form.add_error("mount", 'Must start with "/". Did you mean /models/reward?')
    return {
        "shell": Shell(theme=request.GET.get("theme", "light")),
        "states": list(State),
        "rows": rows(),
        "form": form,
        "started_at": now - timedelta(hours=4, minutes=24, seconds=8),
        "synced_at": now - timedelta(seconds=8),
        "stop_at": now + timedelta(minutes=27, seconds=48),
        "spark": [3, 2, 4, 7, 6, 9, 8, 5, 7, 8],
        "parts": [(42, "running"), (25, "starting")],
        "tabs": [
            {"label": "Summary", "url": "#", "current": True},
            {"label": "Logs", "url": "#"},
            {"label": "Events", "url": "#", "count": 14},
            {"label": "Spec", "url": "#"},
        ],
        "choices": [{"label": "To scale", "url": "#", "current": True}, {"label": "Even steps", "url": "#"}],
        "figures": [
            {"label": "Hardware", "value": "2 × NVIDIA RTX 4090", "note": "24 GB each, 16 cores", "percent": None},
            {"label": "Region", "value": "us-west-2", "note": "of 3 allowed", "percent": None},
            {
                "label": "Cost so far",
                "value": "$3.50",
                "small": "+ $1.04 per hour",
                "note": "at most $5.16",
                "percent": None,
            },
            {
                "label": "Time limit",
                "value": "2 h 24 m",
                "small": "of 4 h",
                "percent": 60,
                "percent_label": "60 % of the limit",
            },
        ],
        "events": [
            {"at": now, "state": "running", "title": "Running", "status": "RUNNING"},
            {
                "at": now,
                "state": "assigned",
                "title": "Assigned",
                "detail": "Node accepted in us-west-2.",
                "status": "ASSIGNED",
            },
            {
                "at": now,
                "state": "failed",
                "title": "Attempt 2 failed",
                "detail": "Node went away; no exit code.",
                "status": "FAILED",
            },
            {
                "at": now,
                "state": "submitting",
                "title": "Submitted by Researcher C",
                "detail": "<script>alert(1)</script>",
            },
        ],
        "steps": [
            {"label": "Provider", "is_done": True},
            {"label": "Key and test", "is_current": True},
            {"label": "Who may use it"},
        ],
        "request_body": {
            "training_job": {
                "name": 'llama3 "quoted" <b>',
                "compute": {"node_count": 1, "memory": None, "spot": True},
                "start_commands": ["pip install -r requirements.txt"],
            }
        },
        "kept": [
            {"word": "Checkpoint step-042000", "note": "kept, 14:30"},
            {"word": "Work since that checkpoint", "note": "lost, 2 m", "is_lost": True},
        ],
        "pairs": [
            {"label": "Per hour", "value": "$6.20"},
            {"label": "Until the 12 h limit", "value": "$74.40", "is_total": True},
        ],
    }
