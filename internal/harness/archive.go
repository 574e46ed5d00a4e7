package harness

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"runtime"
	"slices"
	"strings"
	"time"
)

// file is one entry of a layer; a name that ends in / is a directory, and with a
// link it is a symbolic link.
type file struct {
	name string
	body []byte
	mode int64
	link string
}

// layer is a layer of an image as a tar, always the same for the same files, so that
// an image that did not change keeps its ID.
func layer(files []file) ([]byte, error) {
	slices.SortFunc(files, func(a, b file) int { return strings.Compare(a.name, b.name) })
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, f := range files {
		header := &tar.Header{Name: f.name, Mode: f.mode, Size: int64(len(f.body)), Typeflag: tar.TypeReg, ModTime: time.Unix(0, 0)}
		switch {
		case f.link != "":
			header.Typeflag, header.Linkname = tar.TypeSymlink, f.link
		case strings.HasSuffix(f.name, "/"):
			header.Typeflag = tar.TypeDir
		}
		if err := w.WriteHeader(header); err != nil {
			return nil, fmt.Errorf("pack %s: %w", f.name, err)
		}
		if _, err := w.Write(f.body); err != nil {
			return nil, fmt.Errorf("pack %s: %w", f.name, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("pack a layer: %w", err)
	}
	return out.Bytes(), nil
}

// healthcheck is the HEALTHCHECK of an image, in the engine's names and nanoseconds.
type healthcheck struct {
	Test        []string
	Interval    time.Duration
	Timeout     time.Duration
	StartPeriod time.Duration
	Retries     int
}

// runConfig is what an image says of how to run it.
type runConfig struct {
	Entrypoint   []string            `json:",omitempty"`
	Cmd          []string            `json:",omitempty"`
	Env          []string            `json:",omitempty"`
	ExposedPorts map[string]struct{} `json:",omitempty"`
	Healthcheck  *healthcheck        `json:",omitempty"`
	StopSignal   string              `json:",omitempty"`
	User         string              `json:",omitempty"`
	Labels       map[string]string   `json:",omitempty"`
}

// imageConfig is the part of the image specification that we need.
type imageConfig struct {
	Created      time.Time `json:"created"`
	Architecture string    `json:"architecture"`
	OS           string    `json:"os"`
	Config       runConfig `json:"config"`
	RootFS       struct {
		Type    string   `json:"type"`
		DiffIDs []string `json:"diff_ids"`
	} `json:"rootfs"`
}

// archive is an image as `docker save` writes it. id is that of its configuration,
// and so of everything in it.
func archive(ref string, config runConfig, layers [][]byte) (id string, body io.Reader, err error) {
	described := imageConfig{Created: created(), Architecture: runtime.GOARCH, OS: "linux", Config: config}
	described.RootFS.Type = "layers"
	var files []file
	var names []string
	for _, l := range layers {
		sum := digest(l)
		described.RootFS.DiffIDs = append(described.RootFS.DiffIDs, "sha256:"+sum)
		name := path.Join(sum, "layer.tar")
		names = append(names, name)
		files = append(files, file{name: name, body: l, mode: 0o644})
	}
	configBody, err := json.Marshal(described)
	if err != nil {
		return "", nil, fmt.Errorf("describe image %s: %w", ref, err)
	}
	id = digest(configBody)
	manifest, err := json.Marshal([]map[string]any{{"Config": id + ".json", "RepoTags": []string{ref}, "Layers": names}})
	if err != nil {
		return "", nil, fmt.Errorf("describe image %s: %w", ref, err)
	}
	files = append(files,
		file{name: id + ".json", body: configBody, mode: 0o644},
		file{name: "manifest.json", body: manifest, mode: 0o644})
	packed, err := layer(files)
	return "sha256:" + id, bytes.NewReader(packed), err
}

// created is the date of every image: a real one would change the ID each time.
func created() time.Time { return time.Date(2025, time.April, 20, 2, 0, 0, 0, time.UTC) }

func digest(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}
