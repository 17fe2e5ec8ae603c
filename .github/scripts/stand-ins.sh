#!/usr/bin/env bash
# Starts the stand-in servers of a scenario in the background and waits until they listen; those of the scenario before
# are stopped. Their addresses are in the environment of the steps that follow, what they are asked in the file
# $STAND_IN_JOURNAL.
set -euo pipefail
scenario=$1

if [ -n "${STAND_IN_PID:-}" ]; then kill "$STAND_IN_PID"; fi

log="$RUNNER_TEMP/$scenario.log"
journal="$RUNNER_TEMP/$scenario.jsonl"
: >"$log"
node --import tsx __tests__/servers/serve.ts --scenario "$scenario" --env-file "$GITHUB_ENV" --journal "$journal" \
  --commit "$COMMIT" --repository "$GITHUB_REPOSITORY" >"$log" 2>&1 &
until grep -q '^ready' "$log"; do
  kill -0 $! || { cat "$log"; exit 1; }
  sleep 0.1
done
cat "$log"
echo "STAND_IN_JOURNAL=$journal" >>"$GITHUB_ENV"
