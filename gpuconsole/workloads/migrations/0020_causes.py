from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_references"),
        ("connections", "0001_initial"),
        ("projects", "0005_alert_rules"),
        ("workloads", "0019_output_kept_and_found"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="workload",
            name="attempt_log_from",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="workload",
            name="evidence",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="workload",
            name="retry_key",
            field=models.CharField(blank=True, max_length=255),
        ),
        migrations.AlterField(
            model_name="workload",
            name="reason_code",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "None"),
                    ("image", "The image could not be pulled"),
                    ("registry", "The image's registry refused the login"),
                    ("command", "The command could not be started"),
                    ("exit_code", "The command ended with an error"),
                    ("gpu_memory", "Out of GPU memory"),
                    ("host_memory", "Out of memory on the machine"),
                    ("disk_full", "The disk is full"),
                    ("no_data", "A data set, model or file was not found"),
                    ("bad_data", "An input could not be read"),
                    ("bad_config", "A setting makes no sense to the program"),
                    ("dependency", "A package is missing or does not fit"),
                    ("model_load", "The model could not be loaded"),
                    ("permission", "Access was denied"),
                    ("gpu_error", "A CUDA error"),
                    ("communication", "The GPUs lost touch with each other"),
                    ("hardware", "The GPU or its driver failed"),
                    ("node_lost", "The machine was lost"),
                    ("preempted", "The provider took the hardware back"),
                    ("no_capacity", "The provider has no such hardware free"),
                    ("provider_quota", "A limit of the account at the provider"),
                    ("no_credit", "The account at the provider has no credit left"),
                    ("not_authorized", "The provider refused the credentials"),
                    ("rate_limited", "The provider asked for fewer calls for too long"),
                    ("time_limit", "The time limit at the provider was reached"),
                    ("not_ready", "It never came up"),
                    ("health_check", "A health check failed"),
                    ("rejected", "The provider refused the request"),
                    ("unreachable", "The provider could not be reached"),
                    ("provider_failure", "It failed at the provider"),
                    ("unknown", "The provider gives no cause"),
                    ("unconfirmed", "Sent, and the answer was lost"),
                    ("not_found", "Sent, and not found at the provider"),
                    ("stopped_by_person", "Stopped by a person"),
                    ("stopped_elsewhere", "Ended at the provider, not from here"),
                    ("deadline", "Its latest end had come"),
                    ("budget", "Its budget was overspent"),
                    ("gone", "The provider no longer lists it"),
                    ("never_sent", "Ended before it was sent"),
                ],
                default="",
                max_length=30,
            ),
        ),
        migrations.AlterField(
            model_name="workload",
            name="reason_fault",
            field=models.CharField(
                blank=True,
                choices=[
                    ("you", "Your code or settings"),
                    ("provider", "The provider"),
                    ("console", "gpuconsole"),
                    ("nobody", "Nobody"),
                    ("unknown", "Not known"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="workload",
            index=models.Index(
                condition=models.Q(("reason_code", ""), _negated=True),
                fields=["project", "reason_code", "-state_at"],
                name="workload_cause",
            ),
        ),
        migrations.AddIndex(
            model_name="workload",
            index=models.Index(
                condition=models.Q(("reason_code", ""), _negated=True),
                fields=["team", "reason_code", "-id"],
                name="workload_team_cause",
            ),
        ),
    ]
