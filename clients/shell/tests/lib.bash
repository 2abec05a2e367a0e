#!/usr/bin/env bash
# What the tests share. Each test is a function in a subshell, with a folder of its own; the first
# command that fails ends it. Sourced by run.
# shellcheck disable=SC2034,SC2154 # variables are shared with run and the suites

# Everything that a test starts is in its process group, and is ended with it.
run_test() { # FUNCTION
  set -euo pipefail
  trap 'kill_jobs' EXIT
  export TENANTD_BINARY=$real TENANTCTL_RUN=$folder/run TMPDIR=$folder
  # Most commands have a tenantd of their own, which is gone before it has filled a pool.
  export TENANTD_POOL=0
  bench=$folder/bench
  stdout=$folder/stdout stderr=$folder/stderr
  "$1"
}

kill_jobs() {
  local pid
  # A process substitution is no job. What it has started ends by itself.
  [[ ! ${server-} ]] || kill -KILL "$server" 2>/dev/null || true
  for pid in $(jobs -p); do kill -KILL -- "$pid" 2>/dev/null || true; done
}

# Runs tenantctl on the test's own sandbox and checks its exit code; leaves $stdout and $stderr.
ctl() { # CODE WORD…
  local status=0
  "$tenantctl" --sandbox="$bench" "${@:2}" >"$stdout" 2>"$stderr" || status=$?
  expect_code "$1" "$status" "${*:2}"
}

# The same with the tenantd that misbehaves, or the one of serve.
bare() { # CODE WORD…
  local status=0
  "$tenantctl" "${@:2}" >"$stdout" 2>"$stderr" || status=$?
  expect_code "$1" "$status" "${*:2}"
}

expect_code() { # WANTED GOT WHAT
  [[ $1 == "$2" ]] && return
  echo "$3: ended with $2, not with $1"
  cat "$stdout" "$stderr"
  return 1
}

# The one document on standard output: exactly one, and one of which the jq program is true.
shows() { # PROGRAM [JQ OPTION…]
  jq -es "${@:2}" "length == 1 and (.[0] | $1)" "$stdout" >/dev/null && return
  echo "not so: $1"
  head -c 2000 "$stdout" "$stderr"
  return 1
}

says() { # REGULAR EXPRESSION, for standard error
  grep -Eq -- "$1" "$stderr" && return
  echo "standard error does not say: $1"
  cat "$stderr"
  return 1
}

# Starts `tenantctl serve` and returns when it is ready.
serve() { # OPTION…
  local line
  exec {said}< <(exec "$tenantctl" "$@" serve 2>&1)
  server=$!
  while read -r -u "$said" line; do
    [[ $line != *'serves tenantd'* ]] || return 0
    echo "$line"
  done
  return 1
}

# Holds the signup of jo@acme.com at a point of the sandbox until something has written to the FIFO.
hold() { # POINT
  mkfifo "$folder/fifo"
  jq -n --arg point "$1" --arg fifo "$folder/fifo" \
    '{hold: {($point): {match: "jo@acme.com", fifo: $fifo}}}' >"$bench/sites/sandbox.json"
}

# Waits for the end of a process that is no child of this shell.
await_end() { # PID
  tail -f /dev/null --pid="$1"
}

is_running() { # PID
  kill -0 "$1" 2>/dev/null && ! grep -q '^State:.Z' "/proc/$1/status"
}
