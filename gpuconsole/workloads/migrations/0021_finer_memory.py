"""Out of memory was one cause for GPUs and machines; what a reason says of it tells which it was."""

from django.db import migrations

FORWARD = """
UPDATE workloads_workload
   SET reason_code = CASE WHEN reason_text ~* 'oomkill|137|killed|host' THEN 'host_memory' ELSE 'gpu_memory' END
 WHERE reason_code = 'out_of_memory'
"""
BACKWARD = (
    "UPDATE workloads_workload SET reason_code = 'out_of_memory' WHERE reason_code IN ('gpu_memory', 'host_memory')"
)


class Migration(migrations.Migration):
    dependencies = [("workloads", "0020_causes")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
