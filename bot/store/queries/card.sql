SELECT channel, seq, told FROM slack_cards WHERE run = ?
