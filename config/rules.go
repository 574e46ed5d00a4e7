package config

import (
	"fmt"
	"net"
	"net/mail"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/go-playground/validator/v10"

	"github.com/keeptrusts/ktops/ops"
)

// rule is what a tag asks of a value, and how its breach is told.
type rule struct {
	pattern string // what text must match; empty: check decides
	check   func(string) bool
	problem string // %s is the tag's parameter
	try     string
}

// rules are the tags that the types use. The validator's own are here for their
// wording.
func rules() map[string]rule {
	return map[string]rule{
		"required":   {problem: "must not be empty"},
		"min":        {problem: "must be at least %s"},
		"max":        {problem: "must be at most %s"},
		"oneof":      {problem: "must be one of: %s"},
		"startswith": {problem: "must begin with %s"},
		"http_url":   {problem: "must be an http:// or https:// address"},

		"metric": {pattern: `^[a-zA-Z_:][a-zA-Z0-9_:]*$`, problem: "cannot be the name of a metric",
			try: "use letters, digits, underscores and colons"},
		"listen": {check: isListen, problem: "must be an address and a port",
			try: "such as 127.0.0.1:8484, or :8484 for every address"},
		"abspath": {pattern: `^/`, problem: "must be an absolute path", try: "begin it with /"},
		"name": {pattern: `^[a-z][a-z0-9-]{0,31}$`, problem: "cannot be the name of an environment",
			try: "use lower-case letters, digits and hyphens, beginning with a letter"},
		"project": {pattern: `^[a-z0-9][a-z0-9_-]*$`, problem: "cannot be the name of a Compose project",
			try: "use lower-case letters, digits, hyphens and underscores"},
		"docker_host": {pattern: `^(unix:///|tcp://|ssh://|npipe://).+`, problem: "is not the address of a Docker engine",
			try: "such as unix:///var/run/docker.sock"},
		"variable": {pattern: `^[A-Za-z_][A-Za-z0-9_]*$`, problem: "cannot be the name of a variable",
			try: "use letters, digits and underscores"},
		"assignment": {pattern: `^[A-Za-z_][A-Za-z0-9_]*=`, problem: "is not a variable with its value", try: "write NAME=value"},
		"repository": {pattern: `^[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)+$`, problem: "is not a repository",
			try: "write host:port/path without https:// and without a tag"},
		"line": {pattern: `^[0-9]+\.[0-9]+\.x$`, problem: "is not a version line", try: "write it as 2.6.x"},
		"person": {pattern: `^(\*|[UW][A-Z0-9]{2,}|unix:[^\s:]+)$`, problem: "is not a person",
			try: "write a Slack user ID (U…), unix:NAME, or *"},
		"group": {pattern: `^S[A-Z0-9]{2,}$`, problem: "is not a Slack user group", try: "write its ID, which begins with S"},
		"label": {pattern: `^[a-z][a-z0-9-]{0,31}$`, problem: "cannot be a name",
			try: "use lower-case letters, digits and hyphens, beginning with a letter"},
		"zone": {check: isZone, problem: "is not a zone of the tz database", try: "such as Europe/Berlin or UTC"},
		"cron": {check: isCron, problem: "is not a schedule",
			try: "write minute, hour, day of the month, month and day of the week: 0 2 * * SUN is 02:00 on Sundays"},
		"version": {check: isVersion, pattern: `^v?[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$`,
			problem: "is not a version", try: "write it in full, such as 3.0.0"},
		"mailbox": {check: isMailbox, problem: "is not an e-mail address", try: "such as ops@example.com"},
		"container": {pattern: `^[a-zA-Z0-9][a-zA-Z0-9_.-]*$`, problem: "cannot be the name of a container",
			try: "docker ps lists the names"},
		"edgefolder": {pattern: `^/[A-Za-z0-9._/-]+$`, problem: "cannot be written in nginx's configuration",
			try: "use an absolute path of letters, digits, dots, underscores and hyphens"},
		"edgepath": {pattern: `^/[A-Za-z0-9._~/-]*$`, problem: "cannot be written in nginx's configuration",
			try: "begin it with / and use letters, digits and ._~/- only"},
		"channel": {pattern: `^[CGD][A-Z0-9]{2,}$`, problem: "is not the ID of a Slack channel",
			try: "write the ID (C…) from the end of the channel's details, not its name"},
	}
}

// checks are the rules that the validator does not have itself.
func checks() map[string]func(string) bool {
	checks := map[string]func(string) bool{}
	for tag, r := range rules() {
		switch {
		case r.check != nil:
			checks[tag] = r.check
		case r.pattern != "":
			checks[tag] = regexp.MustCompile(r.pattern).MatchString
		}
	}
	return checks
}

// explain puts a breach into words.
func explain(e validator.FieldError) (problem, try string) {
	r, ok := rules()[e.Tag()]
	if !ok {
		return "is not valid", ""
	}
	param := e.Param()
	switch e.Tag() {
	case "oneof":
		param = strings.ReplaceAll(param, " ", ", ")
		try = didYouMean(nearest(fmt.Sprint(e.Value()), strings.Fields(e.Param())))
	case "zone":
		try = didYouMean(nearestZone(fmt.Sprint(e.Value())))
	case "cron":
		if cause := cronProblem(fmt.Sprint(e.Value())); cause != nil {
			return fmt.Sprintf("%s: %s", r.problem, cause), r.try
		}
	case "min", "max":
		if e.Tag() == "min" && e.Param() == "1" && e.Kind() != reflect.Int {
			return "must not be empty", ""
		}
		param = count(e)
	}
	problem = r.problem
	if strings.Contains(problem, "%s") {
		problem = fmt.Sprintf(problem, param)
	}
	if try == "" {
		try = r.try
	}
	return problem, try
}

// count is the bound of a min or max with what it counts.
func count(e validator.FieldError) string {
	if e.Kind() == reflect.String {
		return e.Param() + " characters long"
	}
	return e.Param()
}

func isVersion(s string) bool {
	_, err := ops.ParseVersion(s)
	return err == nil
}

func isMailbox(s string) bool {
	_, err := mail.ParseAddress(s)
	return err == nil
}

func isListen(s string) bool {
	_, port, err := net.SplitHostPort(s)
	if err != nil {
		return false
	}
	n, err := strconv.Atoi(port)
	return err == nil && n >= 0 && n <= 65535
}
