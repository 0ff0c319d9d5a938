from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("workloads", "0028_records"),
    ]

    operations = [
        migrations.AddField(
            model_name="workload",
            name="is_intent_refused",
            field=models.BooleanField(default=False),
        ),
    ]
