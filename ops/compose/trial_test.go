package compose

import (
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
)

func TestTrialEnvironment_NamesTheCopyOrSaysWhyItCannot(t *testing.T) {
	for name, test := range map[string]struct {
		environment []string
		want        string // of DATABASE_URL
		refusal     string
	}{
		"a URL":             {[]string{"DATABASE_URL=postgres://kt:s3cret@db:5432/live?sslmode=require"}, "postgres://kt:s3cret@db:5432/copy?sslmode=require", ""},
		"a socket":          {[]string{"DATABASE_URL=postgres:///live?host=/var/run/postgresql"}, "postgres:///copy?host=/var/run/postgresql", ""},
		"a name in the end": {[]string{"DATABASE_URL=postgres://kt@db/?dbname=live"}, "postgres://kt@db/copy", ""},
		"another variable":  {[]string{"DB=postgres://kt@db/live"}, "", "set trials.database_variable"},
		"a file":            {[]string{"DATABASE_URL_FILE=/run/secrets/url"}, "", "from a file (DATABASE_URL_FILE)"},
		"no value":          {[]string{"DATABASE_URL"}, "", "no variable DATABASE_URL"},
		"words":             {[]string{"DATABASE_URL=host=db password=s3cret dbname=live"}, "", "is no URL of a database"},
		"no database":       {[]string{"DATABASE_URL=postgres://kt:s3cret@db"}, "", "is no URL of a database"},
	} {
		t.Run(name, func(t *testing.T) {
			p := &Platform{options: Options{Trials: TrialOptions{DatabaseVariable: DefaultDatabaseVariable}}}
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
