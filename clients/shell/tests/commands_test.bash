#!/usr/bin/env bash
# The commands on a sandbox: documents, exit codes, names, passwords, Ctrl-C. Sourced by run.
# shellcheck disable=SC2016,SC2154 # jq has variables of its own; others come from lib.bash

readonly organization='Acme '\''Süd'\'' "GmbH" $HOME `id` \ %s; 🎉'

test_a_tenant_from_its_making_to_its_removal() {
  ctl 0 provision --organization "$organization" --email=jo@acme.com --subdomain acme --key k --plan free
  shows '.site == "acme.localhost" and (.apiSecret | test("^[0-9a-f]{64}$")) and .user == "jo@acme.com"'
  ctl 0 provision --organization "$organization" --email=jo@acme.com --subdomain acme --key k --plan free
  shows .reissued
  ctl 0 status acme.localhost
  shows '.organization == $name and .state == "active"' --arg name "$organization"
  ctl 0 status
  shows '.tenants.active == 1'
  ctl 0 tenants --search 'jo@ acme' --sort created --descending
  shows '.total == 1 and .tenants[0].site == "acme.localhost"'
  ctl 0 tenants --plan none
  shows '.total == 0 and .tenants == []'
  ctl 10 tenants --sort size
  ctl 0 rotate-keys acme.localhost
  shows '.user == "jo@acme.com" and (.apiSecret | test("^[0-9a-f]{64}$"))'
  ctl 13 rotate-keys nobody.localhost --user jo@acme.com
  ctl 0 change-plan acme.localhost starter --dry-run
  shows '.changed and .dryRun and .plan.users == 10'
  ctl 0 change-plan acme.localhost enterprise
  shows '.previous.name == "free" and .plan.users == null'
  ctl 10 change-plan acme.localhost gold
  ctl 0 suspend acme.localhost --read-only --reason 'No money.'
  shows '.mode == "read_only" and .reason == "No money." and .changed'
  ctl 0 suspend acme.localhost
  shows '.mode == "blocked" and .changed and (has("reason") | not)'
  ctl 29 login acme.localhost
  ctl 0 status acme.localhost
  shows '.state == "suspended"'
  ctl 0 resume acme.localhost
  shows '.state == "active" and .changed'
  ctl 13 resume nobody.localhost
  ctl 0 usage acme.localhost --days 2
  shows '.usage[0].users.active == 1 and .usage[0].users.limit == null'
  ctl 0 usage --pattern 'x*'
  shows '.usage == []'
  ctl 0 cleanup --pattern 'acme*' --dry-run
  shows '.dryRun and .dropped[0].name == "acme.localhost"'
  ctl 0 cleanup --delay 0 acme.localhost
  shows '.dropped[0].name == "acme.localhost"'
  [[ ! -e $bench/sites/acme.localhost ]]
  ctl 4 cleanup --delay=0 acme.localhost
  shows '.failed[0].name == "acme.localhost"'
  ctl 0 cleanup --orphans --delay 0
}

test_names_survive() {
  export TENANTD_BINARY=$fake
  local text=$'  a\nb\t"c" \'d\' $(x) `y` \\ \\n é 🎉 \u2028 '
  jq -n --arg text "$text" '{$text}' >"$folder/json"
  bare 0 call echo - <"$folder/json"
  shows '.text == $text' --arg text "$text"
  bare 0 call echo "$(<"$folder/json")"
  shows '.text == $text' --arg text "$text"
  export TENANTD_BINARY=$real
  ctl 10 provision --organization $'two\nlines' --email jo@acme.com
  shows '.error.data.fields[0].field == "organizationName"'
}

test_errors_have_their_exit_codes() {
  ctl 10 provision --organization Acme --email no
  shows '.error.data.kind == "invalid_params"'
  says 'email'
  says 'Correct the fields'
  ctl 0 provision --organization Acme --email jo@acme.com
  ctl 11 provision --organization Acme --email other@acme.com
  ctl 12 provision --organization Other --email jo@acme.com
  ctl 13 status none.localhost
  shows '.error.data.site == "none.localhost"'
  ctl 1 call no.such.method
  shows '.error.data.kind == "method_not_found"'
}

test_every_kind_has_the_documented_exit_code() {
  local kind code wanted help
  help=$("$tenantctl" --help)
  eval "$(sed -n '/^exit_kinds=/,/^)/p; /^exit_code()/,/^}/p' "$tenantctl")"
  while read -r kind wanted; do
    code=0
    exit_code "$kind" || code=$?
    if [[ $code != "$wanted" ]] || ! grep -qx "  $code $kind" <<<"$help"; then
      echo "$kind ends with $code, not $wanted, or --help does not say it"
      return 1
    fi
  done < <("$TENANTD_BINARY" describe | jq -r '.errors[] | "\(.kind) \(.exitCode)"')
}

test_wrong_usage_prints_no_document() {
  local words
  for words in '' 'nonsense' 'provision' 'provision --organization' 'provision --organisation=x' \
    'provision --organization=x' 'status a b' 'cleanup --delay soon' 'cleanup -x' 'call' \
    'call ping {' 'call ping {}{}' 'change-plan a' 'suspend' 'suspend a b' 'resume' 'usage --days x' 'watch --every' 'watch --times 0' 'serve x' '--nonsense'; do
    # shellcheck disable=SC2086 # words
    bare 2 $words
    [[ ! -s $stdout ]]
    says 'See tenantctl --help'
  done
  bare 2 provision --organization x --email y --password-file /none
  bare 2 provision --organization x --email y --password-file - </dev/null
  bare 0 --help
}

test_passwords_never_are_arguments() {
  local password='Marker'\''"$ Pass 1 ✓'
  mkdir "$folder/bin"
  cat >"$folder/bin/jq" <<END
#!/bin/sh
printf '%s\n' "\$*" >>"$folder/arguments"
tr '\0' '\n' </proc/\$\$/environ >>"$folder/environments"
exec $(command -v jq) "\$@"
END
  chmod +x "$folder/bin/jq"
  PATH=$folder/bin:$PATH
  printf '%s\n' "$password" >"$folder/password"
  ctl 0 provision --organization A1 --email 1@acme.com --password-file - <"$folder/password"
  shows 'has("password") | not'
  ctl 0 provision --organization A2 --email 2@acme.com --password-file "$folder/password"
  TENANT_PASSWORD=$password ctl 0 provision --organization A3 --email 3@acme.com
  shows 'has("password") | not'
  ctl 0 provision --organization A4 --email 4@acme.com
  shows 'has("password")'
  jq -n --rawfile password "$folder/password" '{organizationName: "A5", fullName: "x",
    email: "5@acme.com", password: ($password | rtrimstr("\n"))}' >"$folder/json"
  ctl 0 call provision - <"$folder/json"
  grep -q organizationName "$folder/arguments"
  ! grep -F 'Marker' "$folder/arguments" "$folder/environments"
}

test_progress_is_a_line_on_a_terminal() {
  command -v script >/dev/null || return 0
  script -qefc "$tenantctl --sandbox=$bench provision --organization Acme --email jo@acme.com \
    >$stdout" "$folder/terminal" >/dev/null </dev/null
  shows '.site == "acme.localhost"'
  grep -q '\[1/5\] Create site' "$folder/terminal"
  grep -q '\[5/5\] Issue API keys' "$folder/terminal"
  ctl 0 provision --organization Other --email other@acme.com
  [[ ! -s $stderr ]]
}

# Runs tenantctl on a terminal and waits until it shows a text. Leaves its process id in $pid.
on_terminal_until() { # TEXT WORD…
  local text=$1 shown='' piece
  shift
  # A job with its own process group, in which SIGINT is not ignored.
  set -m
  exec {terminal}< <(
    exec script -qefc "echo \$\$; exec ${tenantctl@Q} --sandbox=${bench@Q} ${*@Q} >${stdout@Q};" /dev/null </dev/null
  )
  set +m
  script=$!
  IFS= read -r -u "$terminal" pid
  pid=${pid%$'\r'}
  while [[ $shown != *"$text"* ]]; do
    IFS= read -r -n 1 -u "$terminal" piece || return 1
    shown+=$piece
  done
}

test_interrupting_a_clean_up_that_waits_deletes_nothing() {
  command -v script >/dev/null || return 0
  ctl 0 provision --organization Acme --email jo@acme.com
  on_terminal_until '1 to be dropped in 600 s' cleanup --pattern '*' --delay 600
  kill -INT "$pid"
  cat <&"$terminal" >/dev/null
  shows '.error.data.kind == "cancelled"'
  local code=0
  wait "$script" || code=$?
  expect_code 130 "$code" cleanup
  [[ -e $bench/sites/acme.localhost ]]
}

test_interrupting_a_signup_undoes_it() {
  command -v script >/dev/null || return 0
  ctl 0 status
  hold user_insert
  on_terminal_until '[3/5]' provision --organization Acme --email jo@acme.com
  kill -INT "$pid"
  cat <&"$terminal" >/dev/null
  shows '.error.data.kind == "cancelled" and .error.data.rolledBack'
  [[ ! -e $bench/sites/acme.localhost ]]
}

test_watch_prints_a_document_a_line() {
  ctl 0 watch --every 0.01 --times 3
  jq -es 'length == 3 and all(.version)' "$stdout"
  [[ $(wc -l <"$stdout") == 3 ]]
}
