"""Rescoring by a language model: prompts, calls and their log, agreement with O*NET, calibration."""
