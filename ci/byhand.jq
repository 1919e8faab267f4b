# docs/byhand.md, from the trials of ci/byhand.sh ($hand) and of battle bugs ($battle[0]). Of a
# run that was interrupted what there is: only bugs that were hunted on both sides are compared.

def median: sort | if length == 0 then null else .[length / 2 | floor] end;
def tenths: . * 10 | round / 10 | tostring | if contains(".") then . else . + ".0" end;
def seconds: [.each[] | select(.found) | .cpu_seconds] | median | if . == null then "" else " (" + tenths + ")" end;
def cell: if . == null then "–" elif .fault then "fault" else "\(.found)" + seconds end;
def trial($trials; $bug; $engine): [$trials[] | select(.bug == $bug and .engine == $engine)] | max_by(.found);
def found: map(select(.found > 0)) | length;
def finds: map(.found) | add // 0;

($picked | split(" ") - [""]) as $engines
| [$hand[] | select(.bug != "none")] as $hand
| $battle[0] as $battle
| ([($hand + $battle)[].bug] | unique) as $bugs
| ([$bugs[] as $bug | $engines[] as $e | select((trial($hand; $bug; $e) and trial($battle; $bug; $e)) | not)] | length) as $missing
| "# By hand and with battle

Made by `ci/byhand.sh`; do not edit.

Each engine hunts the planted bugs of the ring twice: through the harness of [bench/byhand](../bench/byhand/doc.go), which is what
one writes for the ring without battle, and with `battle bugs`. [bugs.md](bugs.md) says what the bugs are, and has all of them.
Both sides have one worker and begin with the same seeds, \($seeds) times for each bug and engine, with at most \($budget) s of CPU time each;
once most of them have found nothing, the others are not tried. A cell is *by hand / battle*: how many of the \($seeds) found
the bug and, in brackets, the median of the CPU seconds until they had, starting included. By hand a process is looked at five times a second, so short
times are rough. Before that each engine runs for as long by hand where no bug is planted, and must find nothing.
\(if $missing > 0 then "\nOf the \($bugs | length * ($engines | length)) cells \($missing) are not complete: the run was interrupted, and `ci/byhand.sh` goes on from there. A – was not measured.\n" else "" end)
\($machine), \($date), commit \($commit).

| bug | \($engines | join(" | ")) |
|---|\($engines | map("---|") | add)",
  ($bugs[] as $bug
   | "| [\($bug)](bugs.md#\($bug)) | " + ([$engines[] as $e | (trial($hand; $bug; $e) | cell) + " / " + (trial($battle; $bug; $e) | cell)] | join(" | ")) + " |"),
  "",
  ($engines[] as $e
   | [$bugs[] | {hand: trial($hand; .; $e), battle: trial($battle; .; $e)} | select(.hand and .battle)] as $both
   | ($both | map(.hand)) as $h | ($both | map(.battle)) as $b | ($both | length) as $all
   | "- \($e): by hand \($h | found) of \($all) bugs and \($h | finds) of \($seeds * $all) seeds, with battle \($b | found) and \($b | finds): "
     + if ($b | found) < ($h | found) then "fewer" else "no fewer" end),
  "
How many runs a second AFL++ and libFuzzer make both ways says [rates.md](rates.md). Of the explorer there is no half by hand: it
hunts in targets of battle only."
