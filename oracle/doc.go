// Package oracle holds the reference models of the subjects: slices and maps, naive on
// purpose, obviously right and never fast. It shares no code with what it judges; a
// test of the import directions sees to that.
package oracle
