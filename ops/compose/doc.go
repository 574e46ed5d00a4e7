// Package compose is the Docker Compose platform of ktops.
//
// A service is rolled one container at a time: a container of the new image is
// added beside the old ones, must prove itself healthy, and only then is one old
// container asked to stop and given its grace period. What is added is created
// by Compose's own code from the project's own files, with the one variable that
// pins the image's tag set to the new version. Its labels, its name and its
// configuration hash are therefore those that "docker compose up -d" would write
// once .env says the new version, and a later "docker compose up -d" changes
// nothing.
//
// Only loading a project, creating and starting containers go through Compose's
// library; looking, stopping and removing use the Engine API. Nothing is
// remembered between calls: every step looks at the engine first, so it can be
// resumed after a kill -9 at any point.
//
// Health is asked on the containers' own addresses, so ktops must run where they
// can be reached: on the engine's machine, or in the project's network.
package compose
