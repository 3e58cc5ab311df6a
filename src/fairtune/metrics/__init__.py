"""Every figure of an evaluation, arrays in and numbers out: lists, accuracy, fairness, errors, intervals."""
