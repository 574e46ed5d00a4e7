// Package cards turns what the domain knows into what Slack shows: blocks, and
// the text that stands in where blocks are not seen. Its functions are pure, so
// a card is tested with a golden file and a fuzzer, without any Slack.
//
// Every outside text is escaped and bounded where it enters a line; lines are
// then packed whole into blocks, and what does not fit is counted ("… and 12
// more"). So a limit of Slack never cuts an escape, a mention or a code fence.
package cards
