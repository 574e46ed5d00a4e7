package config

// Maintenance is how ktops closes the nginx of the edge: callers then get 503, a
// page and Retry-After. `ktops edge install` prints the one line to include.
type Maintenance struct {
	// Folder that ktops writes, on the machine that has nginx's files.
	Directory string `yaml:"directory" validate:"required,abspath" example:"/etc/nginx/ktops"`
	// The same folder as nginx names it, where that sees another file system; by
	// default directory.
	Inside string `yaml:"inside" validate:"omitempty,edgefolder"`
	// Name of the container that nginx runs in, on the platform's Docker engine: sets
	// test, reload and workers.
	Container string `yaml:"container" validate:"omitempty,container" example:"keeptrusts-edge-1"`
	// Command that tests nginx's configuration; by default nginx -t.
	Test []string `yaml:"test" validate:"dive,required"`
	// Command that has nginx load it; by default nginx -s reload.
	Reload []string `yaml:"reload" validate:"dive,required"`
	// Command that lists processes, number and title; by default ps -eo pid,args.
	Workers []string `yaml:"workers" validate:"dive,required"`
	// Command that runs `ktops edge agent` on the machine of nginx, such as by ssh,
	// where that is another one; the agent's own flags name folder and commands there.
	Agent []string `yaml:"agent" validate:"dive,required"`
	// Secret that passes the closed edge, as header X-Ktops-Bypass or cookie
	// ktops_bypass: at least 16 letters, digits, hyphens and underscores.
	Bypass Secret `yaml:"bypass" validate:"required"`
	// Paths that stay open: exact ones, or all below one that ends in a slash.
	OpenPaths []string `yaml:"open_paths" validate:"dive,edgepath" example:"/static/"`
	// Paths below which callers get JSON whatever they accept.
	JSONPaths []string `yaml:"json_paths" validate:"dive,edgepath" example:"/api/"`
	// How long answers under way may take to end once the edge is closed. What goes on
	// then is cut, and counted in the report.
	DrainLimit Duration `yaml:"drain_limit" default:"120s" validate:"min=1s"`
	// Address of a status page that the closed page links to.
	StatusURL string `yaml:"status_url" validate:"omitempty,http_url" example:"https://status.example.com"`
	// What the closed page calls the platform; by default the environment's name.
	Title string `yaml:"title" validate:"max=80"`
}
