"""Asking a language model for levels: prompts, replies, the call log, agreement with O*NET."""
