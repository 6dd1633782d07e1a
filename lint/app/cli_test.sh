# The command line as scripts depend on it: exit codes, formats, selection, fixing.
. "$(dirname "$0")/test_lib.sh" "$1" "$2" "$3" cli

copy() {
  rm -rf "$work/repo"
  cp -r "$source_dir/fixtures/clusters/$1" "$work/repo"
  rm -f "$work/repo/expected.json"
  cd "$work/repo" || exit 1
}
rule=velero/emptydir-in-fs-backup

# --- exit codes and thresholds
copy homepage
run 1
has "$out" "$rule" "the fault is found"
has "$out" "apps/homepage" "the workload is named"
run 0 --fail-on error
run 0 --fail-on never
run 1 --fail-on note
run 0 --ignore "$rule"
run 0 --select 'yaml/*'
run 1 --select "$rule"
run 1 lint .
run 1 .
run 2 no/such/path
has "$err" "no such file or folder: no/such/path" "a missing path is a sentence"
run 2 --no-such-option
run 2 --format=nonsense
run 2 --select velero/emptydir-in-fs-backups
has "$err" "did you mean $rule?" "a misspelt rule"
run 2 --unsafe-fixes
has "$err" "--fix or --diff" "unsafe fixes alone"

# --- help
run 0 --help
has "$out" "Examples:" "help has examples"
run 0 --version
has "$out" "vlint 0." "version"

# --- rules and pages
run 0 rules
has "$out" "$rule" "table of rules"
run 0 rules --format json
has "$out" '"schema": "vlint/rules/1"' "rules as JSON"
run 0 explain "$rule"
has "$out" "## How to fix it" "a rule's page"
run 2 explain velero/emptydir
run 2 explain "velero/emptydir-in-fs-backupp"
has "$err" "did you mean" "a misspelt rule in explain"

# --- formats
run 1 --format concise
same "$(printf '%s\n' "$out" | wc -l)" 1 "concise is one line a finding"
has "$out" ": warning: " "concise line"
run 1 --format json
has "$out" '"schema": "vlint/findings/1"' "JSON schema name"
printf '%s' "$out" | python3 -c '
import json, sys
report = json.load(sys.stdin)
finding = report["findings"][0]
text = open(finding["location"]["file"], "rb").read()
start, end = finding["location"]["start"]["offset"], finding["location"]["end"]["offset"]
assert text[start:end] == b"homepage-config", text[start:end]
line = text[:start].count(b"\n") + 1
assert line == finding["location"]["start"]["line"], line
assert report["summary"]["warnings"] == 1 and report["summary"]["fixable"] == 1, report["summary"]
assert finding["fixes"][0]["safety"] == "safe"
' && ok || fail "the JSON report holds what it says"
run 1 --output sarif="$work/a.sarif" --output json="$work/a.json" --format concise
python3 -c '
import json, sys
log = json.load(open(sys.argv[1]))
assert log["version"] == "2.1.0" and len(log["runs"][0]["results"]) == 1
assert log["runs"][0]["invocations"][0]["exitCode"] == 1
json.load(open(sys.argv[2]))
' "$work/a.sarif" "$work/a.json" && ok || fail "several reports in one run"
has "$out" ": warning: " "and one on the screen"
run 1 --output json=-
has "$out" '"schema"' "a report on standard output replaces the text"
hasnt "$out" " --> " "and only that"
run 2 --output json="$work/no/such/folder/a.json"
has "$err" "cannot write" "a report that cannot be written"
run 2 --output nonsense

# --- colour
run 1 --color always
has "$out" $'\x1b[' "colour on demand"
run 1
hasnt "$out" $'\x1b[' "no colour into a pipe"
NO_COLOR=1 run 1
FORCE_COLOR=1 run 1
has "$out" $'\x1b[' "FORCE_COLOR"

# --- the plan
run 0 plan
printf '%s' "$out" | python3 -c '
import json, sys
plan = json.load(sys.stdin)
assert plan["schema"] == "vlint/plan/1"
volumes = {v["volume"]: v for v in plan["clusters"][0]["volumes"] if v["workload"]["name"] == "homepage"}
for name in ("homepage-config", "logs"):
    assert volumes[name]["source"] == "emptyDir"
    assert all(v["method"] == "fs-backup" and v["selected"] == "yes" for v in volumes[name]["verdicts"]), volumes[name]
assert plan["clusters"][0]["velero"]["version"].startswith("1.18")
assert plan["clusters"][0]["velero"]["from"] == "image tag"
' && ok || fail "the plan says what happens to the volumes"

# --- paths select what is reported, not what is read
run 0 infrastructure
# A related place counts: the Schedule that turns file system backup on.
run 1 velero/schedules.yaml
run 1 apps
file=$(cd "$work/repo" && grep -rl 'name: homepage-config' apps | head -1)
run 1 "$file"
cd apps && run 1 && cd ..
cd infrastructure && run 0 . && cd ..

# --- fixing
run 1 --diff
printf '%s\n' "$out" >"$work/fix.patch"
has "$out" "+++ b/" "a patch"
copy homepage
git init -q . && git apply --check "$work/fix.patch" && git apply "$work/fix.patch" && ok || fail "git apply takes the patch"
cp -r . "$work/patched"
run 0
copy homepage
run 0 --fix
has "$err" "applied 1 fix in 1 file" "what was fixed"
diff -r --exclude=.git . "$work/patched" >/dev/null && ok || fail "--fix does what --diff shows"
grep -rq 'backup.velero.io/backup-volumes-excludes: homepage-config,logs' . && ok || fail "the annotation is written"
run 0
run 0 --diff
same "$out" "" "nothing left to fix"
before=$(cat "$(find . -name '*.yaml' | sort)" 2>/dev/null | md5sum)
run 0 --fix
same "$(cat "$(find . -name '*.yaml' | sort)" 2>/dev/null | md5sum)" "$before" "fixing twice changes nothing"

# --- the hook: silent when clean, fixes only the files named
run 0 lint --hook
same "$out$err" "" "silent when clean"
copy homepage
run 1 lint --hook --fix velero/schedules.yaml
diff -r . "$source_dir/fixtures/clusters/homepage" --exclude=expected.json >/dev/null && ok || fail "a file that is not named stays as it is"

# --- standard input
copy cluster-dump
code=0
"$vlint" --stdin-filename cluster.yaml --format concise - <cluster.yaml >"$work/.out" 2>"$work/.err" || code=$?
same "$code" 1 "standard input: exit code"
has "$(cat "$work/.out")" "cluster.yaml:" "standard input: the name given"
has "$(cat "$work/.out")" "velero/schedule-date-impossible" "standard input: a List is opened"
code=0
"$vlint" --fix - <cluster.yaml >"$work/.out" 2>"$work/.err" || code=$?
same "$code" 2 "standard input cannot be fixed"
"$vlint" --diff - <cluster.yaml >"$work/.out" 2>"$work/.err"
has "$(cat "$work/.out")" "--- a/stdin" "but shown as a patch"

# --- a repository of its own inside another
copy homepage
mkdir -p outer && cp -r "$source_dir/fixtures/clusters/broken" outer/inner && touch outer/inner/.vlint.yaml
run 1 --format concise
hasnt "$out" "outer/inner" "a folder with its own .vlint.yaml is not part of this repository"

# --- kustomize builds
mkdir -p "$work/kust/base" "$work/kust/over" && cd "$work/kust" && touch .vlint.yaml
printf 'resources: [map.yaml]\n' >base/kustomization.yaml
printf 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: map\ndata:\n  a: b\n' >base/map.yaml
printf 'namespace: prod\nresources: [../base]\n' >over/kustomization.yaml
run 0 render over
same "$out" $'apiVersion: v1\ndata:\n  a: b\nkind: ConfigMap\nmetadata:\n  name: map\n  namespace: prod' "what kustomize build prints"
run 0 render over --origins
has "$out" "over/kustomization.yaml:1" "the namespace's origin"
printf 'resources: [../base, missing.yaml]\n' >over/kustomization.yaml
run 2 render over
has "$err" "over/kustomization.yaml:1:" "a build that fails has a place"
copy homepage

# --- settings
printf 'rulez:\n  x: y\n' >.vlint.yaml
run 2
has "$err" ".vlint.yaml:1:1: no setting is named" "an unknown setting has a place"
printf 'fcts: [a.yaml]\n' >.vlint.yaml
run 2
has "$err" "did you mean facts?" "a misspelt setting is told what it means"
printf 'clusters:\n  - name: one\n' >.vlint.yaml
run 2
has "$err" ".vlint.yaml:2:5: " "a wrong value has a place"
printf 'facts: [../elsewhere.yaml]\n' >.vlint.yaml
run 2
has "$err" "lies outside of the repository" "facts stay inside"
: >.vlint.yaml

# --- coverage, and what an upgrade changes
run 0 coverage
has "$out" "vaultwarden/vaultwarden-data" "every claim"
has "$out" "% covered" "totals"
run 0 coverage --format json --min-coverage 100
has "$out" '"schema": "vlint/coverage/1"' "JSON"
run 0 plan --compare 1.17 --format text
has "$out" "Velero 1.17" "both versions are named"
run 2 plan --compare new
has "$err" "--compare wants a version" "what to type"
mkdir -p "$work/bare" && cd "$work/bare" && touch .vlint.yaml
printf 'apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data, namespace: apps}\nspec: {}\n' >pvc.yaml
run 1 coverage --fail-on-uncovered
has "$out" "unprotected" "what nothing protects"
run 1 coverage --min-coverage 1
copy homepage

# --- why
run 0 why apps/homepage:logs
has "$out" "Schedule velero/daily" "each Schedule is explained"
has "$out" "to mend it: " "what to change"
run 2 why apps/homepag
has "$err" "did you mean apps/homepage?" "a misspelt name"

# --- expressions
cd "$work" || exit 1
printf 'spec:\n  volumes: [{name: data}, {name: "${LOGS}"}]\n' >pod.yaml
printf '{"spec": {"volumes": [{"name": "data"}]}}' >pod.json
run 0 jmespath 'spec.volumes[0].name' --input pod.yaml
same "$out" '"data"' "a value from YAML"
run 0 jmespath 'spec.volumes' --input pod.json
same "$out" $'[\n  {\n    "name": "data"\n  }\n]' "an indented value"
run 0 jmespath 'spec.volumes' --input pod.json --format compact
same "$out" '[{"name":"data"}]' "a value on one line"
run 0 jmespath "regex_replace_all('^v', 'v1.2', '')"
same "$out" '"1.2"' "no input is needed"
run 0 jmespath '{{ spec.volumes[0].name }}' --input pod.json
same "$out" '"data"' "braces are no part of the expression"
has "$err" "the braces {{ }} are left out" "and that is said"
run 0 jmespath 'spec.volumes[1].name' --input pod.yaml
same "$out" "null" "what Flux fills in"
has "$err" "not known from the input" "is not known"
run 1 jmespath 'spec.volumen' --input pod.json
has "$err" $'vlint: Unknown key "volumen" in path\n  spec.volumen\n       ^^^^^^^' "a missing key has a caret"
run 1 jmespath 'a-b'
has "$err" $'  a-b\n   ^' "a syntax error has a caret"
run 1 jmespath "concat(a, 'b')"
has "$err" "there is no function concat" "a function that does not exist"
has "$err" "help: write join('', [a, b])" "and what to write"
run 1 jmespath "to_uper('b')"
has "$err" "did you mean to_upper?" "a misspelt function"
run 2 jmespath 'a' --input no/such/file.yaml
has "$err" "no such file: no/such/file.yaml" "an input that does not exist"
printf 'a: [\n' >broken.yaml
run 2 jmespath 'a' --input broken.yaml
has "$err" "broken.yaml:" "an input that is no YAML has a place"
run 2 jmespath
run 0 jmespath --help
has "$out" "Examples:" "help has examples"

finish
