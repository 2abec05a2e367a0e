#!/usr/bin/env bash
# Replays the golden conversations of Tests/Transcripts through tenantctl's link to tenantd. Their
# form is described in Tests/tenantdTests/TranscriptTests.swift. Sourced by run.
# shellcheck disable=SC2016,SC2034,SC2154 # jq has variables of its own; others are shared

# Reads the messages that nobody has expected yet, and prints the first that fits $pattern.
readonly first_that_fits='
  def fits($pattern):
    if $pattern == "<any>" then true
    elif $pattern == "<string>" then type == "string"
    elif $pattern == "<number>" then type == "number"
    elif $pattern == "<hex64>" then type == "string" and test("^[0-9a-f]{64}$")
    elif type == "object" and ($pattern | type) == "object" then
      keys == ($pattern | keys) and . as $all | all(keys[]; . as $key | $all[$key] | fits($pattern[$key]))
    elif type == "array" and ($pattern | type) == "array" then
      length == ($pattern | length) and . as $all | all(keys[]; . as $at | $all[$at] | fits($pattern[$at]))
    else . == $pattern end;'

# Tells which one it was by the place among its like.
place_that_fits() { # PATTERN WORD… (messages); prints the place, or nothing
  local pattern=$1
  shift
  (($# == 0)) || printf '%s\n' "$@" | jq -rn --argjson pattern "$pattern" \
    "$first_that_fits"' [inputs | fits($pattern)] | index(true) // empty'
}

replay() { # FILE
  local text kind body place said=() status=0 kinds expected number=0
  # One jq for all lines: to start one for each takes longer than the conversation.
  mapfile -t kinds < <(jq -r 'keys[0]' "$1")
  mapfile -t expected < <(jq -c .expect "$1")
  # The link's own functions and variables, without a command.
  eval "$(sed '/^command=/,$d' "$tenantctl" | sed "s|^program=.*|program=$tenantctl|")"
  flags=("--sandbox=$folder/$(basename "$1")") fresh=1
  connect
  while IFS= read -r text; do
    kind=${kinds[number]} body=${expected[number]}
    number=$((number + 1))
    case $kind in
      about) ;;
      send) # as it stands: jq would round its numbers
        body=${text#*'"send": '}
        printf '%s' "${body%\}}" | write
        ;;
      line) jq -r .line <<<"$text" | write ;;
      expect)
        until place=$(place_that_fits "$body" "${said[@]}") && [[ $place ]]; do
          # An answered ping says that nothing else has come for as long as one is patient.
          { next_line && [[ $line != *"\"$token.ping\""* ]]; } || {
            echo "$1: never came: $body; but ${said[*]}"
            return 1
          }
          said+=("$line")
        done
        said=("${said[@]:0:place}" "${said[@]:place+1}")
        ;;
    esac
  done <"$1"
  exec {to}>&-
  while next_line; do said+=("$line"); done
  wait "$tenantd" || status=$?
  tenantd='' to=''
  [[ $status == 0 && ${#said[@]} == 0 ]] || {
    echo "$1: ended with $status; not expected: ${said[*]}"
    return 1
  }
}

test_transcripts() {
  local file count=0
  for file in "$root"/Tests/Transcripts/*.jsonl; do
    (replay "$file")
    count=$((count + 1))
  done
  ((count >= 5))
}

test_the_form_of_transcripts() {
  local hex
  hex=$(printf '0f%.0s' {1..32})
  [[ $(place_that_fits '{"a": ["<any>", "<any>"]}' '{"a": [1, null]}') == 0 ]]
  [[ $(place_that_fits '"<hex64>"' '"0F"' "\"$hex\"") == 1 ]]
  [[ $(place_that_fits 1.0 '"1"' true 1) == 2 ]]
  [[ $(place_that_fits '"<string>"' 1 '""') == 1 ]]
  [[ ! $(place_that_fits '"<number>"' '"1"' true) ]]
  [[ ! $(place_that_fits '{"a": 1}' '{"a": 1, "b": 2}' '{}' '[1]') ]]
  [[ ! $(place_that_fits '[1]' '[1, 2]' '[]' '{"a": 1}') ]]
}
