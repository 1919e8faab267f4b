package explore

// BlindFirst is how many updates of new runs come first in every hunt.
const BlindFirst = blindFirst
