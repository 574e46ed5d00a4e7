package compose

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/compose/v5/pkg/api"

	"github.com/keeptrusts/ktops/ops"
)

// The labels of trials: the project, the run and the trial's name.
const (
	trialLabel     = "com.keeptrusts.ktops.trial"
	trialRunLabel  = "com.keeptrusts.ktops.trial.run"
	trialNameLabel = "com.keeptrusts.ktops.trial.name"
)

// ignoreLabel has registrator pass over a container: else it may register it by its image.
const ignoreLabel = "SERVICE_IGNORE"

// trialProject is a project of one container, made of the API's service.
type trialProject struct {
	*types.Project
	of string // the project whose service it is
}

// trialProject makes a service that is the API's in all but what would let users reach
// it, or let it write what is theirs: its database and its volumes. Whatever else its
// settings name it reaches, unless trials.environment says otherwise. It is no part of the platform's project: the
// docker compose command takes no notice of it there.
func (p *Platform) trialProject(a aim, t ops.Trial) (trialProject, error) {
	if reason := trialBound(a.declared); reason != "" {
		return trialProject{}, fmt.Errorf("service %s cannot be tried beside itself: %s", a.declared.Name, reason)
	}
	project, err := only(a.project, a.declared.Name, 1)
	if err != nil {
		return trialProject{}, err
	}
	service := project.Services[a.declared.Name]
	if service.Environment, err = p.trialEnvironment(service, t.Database); err != nil {
		return trialProject{}, err
	}
	of, name := project.Name, "ktops-trial-"+t.Name
	made := *project
	made.Name = of + "-trial-" + strings.ToLower(t.Run)
	service.Name, service.ContainerName = name, made.Name+"-"+t.Name
	service.Labels = types.Labels{trialLabel: of, trialRunLabel: t.Run, trialNameLabel: t.Name, ignoreLabel: "true"}
	service.CustomLabels = maps.Clone(service.CustomLabels)
	service.CustomLabels[api.ProjectLabel], service.CustomLabels[api.ServiceLabel] = made.Name, name
	secluded(&service)
	made.Services = types.Services{name: service}
	made.Volumes = nil
	return trialProject{Project: &made, of: of}, nil
}

// secluded takes away all by which a service is found, started again, or has what
// belongs to others. Labels and a host name count: proxies route by the one, and the
// engine resolves the other. What it mounts it may only read, and named volumes are
// replaced by empty ones.
func secluded(s *types.ServiceConfig) {
	s.Ports, s.Expose, s.Hostname, s.DomainName, s.MacAddress = nil, nil, "", "", ""
	s.DependsOn, s.Links, s.PostStart, s.PreStop = nil, nil, nil, nil
	s.Restart = types.RestartPolicyNo
	if s.Deploy != nil {
		deploy := *s.Deploy
		deploy.RestartPolicy, deploy.Labels = nil, nil
		s.Deploy = &deploy
	}
	networks := map[string]*types.ServiceNetworkConfig{}
	for key, n := range s.Networks {
		networks[key] = nil
		if n != nil {
			networks[key] = &types.ServiceNetworkConfig{Priority: n.Priority, GatewayPriority: n.GatewayPriority, DriverOpts: n.DriverOpts}
		}
	}
	s.Networks = networks
	s.Volumes = slices.Clone(s.Volumes)
	for i, v := range s.Volumes {
		switch v.Type {
		case types.VolumeTypeVolume:
			s.Volumes[i] = types.ServiceVolumeConfig{Type: types.VolumeTypeVolume, Target: v.Target}
		case types.VolumeTypeBind:
			s.Volumes[i].ReadOnly = true
		}
	}
}

// trialBound says why a second container would be in the way of the first.
func trialBound(s types.ServiceConfig) string {
	if reason := fixedNamespace(s); reason != "" {
		return reason
	}
	if refersToOthers(s) {
		return "it lives inside a container of another service"
	}
	return ""
}

// trialEnvironment is the service's environment, with what trials have of their own, and
// with the copy's name in the database's place: in the variable that has its URL and in
// every other that has a URL of the same database. No error tells a URL, for there are
// passwords in them.
func (p *Platform) trialEnvironment(s types.ServiceConfig, database string) (types.MappingWithEquals, error) {
	name := p.options.Trials.DatabaseVariable
	environment := unrouted(s.Environment).OverrideBy(types.NewMappingWithEquals(p.options.Trials.Environment))
	if given(environment[name+"_FILE"]) { // an image may prefer it to the variable
		return nil, fmt.Errorf("service %s reads the URL of its database from a file (%[2]s_FILE), where ktops cannot name the copy: have %[2]s_FILE= and %[2]s with the URL in trials.environment", s.Name, name)
	}
	value := environment[name]
	if !given(value) {
		return nil, fmt.Errorf("service %s has no variable %s with the URL of its database: set trials.database_variable to the one that has it", s.Name, name)
	}
	live, ok := databaseOf(*value)
	if !ok {
		return nil, fmt.Errorf("variable %s of service %s is no URL of a database, such as postgres://user@host/keeptrusts", name, s.Name)
	}
	lives := []string{live}
	if declared := s.Environment[name]; given(declared) { // trials may have another URL, other variables still this database
		if in, ok := databaseOf(*declared); ok {
			lives = append(lives, in)
		}
	}
	for key, value := range environment {
		if value == nil {
			continue
		}
		if in, ok := databaseOf(*value); ok && slices.Contains(lives, in) {
			copied := withDatabase(*value, database)
			environment[key] = &copied
		}
	}
	return environment, nil
}

// routing begins the variables by which proxies (nginx-proxy and its companions) and
// registries of services (registrator) find the containers that are to serve.
var routing = regexp.MustCompile(`^(VIRTUAL|LETSENCRYPT|SERVICE|CONSUL)_`)

// unrouted is an environment that leads no user to its container. Where an API needs such
// a variable for itself, trials.environment can give it back.
func unrouted(environment types.MappingWithEquals) types.MappingWithEquals {
	kept := types.MappingWithEquals{}
	for key, value := range environment {
		if !routing.MatchString(key) {
			kept[key] = value
		}
	}
	return kept
}

func given(value *string) bool { return value != nil && *value != "" }

// databaseOf is the name of the database in a URL of PostgreSQL.
func databaseOf(value string) (string, bool) {
	u, ok := databaseURL(value)
	if !ok {
		return "", false
	}
	if name := u.Query().Get("dbname"); name != "" {
		return name, true
	}
	name := strings.TrimPrefix(u.Path, "/")
	return name, name != ""
}

// withDatabase is the URL with another database.
func withDatabase(value, database string) string {
	u, _ := databaseURL(value)
	u.Path, u.RawPath = "/"+database, ""
	if query := u.Query(); query.Has("dbname") {
		query.Del("dbname")
		u.RawQuery = query.Encode()
	}
	return u.String()
}

func databaseURL(value string) (*url.URL, bool) {
	u, err := url.Parse(value)
	if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") {
		return nil, false
	}
	return u, true
}
