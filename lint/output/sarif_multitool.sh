#!/bin/sh
# Microsoft's SARIF validator over the SARIF of every fixture that has findings.
#
#   sarif_multitool.sh VLINT SOURCE_DIR WORK_DIR
#
# The validator is the npm package @microsoft/sarif-multitool-linux; it is looked for under $VLINT_MULTITOOL (a folder
# with a node_modules), WORK_DIR and SOURCE_DIR/build/tools, where .ci/run puts it. Exit 77 (skipped) when it is not there.
set -eu
vlint=$1
source_dir=$2
mkdir -p "$3"
work_dir=$(cd "$3" && pwd)

multitool=
for folder in "${VLINT_MULTITOOL:-}" "$work_dir" "$source_dir/build/tools"; do
  candidate="$folder/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool"
  if [ -n "$folder" ] && [ -f "$candidate" ]; then
    multitool=$candidate
    break
  fi
done
if [ -z "$multitool" ]; then
  echo "SKIPPED: the SARIF multitool is not installed, so the SARIF was not validated; to have it:"
  echo "  npm install --ignore-scripts --prefix build/tools @microsoft/sarif-multitool@5.7.0"
  exit 77
fi
if ! command -v python3 >/dev/null; then
  echo "SKIPPED: python3 is not installed, so the validator's log could not be read"
  exit 77
fi
# npm leaves it without the permission when scripts are not run.
[ -x "$multitool" ] || chmod u+x "$multitool"

logs="$work_dir/sarif_multitool"
rm -rf "$logs"
mkdir -p "$logs"
cd "$source_dir"

# fixtures/rules/velero/x/bad -> rules.velero.x.bad.sarif
failed=0
for fixture in fixtures/clusters/*/ fixtures/rules/*/*/bad/; do
  [ -d "$fixture" ] || continue
  name=$(printf '%s' "$fixture" | sed 's|^fixtures/||; s|/$||; s|/|.|g')
  # A repository of its own: inside of this one everything would be linted each time.
  repository="$work_dir/repositories/$name"
  rm -rf "$repository" && mkdir -p "$repository" && cp -R "$fixture." "$repository" && : >>"$repository/.vlint.yaml"
  if ! "$vlint" --fail-on never --output "sarif=$logs/$name.sarif" "$repository" >/dev/null 2>"$logs/$name.stderr"; then
    echo "FAIL $fixture: vlint could not do its work: $(head -n 1 "$logs/$name.stderr")"
    failed=1
  elif [ ! -s "$logs/$name.sarif" ]; then
    echo "FAIL $fixture: vlint wrote no SARIF"
    failed=1
  fi
done
set -- "$logs"/*.sarif
[ -e "$1" ] || { echo "FAIL: there is no SARIF to validate"; exit 1; }

# The program needs no ICU this way. Its exit code is 0 whatever it finds (and 1 when it breaks), so its log is read.
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
"$multitool" validate "$@" --config "$source_dir/testdata/sarif/multitool-config.json" \
  --rule-kind "Sarif;Ghas" --level "Error;Warning" --max-file-size-in-kb 200000 \
  --output "$logs/validation.log" --log ForceOverwrite >"$logs/multitool.txt" 2>&1 || failed=1
if [ ! -s "$logs/validation.log" ] || ! grep -q "^Done. $# files scanned" "$logs/multitool.txt"; then
  echo "FAIL: the SARIF multitool did not look at all of the $# logs:"
  cat "$logs/multitool.txt"
  failed=1
fi
[ -s "$logs/validation.log" ] || exit 1

python3 - "$logs/validation.log" "$#" <<'END' || failed=1
import json
import sys


def text_of(run, result):
    message = result["message"]
    rules = run["tool"]["driver"].get("rules", [])
    texts = next((rule.get("messageStrings", {}) for rule in rules if rule["id"] == result["ruleId"]), {})
    text = message.get("text") or texts.get(message.get("id"), {}).get("text") or json.dumps(message)
    for number, argument in enumerate(message.get("arguments", [])):
        text = text.replace("{%d}" % number, argument)
    return text


def place_of(result):
    location = (result.get("locations") or [{}])[0].get("physicalLocation", {})
    name = location.get("artifactLocation", {}).get("uri", "?").rsplit("/", 1)[-1]
    return "%s:%d" % (name, location.get("region", {}).get("startLine", 0))


failures = set()
with open(sys.argv[1], encoding="utf-8-sig") as log:
    runs = json.load(log)["runs"]
for run in runs:
    for result in run.get("results", []):
        if result.get("level", "warning") in ("error", "warning"):
            failures.add("%s: %s: %s" % (place_of(result), result.get("ruleId"), text_of(run, result)))
    for invocation in run.get("invocations", []):
        for kind in ("toolExecutionNotifications", "toolConfigurationNotifications"):
            for notification in invocation.get(kind, []):
                failures.add("%s: the validator stumbled: %s" % (place_of(notification), notification["message"].get("text")))
for failure in sorted(failures):
    print("FAIL " + failure)
print("%s SARIF logs, %d failures" % (sys.argv[2], len(failures)))
sys.exit(1 if failures or not runs else 0)
END

exit "$failed"
