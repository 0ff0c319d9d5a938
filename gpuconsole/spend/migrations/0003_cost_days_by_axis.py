from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("spend", "0002_rollups")]

    operations = [
        migrations.AddField(
            model_name="costday",
            name="axis",
            field=models.CharField(default="", max_length=10),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="costday",
            name="failed_cost",
            field=models.DecimalField(decimal_places=6, default=0, max_digits=20),
        ),
        migrations.RemoveIndex(model_name="costday", name="cost_days_of_team"),
        migrations.AddIndex(
            model_name="costday",
            index=models.Index(fields=["team", "axis", "day"], name="cost_days_of_team_by_axis"),
        ),
    ]
