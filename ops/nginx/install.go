package nginx

import (
	"context"
	"fmt"
	"strings"

	"github.com/keeptrusts/ktops/ops"
)

// Installation is what is there of what an edge needs to be closed.
type Installation struct {
	// Include is the line that the operator adds once to nginx's server block.
	Include string `json:"include"`
	// Wrote is the file that was made so that the line has something to include; empty
	// where it was there.
	Wrote    string        `json:"wrote,omitempty"`
	Findings []ops.Finding `json:"findings"`
}

// Include is the line that the operator adds once to nginx's server block.
func (e *Edge) Include() string { return "include " + e.options.Inside + "/" + confFile + ";" }

// Install makes the file that is included, where there is none, and looks at
// everything that would keep the edge from being closed. It changes nothing else.
func (e *Edge) Install(ctx context.Context) (Installation, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	i := Installation{Include: e.Include()}
	if err := e.do(ctx, checkFolder); err != nil {
		i.Findings = []ops.Finding{e.unwritable(err)}
		return i, nil
	}
	i.add("folder", "ktops can write in "+e.options.Directory)
	written, _, err := e.read(ctx, confFile)
	if err != nil {
		return i, err
	}
	if len(written) == 0 {
		conf, _, err := e.openConf()
		if err != nil {
			return i, err
		}
		if err := e.write(ctx, confFile, conf); err != nil {
			return i, err
		}
		i.Wrote = e.options.Directory + "/" + confFile
	}
	if err := e.do(ctx, testConf); err != nil {
		i.Findings = append(i.Findings, ops.Finding{Check: "configuration", Level: ops.Fail, Fact: "nginx does not take its configuration: " + err.Error(),
			Advice: e.whose(err)})
	} else {
		i.add("configuration", "nginx takes its configuration")
	}
	a, err := e.host.ask(ctx, request{Do: inspectConf})
	if err != nil {
		return i, err
	}
	if a.Seen != nil {
		i.Findings = append(i.Findings, e.judge(*a.Seen)...)
	}
	if _, err := e.workers(ctx); err != nil {
		i.Findings = append(i.Findings, ops.Finding{Check: "workers", Level: ops.Fail, Fact: err.Error(),
			Advice: "without it nobody knows when the last answer has ended"})
	}
	i.Findings = append(i.Findings, e.answering(ctx))
	return i, nil
}

func (i *Installation) add(check, fact string) {
	i.Findings = append(i.Findings, ops.Finding{Check: check, Level: ops.Pass, Fact: fact})
}

// whose tells whose mistake nginx complains of: it names the file.
func (e *Edge) whose(err error) string {
	if strings.Contains(err.Error(), e.options.Inside+"/") {
		return "it complains of a file of ktops: see that the folder is the one that nginx sees (inside), and that its master may read it"
	}
	return "the mistake is in nginx's own configuration: mend it, and ask again"
}

// judge says what of the whole configuration would keep the edge from being closed.
func (e *Edge) judge(seen inspection) []ops.Finding {
	if seen.Unread != "" {
		return []ops.Finding{{Check: "include", Level: ops.Warn, Fact: "nginx's whole configuration cannot be seen: " + seen.Unread,
			Advice: "what follows is proved by what the edge answers alone"}}
	}
	var findings []ops.Finding
	var closes, open []string
	for _, s := range seen.Servers {
		switch {
		case s.Include != "":
			closes = append(closes, s.Name)
			findings = append(findings, e.judgeServer(s)...)
		case !s.Redirects:
			open = append(open, s.Name+" ("+s.Where+")")
		}
	}
	switch {
	case len(closes) == 0:
		return append(findings, ops.Finding{Check: "include", Level: ops.Fail, Fact: "no server block of nginx includes " + confFile,
			Advice: "add “" + e.Include() + "” as the first line of the server block that callers use, then reload nginx"})
	case len(open) > 0:
		findings = append(findings, ops.Finding{Check: "include", Level: ops.Warn,
			Fact:   fmt.Sprintf("%s can be closed; these cannot: %s", strings.Join(closes, "; "), strings.Join(open, "; ")),
			Advice: "add the line there too, where callers reach the platform through them"})
	default:
		findings = append(findings, ops.Finding{Check: "include", Level: ops.Pass, Fact: "included for " + strings.Join(closes, "; ")})
	}
	if seen.Cut > 0 && seen.Cut < e.options.DrainLimit {
		findings = append(findings, ops.Finding{Check: "drain", Level: ops.Warn,
			Fact:   fmt.Sprintf("nginx cuts answers %s after a reload, drain_limit would give them %s", seen.Cut, e.options.DrainLimit),
			Advice: "let worker_shutdown_timeout be at least drain_limit"})
	}
	return findings
}

func (e *Edge) judgeServer(s seenServer) []ops.Finding {
	var findings []ops.Finding
	if !strings.HasPrefix(s.Include, e.options.Inside+"/") {
		findings = append(findings, ops.Finding{Check: "include", Level: ops.Warn,
			Fact:   fmt.Sprintf("%s includes %s, which is not in %s", s.Name, s.Include, e.options.Inside),
			Advice: "unless that is another environment's, let it be “" + e.Include() + "”"})
	}
	if len(s.Before) > 0 {
		findings = append(findings, ops.Finding{Check: "include", Level: ops.Fail,
			Fact:   fmt.Sprintf("in %s, before the include, stands what wins over it: %s", s.Name, strings.Join(s.Before, ", ")),
			Advice: "make the include the first line of the server block"})
	}
	if len(s.Guarded) > 0 {
		findings = append(findings, ops.Finding{Check: "include", Level: ops.Warn,
			Fact:   fmt.Sprintf("%s asks who may see anything: %s; the page too", s.Name, strings.Join(s.Guarded, ", ")),
			Advice: "move it into the locations it is for"})
	}
	return findings
}

// ready tells what would keep the edge from being closed, as far as can be seen
// without asking nginx for its configuration.
func (e *Edge) ready(ctx context.Context) []ops.Finding {
	written, there, err := e.read(ctx, confFile)
	switch file := e.options.Directory + "/" + confFile; {
	case err == nil && !there:
		return []ops.Finding{{Check: "edge", Level: ops.Fail, Fact: file + " is not there",
			Advice: "ktops edge install makes it, and tells the line that includes it"}}
	case err == nil && len(written) == 0: // somebody made it so that the line has something to include
		return []ops.Finding{{Check: "edge", Level: ops.Warn, Fact: file + " is empty, so that nginx includes it is not known",
			Advice: "ktops edge install fills it, and looks"}}
	}
	if err := e.do(ctx, checkFolder); err != nil {
		return []ops.Finding{e.unwritable(err)}
	}
	if f := e.answering(ctx); f.Level != ops.Pass {
		return []ops.Finding{f}
	}
	return nil
}

func (e *Edge) unwritable(err error) ops.Finding {
	return ops.Finding{Check: "edge", Level: ops.Fail, Fact: fmt.Sprintf("cannot write in %s: %v", e.options.Directory, err),
		Advice: "make the folder, and let ktops write there: install -d -m 0755 -o ktops " + e.options.Directory}
}

// answering tells whether it is ktops' configuration that answers at the edge.
func (e *Edge) answering(ctx context.Context) ops.Finding {
	_, head, err := e.get(ctx, statePath)
	switch {
	case err != nil:
		return ops.Finding{Check: "answer", Level: ops.Fail, Fact: fmt.Sprintf("nobody answers at %s: %v", e.options.URL, err),
			Advice: "see that nginx runs, and that edge.url is right"}
	case head.Get(MarkerHeader) == "":
		return ops.Finding{Check: "answer", Level: ops.Fail, Fact: e.options.URL + statePath + " is not answered by ktops' configuration",
			Advice: "see that the server block of this address has “" + e.Include() + "”, then reload nginx"}
	}
	return ops.Finding{Check: "answer", Level: ops.Pass, Fact: e.options.URL + " answers: " + head.Get(MarkerHeader)}
}
