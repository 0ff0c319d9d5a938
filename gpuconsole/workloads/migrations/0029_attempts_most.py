from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("workloads", "0028_records"),
    ]

    operations = [
        migrations.AddField(
            model_name="workload",
            name="attempts_most",
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
    ]
