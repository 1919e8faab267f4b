package explore

// How many updates of runs that nobody watches come first in every hunt, and then for each other.
const (
	BlindFirst = blindFirst
	BlindShare = blindShare
)
