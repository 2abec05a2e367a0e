#!/usr/bin/env bash
# The commands for a tenant's life: its plan, suspending it, what it uses. Sourced by tenantctl.
# shellcheck disable=SC2154 # rest and reply come from tenantctl and link.bash

change-plan() {
  local force='' dry_run=''
  options force! dry-run! -- "$@"
  ((${#rest[@]} == 2)) || wrong 'change-plan takes one site and one plan.'
  connect
  request changePlan < <(jq -n --arg site "${rest[0]}" --arg plan "${rest[1]}" \
    --arg force "$force" --arg dry "$dry_run" \
    '{$site, $plan, force: ($force == "1"), dryRun: ($dry == "1")}')
  finish
}

suspend() {
  local read_only='' reason=''
  options read-only! reason -- "$@"
  ((${#rest[@]} == 1)) || wrong 'suspend takes one site.'
  connect
  request suspend < <(jq -n --arg site "${rest[0]}" --arg reason "$reason" --arg read "$read_only" '
    {$site, $reason, mode: (if $read == "1" then "read_only" else "blocked" end)}
    | with_entries(select(.value != ""))')
  finish
}

resume() {
  options -- "$@"
  ((${#rest[@]} == 1)) || wrong 'resume takes one site.'
  connect
  request resume < <(jq -n --arg site "${rest[0]}" '{$site}')
  finish
}

usage-of() {
  local pattern='' days=''
  options pattern days -- "$@"
  [[ ! $days || $days =~ ^[1-9][0-9]*$ ]] || wrong "--days needs a count, not '$days'."
  connect
  request usage < <(jq -n --arg pattern "$pattern" --arg days "$days" '
    {sites: $ARGS.positional, $pattern, days: ($days | tonumber? // "")}
    | with_entries(select(.value | . != "" and . != []))' --args ${rest[0]+"${rest[@]}"})
  if [[ -t 1 ]] && printf '%s' "$reply" | jq -e .result >/dev/null; then print_usage; else finish; fi
}

print_usage() {
  printf '%s' "$reply" | jq -r '
    def wide(n): . + " " * ([n - length, 0] | max);
    def of(limit): "\(.) / \(limit // "∞")";
    def megabytes: . / 1048576 * 10 | round / 10;
    .result | (.usage | map(.site | length) + [4] | max) as $site
    | ("\("SITE" | wide($site))  \("USERS" | wide(10))  \("MB" | wide(20))  \("CALLS" | wide(8))  LAST SEEN"),
      (.usage[] | "\(.site | wide($site))  \(.users as $u | $u.active | of($u.limit) | wide(10))  "
        + "\(.storage as $s | $s.total | megabytes | of($s.limit | if . then megabytes else . end) | wide(20))  "
        + "\(.apiCalls[-1].count // "" | tostring | wide(8))  \(.lastActivity // "")"),
      (.failed[] | "\(.site): \(.reason)")'
}
