package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"battle.test/farm/api"
	"battle.test/farm/hook"
)

// checkHook says what is wrong with the webhook's flags.
func (o *options) checkHook() error {
	if o.hook == "" {
		if o.hookSecret != "" {
			return errors.New("-webhook-secret is for a -webhook")
		}
		return nil
	}
	if u, err := url.Parse(o.hook); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("-webhook %q: want a URL, as https://host/path", o.hook)
	}
	_, err := o.secret()
	return err
}

// secret reads the webhook's secret, without the line's end that editors add.
func (o *options) secret() ([]byte, error) {
	if o.hookSecret == "" {
		return nil, nil
	}
	secret, err := os.ReadFile(o.hookSecret)
	if err != nil {
		return nil, fmt.Errorf("-webhook-secret: %w", err)
	}
	if secret = bytes.TrimRight(secret, "\r\n"); len(secret) == 0 {
		return nil, fmt.Errorf("-webhook-secret %s: it is empty", o.hookSecret)
	}
	return secret, nil
}

// tell posts what becomes of findings, if that is wanted, until stop is called or the context
// ends.
func (o *options) tell(ctx context.Context, from api.Source) (stop func()) {
	if o.hook == "" {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			secret, err := o.secret()
			if err == nil {
				h := &hook.Hook{URL: o.hook, Secret: secret, Farm: filepath.Base(o.dir), Page: o.page, File: filepath.Join(o.state, "webhook.json"), Log: say}
				err = h.Run(ctx, from)
			}
			if ctx.Err() == nil {
				say("webhook: %v; trying again", err)
				pause(ctx, time.Minute)
			}
		}
	}()
	return func() { cancel(); <-done }
}
