package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"time"
)

// The headers by which a receiver knows a notice.
const (
	TimestampHeader = "Ktops-Timestamp" // seconds since 1970 at this try
	SignatureHeader = "Ktops-Signature" // sha256=… over timestamp, dot and body
	KeyHeader       = "Idempotency-Key" // the same at every try
)

// sign adds when a body is posted, and the proof that a holder of the secret did.
func sign(h http.Header, secret string, at time.Time, body []byte) {
	timestamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(timestamp + "."))
	mac.Write(body)
	h.Set(TimestampHeader, timestamp)
	h.Set(SignatureHeader, "sha256="+hex.EncodeToString(mac.Sum(nil)))
}
