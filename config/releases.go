package config

import "github.com/keeptrusts/ktops/ops"

// Releases is what ktops knows of versions. With neither a file nor a registry,
// every version is believed to exist until its images cannot be pulled.
type Releases struct {
	// File with one version a line; # begins a comment.
	File string `yaml:"file" validate:"omitempty,abspath"`
	// Repository of the API image, whose tags are the versions, such as
	// registry.internal:5000/keeptrusts/api.
	Registry string `yaml:"registry" validate:"omitempty,repository"`
	// Release bundle on this machine that has the migrations of a version in a folder
	// migrations: a folder or an archive (.tar, .tar.gz, .tgz, .tar.zst), with {version} in its
	// path. Without it they are read out of the API image.
	Bundle string `yaml:"bundle" validate:"omitempty,abspath" example:"/srv/releases/keeptrusts-{version}.tar.zst"`
	// Lines beyond those of the built-in matrix; a line given here wins over a
	// built-in one of the same API.
	Compatibility []Compatibility `yaml:"compatibility" validate:"dive"`
}

// Compatibility is one line of the matrix: the lowest lines of the other
// components that work with an API line.
type Compatibility struct {
	// API line, such as 2.6.x.
	API string `yaml:"api" validate:"required,line"`
	// Lowest gateway line.
	Gateway string `yaml:"gateway" validate:"required,line"`
	// Lowest console line.
	Console string `yaml:"console" validate:"required,line"`
	// Lowest line of the kt command line.
	CLI string `yaml:"cli" validate:"required,line"`
	// Remark shown with the line.
	Notes string `yaml:"notes"`
}

// Matrix is the configured lines followed by the guide's, so that the first
// line found for an API version is the one that counts.
func (r Releases) Matrix() ops.Matrix {
	matrix := make(ops.Matrix, 0, len(r.Compatibility))
	for _, c := range r.Compatibility {
		matrix = append(matrix, ops.Compatibility(c))
	}
	return append(matrix, ops.GuideMatrix()...)
}
