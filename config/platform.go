package config

// Platform is what runs the containers.
type Platform struct {
	// Docker Compose.
	Compose Compose `yaml:"compose" validate:"required"`
}

// Compose is a Docker Compose project.
type Compose struct {
	// Folder of the project, with its .env file, in which the versions are pinned.
	Directory string `yaml:"directory" validate:"required,abspath" example:"/opt/keeptrusts"`
	// Compose files in the order that -f would give them, relative to the folder;
	// by default what docker compose finds itself.
	Files []string `yaml:"files" validate:"dive,required"`
	// Name of the project; by default what docker compose derives.
	Project string `yaml:"project" validate:"omitempty,project"`
	// Docker engine; by default DOCKER_HOST or the local socket.
	DockerHost string `yaml:"docker_host" validate:"omitempty,docker_host" example:"unix:///var/run/docker.sock"`
	// How long a new container may take to become healthy, migrations included.
	HealthTimeout Duration `yaml:"health_timeout" default:"2m" validate:"min=1s"`
	// How long a container that is replaced may finish its requests and streams.
	Drain Duration `yaml:"drain" default:"60s"`
	// Folder of the migrations inside the API image.
	Migrations string `yaml:"migrations" default:"/app/migrations" validate:"abspath"`
	// The three services of the project.
	Services Services `yaml:"services"`
	// How a rehearsal starts an API on a copy of the data.
	Trials Trials `yaml:"trials"`
}

// Trials are single API containers that a rehearsal starts from the API's service: with
// its environment and networks, without its ports, labels and names.
type Trials struct {
	// Variable of the API's service that has the URL of its database. In a trial the URL
	// names the copy, and so does every other that names the same database.
	DatabaseVariable string `yaml:"database_variable" default:"DATABASE_URL" validate:"variable"`
	// Variables that only trials get, or get other values of: those that switch off mail,
	// webhooks and jobs.
	Environment []string `yaml:"environment" validate:"dive,assignment" example:"KT_JOBS=off"`
	// Routes that read the tables that matter. A version that does not answer them on the
	// migrated copy cannot serve beside the upgrade; checks.api_token is sent along.
	Reads []string `yaml:"reads" default:"/v1/exports" validate:"min=1,dive,startswith=/"`
}

// Services names the components in the Compose project.
type Services struct {
	// The API server.
	API Service `yaml:"api" default:"name=keeptrusts-api port=8080 health=/health/ready"`
	// The console.
	Console Service `yaml:"console" default:"name=keeptrusts-console port=3000 health=/health"`
	// The gateway.
	Gateway Service `yaml:"gateway" default:"name=keeptrusts-gateway port=41002 health=/health"`
}

// Service is one component in the Compose project.
type Service struct {
	// Name of the service.
	Name string `yaml:"name" validate:"min=1"`
	// Port inside the container.
	Port int `yaml:"port" validate:"min=1,max=65535"`
	// Path that answers 200 once the container is ready.
	Health string `yaml:"health" validate:"startswith=/"`
}
