package guardian

import (
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/keeptrusts/ktops/ops"
)

// largestPage bounds what is read of a process that answers without end.
const largestPage = 16 << 20

// scrape reads the counters that an address exposes.
func scrape(ctx context.Context, client *http.Client, url string, names Names) (ops.Traffic, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return ops.Traffic{}, fmt.Errorf("read %s: %w", url, err)
	}
	request.Header.Set("Accept", string(expfmt.NewFormat(expfmt.TypeTextPlain)))
	response, err := client.Do(request)
	if err != nil {
		return ops.Traffic{}, fmt.Errorf("read metrics: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return ops.Traffic{}, fmt.Errorf("read %s: status %s", url, response.Status)
	}
	t, err := parse(io.LimitReader(response.Body, largestPage), names)
	if err != nil {
		return t, fmt.Errorf("read %s: %w", url, err)
	}
	return t, nil
}

// parse reads metrics in Prometheus' text format.
func parse(page io.Reader, names Names) (ops.Traffic, error) {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(page)
	if err != nil {
		return ops.Traffic{}, err
	}
	if families[names.Requests] == nil && families[names.Duration] == nil {
		return ops.Traffic{}, fmt.Errorf("it has neither %s nor %s", names.Requests, names.Duration)
	}
	var t ops.Traffic
	for _, m := range families[names.Requests].GetMetric() {
		t.Requests += value(m)
		if failed(m) {
			t.Errors += value(m)
		}
	}
	for _, m := range families[names.PolicyErrors].GetMetric() {
		t.PolicyErrors += value(m)
	}
	for n, m := range families[names.Duration].GetMetric() {
		one := timed(m.GetHistogram())
		if n == 0 {
			one.Requests, one.Errors, one.PolicyErrors = t.Requests, t.Errors, t.PolicyErrors
			t = one
			continue
		}
		t = plus(t, one, 1)
	}
	return t, nil
}

func timed(h *dto.Histogram) ops.Traffic {
	t := ops.Traffic{Timed: float64(h.GetSampleCount()), Seconds: h.GetSampleSum()}
	for _, b := range h.GetBucket() {
		if !math.IsInf(b.GetUpperBound(), 1) {
			t.Buckets = append(t.Buckets, ops.Bucket{UpTo: b.GetUpperBound(), Count: float64(b.GetCumulativeCount())})
		}
	}
	return t
}

// value is that of a counter, also of one whose type the page does not tell.
func value(m *dto.Metric) float64 {
	if m.Counter != nil {
		return m.GetCounter().GetValue()
	}
	return m.GetUntyped().GetValue()
}

// failed reports whether a series counts answers with a status of 500 and above.
func failed(m *dto.Metric) bool {
	for _, l := range m.GetLabel() {
		if l.GetName() == "status" {
			return strings.HasPrefix(l.GetValue(), "5")
		}
	}
	return false
}
