# For scripts of the folder above: the processes below one, their CPU time, and waiting. It reads /proc, so it
# needs Linux.

# processes PID prints the processes from one on down, each with its CPU time in ticks, and
# that of its children that have ended.
processes() {
	{ cat /proc/[0-9]*/stat 2>/dev/null || true; } | awk -v root="$1" '
		{ pid = $1; sub(/^.*\) /, ""); parent[pid] = $2; spent[pid] = $12 + $13 + $14 + $15 }
		END {
			for (pid in spent) {
				for (up = pid; up != root && up in parent; ) up = parent[up]
				if (up == root) print pid, spent[pid]
			}
		}'
}

# spent_by PID prints the CPU time of all of them in ticks.
spent_by() { processes "$1" | awk '{ sum += $2 } END { print sum + 0 }'; }

# end PID ends what runs below a process, and leaves it to tell how long that took. AFL gives
# its shared memory back if it is asked to end, not if it is killed.
end() {
	local signal pids
	for signal in TERM TERM KILL; do
		pids=$(processes "$1" | awk -v root="$1" '$1 != root { print $1 }')
		[ -n "$pids" ] || return 0
		kill -s "$signal" $pids 2>/dev/null || true
		sleep 0.5
	done
}

# await MINUTES WHAT COMMAND… waits until a command is true, and is false if it never was.
await() {
	local limit=$((SECONDS + $1 * 60)) minutes=$1 what=$2
	shift 2
	until "$@" >/dev/null 2>&1; do
		if [ "$SECONDS" -gt "$limit" ]; then
			echo "FAILED: not within $minutes minutes: $what" >&2
			return 1
		fi
		sleep 0.2
	done
}
