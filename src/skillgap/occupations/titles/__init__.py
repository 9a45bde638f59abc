"""The occupation of a job title, with the probability that it is the right one."""
