package compose

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// fixed says why a service cannot run one container more than it has for a
// moment; empty when it can.
func fixed(project *types.Project, service types.ServiceConfig) string {
	return cmp.Or(fixedName(service), fixedNamespace(service), fixedPort(service), fixedAddress(service), bound(project, service))
}

// bound says why a service cannot get new containers at all; empty when it can.
func bound(project *types.Project, service types.ServiceConfig) string {
	return cmp.Or(fixedVolume(service), fixedSharers(project, service))
}

func fixedName(s types.ServiceConfig) string {
	if s.ContainerName != "" {
		return fmt.Sprintf("container_name is %s, which only one container can have", s.ContainerName)
	}
	return ""
}

func fixedNamespace(s types.ServiceConfig) string {
	switch mode := s.NetworkMode; {
	case mode == "host":
		return "network_mode is host, so two containers want the same ports"
	case strings.HasPrefix(mode, types.ServicePrefix), strings.HasPrefix(mode, types.ContainerPrefix):
		return fmt.Sprintf("network_mode is %s, so two containers want the same ports", mode)
	}
	return ""
}

func fixedPort(s types.ServiceConfig) string {
	for _, p := range s.Ports {
		if p.Published == "" || p.Published == "0" || publishedPorts(p.Published) > s.GetScale() {
			continue
		}
		return fmt.Sprintf("port %s of the host is published, which only so many containers can have", p.Published)
	}
	return ""
}

// publishedPorts counts the ports of "8080" or "8080-8089".
func publishedPorts(published string) int {
	first, last, isRange := strings.Cut(published, "-")
	if !isRange {
		return 1
	}
	from, err1 := strconv.Atoi(first)
	to, err2 := strconv.Atoi(last)
	if err1 != nil || err2 != nil || to < from {
		return 1
	}
	return to - from + 1
}

func fixedAddress(s types.ServiceConfig) string {
	if s.MacAddress != "" {
		return fmt.Sprintf("mac_address is %s, which only one container can have", s.MacAddress)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Networks)) {
		n := s.Networks[name]
		if n == nil {
			continue
		}
		for _, address := range []string{n.Ipv4Address, n.Ipv6Address, n.MacAddress} {
			if address != "" {
				return fmt.Sprintf("its address in network %s is set to %s, which only one container can have", name, address)
			}
		}
	}
	return ""
}

// fixedVolume finds data that belongs to one container: a new container of the
// service would begin with an anonymous volume of its own, empty.
func fixedVolume(s types.ServiceConfig) string {
	for _, v := range s.Volumes {
		if v.Type == types.VolumeTypeVolume && v.Source == "" {
			return fmt.Sprintf("the volume at %s has no name, so a new container would begin without its data", v.Target)
		}
	}
	return ""
}

// fixedSharers finds services that live inside a container of this one and
// would be left behind with it.
func fixedSharers(project *types.Project, s types.ServiceConfig) string {
	own := types.ServicePrefix + s.Name
	for _, name := range project.ServiceNames() {
		other := project.Services[name]
		if slices.Contains([]string{other.NetworkMode, other.Ipc, other.Pid}, own) {
			return fmt.Sprintf("service %s runs in the namespace of its container and would be cut off", name)
		}
		for _, from := range other.VolumesFrom {
			if source, _, _ := strings.Cut(from, ":"); source == s.Name {
				return fmt.Sprintf("service %s uses the volumes of its container", name)
			}
		}
	}
	return ""
}
