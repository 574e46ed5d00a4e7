package slackemu

import "time"

// Limits of blocks and of the objects within them, in characters unless they count things.
// Pages are named as on docs.slack.dev, under reference/block-kit unless said otherwise.
const (
	maxMessageBlocks = 50  // reference/block-kit/blocks: "up to 50 blocks in each message"
	maxViewBlocks    = 100 // reference/views/modal-views: "Max of 100 blocks"

	maxBlockID         = 255   // blocks/section-block: block_id, "Maximum length is 255 characters"
	maxActionID        = 255   // block-elements/button-element: action_id
	maxTextObject      = 3000  // composition-objects/text-object: minimum 1, maximum 3000
	maxSectionText     = 3000  // blocks/section-block: text
	maxSectionFields   = 10    // blocks/section-block: fields, "Maximum number of items is 10"
	maxFieldText       = 2000  // blocks/section-block: text of each field
	maxHeaderText      = 150   // blocks/header-block: text, plain_text only
	maxContextElements = 10    // blocks/context-block: elements
	maxActionsElements = 25    // blocks/actions-block: elements
	maxInputLabel      = 2000  // blocks/input-block: label and hint, plain_text only
	maxImageURL        = 3000  // blocks/image-block: image_url
	maxImageAlt        = 2000  // blocks/image-block: alt_text, required
	maxButtonText      = 75    // block-elements/button-element: text, plain_text only
	maxButtonValue     = 2000  // block-elements/button-element: value
	maxButtonURL       = 3000  // block-elements/button-element: url
	maxPlaceholder     = 150   // block-elements/select-menu-element: placeholder
	maxSelectOptions   = 100   // block-elements/select-menu-element: options
	maxChoiceOptions   = 10    // block-elements/radio-button-group-element, checkboxes-element
	maxOverflowOptions = 5     // block-elements/overflow-menu-element: options
	maxOptionText      = 75    // composition-objects/option-object: text
	maxOptionValue     = 150   // composition-objects/option-object: value
	maxInputLength     = 3000  // block-elements/plain-text-input-element: max_length
	maxConfirmTitle    = 100   // composition-objects/confirmation-dialog-object: title
	maxConfirmText     = 300   // composition-objects/confirmation-dialog-object: text
	maxConfirmButton   = 30    // composition-objects/confirmation-dialog-object: confirm, deny
	maxViewTitle       = 24    // reference/views/modal-views: title
	maxViewButton      = 24    // reference/views/modal-views: submit, close
	maxPrivateMetadata = 3000  // reference/views/modal-views: private_metadata
	maxCallbackID      = 255   // reference/views/modal-views: callback_id
	maxViewBytes       = 250e3 // reference/methods/views.open: view_too_large, "greater than 250kb"
	maxViewStack       = 3     // surfaces/modals: "up to 3 views" in one modal; push_limit_reached
	maxMessageText     = 40000 // changelog/2018-04-truncating-really-long-messages
	maxUpdateText      = 4000  // reference/methods/chat.update: msg_too_long, "cannot exceed 4,000 characters"

	// Slack refuses a message whose blocks are too long in sum (msg_blocks_too_long) and documents
	// no number. These two fit every measurement in github.com/slackapi/bolt-js issues 2509 and
	// 2867: the text of all blocks plus a share per block.
	maxBlocksText  = 13200
	blockTextShare = 50
)

// Limits of time and number on what Slack and an app say to each other.
const (
	ackLimit        = 3 * time.Second  // interactivity/handling-user-interaction: "within 3 seconds"
	triggerLife     = 3 * time.Second  // interactivity/handling-user-interaction: trigger_id "expires in 3 seconds"
	responseURLLife = 30 * time.Minute // interactivity/handling-user-interaction: "within 30 minutes"
	responseURLUses = 5                // interactivity/handling-user-interaction: "up to 5 times"
	maxSocketFrame  = 20480            // close 1009 "Max frame length of 20480 has been exceeded" (slack-go socketmode: maxResponseSize)
	maxSocketConns  = 10               // apis/events-api/using-socket-mode: "up to 10 open WebSocket connections"
	socketPingEvery = 5 * time.Second  // slack-go gives up after 30 s without a ping
	maxRequestBody  = 1 << 20          // larger than any request that could be valid
)

// eventRetries are the waits before a delivery of the Events API is tried again:
// "nearly immediately", after one minute, after five (apis/events-api: Retries).
func eventRetries() []time.Duration {
	return []time.Duration{0, time.Minute, 5 * time.Minute}
}

// tier is a rate limit of the Web API: so many calls a minute (apis/web-api/rate-limits).
type tier int

// The tiers of apis/web-api/rate-limits; which method has which is said on the method's page.
const (
	tier1 tier = 1
	tier2 tier = 20
	tier3 tier = 50
	tier4 tier = 100
	// tierSpecial marks chat.postMessage: one message a second per channel, short bursts allowed.
	tierSpecial tier = 0
)

const (
	tier1Burst    = 10 // tier 1: "a small amount of burst behavior is tolerated", no number given
	postPerSecond = 1  // apis/web-api/rate-limits: "Posting messages: 1 per second"
	postBurst     = 5  // "short bursts >1 allowed", no number given: we allow few
)
