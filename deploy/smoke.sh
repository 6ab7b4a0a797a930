#!/usr/bin/env bash
# Proves that the containers work: builds them, brings the stack up beside any other, runs a workflow through the
# public API, takes a worker and Redis away, scales out, stops. Needs a Docker engine, a compose, curl and Node.js.
# Usage: deploy/smoke.sh [--keep]     --keep leaves the stack running
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if docker compose version >/dev/null 2>&1; then compose=(docker compose); else compose=(docker-compose); fi
project="provisioning-smoke-$$"
compose+=(--project-name "$project")
# Any free ports; no limit on how often the answer is asked for; and nothing of what the caller has set.
export ORCHESTRATOR_PORT=0 CONTROL_CENTER_PORT=0 RATE_LIMIT_GENERAL=0 RATE_LIMIT_AUTH=0
export BATCH_COMMANDS=echo,false,id,cat COMMAND_USER=''
export NODE_ENV='' JWT_SECRET='' ADMIN_USERNAME='' ADMIN_PASSWORD='' POSTGRES_PASSWORD='' REDIS_PASSWORD=''

say() { printf '\n== %s\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }

finish() {
  local status=$?
  if ((status != 0)); then "${compose[@]}" ps; "${compose[@]}" logs --tail=40; fi
  [[ ${keep:-} ]] || "${compose[@]}" down --volumes --timeout 30 >/dev/null 2>&1
  if ((status == 0)); then say 'The containers work.'; else say "The containers do NOT work (status $status)."; fi
}
[[ ${1:-} == --keep ]] && keep=yes
trap finish EXIT

containers() { "${compose[@]}" ps --quiet "$@"; }

# Seconds of patience, then a command that is tried until it succeeds.
within() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.5
  done
}

# Service, number: exactly so many containers of it run and are healthy.
healthy() {
  local states
  states=$(containers "$1" | xargs --no-run-if-empty docker inspect --format '{{.State.Health.Status}}')
  [[ $(grep -c '^healthy$' <<<"$states") == "$2" ]]
}
must_be_healthy() { within 90 healthy "$1" "$2" || fail "$1: not $2 healthy containers within 90 s"; }

# The value at a path of the JSON on standard input.
field() { node -p "JSON.parse(require('node:fs').readFileSync(0, 'utf8'))$1"; }
url() { echo "http://$("${compose[@]}" port "$1" "$2")"; }
call() { curl --silent --show-error --fail-with-body --max-time 10 --header "Authorization: Bearer $token" "$@"; }

# Prints the id of a workflow that creates the servers of an infra.
submit() {
  call --json "{\"infra\":\"$1\",\"settings\":\"$2\",\"check_mode\":${3:-false},\"wait\":true}" \
    "$orchestrator/workflows/servers/create" | field .data
}
status_of() { call "$orchestrator/tasks/$1" | field .data.status; }
has_ended() { [[ $(status_of "$1") =~ ^(Completed|Failed|Cancelled)$ ]]; }
must_complete() {
  within 60 has_ended "$1" || fail "task $1 is still $(status_of "$1") after 60 s"
  [[ $(status_of "$1") == Completed ]] || fail "task $1: $(call "$orchestrator/tasks/$1")"
}

say 'Images'
"${compose[@]}" build
say 'Start'
"${compose[@]}" up --detach
for service in postgres redis control-center orchestrator worker; do must_be_healthy "$service" 1; done
"${compose[@]}" ps

say 'Sign in and create servers'
orchestrator=$(url orchestrator 9090)
control_center=$(url control-center 9080)
password=$("${compose[@]}" exec -T worker cat /var/lib/provisioning/admin-password)
token=$(curl --silent --show-error --fail-with-body --json "{\"username\":\"admin\",\"password\":\"$password\"}" \
  "$control_center/auth/login" | field .data.token)
task=$(submit production config.ncl)
must_complete "$task"
call "$orchestrator/tasks/$task" | field .data.output
command=$(call "$orchestrator/tasks/$task" | field .data.command)
[[ $command == '/usr/local/provisioning servers create' ]] || fail "the task's command is $command"

say 'Run a batch, undo a failed one'
batch() {
  call --json "{\"name\":\"smoke\",\"rollback_enabled\":true,\"operations\":[
    {\"id\":\"machines\",\"type\":\"server_batch\",\"provider\":\"local\",\"infra\":\"smoke\",
     \"server_configs\":[{\"name\":\"web-01\",\"plan\":\"small\",\"zone\":\"de-fra1\"}]},
    {\"id\":\"check\",\"type\":\"command_batch\",\"infra\":\"smoke\",\"dependencies\":[\"machines\"],\"retries\":0,
     \"commands\":[\"$1\"]}]}" "$orchestrator/batch/execute" | field .data.batch_id
}
batch_status() { call "$orchestrator/batch/operations/$1" | field .data.status; }
batch_ended() { [[ $(batch_status "$1") =~ ^(Completed|Failed|RolledBack|Cancelled)$ ]]; }
must_end() {
  within 60 batch_ended "$1" || fail "batch $1 is still $(batch_status "$1") after 60 s"
  [[ $(batch_status "$1") == "$2" ]] || fail "batch $1 is not $2: $(call "$orchestrator/batch/operations/$1")"
}
must_end "$(batch false)" RolledBack
must_end "$(batch 'echo it is up')" Completed

say 'Commands are another user than the worker, and cannot read what is its own'
output() { call "$orchestrator/batch/operations/$1" | field ".data.operations.find(({ id }) => id === 'check').task_id" |
  while read -r task; do call "$orchestrator/tasks/$task" | field .data.output; done; }
who=$(batch 'id -un')
must_end "$who" Completed
[[ $(output "$who") == provisioning-command ]] || fail "commands run as $(output "$who")"
for secret in /proc/1/environ /var/lib/provisioning/jwt-secret; do must_end "$(batch "cat $secret")" RolledBack; done

say 'Locked down'
for container in $(containers); do
  name=$(docker inspect --format '{{.Name}}' "$container")
  caps=$(docker inspect --format '{{.HostConfig.CapDrop}} {{.HostConfig.ReadonlyRootfs}} {{.Config.User}}' "$container")
  [[ $caps =~ ^\[ALL\]\ true\ .+ ]] || fail "$name is not locked down: $caps"
  # The worker alone, to run commands as another user, with no more rights than that takes.
  [[ $name == *worker* || ! $caps =~ \ (root|0|0:0)$ ]] || fail "$name runs as root"
done
"${compose[@]}" exec -T worker touch /app/file 2>/dev/null && fail 'the worker can write into its own program'
"${compose[@]}" exec -T control-center sh -c true >/dev/null 2>&1 && fail 'there is a shell in the control center'
[[ $(docker network inspect --format '{{.Internal}}' "${project}_databases") == true ]] || fail 'the network of the databases leads out'
for container in $(containers postgres redis); do
  networks=$(docker inspect --format '{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}' "$container")
  [[ $networks == "${project}_databases " ]] || fail "a database is in the networks $networks"
done

say 'A worker is killed, and comes back'
"${compose[@]}" kill worker
task=$(submit staging settings.yaml)
[[ $(status_of "$task") == Pending ]] || fail "without a worker, task $task is $(status_of "$task")"
"${compose[@]}" up --detach worker
must_be_healthy worker 1
must_complete "$task"

say 'Redis is away'
"${compose[@]}" kill redis
must_complete "$(submit staging settings.yaml)"
"${compose[@]}" up --detach redis
must_be_healthy redis 1

say 'Three workers'
"${compose[@]}" up --detach --scale worker=3
must_be_healthy worker 3
tasks=()
for _ in {1..9}; do tasks+=("$(submit production config.ncl true)"); done
for task in "${tasks[@]}"; do must_complete "$task"; done

say 'Restart: everything is found as it was left'
"${compose[@]}" restart --timeout 30
for service in postgres redis control-center orchestrator; do must_be_healthy "$service" 1; done
must_be_healthy worker 3
orchestrator=$(url orchestrator 9090)
must_complete "$task"
must_complete "$(submit production config.ncl)"

say 'Stop'
"${compose[@]}" stop
for service in control-center orchestrator worker; do
  for container in $("${compose[@]}" ps --all --quiet "$service"); do
    code=$(docker inspect --format '{{.State.ExitCode}}' "$container")
    [[ $code == 0 ]] || fail "$service was stopped and ended with status $code"
  done
done
