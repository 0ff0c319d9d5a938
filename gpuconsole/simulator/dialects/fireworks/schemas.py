"""The messages of the calls: batch jobs and what they need."""

from gpuconsole.simulator.dialects.fireworks.messages import Message, enum, flag, int32, items, mapping, output, text

EXECUTORS = ("python_executor", "notebook_executor", "shell_executor")
TIMES = {"create_time": output, "update_time": output}

BATCH_JOB = Message(
    {
        "name": output,
        "display_name": text,
        **TIMES,
        "start_time": output,
        "end_time": output,
        "created_by": output,
        "node_pool_id": text,
        "environment_id": text,
        "snapshot_id": text,
        "num_ranks": int32,
        "env_vars": mapping,
        "role": text,
        "python_executor": Message(
            {
                "target_type": enum("TARGET_TYPE_UNSPECIFIED", "MODULE", "FILENAME"),
                "target": text,
                "args": items(text),
            }
        ),
        "notebook_executor": Message({"notebook_filename": text}),
        "shell_executor": Message({"command": text}),
        "image_ref": text,
        "annotations": mapping,
        "state": output,
        "status": output,
        "shared": flag,
    },
    dict.fromkeys(EXECUTORS, "executor"),
)

NODE_POOL = Message(
    {
        "name": output,
        "display_name": text,
        **TIMES,
        "min_node_count": int32,
        "max_node_count": int32,
        "overprovision_node_count": int32,
        "eks_node_pool": Message(
            {
                "node_role": text,
                "instance_type": text,
                "spot": flag,
                "node_group_name": text,
                "subnet_ids": items(text),
                "zone": text,
                "placement_group": text,
                "launch_template": text,
            }
        ),
        "fake_node_pool": Message({"machine_type": text, "num_nodes": int32, "service_account": text}),
        "annotations": mapping,
        "state": output,
        "status": output,
        "node_pool_stats": output,
    },
    {"eks_node_pool": "node_pool_type", "fake_node_pool": "node_pool_type"},
)

CONNECTION = Message(
    {"node_pool_id": text, "num_ranks": int32, "role": text, "zone": output, "use_local_storage": flag}
)

ENVIRONMENT = Message(
    {
        "name": output,
        "display_name": text,
        **TIMES,
        "created_by": output,
        "state": output,
        "status": output,
        "connection": output,
        "base_image_ref": text,
        "image_ref": output,
        "snapshot_image_ref": output,
        "shared": flag,
        "annotations": mapping,
    }
)

SNAPSHOT = Message({"name": output, **TIMES, "state": output, "status": output, "image_ref": output})

CLUSTER = Message(
    {
        "name": output,
        "display_name": text,
        **TIMES,
        "eks_cluster": Message(
            {
                "aws_account_id": text,
                "fireworks_manager_role": text,
                "region": text,
                "cluster_role": text,
                "cluster_autoscaler_role": text,
                "system_node_role": text,
                "subnet_ids": items(text),
                "cluster_name": text,
                "repository_name": text,
                "storage_bucket_name": text,
                "node_security_group": text,
                "metric_writer_role": text,
                "load_balancer_controller_role": text,
                "workload_identity_pool_provider_id": text,
                "inference_role": text,
            }
        ),
        "fake_cluster": Message({"project_id": text, "location": text, "cluster_name": text}),
        "annotations": mapping,
        "state": output,
        "status": output,
        "is_dlde": flag,
        "metering_key": output,
    },
    {"eks_cluster": "cluster_type", "fake_cluster": "cluster_type"},
)

ROLE_BINDING = Message({"account_id": output, "create_time": output, "principal": text, "role": text})

POOL_BINDING = Message(
    {"account_id": output, "create_time": output, "cluster_id": text, "node_pool_id": text, "principal": text}
)

# The path's own variable may stand in these bodies once more.
CREATE_NODE_POOL = Message({"parent": output, "node_pool": NODE_POOL, "node_pool_id": text})
CREATE_ENVIRONMENT = Message({"parent": output, "environment": ENVIRONMENT, "environment_id": text})
CREATE_CLUSTER = Message({"parent": output, "cluster": CLUSTER, "cluster_id": text})
CONNECT = Message({"name": output, "connection": CONNECTION, "vscode_version": text})
DISCONNECT = Message({"name": output, "force": flag, "reset_snapshots": flag})
NAMES = Message({"parent": output, "names": items(text)})
NOTHING = Message({"name": output})
STATS = Message(
    dict.fromkeys(
        (
            "node_count",
            "ranks_per_node",
            "environment_count",
            "environment_ranks",
            "batch_job_count",
            "batch_job_ranks",
        ),
        output,
    )
)
CONNECTION_INFO = Message({"endpoint": output, "ca_data": output})
LOG_ENTRY = Message({"log_time": output, "rank": output, "message": output})
ACCOUNT = Message(
    {"name": output, "display_name": text, **TIMES, "account_type": output, "email": text, "state": output}
    | {"status": output, "suspend_state": output}
)
