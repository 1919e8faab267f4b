// Package vault is a vault behind a lock with a number of 64 bits.
package vault

// A Vault is locked at first.
type Vault struct {
	number uint64
	open   bool
}

// New is a vault that opens to a number.
func New(number uint64) *Vault { return &Vault{number: number} }

// Unlock opens the vault if the number is right. Only who sees what is compared finds it.
func (v *Vault) Unlock(number uint64) {
	if number == v.number {
		v.open = true
	}
}

// Open tells whether the vault is open.
func (v *Vault) Open() bool { return v.open }
