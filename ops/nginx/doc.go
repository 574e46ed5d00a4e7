// Package nginx closes and opens the nginx in front of a platform.
//
// It manages one folder, of which the operator includes one file, once, in the
// server block: ktops.conf. While the edge is open that file only answers which
// state nginx has loaded; while it is closed it turns every caller away with 503,
// Retry-After and a page, but for the operator's bypass and the paths that stay
// open. Every change is written beside the old file, tested by nginx, loaded, and
// then seen to answer; whatever fails before that is put back.
//
// What the edge tells its callers is kept in state.json, and nginx looks for that
// file at each request: no caller is turned away without it. So the file is the
// truth of Look after a crash, a closed edge is never without an owner, and whoever
// removes the file has opened the edge, also when nginx can load nothing new.
//
// All of this happens through a host: the machine with nginx's files, which is this
// one, or another one by way of an agent that runs there and knows only a handful
// of requests.
package nginx
