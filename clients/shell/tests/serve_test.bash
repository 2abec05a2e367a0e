#!/usr/bin/env bash
# `tenantctl serve`: one process for many callers, each of whom gets its own replies. Sourced by run.
# shellcheck disable=SC2154 # variables come from lib.bash

test_everybody_gets_their_own_reply() {
  export TENANTD_BINARY=$fake
  serve
  local callers=() number pid
  for number in {1..12}; do
    (
      for round in 1 2 3; do
        # Longer than a pipe takes at once, so that writers that do not queue would be mixed up.
        jq -n "{number: $number, round: $round, text: (\"x\" * 50000)}" \
          | "$tenantctl" call echo - \
          | jq -e ".number == $number and .round == $round and (.text | length == 50000)"
      done
    ) &
    callers+=($!)
  done
  for pid in "${callers[@]}"; do wait "$pid"; done
  [[ -z $(ls "$TENANTCTL_RUN/replies") ]]
}

test_one_process_serves_all() {
  export TENANTD_BINARY=$fake
  serve
  bare 0 call pid
  local first
  first=$(<"$stdout")
  bare 0 call pid
  [[ $(<"$stdout") == "$first" ]]
  bare 0 --fresh call pid
  [[ $(<"$stdout") != "$first" ]]
  bare 2 serve
  says 'Another tenantctl serves'
  kill -TERM "$server"
  await_end "$first"
}

test_a_signup_through_serve_with_its_progress() {
  unset TENANTD_POOL
  serve --sandbox="$bench"
  local callers=() number pid
  for number in 1 2 3 4; do
    "$tenantctl" provision --organization "Acme $number" --email "$number@acme.com" \
      >"$folder/$number" &
    callers+=($!)
  done
  for pid in "${callers[@]}"; do wait "$pid"; done
  for number in 1 2 3 4; do
    jq -e ".site == \"acme-$number.localhost\"" "$folder/$number"
  done
  bare 0 status
  shows '.tenants.active == 4'
  bare 13 status none.localhost
}

test_a_stopped_caller_holds_up_nobody() {
  export TENANTD_BINARY=$fake
  serve
  "$tenantctl" watch --every 600 >/dev/null 2>&1 &
  local stopped=$!
  kill -STOP "$stopped"
  bare 0 call big '{"count": 100000, "piece": 65536}'
  shows 'length == 100000 and (explode | all(. == 8364))'
  kill -KILL "$stopped"
}

test_rubbish_ends_serve() {
  export TENANTD_BINARY=$fake
  serve
  bare 3 call rubbish
  shows '.error.data.kind == "disconnected"'
  await_end "$server"
}

test_nothing_is_kept_for_a_caller_that_was_killed() {
  serve --sandbox="$bench"
  bare 0 status
  hold user_insert
  "$tenantctl" provision --organization Acme --email jo@acme.com >/dev/null 2>&1 &
  local caller=$!
  until "$tenantctl" status | jq -e '.jobs.running[0].step == 3' >/dev/null; do :; done
  kill -KILL "$caller"
  wait "$caller" || true
  echo >"$folder/fifo"
  until "$tenantctl" status | jq -e '.jobs.running == []' >/dev/null; do :; done
  [[ -z $(ls "$TENANTCTL_RUN/replies") ]]
}

test_the_end_of_serve_while_a_call_waits() {
  export TENANTD_BINARY=$fake
  serve
  bare 0 call pid
  local tenantd
  tenantd=$(<"$stdout")
  bare 3 call die
  shows '.error.data.kind == "disconnected"'
  says 'serve ended before the answer came'
  await_end "$server"
  ! is_running "$tenantd"
  # What is left over is no server.
  bare 0 call ping
}

test_no_orphan_when_serve_is_killed() {
  serve --sandbox="$bench"
  local tenantd
  tenantd=$(pgrep -P "$server" -x tenantd)
  kill -KILL "$server"
  await_end "$tenantd"
  ctl 0 status
  serve --sandbox="$bench"
  bare 0 call ping
}

test_ending_serve_finishes_what_was_accepted() {
  serve --sandbox="$bench"
  bare 0 status
  hold user_insert
  "$tenantctl" provision --organization Acme --email jo@acme.com >"$folder/tenant" &
  local caller=$!
  until "$tenantctl" status | jq -e '.jobs.running[0].step == 3' >/dev/null; do :; done
  kill -TERM "$server"
  bare 23 provision --organization Other --email other@acme.com
  echo >"$folder/fifo"
  wait "$caller"
  jq -e '.site == "acme.localhost"' "$folder/tenant"
  await_end "$server"
}

test_a_folder_of_somebody_else_is_not_trusted() {
  [[ $UID == 0 ]] || return 0 # only root can make one
  mkdir -p "$TENANTCTL_RUN/replies"
  chown 12345 "$TENANTCTL_RUN"
  bare 2 serve
  says 'is no folder of yours'
  touch "$TENANTCTL_RUN/ready" "$TENANTCTL_RUN/lock"
  mkfifo "$TENANTCTL_RUN/requests"
  exec 7>>"$TENANTCTL_RUN/lock"
  flock 7
  ctl 0 call ping
  bare 0 --sandbox="$bench" call ping
}
