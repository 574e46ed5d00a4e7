package config

// Window is a recurring time in which ktops may work on an environment.
type Window struct {
	// Name is the key under windows.
	Name string `yaml:"-" validate:"label"`
	// When it opens, as cron writes it: minute, hour, day of the month, month, day of
	// the week.
	Cron string `yaml:"cron" validate:"required,cron" example:"0 2 * * SUN"`
	// Zone of the tz database whose clocks cron means; by default the environment's.
	Zone string `yaml:"zone" validate:"omitempty,zone" example:"Europe/Berlin"`
	// How long it is open. A run that would not be through by then does not begin.
	Duration Duration `yaml:"duration" validate:"required,min=1m" example:"2h"`
	// What happens in it, in this order.
	Does []string `yaml:"does" default:"upgrade" validate:"min=1,dive,oneof=upgrade backup verify drill"`
	// Version that it upgrades to, once approved; by default what people ask for.
	Target string `yaml:"target" validate:"omitempty,version" example:"3.0.0"`
	// How long before it opens an approved upgrade is announced; [] announces nothing
	// beforehand.
	Notices []Duration `yaml:"notices" default:"7d,24h,1h,10m" validate:"dive,min=1m"`
}

// Windows are those of one environment, in the order of the file.
type Windows []Window
