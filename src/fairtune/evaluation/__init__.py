"""Every figure of one fit, judged on what was held out from it."""
