package compose

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
)

func TestTrialEnvironment_NamesTheCopyOrSaysWhyItCannot(t *testing.T) {
	for name, test := range map[string]struct {
		environment []string
		want        string // of DATABASE_URL
		refusal     string
		trials      []string
	}{
		"a URL":             {[]string{"DATABASE_URL=postgres://kt:s3cret@db:5432/live?sslmode=require"}, "postgres://kt:s3cret@db:5432/copy?sslmode=require", "", nil},
		"a socket":          {[]string{"DATABASE_URL=postgres:///live?host=/var/run/postgresql"}, "postgres:///copy?host=/var/run/postgresql", "", nil},
		"a name in the end": {[]string{"DATABASE_URL=postgres://kt@db/?dbname=live"}, "postgres://kt@db/copy", "", nil},
		"another variable":  {[]string{"DB=postgres://kt@db/live"}, "", "set trials.database_variable", nil},
		"a file":            {[]string{"DATABASE_URL_FILE=/run/secrets/url"}, "", "from a file (DATABASE_URL_FILE)", nil},
		"a file besides":    {[]string{"DATABASE_URL=postgres://kt@db/live", "DATABASE_URL_FILE=/run/secrets/url"}, "", "from a file (DATABASE_URL_FILE)", nil},
		"a file for trials": {[]string{"DATABASE_URL=postgres://kt@db/live"}, "", "from a file (DATABASE_URL_FILE)", []string{"DATABASE_URL_FILE=/run/secrets/url"}},
		"no file in trials": {[]string{"DATABASE_URL_FILE=/run/secrets/url"}, "postgres://kt@db/copy", "", []string{"DATABASE_URL_FILE=", "DATABASE_URL=postgres://kt@db/live"}},
		"a URL for trials":  {[]string{"DATABASE_URL=postgres://kt@pooler/alias"}, "postgres://kt@db/copy", "", []string{"DATABASE_URL=postgres://kt@db/live"}},
		"no value":          {[]string{"DATABASE_URL"}, "", "no variable DATABASE_URL", nil},
		"words":             {[]string{"DATABASE_URL=host=db password=s3cret dbname=live"}, "", "is no URL of a database", nil},
		"no database":       {[]string{"DATABASE_URL=postgres://kt:s3cret@db"}, "", "is no URL of a database", nil},
	} {
		t.Run(name, func(t *testing.T) {
			p := &Platform{options: Options{Trials: TrialOptions{DatabaseVariable: DefaultDatabaseVariable, Environment: test.trials}}}
			s := types.ServiceConfig{Name: "api"}
			s.Environment = types.NewMappingWithEquals(test.environment)
			got, err := p.trialEnvironment(s, "copy")
			switch {
			case test.refusal == "" && (err != nil || *got["DATABASE_URL"] != test.want):
				t.Errorf("got %v, %v", got, err)
			case test.refusal != "" && (err == nil || !strings.Contains(err.Error(), test.refusal) || strings.Contains(err.Error(), "s3cret")):
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestTrialEnvironment_LeadsNoUserToIt(t *testing.T) {
	p := &Platform{options: Options{Trials: TrialOptions{DatabaseVariable: DefaultDatabaseVariable, Environment: []string{"SERVICE_KEY=trial"}}}}
	s := types.ServiceConfig{Name: "api"}
	s.Environment = types.NewMappingWithEquals([]string{"DATABASE_URL=postgres://kt@db/live", "VIRTUAL_HOST=api.example.com", "VIRTUAL_PORT=8080",
		"LETSENCRYPT_HOST=api.example.com", "SERVICE_8080_NAME=api", "SERVICE_KEY=live", "CONSUL_HTTP_ADDR=consul:8500", "KT_SERVICE_MODE=full"})
	got, err := p.trialEnvironment(s, "copy")
	if err != nil {
		t.Fatal(err)
	}
	// What an API needs for itself of these, trials can be given.
	if want := []string{"DATABASE_URL", "KT_SERVICE_MODE", "SERVICE_KEY"}; !slices.Equal(slices.Sorted(maps.Keys(got)), want) || *got["SERVICE_KEY"] != "trial" {
		t.Errorf("its variables are %q", slices.Sorted(maps.Keys(got)))
	}
}

func TestTrialEnvironment_LeavesNoURLOfTheLiveDatabase(t *testing.T) {
	p := &Platform{options: Options{Trials: TrialOptions{DatabaseVariable: DefaultDatabaseVariable,
		Environment: []string{"DATABASE_URL=postgres://kt@db/live", "JOBS_URL=postgres://kt@db/live", "KT_JOBS=off"}}}}
	s := types.ServiceConfig{Name: "api"}
	s.Environment = types.NewMappingWithEquals([]string{"DATABASE_URL=postgres://kt@pooler/alias", "READ_URL=postgres://kt@pooler/alias", "AUDIT_URL=postgres://kt@db/audit"})
	got, err := p.trialEnvironment(s, "copy")
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{
		"DATABASE_URL": "postgres://kt@db/copy", "JOBS_URL": "postgres://kt@db/copy", "READ_URL": "postgres://kt@pooler/copy",
		"AUDIT_URL": "postgres://kt@db/audit", "KT_JOBS": "off",
	} {
		if value := got[key]; value == nil || *value != want {
			t.Errorf("%s is not %s", key, want)
		}
	}
	if *s.Environment["DATABASE_URL"] != "postgres://kt@pooler/alias" {
		t.Error("the service itself was changed")
	}
}
