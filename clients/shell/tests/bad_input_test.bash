#!/usr/bin/env bash
# What is no tenantd, or one that misbehaves: exit code 3 and a sentence. Sourced by run.
# shellcheck disable=SC2016,SC2154 # jq has variables of its own; others come from lib.bash

refuses() { # BINARY SENTENCE [METHOD]
  export TENANTD_BINARY=$1
  bare 3 call "${3:-ping}"
  shows '.error | .data.kind == $kind and (.message | length > 20)' \
    --arg kind "$([[ ${3-} ]] && echo disconnected || echo start_failed)"
  says "$2"
}

test_a_start_that_fails() {
  refuses /no/tenantd 'There is no tenantd at /no/tenantd: build'
  refuses no-such-tenantd 'There is no tenantd at no-such-tenantd: build'
  touch "$folder/plain"
  refuses "$folder/plain" 'is not executable: `chmod'
  printf '\177ELF rubbish\0' >"$folder/rubbish"
  chmod +x "$folder/rubbish"
  refuses "$folder/rubbish" 'ended with exit code 126'
  refuses /bin/true 'ended with exit code 0'
  printf '#!/bin/sh\nexec cat\n' >"$folder/echo"
  chmod +x "$folder/echo"
  refuses "$folder/echo" 'which no tenantd does'
  FAKE_START='other version' refuses "$fake" 'is tenantd 9.1.0, but this tenantctl speaks to 0.1'
  FAKE_START=stranger refuses "$fake" 'is not tenantd'
  FAKE_START=rubbish refuses "$fake" 'printed .Usage: something else., which no tenantd does'
  FAKE_START='exit' refuses "$fake" 'FAKE_START is wrong'
  TENANTD_QUEUE=x refuses "$real" 'TENANTD_QUEUE is “x”'
}

test_hanging() {
  export TENANTCTL_PATIENCE=1
  FAKE_START=hang refuses "$fake" 'has not said anything for 2 s'
  refuses "$fake" 'has not said anything for 2 s' hang
}

test_trouble_in_a_call() {
  refuses "$fake" 'was killed by signal 9' die
  refuses "$fake" 'printed .Warning: the moon is full., which' rubbish
}

test_enormous_and_split_replies() {
  export TENANTD_BINARY=$fake
  local size
  for size in '200000 65536' '50 1' '20000 4097'; do
    # shellcheck disable=SC2086 # two words
    set -- $size
    bare 0 call big "{\"count\": $1, \"piece\": $2}"
    # No gsub: the memory that jq 1.6 takes for it grows with the square of the matches.
    shows 'length == $count and (explode | all(. == 8364))' --argjson count "$1"
  done
}

test_no_orphan_when_tenantctl_is_killed() {
  local answer child
  mkfifo "$folder/fifo"
  "$tenantctl" --sandbox="$bench" watch --every 600 >"$folder/fifo" 2>/dev/null &
  child=$!
  read -r _ <"$folder/fifo" # it has had its first answer
  answer=$(pgrep -P "$child" -x tenantd)
  kill -KILL "$child"
  await_end "$answer"
}
