package skew

import (
	"bytes"
	"fmt"
	"reflect"

	"battle.test/statemachines/machine"
	"battle.test/statemachines/snapshot"
	oldmachine "old.battle.test/statemachines/machine"
	oldsnapshot "old.battle.test/statemachines/snapshot"
)

// An old machine is one of the previous release, by the contract of this tree's.
type old struct {
	machine oldmachine.Machine
	out     []oldmachine.Output
}

// oldKeeper is one with a journal.
type oldKeeper struct {
	old
	keeper oldmachine.Keeper
}

// asNew makes a machine of the previous release one that this tree's network can run.
func asNew(m oldmachine.Machine, err error) (machine.Machine, error) {
	if err != nil {
		return nil, err
	}
	if keeper, ok := m.(oldmachine.Keeper); ok {
		return &oldKeeper{old{machine: m}, keeper}, nil
	}
	return &old{machine: m}, nil
}

// Step is that of the old machine.
func (o *old) Step(now int64, in machine.Input, out []machine.Output) []machine.Output {
	o.out = o.machine.Step(now, oldmachine.Input{
		Kind: oldmachine.InputKind(in.Kind), From: oldmachine.Address(in.From), Data: in.Data, Length: in.Length,
	}, o.out[:0])
	for _, one := range o.out {
		out = append(out, machine.Output{Kind: machine.OutputKind(one.Kind), To: machine.Address(one.To), Data: one.Data})
	}
	return out
}

// Next is that of the old machine.
func (o *old) Next() (int64, bool) { return o.machine.Next() }

// Snapshot is the old machine's, as this tree's reader reads the file that the old writer makes of
// it. The network writes it to a disk by this tree's writer, which must make the same file of it.
func (o *old) Snapshot(writer string) *snapshot.Snapshot {
	kept := o.machine.Snapshot(writer)
	file, err := oldsnapshot.Encode(kept)
	if err != nil {
		panic(fmt.Sprintf("skew: the previous release can't write what it is: %v", err))
	}
	s, err := readNew(oldsnapshot.Name(kept.CoreStreamLength), file)
	if err != nil {
		panic(fmt.Sprintf("skew: this tree can't read what the previous release wrote: %v", err))
	}
	return s
}

// JournalLength is that of the old machine.
func (o *oldKeeper) JournalLength() uint64 { return o.keeper.JournalLength() }

// readNew reads by this tree's reader a file that the previous release wrote. This tree's writer must
// make the same of it again.
func readNew(name string, file []byte) (*snapshot.Snapshot, error) {
	s, err := snapshot.Inspect(name, file)
	if err != nil {
		return nil, err
	}
	again, err := snapshot.Encode(s)
	if err == nil && !bytes.Equal(file, again) {
		err = fmt.Errorf("it has %d bytes, and this tree's writer makes %d others of it", len(file), len(again))
	}
	return s, err
}

// readOld reads by the reader of the previous release what this tree writes.
func readOld(s *snapshot.Snapshot) (*oldsnapshot.Snapshot, error) {
	file, err := snapshot.Encode(s)
	if err != nil {
		return nil, err
	}
	return oldsnapshot.Inspect(snapshot.Name(s.CoreStreamLength), file)
}

// convert makes a value of one release that of another, field by field. What the other does not
// have is left out, and what it has more is zero.
func convert[To any](from any) (to To) {
	assign(reflect.ValueOf(&to).Elem(), reflect.ValueOf(from))
	return to
}

func assign(to, from reflect.Value) {
	switch {
	case from.Type().ConvertibleTo(to.Type()):
		to.Set(from.Convert(to.Type()))
	case to.Kind() == reflect.Struct:
		for i := range to.NumField() {
			if field := from.FieldByName(to.Type().Field(i).Name); field.IsValid() {
				assign(to.Field(i), field)
			}
		}
	case to.Kind() == reflect.Slice && from.Kind() == reflect.Slice:
		if from.IsNil() {
			return // what a nil means is not what an empty one does
		}
		to.Set(reflect.MakeSlice(to.Type(), from.Len(), from.Len()))
		for i := range from.Len() {
			assign(to.Index(i), from.Index(i))
		}
	default:
		panic(fmt.Sprintf("skew: a %s can't be a %s", from.Type(), to.Type()))
	}
}
