package store

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// The bounds of what is kept.
const (
	EntryBytesMax   = 700 << 10 // of an entry's record: JSON may take six bytes for one of its trace
	workerBytesMax  = 64 << 10  // of a worker's, and of all of them a hundred times as much
	FindingBytesMax = 900 << 10 // of a finding's: NATS takes messages of a megabyte
	SourceBytesMax  = 1 << 30   // of a source archive
	samplesMax      = 3000      // of a target
	workerTTL       = time.Minute
	leaseTTL        = 30 * time.Second
)

// A Store is a farm's state. It may be used by several goroutines. All calls end with their
// context, or with an error after some seconds if the server is lost.
type Store struct {
	Builds   Table[Build]
	Targets  Table[Target]
	Findings Table[Finding]
	Arms     Table[Arm]
	Workers  Table[Worker]
	Corpus   Table[Entry]

	js       jetstream.JetStream
	sources  jetstream.ObjectStore
	leases   Table[Holder]
	leaseTTL time.Duration
}

// Options of a store.
type Options struct {
	Replicas int           // of each record, in a cluster; 0 is 1
	LeaseTTL time.Duration // how long a coordinator that is silent keeps the farm; 0 is the usual time
}

// Open finds a farm's state, or makes an empty one.
func Open(ctx context.Context, js jetstream.JetStream, o Options) (*Store, error) {
	s := &Store{js: js, Workers: Table[Worker]{foreign: true}, leaseTTL: cmp.Or(o.LeaseTTL, leaseTTL)}
	replicas := max(1, o.Replicas)
	for _, one := range []struct {
		into   *jetstream.KeyValue
		config jetstream.KeyValueConfig
	}{
		{&s.Builds.kv, jetstream.KeyValueConfig{Bucket: "FARM_builds", Description: "revisions"}},
		{&s.Targets.kv, jetstream.KeyValueConfig{Bucket: "FARM_targets", Description: "targets"}},
		{&s.Findings.kv, jetstream.KeyValueConfig{Bucket: "FARM_findings", Description: "findings", MaxValueSize: FindingBytesMax + 64<<10}},
		{&s.Arms.kv, jetstream.KeyValueConfig{Bucket: "FARM_arms", Description: "engines in targets"}},
		{&s.Corpus.kv, jetstream.KeyValueConfig{Bucket: "FARM_corpus", Description: "traces", MaxValueSize: EntryBytesMax}},
		{&s.Workers.kv, jetstream.KeyValueConfig{Bucket: "FARM_workers", Description: "who is there", TTL: workerTTL, MaxValueSize: workerBytesMax, MaxBytes: 100 * workerBytesMax}},
		{&s.leases.kv, jetstream.KeyValueConfig{Bucket: "FARM_lease", Description: "who coordinates", TTL: s.leaseTTL}},
	} {
		one.config.Replicas = replicas
		kv, err := js.CreateOrUpdateKeyValue(ctx, one.config)
		if err != nil {
			return nil, fmt.Errorf("opening %s: %w", one.config.Bucket, err)
		}
		*one.into = kv
	}
	var err error
	if s.sources, err = js.CreateOrUpdateObjectStore(ctx, jetstream.ObjectStoreConfig{Bucket: "FARM_sources", Description: "archives of revisions", Replicas: replicas}); err != nil {
		return nil, fmt.Errorf("opening FARM_sources: %w", err)
	}
	_, err = js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: historyStream, Subjects: []string{historySubject + ".*"}, Description: "curves",
		MaxMsgsPerSubject: samplesMax, Replicas: replicas, AllowDirect: true,
	})
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", historyStream, err)
	}
	return s, nil
}

// Join finds a farm's state, which a coordinator has made.
func Join(ctx context.Context, js jetstream.JetStream) (s *Store, err error) {
	s = &Store{js: js}
	for _, one := range []struct {
		into   *jetstream.KeyValue
		bucket string
	}{{&s.Builds.kv, "FARM_builds"}, {&s.Targets.kv, "FARM_targets"}, {&s.Corpus.kv, "FARM_corpus"}, {&s.Workers.kv, "FARM_workers"}} {
		if *one.into, err = js.KeyValue(ctx, one.bucket); err != nil {
			return nil, fmt.Errorf("opening %s: %w", one.bucket, err)
		}
	}
	if s.sources, err = js.ObjectStore(ctx, "FARM_sources"); err != nil {
		return nil, fmt.Errorf("opening FARM_sources: %w", err)
	}
	return s, nil
}

// PutSource keeps the archive of a revision. One that is there stays.
func (s *Store) PutSource(ctx context.Context, revision string, archive []byte) error {
	if info, err := s.sources.GetInfo(ctx, revision); err == nil && info.Size == uint64(len(archive)) {
		return nil
	}
	if _, err := s.sources.PutBytes(ctx, revision, archive); err != nil {
		return fmt.Errorf("keeping the source of %s: %w", revision, err)
	}
	return nil
}

// Source is the archive of a revision. Its checksum has been compared.
func (s *Store) Source(ctx context.Context, revision string) ([]byte, error) {
	info, err := s.sources.GetInfo(ctx, revision)
	if err != nil {
		return nil, fmt.Errorf("the source of %s: %w", revision, err)
	}
	if info.Size > SourceBytesMax {
		return nil, fmt.Errorf("the source of %s has %d bytes, want at most %d", revision, info.Size, SourceBytesMax)
	}
	archive, err := s.sources.GetBytes(ctx, revision)
	if err != nil {
		return nil, fmt.Errorf("the source of %s: %w", revision, err)
	}
	return archive, nil
}

// KeepSources forgets the archives of all revisions but some, and says of which of those
// there are any.
func (s *Store) KeepSources(ctx context.Context, kept []string) (there []string, err error) {
	all, err := s.sources.List(ctx)
	if errors.Is(err, jetstream.ErrNoObjectsFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("listing sources: %w", err)
	}
	for _, one := range all {
		if slices.Contains(kept, one.Name) {
			there = append(there, one.Name)
		} else if err := s.sources.Delete(ctx, one.Name); err != nil && !errors.Is(err, jetstream.ErrObjectNotFound) {
			return there, fmt.Errorf("dropping the source of %s: %w", one.Name, err)
		}
	}
	return there, nil
}

// The stream of samples keeps the last ones of each target.
const (
	historyStream  = "FARM_history"
	historySubject = "farm.history"
)

// AddSample writes a point of a target's curves.
func (s *Store) AddSample(ctx context.Context, sample Sample) error {
	document, err := json.Marshal(sample)
	if err != nil {
		return err
	}
	if _, err := s.js.Publish(ctx, historySubject+"."+Key(sample.Target), document); err != nil {
		return fmt.Errorf("writing a sample of %s: %w", sample.Target, err)
	}
	return nil
}

// Samples are all points that are kept, in the order in which they were written.
func (s *Store) Samples(ctx context.Context) (all []Sample, err error) {
	stream, err := s.js.Stream(ctx, historyStream)
	if err != nil {
		return nil, err
	}
	info, err := stream.Info(ctx)
	if err != nil || info.State.Msgs == 0 {
		return nil, err
	}
	consumer, err := stream.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{})
	if err != nil {
		return nil, err
	}
	messages, err := consumer.Messages(jetstream.PullMaxMessages(500))
	if err != nil {
		return nil, err
	}
	defer messages.Stop()
	defer context.AfterFunc(ctx, messages.Stop)()
	for {
		message, err := messages.Next()
		if err != nil {
			return all, errors.Join(ctx.Err(), err)
		}
		var one Sample
		if err := json.NewDecoder(bytes.NewReader(message.Data())).Decode(&one); err == nil {
			all = append(all, one)
		}
		at, err := message.Metadata()
		if err != nil {
			return all, err
		}
		if at.Sequence.Stream >= info.State.LastSeq {
			return all, nil
		}
	}
}

// AddEntry writes an entry of the corpus under its key. It tells whether it was not there.
func (s *Store) AddEntry(ctx context.Context, key string, e Entry) (fresh bool, err error) {
	err = s.Corpus.Put(ctx, &Row[Entry]{Key: key, Value: e})
	if errors.Is(err, ErrChanged) {
		return false, nil
	}
	return err == nil, err
}
