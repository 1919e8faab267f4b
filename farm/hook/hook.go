// Package hook tells another service when a finding is new, resolved or back: it posts JSON to
// a URL. What it has told is in a file, so that a farm that is killed tells the rest when it is
// back. What was being told when it was killed is told again.
//
// A post has the header X-Battle-Signature, which is "sha256=" and the HMAC of the body by the
// secret, in hex, if there is a secret; and X-Battle-Delivery, which is the same for each
// attempt at the same news. Any answer of 200 to 299 is taken for an answer. After another, or
// none, it is posted again, after a second and then after twice as long each time, up to five
// minutes. Redirections are not followed: a secret is for the one whom it was agreed on with.
package hook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"battle.test/farm/api"
	"battle.test/farm/store"
)

// News is what is posted.
type News struct {
	Event   string      `json:"event"` // new, resolved or regressed
	At      time.Time   `json:"at"`    // when it was posted
	Farm    string      `json:"farm"`  // its name
	Link    string      `json:"link,omitempty"`
	Finding api.Finding `json:"finding"`
}

// A Hook posts news. Its fields are not to be changed while it runs.
type Hook struct {
	URL    string
	Secret []byte
	Farm   string // name of the farm
	Page   string // URL of the farm's pages, for links; "" makes none
	File   string // that keeps what was told
	Log    func(format string, args ...any)

	// Rest is how long it rests after so many attempts that failed, from 1. Nil is the usual.
	Rest func(failures int) time.Duration

	told map[string]store.State // by finding
}

// usualRest doubles from a second.
func usualRest(failures int) time.Duration {
	return min(5*time.Minute, time.Second<<min(failures-1, 10))
}

// patience is how long the other side may take.
const patience = 20 * time.Second

// Run tells what changes, until the context ends. What a farm has when it runs a hook for the
// first time is no news.
func (h *Hook) Run(ctx context.Context, from api.Source) error {
	if err := h.read(from); err != nil {
		return err
	}
	rest := h.Rest
	if rest == nil {
		rest = usualRest
	}
	failures := 0
	for ctx.Err() == nil {
		_, next := from.Changed()
		wait := (<-chan time.Time)(nil)
		if err := h.tell(ctx, from.Findings()); err != nil && ctx.Err() == nil {
			failures++
			pause := rest(failures)
			h.Log("webhook: %v; trying again in %v", err, pause)
			wait, next = time.After(pause), nil
		} else {
			failures = 0
		}
		select {
		case <-ctx.Done():
		case <-next:
		case <-wait:
		}
	}
	return ctx.Err()
}

// tell posts what was not told yet, the first filed first. A state that did not last until it
// could be told is not.
func (h *Hook) tell(ctx context.Context, all []api.Finding) error {
	for _, f := range slices.Backward(all) {
		before, known := h.told[f.ID]
		if known && before == f.State {
			continue
		}
		if event := eventOf(before, known, f.State); event != "" {
			if err := h.note(f.ID, unsure); err != nil {
				return err
			}
			if err := h.post(ctx, event, f); err != nil {
				return err
			}
		}
		if err := h.note(f.ID, f.State); err != nil {
			return err
		}
	}
	return nil
}

// unsure is what was told of a finding while it is being told. If the farm is killed then, or
// the finding changes, the other side may have heard either state: it is told what is so.
const unsure store.State = "unsure"

// note keeps what was told of a finding.
func (h *Hook) note(id string, state store.State) error {
	if h.told[id] == state {
		return nil
	}
	h.told[id] = state
	return h.write()
}

// eventOf is the name of what happened to a finding, or "" if that is no news.
func eventOf(before store.State, known bool, now store.State) string {
	switch {
	case now == store.Resolved:
		return "resolved"
	case now == store.Regressed, known && before == store.Resolved:
		return "regressed"
	case !known, before == unsure:
		return "new"
	}
	return "" // it goes on
}

func (h *Hook) post(ctx context.Context, event string, f api.Finding) error {
	news := News{Event: event, At: time.Now().UTC(), Farm: h.Farm, Finding: f}
	if h.Page != "" {
		news.Link = h.Page + "/findings/" + f.ID
	}
	body, err := json.Marshal(news)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "battle-farm")
	request.Header.Set("X-Battle-Delivery", delivery(event, f))
	if len(h.Secret) > 0 {
		request.Header.Set("X-Battle-Signature", Signature(h.Secret, body))
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("telling that %s is %s: %w", f.ID, event, err)
	}
	defer answer.Body.Close()
	_, _ = io.CopyN(io.Discard, answer.Body, 64<<10) // so that the connection can serve again
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return fmt.Errorf("telling that %s is %s: got the status %s, want one of 200 to 299", f.ID, event, answer.Status)
	}
	return nil
}

// delivery names a piece of news: who gets it twice can tell.
func delivery(event string, f api.Finding) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %s", event, f.ID, f.Build))
	return hex.EncodeToString(sum[:16])
}

// Signature is what the header X-Battle-Signature has for a body.
func Signature(secret, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// read finds out what was told.
func (h *Hook) read(from api.Source) error {
	document, err := os.ReadFile(h.File)
	if errors.Is(err, fs.ErrNotExist) {
		h.told = make(map[string]store.State)
		for _, f := range from.Findings() {
			h.told[f.ID] = f.State
		}
		return h.write()
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(document, &h.told); err != nil || h.told == nil {
		return fmt.Errorf("%s: want findings and their states: %w", h.File, err)
	}
	return nil
}

// write keeps what was told: the whole file, or the one before.
func (h *Hook) write() error {
	document, err := json.MarshalIndent(h.told, "", " ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(h.File), filepath.Base(h.File)+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(document)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), h.File)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}
