// Package api is what a farm shows, over HTTP: JSON for programs and pages, metrics for
// Prometheus, and whether it is well. It reads; nothing can be changed through it.
//
//	GET /healthz                   200, or 503 while the farm holds, with the reasons
//	GET /readyz                    200 when there is something to show, 503 while the farm starts
//	GET /metrics                   for Prometheus
//	GET /api/overview              [Overview]: the present build, who works, how much was found
//	GET /api/targets               [Target], each
//	GET /api/engines               [Engine], each: what every engine contributed, in all targets
//	GET /api/contributions         [Contribution], each: every engine in every target
//	GET /api/findings              [Finding], each, the last filed first; ?state= and ?target= choose
//	GET /api/findings/{id}         store.Finding: the trace, verdicts of builds, explanation, bisection
//	GET /api/builds                store.Build, each, the newest first
//	GET /api/history?target=ring   store.Sample, each: updates, coverage, frontier, corpus and findings over time
//	GET /api/corpus                [Corpus], each target's
//	GET /api/corpus/{target}       [Part]: entries, the newest first; ?from= and ?most= choose
//	GET /api/corpus/{target}/{hash} store.Entry: the trace
//	GET /api/refused               store.Refusal, each: what workers handed in and why it does not count
//	GET /api/events                server-sent events: "data: <version>" whenever something has changed
//
// What comes as a list is never null. Times are RFC 3339, in UTC, and those that are not known
// are left out.
//
// A page that is served beside this takes a [Source], as [New] does, and looks again when
// Source.Changed says so.
package api
