package compose

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
)

func TestFixed(t *testing.T) {
	for _, c := range []struct {
		name, service, others, want string
		bound                       bool
	}{
		{"nothing", "", "", "", false},
		{"container port only", "ports: ['8080']", "", "", false},
		{"range with room", "ports: ['18080-18089:8080']", "", "", false},
		{"named volume", "volumes: ['data:/data']", "", "", false},
		{"bind", "volumes: ['/etc/hosts:/etc/hosts:ro']", "", "", false},
		{"container_name", "container_name: api", "", "container_name is api", false},
		{"host port", "ports: ['8080:8080']", "", "port 8080 of the host", false},
		{"full range", "ports: ['18080-18081:8080']\n    scale: 2", "", "port 18080-18081", false},
		{"host network", "network_mode: host", "", "network_mode is host", false},
		{"another's network", "network_mode: 'service:other'", "", "network_mode is service:other", false},
		{"address", "networks: {default: {ipv4_address: 172.20.0.5}}", "", "address in network default is set to 172.20.0.5", false},
		{"mac_address", "mac_address: '02:42:ac:11:00:02'", "", "mac_address is 02:42:ac:11:00:02", false},
		{"anonymous volume", "volumes: ['/data']", "", "volume at /data has no name", true},
		{"shared network", "", "network_mode: 'service:api'", "service other runs in the namespace", true},
		{"shared volumes", "", "volumes_from: ['api:ro']", "service other uses the volumes", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "compose.yaml")
			content := "name: x\nservices:\n  api:\n    image: api\n    " + c.service +
				"\n  other:\n    image: other\n    " + c.others + "\nvolumes: {data: {}}\nnetworks: {default: {}}\n"
			if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			o, err := cli.NewProjectOptions([]string{file})
			if err != nil {
				t.Fatal(err)
			}
			project, err := o.LoadProject(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got := fixed(project, project.Services["api"])
			if c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("reason is %q, want %q", got, c.want)
			}
			if got := bound(project, project.Services["api"]); (got != "") != c.bound {
				t.Errorf("it cannot be made anew: %q, want %v", got, c.bound)
			}
		})
	}
}
