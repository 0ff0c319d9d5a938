from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("workloads", "0029_refused_intent"),
    ]

    operations = [
        migrations.AddField(
            model_name="workload",
            name="attempts_most",
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
    ]
