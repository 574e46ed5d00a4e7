package nginx

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// written is a tree as one line, for comparison.
func written(tree []directive) string {
	var parts []string
	for _, d := range tree {
		text := strings.Join(append([]string{d.name}, d.args...), "|")
		if d.block != nil {
			text += "{" + written(d.block) + "}"
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "; ")
}

func TestParse_ReadsAsNginxDoes(t *testing.T) {
	for text, want := range map[string]string{
		"":                                     "",
		"user root;":                           "user|root",
		"# user root;\npid a.pid; # why":       "pid|a.pid",
		"events { }":                           "events",
		"http { server { listen 80; } }":       "http{server{listen|80}}",
		`log_format main '$a "b" {c};' $d;`:    `log_format|main|$a "b" {c};|$d`,
		`return 200 "a\"b\\n";`:                `return|200|a"b\n`,
		"set $a ${b}c;":                        "set|$a|${b}c",
		"location ~ ^/a{ deny all; }":          "location|~|^/a{deny|all}",
		`add_header A "";`:                     "add_header|A|",
		"content_by_lua_block { if {} end } ;": "",
		"a_by_lua_block { x = {1, {2}} } b c;": "a_by_lua_block; b|c",
		"rewrite ^/a\\;b /c;":                  "rewrite|^/a\\;b|/c",
	} {
		tree, err := parse("nginx.conf", text)
		switch {
		case want == "" && text != "":
			if err == nil {
				t.Errorf("%s: read as %s", text, written(tree))
			}
		case err != nil:
			t.Errorf("%s: %v", text, err)
		default:
			if diff := cmp.Diff(want, written(tree)); diff != "" {
				t.Errorf("%s: %s", text, diff)
			}
		}
	}
}

func TestParse_SaysWhereItStopped(t *testing.T) {
	for text, want := range map[string]string{
		"a b":                       "nginx.conf:1: the file ends too soon",
		"a {\n b;\n":                "nginx.conf:3: the file ends too soon",
		"a; }":                      "nginx.conf:1: the file ends too soon",
		"\n;":                       `nginx.conf:2: ";" stands alone`,
		"a 'b;":                     "nginx.conf:1: the file ends too soon",
		"x_by_lua_block { {}":       "nginx.conf:1: the file ends too soon",
		strings.Repeat("a {", 1000): "nginx.conf:1: blocks are nested too deep",
	} {
		if _, err := parse("nginx.conf", text); err == nil || err.Error() != want {
			t.Errorf("%.20s: %v, want %s", text, err, want)
		}
	}
}

const dumped = `nginx: the configuration file /etc/nginx/nginx.conf syntax is ok
# configuration file /etc/nginx/nginx.conf:
worker_shutdown_timeout 30s;
pid /run/nginx.pid;
http {
    include mime.types;
    include /etc/nginx/sites/*.conf;
    include itself.conf;
}

# configuration file /etc/nginx/mime.types:
types { text/html html; }

# configuration file /etc/nginx/sites/b.conf:
server { listen 443 ssl; server_name kt.example.com; include /etc/nginx/ktops/ktops.conf; location / { proxy_pass http://a; } }

# configuration file /etc/nginx/sites/a.conf:
server { listen 80; return 301 https://$host$request_uri; }

# configuration file /etc/nginx/itself.conf:
include itself.conf;

# configuration file /etc/nginx/ktops/ktops.conf:
location = /.ktops/state { return 204; }
`

func TestWhole_PutsIncludedFilesWhereTheyBelong(t *testing.T) {
	tree, err := whole(strings.Replace(dumped, "    include itself.conf;\n", "", 1))
	if err != nil {
		t.Fatal(err)
	}
	want := "worker_shutdown_timeout|30s; pid|/run/nginx.pid; http{include|mime.types; types{text/html|html}; include|/etc/nginx/sites/*.conf; " +
		"server{listen|80; return|301|https://$host$request_uri}; server{listen|443|ssl; server_name|kt.example.com; " +
		"include|/etc/nginx/ktops/ktops.conf; location|=|/.ktops/state{return|204}; location|/{proxy_pass|http://a}}}"
	if diff := cmp.Diff(want, written(tree)); diff != "" {
		t.Error(diff)
	}
}

func TestWhole_AFileThatIncludesItselfEnds(t *testing.T) {
	if _, err := whole(dumped); err != nil {
		t.Error(err)
	}
	if _, err := whole("nginx: nothing here"); err == nil {
		t.Error("nothing is a configuration")
	}
}

func FuzzWhole(f *testing.F) {
	f.Add(dumped)
	f.Add("# configuration file a:\ninclude *; include a;\n# configuration file b:\ninclude *;")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4096 {
			t.Skip("long")
		}
		tree, err := whole(text)
		if err == nil {
			_ = (&machine{HostOptions: HostOptions{Directory: "/etc/nginx/ktops"}}).pick(tree)
		}
	})
}
