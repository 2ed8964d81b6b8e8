"""Is this reportable?: the guide, question by question, to a proposal that a person takes or leaves."""
