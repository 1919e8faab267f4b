#!/usr/bin/env bash
# Tests issue.sh with a gh of our own: the first finding opens an issue, the same one again
# is not told twice, another is added to it.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin" "$work/findings"
cat >"$work/bin/gh" <<'GH'
#!/usr/bin/env bash
# An issue tracker with room for one issue: its text is a file.
set -euo pipefail
issue=$(dirname "$0")/issue
body() { while [ "$1" != --body-file ]; do shift; done; cat "$2"; }
case "$1 $2" in
"label create") ;;
"issue list") [ ! -e "$issue" ] || echo 7 ;;
"issue view") cat "$issue" ;;
"issue create") [ ! -e "$issue" ] && body "$@" >"$issue" ;;
"issue comment") [ "$3" = 7 ] && body "$@" >>"$issue" ;;
*) echo "gh $* is not known here" >&2; exit 1 ;;
esac
GH
chmod +x "$work/bin/gh"

tell() { PATH="$work/bin:$PATH" ci/issue.sh "$work/findings" https://example.test/run >"$work/said"; }
told() { grep -c "^### \`$1\`" "$work/bin/issue" || true; }
want() { # want WHAT COUNT ID
	if [ "$(told "$3")" != "$2" ]; then
		printf '%s: %s is told %s times, want %s\n' "$1" "$3" "$(told "$3")" "$2" >&2
		exit 1
	fi
}

tell
if [ -e "$work/bin/issue" ]; then
	echo "an issue was opened though nothing was found" >&2
	exit 1
fi
echo "ring: mismatch" >"$work/findings/ring-00000001.txtar"
tell
want "the first finding" 1 ring-00000001
tell
want "the same finding again" 1 ring-00000001
echo "tip: panic" >"$work/findings/tip-00000002.txtar"
tell
want "an old finding beside a new one" 1 ring-00000001
want "another finding" 1 tip-00000002
for i in $(seq 3 14); do echo "tip: panic" >"$work/findings/tip-100000$i.txtar"; done
tell
want "the tenth of twelve" 1 tip-10000012
want "the eleventh of twelve" 0 tip-1000009
grep -q "and 2 more" "$work/bin/issue"
echo "one issue, each finding once"
