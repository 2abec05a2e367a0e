#!/usr/bin/env bash
# `tenantctl serve`: one tenantd for all callers of this user. In the folder $run: `requests` is
# the FIFO that tenantd reads, `writing` the lock around writes to it, `replies/TOKEN` what came
# for a caller and `replies/TOKEN.bell` its bell, `lock` is held while this runs, `ready` says
# that callers may come. A caller's requests have ids that begin with its token: so replies and
# progress find their way back, whoever else is waiting. Sourced by tenantctl.
# shellcheck disable=SC2154 # variables are shared with tenantctl and link.bash

serve() {
  (($# == 0)) || wrong 'serve takes no arguments.'
  command -v flock >/dev/null || wrong 'serve needs flock (util-linux).'
  mkdir -m 700 "$run" 2>/dev/null || true
  [[ -d $run && -O $run && ! -L $run ]] || wrong "$run is no folder of yours: set TENANTCTL_RUN."
  chmod 700 "$run"
  exec 8>>"$run/lock"
  flock -w 1 8 || wrong "Another tenantctl serves in $run."
  rm -rf "$run/ready" "$run/replies" "$run/requests"
  mkdir -m 700 "$run/replies"
  mkfifo -m 600 "$run/requests"
  trap stop_serving TERM INT HUP
  trap 'rm -rf "$run/ready" "$run/replies" "$run/requests"' EXIT
  trap '' PIPE
  start "$run/requests"
  route &
  local router=$! status=0
  exec {from}<&-
  : >"$run/ready"
  say "serves tenantd $version in $run"
  # A signal ends `wait`, not the work: tenantd finishes or undoes what it has accepted.
  while kill -0 "$router" 2>/dev/null; do wait "$router" || true; done
  wait "$tenantd" || status=$?
  ((interrupts)) || fail disconnected "tenantd ended with exit code $status."
}

# tenantd knows what a signal means, and what a second one does.
stop_serving() {
  interrupts=$((interrupts + 1))
  kill -TERM "$tenantd" 2>/dev/null || true
}

# Brings each line to the file of the caller that it is for, until tenantd ends.
route() {
  local caller text
  # Signals are for tenantd, whose last answers are still to be brought; and this must hold neither
  # the lock nor tenantd's input open when `serve` is killed.
  trap '' TERM INT HUP
  trap - EXIT
  exec 8>&- {to}>&-
  local status=()
  # Not as raw lines (-R): in those, jq 1.6 spoils the characters that lie across two of its reads.
  jq --unbuffered -r 'objects | (.id // .params?.id? | strings) as $id
      | ($id | split(".")[0]) + "\t" + tojson' <&"$from" 2>/dev/null \
    | while IFS=$'\t' read -r caller text; do
      [[ $caller =~ ^([0-9]+)-[A-Za-z0-9]+$ && -f $run/replies/$caller ]] || continue
      if kill -0 "${BASH_REMATCH[1]}" 2>/dev/null; then
        printf '%s\n' "$text" >>"$run/replies/$caller"
        [[ ! -p $run/replies/$caller.bell ]] || printf '\n' 1<>"$run/replies/$caller.bell"
      else # it was killed; nobody else is to read its secrets
        rm -f "$run/replies/$caller" "$run/replies/$caller.bell"
      fi
    done || status=("${PIPESTATUS[@]}")
  if ((${status[0]-0})); then
    say 'tenantd printed what is no message; it is ended.'
    kill -KILL -- "-$tenantd" 2>/dev/null || true
  fi
}
