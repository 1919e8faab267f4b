// Package puppet is a battle command without engines, for tests of the farm. Its subjects are
// made up: a file of the sources says which targets there are, and which updates, in which
// order, lead to which failure. What an engine finds, and when, is written there, too. So a
// story of a farm comes out the same each time, and takes seconds.
//
// [Battle] answers in the process of a test. [Main] plays the command for farms that are
// processes of their own. What engines found is noted in a ledger beside the farm, in the
// order in which it can be lost: a line is written when the find is on disk.
package puppet
