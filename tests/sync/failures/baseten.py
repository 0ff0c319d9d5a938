"""Training jobs: ``error_message`` by status, log tails, and bodies of the form code and message."""

from gpuconsole.providers.causes import Cause
from tests.sync.failures import Case

_FAILED, _NEVER, _TAKEN = "TRAINING_JOB_FAILED", "TRAINING_JOB_DEPLOY_FAILED", "TRAINING_JOB_PREEMPTED"
_CODE_1 = "Training job failed: start command exited with code 1 on node 0."


def _refused(status: int, code: str, message: str) -> tuple[int, dict[str, str]]:
    return status, {"code": code, "message": message}


CASES = (
    Case(Cause.EXIT_CODE, _FAILED, "Training job failed: start command exited with code 3 on node 0."),
    Case(Cause.COMMAND, _FAILED, "Training job failed: start command exited with code 127 on node 0."),
    Case(Cause.COMMAND, _FAILED, "Training job failed: start command exited with code 126 on node 1."),
    Case(Cause.HOST_MEMORY, _FAILED, "Training job failed: start command exited with code 137 on node 0."),
    Case(Cause.HOST_MEMORY, _FAILED, "OOMKilled"),
    Case(Cause.GPU_MEMORY, _FAILED, "CUDA out of memory. Tried to allocate 2.00 GiB on GPU 3"),
    Case(Cause.DISK_FULL, _FAILED, "write /mnt/ckpts/step-900: no space left on device"),
    Case(Cause.DISK_FULL, _FAILED, "The checkpoint volume is full (500 GiB)."),
    Case(Cause.NODE_LOST, _FAILED, "Node 1 is unreachable; the job was ended."),
    Case(Cause.PREEMPTED, _TAKEN, "Spot capacity was reclaimed."),
    Case(Cause.PREEMPTED, _TAKEN, ""),
    Case(Cause.PREEMPTED, _TAKEN, "start command exited with code 137 on node 0."),
    Case(Cause.IMAGE, _NEVER, "Failed to pull image acme/trainer:9: manifest unknown"),
    Case(Cause.IMAGE, _NEVER, "ImagePullBackOff: acme/trainer:latest"),
    Case(Cause.IMAGE, _NEVER, ""),
    Case(
        Cause.REGISTRY, _NEVER, "Failed to pull image registry.acme.example/t:1: unauthorized: authentication required"
    ),
    Case(Cause.REGISTRY, _NEVER, "pull access denied for acme/private, repository may require a login"),
    Case(Cause.REGISTRY, _NEVER, "toomanyrequests: the pull limit of this account was reached"),
    Case(Cause.NO_CAPACITY, _NEVER, "No capacity for H100 in this organization."),
    Case(Cause.NO_CAPACITY, _NEVER, "0/12 nodes are available: insufficient nvidia.com/gpu"),
    Case(Cause.NO_DATA, _NEVER, "Mirroring weights hf://acme/nothing failed"),
    Case(Cause.PERMISSION, _NEVER, "401 Unauthorized for the weights at hf://meta/gated: the repo is a gated repo"),
    Case(Cause.BAD_CONFIG, _NEVER, "Secret hf_token was not found in this workspace."),
    Case(Cause.TIME_LIMIT, _FAILED, "The job reached its maximum duration."),
    Case(Cause.PROVIDER_FAILURE, _FAILED, "Internal error. The team was told."),
    Case(Cause.UNKNOWN, _FAILED, ""),
    Case(
        Cause.GPU_MEMORY,
        _FAILED,
        _CODE_1,
        log="""
Traceback (most recent call last):
  File "/b10/workspace/train.py", line 212, in <module>
    trainer.train()
torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 1.95 GiB. GPU 0 has 79.10 GiB in all
ERROR	Process exited with code 1
""",
    ),
    Case(
        Cause.DEPENDENCY,
        _FAILED,
        _CODE_1,
        log="""
+ python train.py
Traceback (most recent call last):
  File "train.py", line 3, in <module>
    import flash_attn
ModuleNotFoundError: No module named 'flash_attn'
""",
    ),
    Case(
        Cause.NO_DATA,
        _FAILED,
        _CODE_1,
        log="""
FileNotFoundError: [Errno 2] No such file or directory: '/root/.cache/user_artifacts/train.jsonl'
Process exited with code 1
""",
    ),
    Case(
        Cause.BAD_DATA,
        _FAILED,
        _CODE_1,
        log="json.decoder.JSONDecodeError: Expecting ',' delimiter: line 4182 column 17 (char 88121)\n",
    ),
    Case(Cause.BAD_CONFIG, _FAILED, _CODE_1, log="train.py: error: unrecognized arguments: --learning-rat 2e-4\n"),
    Case(
        Cause.COMMUNICATION,
        _FAILED,
        _CODE_1,
        log="""
[rank3]: Watchdog caught collective operation timeout: WorkNCCL(SeqNum=812) ran for 600021 milliseconds
torch.distributed.elastic.multiprocessing.errors.ChildFailedError:
""",
    ),
    Case(
        Cause.GPU_MEMORY,
        _FAILED,
        _CODE_1,
        log="""
[rank1]: torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 512.00 MiB
[rank0]: torch.distributed.DistBackendError: NCCL error: remote process exited or there was a network error
Process exited with code 1
""",
    ),
    Case(Cause.HARDWARE, _FAILED, _CODE_1, log="NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off the bus.\n"),
    Case(
        Cause.MODEL_LOAD,
        _FAILED,
        _CODE_1,
        log="RuntimeError: Error(s) in loading state_dict for LlamaForCausalLM: size mismatch for lm_head.weight\n",
    ),
    Case(
        Cause.PERMISSION,
        _FAILED,
        _CODE_1,
        log="huggingface_hub.errors.GatedRepoError: 403 Client Error. Access to model meta/x is restricted\n",
    ),
    Case(Cause.EXIT_CODE, _FAILED, _CODE_1, log="Traceback (most recent call last):\nSystemExit: 1\n"),
    Case(Cause.REJECTED, refused=_refused(400, "VALIDATION_ERROR", "training_job.image.base_image: field required")),
    Case(Cause.REJECTED, refused=_refused(404, "NOT_FOUND", "Training project n4q95w5 not found.")),
    Case(
        Cause.REJECTED,
        refused=_refused(400, "VALIDATION_ERROR", "training_job.compute: T4 is not available for training"),
    ),
    Case(Cause.PROVIDER_QUOTA, refused=_refused(409, "CONFLICT", "max_gpus: exceeds the limit of the organization")),
    Case(Cause.NOT_AUTHORIZED, refused=_refused(401, "UNAUTHORIZED", "The API key is not valid.")),
    Case(Cause.PERMISSION, refused=_refused(403, "FORBIDDEN", "This key may not create training jobs.")),
    Case(Cause.NO_CREDIT, refused=_refused(402, "PAYMENT_REQUIRED", "Add a payment method first.")),
    Case(Cause.RATE_LIMITED, refused=_refused(429, "RATE_LIMITED", "Too many requests.")),
)
