# Shared by the tests that run the program from the outside. Source it with: . test_lib.sh VLINT SOURCE WORK NAME
#
# Every check goes on after a failure; the last line counts.
set -uo pipefail

vlint=$1
source_dir=$2
work=$3/$4
passed=0
failed=0

rm -rf "$work"
mkdir -p "$work"
# Nothing of the caller's environment may change the output.
unset NO_COLOR FORCE_COLOR CLICOLOR_FORCE
export LC_ALL=C

ok() { passed=$((passed + 1)); }
fail() {
  failed=$((failed + 1))
  printf 'FAILED: %s\n' "$*"
}

# run EXPECTED_CODE ARGUMENT...: runs vlint in the current folder; output in $out and $err.
run() {
  local expected=$1 code=0
  shift
  timeout 60 "$vlint" "$@" >"$work/.out" 2>"$work/.err" </dev/null || code=$?
  out=$(cat "$work/.out")
  err=$(cat "$work/.err")
  if [[ $code -eq $expected ]]; then ok; else
    fail "vlint $* in $PWD: exit code $code, expected $expected"
    printf '%s\n%s\n' "$out" "$err" | head -20
  fi
}

# has TEXT NEEDLE WHAT, hasnt TEXT NEEDLE WHAT
has() { if [[ $1 == *"$2"* ]]; then ok; else fail "$3: no '$2' in: ${1:0:600}"; fi; }
hasnt() { if [[ $1 == *"$2"* ]]; then fail "$3: '$2' in: ${1:0:600}"; else ok; fi; }
same() { if [[ $1 == "$2" ]]; then ok; else fail "$3: '${1:0:300}' is not '${2:0:300}'"; fi; }

finish() {
  printf '%d passed, %d failed\n' "$passed" "$failed"
  exit $((failed > 0))
}
