#!/usr/bin/env bash
# Tells of a hunt's findings in the one open issue with the label "hunt", or opens it.
# A finding that the issue names already is not told again.
#
#	ci/issue.sh FOLDER URL-OF-THE-RUN
set -euo pipefail

folder=$1 run=$2
most=10 # in one go: an issue's text has an end
label=hunt

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

gh label create "$label" --force --description "Found by the nightly hunt" >/dev/null
number=$(gh issue list --label "$label" --state open --limit 1 --json number --jq '.[0].number // empty')
touch "$work/told"
if [ -n "$number" ]; then
	gh issue view "$number" --json body,comments --jq '.body, .comments[].body' >"$work/told"
fi

new=0
for file in "$folder"/*.txtar; do
	id=$(basename "$file" .txtar)
	if [ ! -e "$file" ] || grep -qF "$id" "$work/told"; then
		continue
	fi
	new=$((new + 1))
	if [ "$new" -le "$most" ]; then
		printf '\n### `%s`\n\n````text\n%s\n````\n' "$id" "$(head -c 5000 "$file")" >>"$work/findings"
	fi
done
if [ "$new" -eq 0 ]; then
	echo "no finding that issue ${number:-} does not name"
	exit 0
fi
{
	printf 'The hunt of %s found:\n' "$run"
	cat "$work/findings"
	if [ "$new" -gt "$most" ]; then
		printf '\n… and %d more, in the artifact of the run.\n' $((new - most))
	fi
} >"$work/body"

if [ -n "$number" ]; then
	gh issue comment "$number" --body-file "$work/body"
else
	gh issue create --title "The nightly hunt found something" --label "$label" --body-file "$work/body"
fi
