#!/bin/sh
# The hooks in the real pre-commit framework, without network: a repository with a fault, a hook repository with a tag.
#
#   precommit_test.sh VLINT SOURCE_DIR WORK_DIR
#
# Exit 77 (skipped) when pre-commit is not installed.
set -eu
vlint=$1
source_dir=$2
mkdir -p "$3"
work_dir=$(cd "$3" && pwd)/precommit_test

fail() {
  echo "FAIL: $1" >&2
  if [ -n "${2:-}" ]; then sed 's/^/    | /' "$2" >&2; fi
  exit 1
}
expect_text() { grep -qF -- "$2" "$1" || fail "the output lacks \"$2\"" "$1"; }

for program in git pre-commit; do
  if ! command -v "$program" >/dev/null; then
    echo "SKIPPED: $program is not installed, so the hooks were not tried"
    exit 77
  fi
done

rm -rf "$work_dir"
mkdir -p "$work_dir/home" "$work_dir/bin"
ln -s "$vlint" "$work_dir/bin/vlint"

# Nothing of the user's: neither configuration of git, nor a cache of pre-commit, nor the environment of a git hook that
# runs this test, nor the network (a proxy that nobody listens on).
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY SKIP PRE_COMMIT_COLOR VLINT_CONFIG 2>/dev/null || true
export HOME="$work_dir/home" XDG_CONFIG_HOME="$work_dir/home" XDG_CACHE_HOME="$work_dir/home"
export PRE_COMMIT_HOME="$work_dir/pre-commit" PATH="$work_dir/bin:$PATH"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=test GIT_AUTHOR_EMAIL=test@example.org GIT_COMMITTER_NAME=test GIT_COMMITTER_EMAIL=test@example.org
export http_proxy=http://127.0.0.1:9 https_proxy=http://127.0.0.1:9 all_proxy=http://127.0.0.1:9

hooks="$work_dir/hooks"
mkdir "$hooks"
cp "$source_dir/pre-commit-hooks.yaml" "$source_dir/.pre-commit-hooks.yaml" "$hooks"
git -C "$hooks" init -q
git -C "$hooks" add -A
git -C "$hooks" commit -qm hooks
git -C "$hooks" tag v0.0.0
pre-commit validate-manifest "$hooks/.pre-commit-hooks.yaml" || fail "the framework refuses the hook file"

repository="$work_dir/homepage"
deployment=apps/homepage/deployment.yaml
cp -R "$source_dir/fixtures/clusters/homepage" "$repository"
cd "$repository"
git init -q
git add -A
git commit -qm manifests

echo "-- the hook vlint fails on the fault and changes nothing"
if pre-commit try-repo "$hooks" vlint --all-files >../try.txt 2>&1; then
  fail "the hook vlint passes on a repository with a fault" ../try.txt
fi
expect_text ../try.txt "hook id: vlint"
expect_text ../try.txt "exit code: 1"
expect_text ../try.txt velero/emptydir-in-fs-backup
expect_text ../try.txt "$deployment"
git diff --exit-code >../try.diff || fail "the hook vlint changed a file" ../try.diff

cat >.pre-commit-config.yaml <<END
repos:
  - repo: $hooks
    rev: v0.0.0
    hooks:
      - id: vlint-fix
      - id: vlint
END
git add .pre-commit-config.yaml

echo "-- staged files select what is reported"
pre-commit run vlint --files velero/rbac.yaml >../other.txt 2>&1 ||
  fail "a fault elsewhere is reported for a file that has no part in it" ../other.txt

echo "-- the hook vlint-fix mends it"
if pre-commit run vlint-fix --all-files >../fix.txt 2>&1; then
  fail "the hook vlint-fix passes although it must change a file" ../fix.txt
fi
expect_text ../fix.txt "files were modified by this hook"
[ "$(git diff --name-only)" = "$deployment" ] || fail "vlint-fix changed other files than $deployment" ../fix.txt
git diff >../fix.diff
expect_text ../fix.diff "+        backup.velero.io/backup-volumes-excludes: homepage-config,logs"
grep -qE '^-[^-]' ../fix.diff && fail "vlint-fix removed lines" ../fix.diff

echo "-- the mended repository passes both hooks, and the commit goes through them"
git add -A
pre-commit run --all-files >../again.txt 2>&1 || fail "the mended repository fails" ../again.txt
[ "$(grep -c Passed ../again.txt)" -eq 2 ] || fail "not both hooks passed" ../again.txt
git diff --exit-code >../again.diff || fail "a second run changes files again" ../again.diff
pre-commit install >/dev/null
git commit -qm "Keep scratch volumes out of the backup" >../commit.txt 2>&1 || fail "the commit is refused" ../commit.txt

echo "passed"
