// Package mail is the channel that sends notices as e-mail: plain text and HTML, with
// an invitation for the window where one is announced or cancelled.
//
// A message that is sent again after a crash is the same to the last byte, Message-ID
// included, by which mail servers and programs know it. Each step of the conversation
// with the server has its own time limit. What the server refuses for good (5xx) about
// the message or its recipient is permanent; all else, a wrong password included, is
// worth another try, for an operator can mend it before the notice's deadline.
package mail
