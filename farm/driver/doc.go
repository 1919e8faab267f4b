// Package driver runs the battle command as a child process, and reads what it says as JSON.
// All that a farm does with a target's code happens there.
package driver
