#!/usr/bin/env bash
# Puts the machines of the previous release beside this module, as the module old.battle.test in
# ci/skew/.old: what git has of the commit that the file release names, without tests, and with
# imports of its own new name.
set -euo pipefail
cd "$(dirname "$0")"

read -r tag commit <release
if ! git cat-file -e "$commit^{commit}" 2>/dev/null; then
	cat >&2 <<-LACKING
		ci/skew: this clone lacks the previous release, $tag ($commit).
		Fetch it: git fetch --unshallow --tags, or git fetch origin $commit.
		A tree that was never a clone has no old machines to run.
	LACKING
	exit 1
fi
rm -rf .old
mkdir .old
git -C ../.. archive "$commit" go.mod go.sum ringbuf statemachines ':(exclude)*_test.go' ':(exclude,glob)**/testdata/**' | tar -xf - -C .old
find .old -name '*.go' -exec sed -i.bak 's|"battle\.test/|"old.battle.test/|' {} +
sed -i.bak 's|^module battle\.test$|module old.battle.test|' .old/go.mod
find .old -name '*.bak' -delete
