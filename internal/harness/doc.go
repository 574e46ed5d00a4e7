// Package harness makes test worlds of real parts: a Docker engine, a PostgreSQL
// cluster, nginx as the edge, and Keeptrusts stood in by ktsim. Up brings a World
// up and Down leaves nothing of it behind. The core returns errors and knows no
// testing.T, because cmd/ktdemo uses it too; Test is the thin layer for tests.
package harness
