from django.db import migrations

import gpuconsole.core.fields


class Migration(migrations.Migration):
    dependencies = [("workloads", "0006_edits")]
    operations = [
        migrations.AddField(
            model_name="draft",
            name="inputs",
            field=gpuconsole.core.fields.SealedField(blank=True, bound_to="id", default=b""),
        ),
    ]
