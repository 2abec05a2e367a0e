#!/usr/bin/env bash
# The README's commands print what it says. Sourced by run.
# shellcheck disable=SC2016,SC2154 # backquotes are the page's; variables come from lib.bash

test_the_commands_of_the_readme() {
  unset TENANTD_POOL # as the reader has it
  local page=$root/clients/shell/README.md commands wanted
  commands=$(sed -n '/^```sh$/,/^```$/p' "$page" | grep -v -e '^```' -e '^ln ')
  wanted=$(sed -n '/^```text$/,/^```$/p' "$page" | grep -v -e '^```' -e '^\[3/5\]')
  mkdir "$folder/bin"
  ln -s "$tenantctl" "$folder/bin/tenantctl"
  PATH=$folder/bin:$PATH bash -o pipefail -c "${commands//\/tmp\/try/$bench}" \
    >"$stdout" 2>"$stderr"
  diff <(printf '%s\n' "$wanted") "$stdout"
  says 'Choose another subdomain'
}
