#!/usr/bin/env bash
# The commands for tenants that exist: list them, give new keys. Sourced by tenantctl.
# shellcheck disable=SC2154 # rest and reply come from tenantctl and link.bash

tenants() {
  local state='' plan='' owner='' pattern='' search='' sort='' descending='' after='' pages=''
  options state plan owner pattern search sort descending! -- "$@"
  ((${#rest[@]} == 0)) || wrong "tenants takes options only, not '${rest[0]}'."
  connect
  while :; do
    request tenants < <(jq -n --arg state "$state" --arg plan "$plan" --arg owner "$owner" \
      --arg pattern "$pattern" --arg search "$search" --arg sort "$sort" --arg after "$after" \
      --arg descending "$descending" '
        {$state, $plan, $owner, $pattern, $search, $sort, $after,
          descending: ($descending == "1"), limit: 1000} | with_entries(select(.value != ""))')
    after=$(printf '%s' "$reply" | jq -r '.result.next // ""')
    pages+=$reply
    [[ $after ]] || break
  done
  reply=$(printf '%s' "$pages" | jq -cs '
    if .[-1].error then .[-1] else {result: {tenants: map(.result.tenants[]), total: .[-1].result.total}} end')
  if [[ -t 1 ]] && printf '%s' "$reply" | jq -e .result >/dev/null; then print_tenants; else finish; fi
}

print_tenants() {
  printf '%s' "$reply" | jq -r '
    def wide(n): . + " " * ([n - length, 0] | max);
    .result.tenants
    | (map(.site | length) + [4] | max) as $site | (map(.owner // "" | length) + [5] | max) as $owner
    | (map(.plan.name // "" | length) + [4] | max) as $plan
    | [{site: "SITE", owner: "OWNER", plan: {name: "PLAN"}, state: "STATE", created: "CREATED"}, .[]][]
    | "\(.site | wide($site))  \(.plan.name // "" | wide($plan))  \(.owner // "" | wide($owner))  "
      + "\(.created // "" | wide(20))  \(.state)"'
}

rotate-keys() {
  local user=''
  options user -- "$@"
  ((${#rest[@]} == 1)) || wrong 'rotate-keys takes one site.'
  connect
  request rotateKeys < <(jq -n --arg site "${rest[0]}" --arg user "$user" \
    '{$site, $user} | with_entries(select(.value != ""))')
  finish
}
