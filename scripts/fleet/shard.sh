#!/usr/bin/env bash
# One task of the array that fleet.sh submits: shard.sh PRELU_BENCH SUITE SHARDS DEVICE FOLDER.
set -euo pipefail
echo "shard $SLURM_ARRAY_TASK_ID of $3 on $SLURMD_NODENAME, task ${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
exec "$1" --suite "$2" --shard "$SLURM_ARRAY_TASK_ID/$3" --device "$4" \
  --out "$5/shard-$SLURM_ARRAY_TASK_ID"
