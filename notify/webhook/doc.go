// Package webhook is the channel that posts notices as JSON to an address.
//
// Each post is signed, so that its receiver knows who sent it and when, and carries an
// Idempotency-Key, so that a notice sent twice around a crash is known. Everything that
// may pass is worth another try: no answer, 5xx, 408, 425, 429 and redirects, which are
// followed only on the same host. Any other 4xx is permanent.
package webhook
