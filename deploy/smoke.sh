#!/usr/bin/env bash
# Proves that the containers work: builds them, brings the stack up beside any other, runs a workflow through the
# public API, reads the console, events and the audit trail, changes policies, takes a worker and Redis away, scales out,
# restores a dump, stops. Needs a Docker engine, a compose, curl and Node.js.
# Usage: deploy/smoke.sh [--keep]     --keep leaves the stack running
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if docker compose version >/dev/null 2>&1; then compose=(docker compose); else compose=(docker-compose); fi
project="provisioning-smoke-$$"
compose+=(--project-name "$project")
# Any free ports; no limit on how often the answer is asked for; and nothing of what the caller has set.
export ORCHESTRATOR_PORT=0 CONTROL_CENTER_PORT=0 RATE_LIMIT_GENERAL=0 RATE_LIMIT_AUTH=0
export BATCH_COMMANDS=echo,false,id,cat COMMAND_USER=''
COMMIT=$(git rev-parse HEAD 2>/dev/null || true)
VERSION=$(node -p "require('./package.json').version")
export COMMIT VERSION
export NODE_ENV='' PROVISIONING_RESTORED='' JWT_SECRET='' ADMIN_USERNAME='' ADMIN_PASSWORD='' POSTGRES_PASSWORD='' REDIS_PASSWORD=''

say() { printf '\n== %s\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }

finish() {
  local status=$?
  if ((status != 0)); then "${compose[@]}" ps; "${compose[@]}" logs --tail=40; fi
  [[ ${exports:-} ]] && rm -r "$exports"
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
for image in control-center orchestrator worker migrate; do
  labels=$(docker image inspect --format '{{json .Config.Labels}}' "provisioning-$image")
  for label in "title:provisioning-$image" licenses:Apache-2.0 "version:$VERSION" "revision:$COMMIT" "base.name:${NODE_IMAGE:-node:22-bookworm-slim}"; do
    [[ $(field "['org.opencontainers.image.${label%%:*}']" <<<"$labels") == "${label#*:}" ]] || fail "image $image: label $label is not in $labels"
  done
done
say 'Start'
"${compose[@]}" up --detach
for service in postgres redis control-center orchestrator worker; do must_be_healthy "$service" 1; done
"${compose[@]}" ps

say 'Sign in and create servers'
orchestrator=$(url orchestrator 9090)
control_center=$(url control-center 9080)
password=$("${compose[@]}" exec -T worker cat /var/lib/provisioning/admin-password)
# Name, password: prints a token.
sign_in() {
  curl --silent --show-error --fail-with-body --json "{\"username\":\"$1\",\"password\":\"$2\"}" "$control_center/auth/login" |
    field .data.token
}
token=$(sign_in admin "$password")
for service in "$orchestrator" "$control_center"; do
  [[ $(call "$service/version" | field .data.commit) == "$COMMIT" ]] || fail "$service does not report the commit $COMMIT"
done
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

say 'The console is in the image'
page=$(curl --silent --show-error --fail --location "$orchestrator/console")
assets=$(grep --only-matching --extended-regexp '(src|href)="[^"]+\.(js|css)"' <<<"$page" | cut --delimiter='"' --fields=2)
[[ $assets == *.js* && $assets == *.css* ]] || fail "the console's page names no script or no style: $page"
for asset in $assets; do
  bytes=$(curl --silent --show-error --fail --output /dev/null --write-out '%{size_download}' "$orchestrator$asset")
  ((bytes > 0)) || fail "the console's $asset is empty"
done

say 'Events'
call "$orchestrator/events?task_id=$task&event_types=TaskStatusChanged" |
  field ".data.map(({ data }) => data.change).join()" | grep '^submitted,.*finished$' ||
  fail "the events of task $task are $(call "$orchestrator/events?task_id=$task")"
# The stream begins with what happened before, and ends when its limit of time is over.
streamed=$(call --max-time 3 --header 'Accept: text/event-stream' "$orchestrator/events?task_id=$task&last_event_id=0" 2>/dev/null || true)
[[ $streamed == *finished* ]] || fail "the stream of events of task $task holds no end: $streamed"

say 'Policies'
person=smoke-operator person_password="$(node -p 'crypto.randomUUID()')"
call --json "{\"username\":\"$person\",\"email\":\"$person@example.com\",\"password\":\"$person_password\",\"roles\":[\"operator\"]}" \
  "$control_center/users" >/dev/null
person_token=$(sign_in "$person" "$person_password")
# Prints the status of a request of that person to create servers in an infra, in check mode.
answer_to_person() {
  curl --silent --output /dev/null --write-out '%{http_code}' --header "Authorization: Bearer $person_token" \
    --json "{\"infra\":\"$1\",\"settings\":\"config.ncl\",\"check_mode\":true,\"wait\":true}" "$orchestrator/workflows/servers/create"
}
person_gets() { [[ $(answer_to_person "$1") == "$2" ]]; }
person_gets production 200 || fail 'an operator cannot create servers'
policy=$(call --json '{"name":"smoke","version":"1.0.0","rules":[{"effect":"Deny","resource":"servers:production","action":["create"]}]}' \
  "$control_center/policies" | field .data.id)
within 30 person_gets production 403 || fail 'a new policy is not in force'
person_gets staging 200 || fail 'a policy for one infra is in force for another'
call --request DELETE "$control_center/policies/$policy" >/dev/null
within 30 person_gets production 200 || fail 'a deleted policy is still in force'

say 'Audit trail'
audit_is_whole() { call "$control_center/audit/verify" | field .data.ok | grep --quiet true; }
audit_is_whole || fail "the audit trail is not whole: $(call "$control_center/audit/verify")"
exports=$(mktemp --directory)
call --header 'Accept: application/x-ndjson' "$control_center/audit/heads" >"$exports/heads.jsonl"
call --header 'Accept: application/x-ndjson' "$control_center/audit/logs" >"$exports/export.jsonl"
call "$control_center/audit/keys" | field '.data[0].public_key' >"$exports/public.pem"
node deploy/verify-audit.mjs "$exports/export.jsonl" --heads "$exports/heads.jsonl" --key "$exports/public.pem"
for action in policy.create policy.delete user.create; do
  grep --quiet "\"action\":\"$action\"" "$exports/export.jsonl" || fail "$action is not in the audit trail"
done

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

say 'A dump is restored into an empty database'
"${compose[@]}" stop control-center orchestrator worker
"${compose[@]}" exec -T postgres pg_dump --username=provisioning --format=custom provisioning >"$exports/database.dump"
"${compose[@]}" exec -T postgres dropdb --username=provisioning provisioning
"${compose[@]}" exec -T postgres createdb --username=provisioning provisioning
"${compose[@]}" exec -T postgres pg_restore --username=provisioning --dbname=provisioning --no-owner --exit-on-error <"$exports/database.dump"
PROVISIONING_RESTORED=true "${compose[@]}" run --rm migrate
"${compose[@]}" start control-center orchestrator worker
for service in control-center orchestrator; do must_be_healthy "$service" 1; done
must_be_healthy worker 3
orchestrator=$(url orchestrator 9090)
control_center=$(url control-center 9080)
[[ $(curl --silent --output /dev/null --write-out '%{http_code}' --header "Authorization: Bearer $token" "$orchestrator/tasks") == 401 ]] ||
  fail 'a token from before the restore is still valid'
token=$(sign_in admin "$password")
[[ $(status_of "$task") == Completed ]] || fail "after the restore, task $task is $(status_of "$task")"
refusal=$(curl --silent --header "Authorization: Bearer $token" \
  --json '{"infra":"production","settings":"config.ncl","check_mode":true,"wait":true}' "$orchestrator/workflows/servers/create" | field .code)
[[ $refusal == restored_hold ]] || fail "after the restore, a change is answered with $refusal"
call --json '{"release":"reconcile"}' "$orchestrator/state/hold/release" >/dev/null
must_complete "$(submit production config.ncl)"
audit_is_whole || fail "after the restore, the audit trail is not whole: $(call "$control_center/audit/verify")"

say 'Stop'
"${compose[@]}" stop
for service in control-center orchestrator worker; do
  for container in $("${compose[@]}" ps --all --quiet "$service"); do
    code=$(docker inspect --format '{{.State.ExitCode}}' "$container")
    [[ $code == 0 ]] || fail "$service was stopped and ended with status $code"
  done
done
