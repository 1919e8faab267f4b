package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestASetCoverIsSmall(t *testing.T) {
	for name, c := range map[string]struct {
		before     []int
		candidates []candidate
		want       []int
	}{
		"none":                                  {nil, nil, nil},
		"nothing shown":                         {nil, []candidate{{"a", 1, nil}}, nil},
		"most first":                            {nil, []candidate{{"a", 1, []int{1}}, {"b", 9, []int{1, 2, 3}}, {"c", 1, []int{3}}}, []int{1}},
		"the shorter":                           {nil, []candidate{{"a", 2, []int{1, 2}}, {"b", 1, []int{1, 2}}}, []int{1}},
		"the first by name, whatever the order": {nil, []candidate{{"b", 1, []int{1, 2}}, {"a", 1, []int{1, 2}}}, []int{1}},
		"known before":                          {[]int{1, 2}, []candidate{{"a", 1, []int{1, 2}}, {"b", 1, []int{2, 3}}}, []int{1}},
		"in their order":                        {nil, []candidate{{"a", 1, []int{1}}, {"b", 1, []int{2, 3}}, {"c", 1, []int{4, 5, 6}}}, []int{0, 1, 2}},
		// Greed takes c, then needs both others, which make it superfluous.
		"superfluous": {nil, []candidate{{"a", 1, []int{1, 2, 3, 10}}, {"b", 1, []int{4, 5, 6, 11}}, {"c", 1, []int{1, 2, 3, 4, 5, 6}}}, []int{0, 1}},
	} {
		before := make(known)
		before.add(c.before)
		require.Equal(t, c.want, setCover(before, c.candidates), name)
	}
}

// TestASetCoverCoversAndNeedsAll tries random sets: nothing is lost, none of the chosen can
// go, and the order that candidates come in decides nothing.
func TestASetCoverCoversAndNeedsAll(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var candidates []candidate
		all := make(known)
		for i := range random.IntN(30) {
			var traits []int
			for trait := range 40 {
				if random.IntN(6) == 0 {
					traits = append(traits, trait)
				}
			}
			all.add(traits)
			candidates = append(candidates, candidate{fmt.Sprintf("%02d", i), random.IntN(5), traits})
		}
		chosen := setCover(nil, candidates)
		for leave := range len(chosen) + 1 {
			have := make(known)
			for i, index := range chosen {
				if i != leave {
					have.add(candidates[index].traits)
				}
			}
			require.Equal(t, leave == len(chosen), len(have) == len(all))
		}
		names := func(candidates []candidate) (names []string) {
			for _, index := range setCover(nil, candidates) {
				names = append(names, candidates[index].file)
			}
			slices.Sort(names)
			return names
		}
		inOrder := names(candidates)
		random.Shuffle(len(candidates), func(i, j int) { candidates[i], candidates[j] = candidates[j], candidates[i] })
		require.Equal(t, inOrder, names(candidates))
	}
}

func TestShowersNameTheFirst(t *testing.T) {
	s := make(showers)
	s.add(candidate{"b", 1, []int{1, 2}})
	s.add(candidate{"a", 1, []int{2, 3}})
	require.Equal(t, []string{"b"}, s.of(candidate{"x", 1, []int{1, 2}}))
	require.Equal(t, []string{"a", "b"}, s.of(candidate{"x", 1, []int{3, 2}}))
}
