from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0006_keep_output_days"),
    ]

    operations = [
        migrations.AddField(
            model_name="project",
            name="ask_first_above",
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True),
        ),
    ]
