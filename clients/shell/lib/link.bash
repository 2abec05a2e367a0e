#!/usr/bin/env bash
# One tenantd to talk to: started for this command, or that of `tenantctl serve`. Requests go out,
# and what comes is progress, an answer, or the end. Sourced by tenantctl.
# shellcheck disable=SC2034,SC2154 # variables are shared with tenantctl
# shellcheck disable=SC2016 # jq has variables of its own

readonly ours=0.1 # the release of tenantd that this client speaks to
patience=${TENANTCTL_PATIENCE:-15}
tenantd='' healthy=1 interrupts=0
token=$$ sent=0 id='' line='' reply='' to='' from='' bell=''
# Starts tenantd with its input at the FIFO given and its output at $from.
start() { # FIFO
  local binary=${TENANTD_BINARY:-tenantd} path folder hold theirs
  path=$(command -v -- "$binary") || {
    [[ ! -f $binary ]] || fail start_failed "$binary is not executable: \`chmod +x\` it."
    fail start_failed "There is no tenantd at $binary: build it with \`swift build -c release\`,\
 and say where it is in TENANTD_BINARY."
  }
  folder=$(mktemp -d)
  mkfifo -m 600 "$folder/out"
  exec {hold}<>"$1" # so that neither end waits for the other
  set -m            # a process group of its own: Ctrl-C is for this script
  "$path" serve "${flags[@]}" <"$1" >"$folder/out" {hold}>&- 8>&- &
  set +m
  tenantd=$!
  exec {to}>"$1" {from}<"$folder/out" {hold}>&-
  rm -r "$folder"
  request rpc.discover <<<'{}'
  theirs=$(printf '%s' "$reply" | calm_jq -r '.result.info | select(.title == "tenantd").version') \
    || true
  [[ $theirs ]] || lost "$binary speaks JSON-RPC, but is not tenantd."
  [[ $theirs == "$ours".* ]] || lost "$binary is tenantd $theirs, but this tenantctl speaks to\
 $ours: install the same release of both."
  version=$theirs
}

# Joins the tenantd of `serve`. Replies come as lines of a file, which unlike a FIFO takes them
# all: a caller that is stopped must not hold up the others. The bell says that there is more.
join() {
  local file
  file=$(mktemp "$run/replies/$$-XXXXXXXX")
  token=${file##*/}
  mkfifo -m 600 "$file.bell"
  exec {from}<"$file" {bell}<>"$file.bell"
  version=$ours
}

# A folder of somebody else would be a trap for passwords.
is_served() { [[ -O $run && ! -L $run && -e $run/ready ]] && ! flock -n -s "$run/lock" true; }

connect() {
  trap leave EXIT
  trap interrupt INT
  trap '' PIPE
  if [[ ! $fresh ]] && is_served; then
    join
  else
    local folder
    folder=$(mktemp -d)
    mkfifo -m 600 "$folder/in"
    TENANTD_LOG=${TENANTD_LOG:-error}
    export TENANTD_LOG
    start "$folder/in"
    rm -r "$folder"
  fi
}

# Sleeps without a child, which would outlive a killed tenantctl and hold tenantd's input open.
nap() { # SECONDS
  read -r -t "$1" _ <> <(:) || true
}

leave() {
  if [[ $bell ]]; then
    rm -f "$run/replies/$token" "$run/replies/$token.bell"
  elif [[ $tenantd ]]; then
    [[ $healthy ]] || kill -KILL -- "-$tenantd" 2>/dev/null || true
    [[ ! $to ]] || exec {to}>&- {from}<&- # at its end of input tenantd finishes and ends
    ((interrupts > 1)) || wait "$tenantd" || true
  fi
}

interrupt() {
  ((++interrupts == 1)) || exit 130
  [[ ! $id ]] || show_progress 'Undoing …'
  [[ ! $id ]] || jq -nc --arg id "$id" --arg own "$token.cancel" \
    '{jsonrpc: "2.0", id: $own, method: "cancel", params: {id: $id}}' | write
}

# Sends the line on standard input. Several callers may write to one tenantd, and a pipe keeps
# only short writes whole.
write() {
  local message
  IFS= read -r message || true
  if [[ $bell ]]; then
    (
      flock 9
      # The empty line ends what a killed caller may have left unfinished.
      printf '\n%s\n' "$message" 1<>"$run/requests"
    ) 9>>"$run/writing"
  else
    { printf '%s\n' "$message" >&"$to"; } 2>/dev/null || true # its end is seen by the reader
  fi
}

# Waits for the next line that comes; fails when tenantd has ended.
next_line() {
  local piece status heard=$SECONDS asked=''
  line=''
  while :; do
    status=0
    # By bytes: a time-out within a character would lose what of it was read.
    IFS='' LC_ALL=C read -r -t 1 -u "$from" piece || status=$?
    line+=$piece
    ((status)) || return 0
    if ((status == 1)); then # the end of the file
      [[ $bell ]] || return 1
      read -r -t 1 -u "$bell" _ || is_served || return 1
    fi
    if ((SECONDS - heard >= patience)); then
      # tenantd answers a ping at once, whatever else it does.
      [[ ! $asked ]] || lost "tenantd has not said anything for $((2 * patience)) s."
      asked=1 heard=$SECONDS
      jq -nc --arg id "$token.ping" '{jsonrpc: "2.0", id: $id, method: "ping"}' | write
    fi
  done
}

# Sends a request with the parameters on standard input, shows its progress, and leaves the whole
# answer in $reply.
request() { # METHOD <PARAMETERS
  local news
  id=$token.$((++sent))
  calm_jq -c --arg id "$id" --arg method "$1" \
    '{jsonrpc: "2.0", id: $id, method: $method, params: .}' | write
  while next_line; do
    news=$(printf '%s' "$line" | calm_jq -rs --arg id "$id" '
      if length == 0 then "other"
      elif length > 1 or (.[0] | type != "object" or .jsonrpc != "2.0") then "rubbish"
      else .[0] | if .method == "progress" and .params.id == $id then .params |
          if .state == "waiting"
          then "progress \(.of) to be dropped in \(.seconds) s; Ctrl-C stops it"
          else "progress [\(.step)/\(.of)] "
            + (if .title == "Drop site" then "Drop \(.site)" else .title end)
            + ({started: " …", failed: ": failed", restarted: ": begins again"}[.state]
              // " (\((.seconds // 0) * 10 | floor / 10) s)")
          end
        elif has("method") then (if has("id") then "rubbish" else "other" end)
        elif .id == $id then "answer" else "other" end
      end' 2>/dev/null) || news=rubbish
    case $news in
      rubbish)
        lost "tenantd printed '${line:0:80}', which no tenantd does: is TENANTD_BINARY right?"
        ;;
      progress*) show_progress "${news#progress }" ;;
      answer)
        clear_progress
        id='' reply=$line
        return
        ;;
    esac
  done
  ended
}

ended() {
  local status=0
  if [[ $bell ]]; then lost 'tenantctl serve ended before the answer came.'; fi
  wait "$tenantd" || status=$?
  tenantd=''
  if ((status > 128)); then
    lost "tenantd was killed by signal $((status - 128)) before the answer came."
  fi
  lost "tenantd ended with exit code $status before the answer came."
}

# Prints the answer as the one document, and exits with its code.
finish() {
  if printf '%s' "$reply" | jq -e 'has("error")' >/dev/null; then
    printf '%s' "$reply" | jq -r '.error | .message, (.data.advice? // empty),
      (.data.suggestions? // [] | select(. != []) | "Free: " + join(", "))' >&2
    printf '%s' "$reply" | print_document '{error}'
    ((interrupts == 0)) || exit 130
    exit_code "$(printf '%s' "$reply" | jq -r '.error.data.kind? // ""')" || exit
  fi
  printf '%s' "$reply" | print_document .result
}
