# Bad input never wins: a sentence, the right exit code, no crash, no hang, no lost byte.
. "$(dirname "$0")/test_lib.sh" "$1" "$2" "$3" bad_input
cd "$work" || exit 1
mkdir repo && cd repo && touch .vlint.yaml

good='apiVersion: v1
kind: ConfigMap
metadata:
  name: good
  namespace: default
'
printf '%s' "$good" >good.yaml
run 0

# --- things that are no files
mkfifo fifo.yaml
run 0
has "$err" "fifo.yaml is no regular file" "a FIFO is named, and nobody waits for it"
run 2 fifo.yaml
rm fifo.yaml
mkdir folder.yaml
run 0
rmdir folder.yaml

# --- links
mkdir -p loop/a && ln -s .. loop/a/up && ln -s ../loop loop/again
run 0
ln -s /etc/passwd outside.yaml
run 0
run 2 outside.yaml
has "$err" "outside of the repository" "a link out of the tree"
ln -s missing.yaml dangling.yaml
run 0
rm -r loop outside.yaml dangling.yaml

# --- contents
head -c 3000 /dev/urandom | tr -d '\000' >noise.yaml
printf '\000' >>noise.yaml
run 1
has "$out" "noise.yaml" "a binary file is a finding"
has "$out" "NUL byte" "and says why"
rm noise.yaml
printf 'a: "\xff\xfe"\n' >latin.yaml
run 1
has "$out" "latin.yaml" "invalid UTF-8"
has "$out" "not UTF-8" "and says why"
rm latin.yaml
printf '\000GITCRYPT\000abc' >secret.yaml
run 0 --verbose
has "$out" "git-crypt" "encrypted by git-crypt: not seen, not wrong"
rm secret.yaml
truncate -s 1G huge.yaml
run 1
has "$out" "--max-file-size" "a file of a gigabyte names the option"
rm huge.yaml
python3 -c 'print("a: " + "[" * 100000 + "]" * 100000)' >deep.yaml
run 1
has "$out" "--max-nesting" "nesting names the option"
rm deep.yaml
{
  echo 'a0: &a0 [x,x,x,x,x,x,x,x,x,x]'
  for i in 1 2 3 4 5 6 7 8 9; do echo "a$i: &a$i [*a$((i - 1)),*a$((i - 1)),*a$((i - 1)),*a$((i - 1)),*a$((i - 1)),*a$((i - 1)),*a$((i - 1)),*a$((i - 1)),*a$((i - 1)),*a$((i - 1))]"; done
} >bomb.yaml
run 1
has "$out" "--max-alias-nodes" "an alias bomb names the option"
rm bomb.yaml
printf 'x: 1\n\ty: 2\n' >"$(printf 'esc\x1b[31m.yaml')"
run 1 --color never
hasnt "$out" $'\x1b' "no control character of a file name reaches the terminal"
rm -f esc*
: >empty.yaml
printf '# only a comment\n' >comment.yaml
printf '\xef\xbb\xbf%s' "$good" | sed 's/name: good/name: bom/' >bom.yaml
run 0
rm empty.yaml comment.yaml bom.yaml

# --- secrets are never shown
cat >secret.yaml <<'Y'
apiVersion: v1
kind: Secret
metadata:
  name: s
  namespace: default
  name: t
stringData:
  password: hunter2hunter2
  password: hunter3hunter3
Y
run 1 --output sarif="$work/s.sarif" --output json="$work/s.json"
hasnt "$out$(cat "$work/s.sarif" "$work/s.json")" hunter "no report shows a secret value"
rm secret.yaml

# --- what cannot be read or written
cp -r "$source_dir/fixtures/clusters/homepage/." .
if [[ $(id -u) -eq 0 ]]; then as_user() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }; else as_user() { "$@"; }; fi
chmod -R a+rwX "$work"
printf '%s' "$good" >closed.yaml && chmod 000 closed.yaml
code=0
as_user "$vlint" --format concise >"$work/.out" 2>"$work/.err" || code=$?
same "$code" 2 "a file without read permission: exit code"
has "$(cat "$work/.err")" "cannot read closed.yaml" "a file without read permission: a sentence"
has "$(cat "$work/.out")" "velero/emptydir-in-fs-backup" "and the rest is linted"
rm -f closed.yaml

target=$(grep -rl 'name: homepage-config' apps | head -1)
second=apps/second.yaml
sed 's/name: homepage$/name: second/' "$target" >"$second"
run 1 --format concise
has "$out" "$second" "two files to mend"
chmod 444 "$target"
chmod 640 "$second"
before=$(md5sum <"$target")
run 2 --fix
has "$err" "cannot write $target: it is read-only" "a read-only file is a sentence"
same "$(md5sum <"$target")" "$before" "and stays as it is"
grep -q backup-volumes-excludes "$second" && ok || fail "other files are still mended"
same "$(stat -c %a "$second")" 640 "the mode of a mended file is kept"
same "$(find . -name '*.vlint-*' | wc -l)" 0 "no temporary file is left"

finish
