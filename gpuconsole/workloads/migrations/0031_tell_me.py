from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("workloads", "0030_attempts_most"),
    ]

    operations = [
        migrations.AddField(
            model_name="workload",
            name="tell_me",
            field=models.CharField(
                choices=[
                    ("trouble", "Only of trouble"),
                    ("running", "When it is up"),
                    ("failed", "When it fails"),
                    ("ended", "When it ends or fails"),
                    ("all", "When it is up, and when it ends or fails"),
                ],
                default="trouble",
                max_length=10,
            ),
        ),
    ]
