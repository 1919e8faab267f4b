package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// deployment reads a file of ci/farm.
func deployment(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "..", "..", "ci", "farm", name))
	require.NoError(t, err)
	return string(content)
}

// documents reads the documents of a YAML file. A key that is there twice is an error.
func documents(t *testing.T, name string) (all []map[string]any) {
	t.Helper()
	decoder := yaml.NewDecoder(bytes.NewReader([]byte(deployment(t, name))))
	for {
		var one map[string]any
		err := decoder.Decode(&one)
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		all = append(all, one)
	}
}

// requireParses holds the words of a deployed command to what battle-farm takes.
func requireParses(t *testing.T, args []string) *options {
	t.Helper()
	t.Setenv("BATTLE_COMMAND", "battle")
	o, err := parse(args)
	require.NoError(t, err, "%v", args)
	require.NotEmpty(t, o.state)
	return o
}

func words(t *testing.T, list any) (all []string) {
	t.Helper()
	for _, word := range list.([]any) {
		all = append(all, word.(string))
	}
	return all
}

// at goes down into a document, by keys and by indices.
func at(t *testing.T, v any, path ...any) any {
	t.Helper()
	for _, step := range path {
		switch key := step.(type) {
		case string:
			next, there := v.(map[string]any)[key]
			require.True(t, there, "%s of %v", key, path)
			v = next
		case int:
			require.Greater(t, len(v.([]any)), key)
			v = v.([]any)[key]
		}
	}
	return v
}

func TestKubernetesManifests(t *testing.T) {
	all := documents(t, "kubernetes.yaml")
	byKind := make(map[string]map[string]any)
	for _, one := range all {
		require.Regexp(t, `^(v1|apps/v1)$`, at(t, one, "apiVersion"))
		require.NotEmpty(t, at(t, one, "metadata", "name"))
		byKind[at(t, one, "kind").(string)] = one
	}
	require.Len(t, byKind, 3)
	for kind, joins := range map[string]bool{"StatefulSet": false, "Deployment": true} {
		spec := at(t, byKind[kind], "spec")
		for label, value := range at(t, spec, "selector", "matchLabels").(map[string]any) {
			require.Equal(t, value, at(t, spec, "template", "metadata", "labels", label), "a set selects its own pods")
		}
		pod := at(t, spec, "template", "spec")
		o := requireParses(t, words(t, at(t, pod, "containers", 0, "args")))
		require.Equal(t, joins, o.join != "")
		mounts := []string{}
		for _, one := range at(t, pod, "containers", 0, "volumeMounts").([]any) {
			mounts = append(mounts, at(t, one, "mountPath").(string))
		}
		for _, path := range []string{o.state, o.creds, o.cert, o.key, o.ca} {
			if path != "" {
				require.Regexp(t, "^("+strings.Join(mounts, "|")+")(/|$)", path, "it is on a volume")
			}
		}
		if !joins {
			require.Equal(t, byKind["Service"]["spec"].(map[string]any)["selector"], at(t, spec, "template", "metadata", "labels"))
			require.Regexp(t, `^127\.0\.0\.1:`, o.http, "the page has no password")
			require.NotEmpty(t, o.cert, "who listens beyond the machine does so with TLS")
		} else {
			require.Contains(t, o.join, at(t, byKind["Service"], "metadata", "name"))
		}
	}
}

func TestComposeFile(t *testing.T) {
	all := documents(t, "compose.yaml")
	require.Len(t, all, 1)
	services := at(t, all[0], "services")
	farm := requireParses(t, words(t, at(t, services, "farm", "command")))
	worker := requireParses(t, words(t, at(t, services, "worker", "command")))
	require.Equal(t, "nats://farm:4222", worker.join)
	require.Regexp(t, ":4222$", farm.listen)
	require.FileExists(t, filepath.Join("..", "..", "..", at(t, services, "farm", "build", "dockerfile").(string)))
	require.Equal(t, "127.0.0.1:7117:7117", at(t, services, "farm", "ports", 0), "the page is for this machine")
	for _, volume := range []string{"state"} {
		require.Contains(t, at(t, all[0], "volumes"), volume)
	}
}

func TestUnits(t *testing.T) {
	for name, joins := range map[string]bool{"battle-farm.service": false, "battle-farm-worker@.service": true} {
		sections, exec := []string{}, ""
		for line := range strings.Lines(deployment(t, name)) {
			line = strings.TrimSpace(line)
			switch {
			case line == "" || strings.HasPrefix(line, "#"):
			case strings.HasPrefix(line, "["):
				sections = append(sections, line)
			default:
				require.Regexp(t, `^[A-Z][A-Za-z]+=\S`, line, name)
				if rest, is := strings.CutPrefix(line, "ExecStart="); is {
					exec = rest
				}
			}
		}
		require.Equal(t, []string{"[Unit]", "[Service]", "[Install]"}, sections)
		require.NotRegexp(t, `%[^iH]`, exec)
		fields := strings.Fields(strings.NewReplacer("%i", "1", "%H", "host").Replace(exec))
		require.Equal(t, "/usr/local/bin/battle-farm", fields[0])
		o := requireParses(t, fields[1:])
		require.Equal(t, joins, o.join != "")
		require.Contains(t, deployment(t, name), "StateDirectory="+strings.Replace(filepath.Base(o.state), "-1", "-%i", 1)+"\n")
	}
}

func TestDockerfile(t *testing.T) {
	text := strings.ReplaceAll(deployment(t, "Dockerfile"), "\\\n", " ")
	var built []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		require.Regexp(t, `^(FROM|RUN|COPY|USER|ENV|VOLUME|ENTRYPOINT) \S`, line)
		for _, one := range regexp.MustCompile(`go build -C /src(\S*) -o \S+ \./(\S+)`).FindAllStringSubmatch(line, -1) {
			built = append(built, filepath.Base(one[2]))
			require.DirExists(t, filepath.Join("..", "..", "..", one[1], one[2]))
		}
	}
	require.Equal(t, []string{"battle", "battle-farm"}, built)
	goMod, err := os.ReadFile(filepath.Join("..", "..", "go.mod"))
	require.NoError(t, err)
	version := regexp.MustCompile(`FROM golang:([\d.]+)-`).FindStringSubmatch(text)[1]
	require.Contains(t, string(goMod), "\ngo "+version+".")
}
