package broker

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"
)

// keys are who may connect to the farm's own server, and as what: files of NATS credentials
// that are made when the farm is started first. Only who can read its folder has them.
type keys struct {
	dir string
}

// Files of keys.
const (
	coordinatorFile = "coordinator.creds"
	workerFile      = "worker.creds"
	operatorFile    = "operator.jwt"
	accountFile     = "account.jwt"
	systemFile      = "system.jwt"
)

// openKeys finds the keys of a folder, or makes them. They come into being all at once: half
// of them would lock the farm out of its own state, which is its account's.
func openKeys(dir string) (keys, error) {
	k := keys{dir}
	if _, err := os.Stat(filepath.Join(dir, workerFile)); err == nil {
		return k, nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return k, err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return k, err
	}
	temp, err := os.MkdirTemp(filepath.Dir(dir), "keys-")
	if err != nil {
		return k, err
	}
	defer os.RemoveAll(temp)
	files, err := makeKeys()
	if err != nil {
		return k, fmt.Errorf("making keys: %w", err)
	}
	for name, content := range files {
		if err := writeSynced(filepath.Join(temp, name), content); err != nil {
			return k, err
		}
	}
	return k, os.Rename(temp, dir)
}

func writeSynced(path string, content []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Sync(), file.Close())
}

// makeKeys makes an operator, an account for the farm, one for the system, and a user for the
// coordinator and one for workers. Of the operator and the accounts nothing is kept that
// could make others.
func makeKeys() (map[string][]byte, error) {
	operator, operatorID, err := pair(nkeys.CreateOperator)
	if err != nil {
		return nil, err
	}
	account, accountID, err := pair(nkeys.CreateAccount)
	if err != nil {
		return nil, err
	}
	_, systemID, err := pair(nkeys.CreateAccount)
	if err != nil {
		return nil, err
	}
	files := make(map[string][]byte)
	claims := jwt.NewOperatorClaims(operatorID)
	claims.Name, claims.SystemAccount = "battle-farm", systemID
	farm := jwt.NewAccountClaims(accountID)
	farm.Name = "farm"
	farm.Limits.JetStreamLimits = jwt.JetStreamLimits{MemoryStorage: -1, DiskStorage: -1, Streams: -1, Consumer: -1, MaxAckPending: -1, MemoryMaxStreamBytes: -1, DiskMaxStreamBytes: -1}
	system := jwt.NewAccountClaims(systemID)
	system.Name = "system"
	for file, one := range map[string]jwt.Claims{operatorFile: claims, accountFile: farm, systemFile: system} {
		text, err := one.Encode(operator)
		if err != nil {
			return nil, err
		}
		files[file] = []byte(text)
	}
	for file, name := range map[string]string{coordinatorFile: "coordinator", workerFile: "worker"} {
		if files[file], err = makeUser(account, name); err != nil {
			return nil, err
		}
	}
	return files, nil
}

func pair(create func() (nkeys.KeyPair, error)) (key nkeys.KeyPair, id string, err error) {
	if key, err = create(); err == nil {
		id, err = key.PublicKey()
	}
	return key, id, err
}

// makeUser makes the file of credentials of a user.
func makeUser(account nkeys.KeyPair, name string) ([]byte, error) {
	user, id, err := pair(nkeys.CreateUser)
	if err != nil {
		return nil, err
	}
	claims := jwt.NewUserClaims(id)
	claims.Name = name
	if name == "worker" {
		claims.Permissions = workerPermissions()
	}
	text, err := claims.Encode(account)
	if err != nil {
		return nil, err
	}
	seed, err := user.Seed()
	if err != nil {
		return nil, err
	}
	return jwt.FormatUserConfig(text, seed)
}

// workerPermissions are what a worker may do: take items, hand in what it found, read builds,
// targets, sources and the corpus, and say that it is there. It can't write the corpus or a
// finding, whatever it is.
func workerPermissions() jwt.Permissions {
	allow := jwt.StringList{
		"farm.intake.>", "$KV.FARM_workers.>", "$JS.FC.>", "$JS.API.INFO",
		"$JS.API.STREAM.INFO.FARM_work", "$JS.API.STREAM.INFO.FARM_intake",
		"$JS.API.CONSUMER.INFO.FARM_work.>", "$JS.API.CONSUMER.MSG.NEXT.FARM_work.>", "$JS.ACK.FARM_work.>",
		"$JS.API.STREAM.INFO.KV_FARM_workers",
	}
	for _, stream := range []string{"KV_FARM_builds", "KV_FARM_targets", "KV_FARM_corpus", "OBJ_FARM_sources"} {
		allow = append(allow, "$JS.API.STREAM.INFO."+stream, "$JS.API.DIRECT.GET."+stream, "$JS.API.DIRECT.GET."+stream+".>", "$JS.API.STREAM.MSG.GET."+stream,
			"$JS.API.CONSUMER.CREATE."+stream, "$JS.API.CONSUMER.CREATE."+stream+".>", "$JS.API.CONSUMER.DELETE."+stream+".>", "$JS.API.CONSUMER.INFO."+stream+".>")
	}
	return jwt.Permissions{Pub: jwt.Permission{Allow: allow}, Sub: jwt.Permission{Allow: jwt.StringList{"_INBOX.>"}}}
}

// WorkerPermissions are those of a worker's user, as the configuration of a NATS server has
// them: one that is not the farm's own knows nothing of workers.
func WorkerPermissions() string {
	may := workerPermissions()
	var b strings.Builder
	b.WriteString("permissions {\n")
	for _, one := range []struct {
		what  string
		allow []string
	}{{"publish", may.Pub.Allow}, {"subscribe", may.Sub.Allow}} {
		fmt.Fprintf(&b, "  %s { allow: [\n", one.what)
		for _, subject := range one.allow {
			fmt.Fprintf(&b, "    %q\n", subject)
		}
		b.WriteString("  ] }\n")
	}
	b.WriteString("}\n")
	return b.String()
}

// apply makes a server ask for credentials.
func (k keys) apply(o *server.Options) error {
	read := func(file string) (string, error) {
		content, err := os.ReadFile(filepath.Join(k.dir, file))
		return string(content), err
	}
	operatorText, err := read(operatorFile)
	if err != nil {
		return err
	}
	operator, err := jwt.DecodeOperatorClaims(operatorText)
	if err != nil {
		return fmt.Errorf("%s: %w", operatorFile, err)
	}
	resolver := &server.MemAccResolver{}
	for _, file := range []string{accountFile, systemFile} {
		text, err := read(file)
		if err != nil {
			return err
		}
		claims, err := jwt.DecodeAccountClaims(text)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if err := resolver.Store(claims.Subject, text); err != nil {
			return err
		}
	}
	o.TrustedOperators = []*jwt.OperatorClaims{operator}
	o.SystemAccount, o.AccountResolver = operator.SystemAccount, resolver
	return nil
}

// file is the path of a file of credentials.
func (k keys) file(name string) string { return filepath.Join(k.dir, name) }
