package api

import (
	"github.com/prometheus/client_golang/prometheus"

	"battle.test/farm/store"
)

// metrics are a farm's numbers for Prometheus, made when it asks for them.
type metrics struct{ from Source }

var (
	perArm       = []string{"target", "engine"}
	perTarget    = []string{"target"}
	updatesTotal = prometheus.NewDesc("battle_farm_updates_total", "Updates that engines ran.", perArm, nil)
	runsTotal    = prometheus.NewDesc("battle_farm_runs_total", "Runs of engines.", perArm, nil)
	cpuTotal     = prometheus.NewDesc("battle_farm_cpu_seconds_total", "CPU time of engines.", perArm, nil)
	failing      = prometheus.NewDesc("battle_farm_engine_failures", "Faults of an engine in a row.", perArm, nil)
	brought      = prometheus.NewDesc("battle_farm_entries", "Entries of the corpus, by who was the first to bring them.", perArm, nil)
	covered      = prometheus.NewDesc("battle_farm_covered_blocks", "Blocks of code that the explorer covered in its last hunt.", perTarget, nil)
	byState      = prometheus.NewDesc("battle_farm_findings", "Findings.", []string{"state"}, nil)
	workers      = prometheus.NewDesc("battle_farm_workers", "Workers that are there.", nil, nil)
	builds       = prometheus.NewDesc("battle_farm_builds", "Builds that the farm saw.", nil, nil)
	holding      = prometheus.NewDesc("battle_farm_holding", "1 for each duty that is not done.", []string{"duty"}, nil)
)

// Describe says which numbers there are.
func (m *metrics) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{updatesTotal, runsTotal, cpuTotal, failing, brought, covered, byState, workers, builds, holding} {
		to <- d
	}
}

// Collect reads them.
func (m *metrics) Collect(to chan<- prometheus.Metric) {
	say := func(d *prometheus.Desc, kind prometheus.ValueType, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, kind, value, labels...)
	}
	for _, c := range m.from.Contributions() {
		say(updatesTotal, prometheus.CounterValue, float64(c.Updates), c.Target, c.Engine)
		say(runsTotal, prometheus.CounterValue, float64(c.Runs), c.Target, c.Engine)
		say(cpuTotal, prometheus.CounterValue, c.CPU, c.Target, c.Engine)
		say(failing, prometheus.GaugeValue, float64(c.Failures), c.Target, c.Engine)
		say(brought, prometheus.GaugeValue, float64(c.Entries), c.Target, c.Engine)
	}
	for _, t := range m.from.Targets() {
		if t.Now != nil {
			say(covered, prometheus.GaugeValue, float64(t.Now.Covered), t.Name)
		}
	}
	overview := m.from.Overview()
	for _, state := range []store.State{store.New, store.Ongoing, store.Resolved, store.Regressed} {
		say(byState, prometheus.GaugeValue, float64(overview.States[state]), string(state))
	}
	say(workers, prometheus.GaugeValue, float64(len(overview.Workers)))
	say(builds, prometheus.GaugeValue, float64(len(m.from.Builds())))
	for duty := range overview.Holding {
		say(holding, prometheus.GaugeValue, 1, duty)
	}
}
