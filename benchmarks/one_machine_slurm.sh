#!/bin/sh
# One-machine Slurm from Debian's packages: the same 40 runs in processes and as jobs of Slurm, and whether the tables
# are equal. As root on a machine (or container) of one's own: it writes /etc/slurm/slurm.conf and begins daemons.
#   sh benchmarks/one_machine_slurm.sh [PYTHON]
set -eu
project=$(cd "$(dirname "$0")/.." && pwd)
python=${1:-$project/.venv/bin/python}
work=$(mktemp -d)

apt-get install -y -q --no-install-recommends slurm-wlm munge
host=$(hostname -s)
memory=$(awk '/MemTotal/ {print int($2 / 1024 * 0.9)}' /proc/meminfo)
mkdir -p /etc/slurm /run/munge /var/spool/slurmctld /var/spool/slurmd /var/log/munge
chown munge: /run/munge /var/log/munge
cat > /etc/slurm/slurm.conf <<CONF
ClusterName=one
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
StateSaveLocation=/var/spool/slurmctld
SlurmdSpoolDir=/var/spool/slurmd
SlurmctldPidFile=/run/slurmctld.pid
SlurmdPidFile=/run/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) RealMemory=$memory State=UNKNOWN
PartitionName=main Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF

pgrep -x munged > /dev/null || runuser -u munge -- munged
started=""
pgrep -x slurmctld > /dev/null || { slurmctld; started=1; }
pgrep -x slurmd > /dev/null || { slurmd; started=1; }
for _ in $(seq 30); do
  sinfo -h -o %T 2> /dev/null | grep -q -E 'idle|mixed|alloc' && break
  sleep 1
done
sinfo

cd "$project"
sweep() {
  "$python" -m experiments.command sweep design=sobol points=8 region=kolmikko horizon_years=1 replications=5 \
    'uncertainties=[hiring.suitable_share,search.distance_decay_per_km]' 'outcomes=[unemployed,hires]' "$@"
}
sweep outputs="$work/processes"
sweep outputs="$work/slurm" engine.launcher=slurm engine.partition=main engine.jobs="$(nproc)" engine.job_runs=10
sha256sum "$work"/*/sweep/*/sample.parquet
if cmp "$work"/processes/sweep/*/sample.parquet "$work"/slurm/sweep/*/sample.parquet; then
  echo "equal tables"
fi
[ -z "$started" ] || scontrol shutdown
