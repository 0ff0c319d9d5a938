"""What container runtimes, schedulers, shells, Python, CUDA and NCCL say everywhere, whoever rents the machine."""

from __future__ import annotations

from gpuconsole.providers.causes import Cause, words

_ANY, _NEAR = r"[^\n]{0,120}?", r"[^\n]{0,30}?"
"""A stretch of one line, and a short one."""
_CREDIT = (
    rf"insufficient[ _](?:credit|balance|funds)|balance{_ANY}(?:not[ _]enough|too low|used up|insufficient)"
    rf"|credits?\b{_ANY}(?:used up|exhausted|gone)|payment required|out of credit|account (?:is |was )?suspended"
    r"|spend(?:ing)? (?:limit|cap)|arrears|wallet|budget[ _]not[ _]enough"
)
_QUOTA = (
    r"quota|too many (?:instances|jobs|gpus|deployments)|maximum number of|instance[ _]limit|gpu[ _]num[ _]limit"
    r"|limit of (?:the|your) (?:organi[sz]ation|account|team)"
)

ROOTS = words(
    (
        Cause.GPU_MEMORY,
        r"cuda out of memory|outofmemoryerror|cuda error: out of memory|cuda_error_out_of_memory|hip out of memory"
        r"|cublas_status_alloc_failed|cudaerrormemoryallocation|(?:gpu|video|device) memory (?:is )?(?:exhausted|full)"
        r"|not enough (?:gpu|video|device) memory|no available memory for the cache blocks|larger than the available kv"
        r"|tried to allocate [\d.]{1,12} ?[gmk]i?b|out of memory while trying to allocate|\bgpu oom\b",
    ),
    (
        Cause.DISK_FULL,
        r"no space left on device|disk quota exceeded|\benospc\b|disk (?:is )?full|errno 28\b|ephemeral[- ]storage"
        r"|disk ?pressure|not enough (?:free )?(?:disk|space)|volume is full",
    ),
    (
        Cause.HOST_MEMORY,
        r"oom[- ]?kill|out of memory: kill|\bmemoryerror\b|cannot allocate memory|bad_alloc|memory limit exceeded"
        rf"|exceeded {_ANY}memory|memory cgroup|arraymemoryerror|defaultcpuallocator|killed by signal: (?:9|killed)"
        r"|insufficient shared memory|bus error|\boom\b|(?:^|\d )killed$|out of memory",
    ),
    (
        Cause.DEPENDENCY,
        r"modulenotfounderror|importerror|no module named|cannot import name|no matching distribution|undefined symbol"
        r"|could not find a version that satisfies|error while loading shared libraries|resolutionimpossible"
        rf"|\.so[.\d]{{0,12}}: cannot open|glibc{_ANY}not found|versionconflict",
    ),
    (
        Cause.NO_DATA,
        r"filenotfounderror|datasetnotfound|repositorynotfound|revisionnotfound|entrynotfound|nosuchkey|nosuchbucket"
        r"|not a valid model identifier",
    ),
    (
        Cause.REGISTRY,
        r"pull access denied|authentication required|no basic auth credentials|denied: requested access|toomanyrequests"
        rf"|pull rate limit|docker login|(?:registry|image|pull){_ANY}(?:\b40[13]\b|unauthorized|denied)"
        r"|incorrect username or password|IMAGE_URL_OR_AUTH",
    ),
    (
        Cause.IMAGE,
        r"manifest unknown|manifest for \S{1,200} not found|errimagepull|imagepullbackoff|invalidimagename"
        r"|no matching manifest"
        r"|(?:failed|unable|could not|cannot) (?:to )?pull|error pulling|invalid reference format|image too large"
        rf"|repository does not exist|\bimage\b{_ANY}(?:not found|not exist|missing)|(?:no such|unknown|bad) image",
    ),
    (
        Cause.COMMAND,
        r"command not found|executable file not found|exec format error|starting container process|containercannotrun"
        r"|can't open file|cannot execute|\bsh: (?:line )?(?:\d{1,6}: )?[^:\n]{1,80}: (?:not found|no such file)"
        rf"|entrypoint{_ANY}(?:not found|no such file|denied)|no such file or directory: ['\"]?[\w./-]{{1,120}}\.sh",
    ),
    (
        Cause.PERMISSION,
        rf"gated ?repo|access to {_ANY}restricted|\b403\b{_ANY}forbidden|access ?denied|\b401\b{_ANY}unauthorized"
        r"|permission ?denied|permissionerror|not authorized|insufficient permission|unable to locate credentials"
        r"|nocredentials|expiredtoken|invalid (?:user|api|access|auth) (?:token|key)\b|invalid credentials",
    ),
    (
        Cause.NO_DATA,
        r"no such file or directory|404 client error"
        rf"|\b(?:dataset|model|checkpoint|file|bucket|path|weights){_ANY}"
        r"(?:not found|not exist|doesn't exist|is missing)",
    ),
    (
        Cause.MODEL_LOAD,
        rf"loading state_dict|(?:failed|unable|error|cannot)(?: to)? load(?:ing)? {_ANY}(?:model|weights|checkpoint)"
        r"|model load(?:ing)? failed|size mismatch for|incompletebuffer|headertoolarge|invalidheader"
        rf"|does not appear to have|unrecognized model|architectures? {_ANY}not supported|not a valid checkpoint"
        r"|safetensorerror|unpicklingerror",
    ),
    (
        Cause.BAD_DATA,
        r"jsondecodeerror|unicodedecodeerror|malformed|parsererror|error tokenizing data|expected \d{1,9} fields"
        r"|invalid json|datasetgeneration|arrowinvalid|cannot identify image file|bad (?:row|record|input|sample)"
        rf"|(?<!\", )\b(?:row|line|record|sample|example) \d{{1,12}}\b{_ANY}"
        r"(?:invalid|missing|cannot|unexpected|bad|empty)"
        r"|keyerror: ['\"](?:text|prompt|messages|label|labels|input|inputs|input_ids|completion)['\"]",
    ),
    (
        Cause.BAD_CONFIG,
        r"unrecognized arguments|arguments are required|invalid (?:choice|value|argument|config|option|literal)"
        rf"|unknown (?:option|argument|key|field)|validationerror|\d validation errors? for"
        r"|config\w{0,20}error|not divisible"
        r"|yaml\.\w{1,20}\.\w{1,20}error|hydra\.errors|missing (?:required|mandatory) "
        rf"|environment variable {_ANY}(?:not set|missing|required|undefined)"
        r"|keyerror: ['\"](?-i:[A-Z0-9_]{3,60})['\"]"
        rf"|must be (?:divisible|positive|greater|smaller|less|at least|at most|between|one of)|valueerror: {_ANY}"
        r"(?:must|should|unsupported|expected|invalid)|shapes cannot be multiplied|usage: [\w./-]{1,60} \[",
    ),
    (
        Cause.HARDWARE,
        r"\bxid\b[: (]{0,3}(?:pci|\d)|uncorrectable ecc|ecc error|off the bus|nvlink error|nvidia-smi has failed"
        r"|no cuda-capable device"
        r"|no cuda gpus are available|no nvidia driver|nvidia driver (?:was |is )?not|library version mismatch"
        r"|driver version is insufficient|unable to determine the device handle",
    ),
)
"""What something broke by; whatever else is said beside it follows from it."""

RUNTIME = words(
    (
        Cause.GPU_ERROR,
        r"cuda error|cudaerror|cublas_status|cudnn_status|device-side assert|illegal memory access|hiperror"
        r"|illegal instruction was encountered|misaligned address|unspecified launch failure",
    ),
    (
        Cause.COMMUNICATION,
        rf"\bnccl\b{_ANY}(?:error|time(?:d )?out|fail|abort|unhandled)"
        r"|nccl(?:system|remote|internal|unhandled)\w{0,12}error"
        rf"|watchdog caught collective|collective operation|rendezvous{_ANY}(?:fail|time(?:d )?out|error|closed)"
        rf"|dist(?:network|store|backend)error|connection (?:reset|closed) by peer|gloo{_ANY}(?:error|time(?:d )?out)"
        r"|unhandled system error|broken pipe",
    ),
)
"""What often follows from a root on another GPU or node, and stands alone where no root is told."""

PLATFORM = words(
    (
        Cause.PREEMPTED,
        r"preempt|reclaim|taken back|spot (?:interruption|termination)|evicted",
    ),
    (
        Cause.NODE_LOST,
        rf"\bnode{_ANY}(?:lost|unreachable|not ?ready|away|vanished|died|removed|down\b)|nodelost|no heartbeat"
        rf"|lost (?:contact|connection){_ANY}(?:node|host|machine|worker)|heartbeat{_ANY}(?:lost|missed|timed? ?out)"
        r"|host (?:failure|unreachable|died|failed)|machine (?:failed|lost|died)",
    ),
    (Cause.NO_CREDIT, _CREDIT),
    (Cause.PROVIDER_QUOTA, rf"{_QUOTA}|resource_exhausted"),
    (
        Cause.NO_CAPACITY,
        r"(?:\bno|insufficient|not enough|lack of)[ _](?:free )?(?:gpu )?(?:capacity|resource|stock|inventory|hardware)"
        rf"|sold out|capacity{_ANY}(?:unavailable|not available)|unschedulable|failedscheduling|out of stock"
        rf"|\bno {_NEAR}(?:nodes?|hosts?|machines?|gpus?|resources?){_NEAR}(?:available|free|match)|nodes are available"
        r"|not available (?:in|for|now|at)",
    ),
    (Cause.RATE_LIMITED, r"rate[ _-]?limit|too many requests|\b429\b|throttl"),
    (
        Cause.HEALTH_CHECK,
        rf"health ?-?check|unhealthy|(?:liveness|readiness|startup) probe|"
        rf"(?:never|failed to|did not) bec[ao]me {_NEAR}healthy",
    ),
    (
        Cause.TIME_LIMIT,
        r"deadline ?exceeded|max(?:imum)?[ _](?:run|execution)[ _]?time|maximum duration|time ?limit|walltime"
        r"|max_timeout_run|timed out after|timeout (?:of|after) \d|ran (?:for )?too long",
    ),
    (
        Cause.NOT_READY,
        rf"(?:never|did not) (?:came|come|start|become|became){_ANY}(?:up|ready|in time)?|start(?:ing|up)? timed? ?out"
        rf"|(?:failed|unable) to start{_ANY}in time|crashloopbackoff|progressdeadline",
    ),
    (
        Cause.PROVIDER_FAILURE,
        r"internal (?:server )?error|internal_error|service unavailable|temporarily unavailable|bad gateway"
        r"|infrastructure (?:failure|error)|platform (?:failure|error)|unexpected error|server error"
        r"|provisioning failed|failed to (?:create|provision|allocate|attach|mount)"
        r"|createcontainer(?:config)?error|failedmount",
    ),
)
"""What a provider says of its own side. It is not looked for in the log of a program, which may speak of others."""

ERRORS = words((Cause.EXIT_CODE, r"(?:^|[\s\]])[a-z_][\w.]{0,80}(?:error|exception): "))
"""The last line of a traceback: it says more than the code that follows it."""

EXITS = words(
    (
        Cause.EXIT_CODE,
        r"exit(?:ed|s)?(?: with)?(?: an?)?(?: non-?zero)?(?: exit)?[ _]?(?:code|status)?[:= ]{1,5}-?\d{1,10}\b"
        r"|non-?zero (?:exit|code|status)|segmentation fault|core dumped|killed by signal|terminated by signal|sigsegv"
        r"|sigabrt|(?:command|process|container|script) (?:failed|ended with an error)"
        r"|returned (?:code )?[1-9]\d{0,4}\b",
    ),
)

MESSAGES = (ROOTS, RUNTIME, PLATFORM, ERRORS, EXITS)
"""What a provider's message is read by, after its own words."""
REFUSALS = words((Cause.NO_CREDIT, _CREDIT), (Cause.PROVIDER_QUOTA, _QUOTA))
"""What makes a refusal of a launch more than one of what was asked for."""
