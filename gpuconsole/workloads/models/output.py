"""What a workload puts out and we keep: logs in chunks addressed by byte offset, metric samples, checkpoints."""

from django.db import models

from gpuconsole.workloads.models.workload import Workload


class LogChunk(models.Model):
    """A stretch of one workload's log, whole lines in UTF-8, at most 64 KiB; never changed once written.

    A line is "<RFC 3339 time or ->\\t<source>\\t<level>\\t<text>\\n": times, sources and levels travel with the text.
    """

    workload = models.ForeignKey(Workload, on_delete=models.CASCADE, related_name="log_chunks")
    offset = models.BigIntegerField()
    first_line = models.PositiveBigIntegerField()
    size = models.PositiveIntegerField()
    body = models.BinaryField()

    class Meta:
        constraints = [
            # also serves reading from an offset on
            models.UniqueConstraint(fields=["workload", "offset"], name="log_chunk_once"),
        ]
        indexes = [
            # the chunk that holds a line
            models.Index(fields=["workload", "-first_line"], name="log_chunk_by_line"),
        ]

    def __str__(self) -> str:
        return f"{self.offset}+{self.size}"


class MetricSample(models.Model):
    """One moment of one workload's measurements: {"gpu_utilization": {"0": 0.97}, …}."""

    workload = models.ForeignKey(Workload, on_delete=models.CASCADE, related_name="metric_samples")
    at = models.DateTimeField()
    values = models.JSONField()

    class Meta:
        constraints = [
            # also serves a range of one workload
            models.UniqueConstraint(fields=["workload", "at"], name="metric_sample_once"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%F %T}"


class Checkpoint(models.Model):
    """A saved state of one attempt of a training job, as its provider listed it last."""

    workload = models.ForeignKey(Workload, on_delete=models.CASCADE, related_name="checkpoints")
    attempt = models.PositiveSmallIntegerField(default=1)
    """A retry is another remote, whose checkpoints may carry the same names again."""
    remote_id = models.CharField(max_length=200)
    created_at = models.DateTimeField(null=True, blank=True)
    size_bytes = models.BigIntegerField(null=True, blank=True)
    is_complete = models.BooleanField(default=False)
    """False while the provider is still copying it out of the machine."""
    kind = models.TextField(blank=True)
    """The provider's own word."""

    class Meta:
        constraints = [
            # also serves the list of one workload
            models.UniqueConstraint(fields=["workload", "attempt", "remote_id"], name="checkpoint_once"),
        ]

    def __str__(self) -> str:
        return self.remote_id
